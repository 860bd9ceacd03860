"""Migrates the database of a test back and to the latest state again."""

from django.core.management.sql import emit_post_migrate_signal
from django.db import connection
from django.db.migrations.executor import MigrationExecutor


def migrate(targets=None):
    """Migrates the database to the targets, by default to the latest; returns the models of that state."""
    executor = MigrationExecutor(connection)
    wanted = targets or executor.loader.graph.leaf_nodes()
    executor.migrate(wanted)
    if targets is None:
        # As the command does, so that the triggers are there that a migration has taken away.
        emit_post_migrate_signal(verbosity=0, interactive=False, db="default")
    return executor.loader.project_state(wanted).apps


def latest_but(before):
    """The latest migrations, but for the apps in `before`, {app: its migration}."""
    leaves = MigrationExecutor(connection).loader.graph.leaf_nodes()
    return [(app, before.get(app, name)) for app, name in leaves]
