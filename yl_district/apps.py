from contextlib import suppress

from django.apps import AppConfig
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate

from .installation.files import refuse_exposed_files
from .privacy.keys import key_ring


class WorkbenchConfig(AppConfig):
    name = "yl_district"
    verbose_name = "工作台"

    def ready(self):
        """Refuses exposed files and unusable keys, which else would fail only at the first record."""
        database = settings.DATABASES["default"]
        is_file = database.get("ENGINE") == "django.db.backends.sqlite3"
        refuse_exposed_files(settings.LOCAL_DIR, settings.TEMPORARY_FOLDER, database["NAME"] if is_file else None)
        key_ring()

        from .installation.facts import read_after_migrating, read_on_connection

        connection_created.connect(read_on_connection, dispatch_uid="yl_district.installation.facts")
        post_migrate.connect(read_after_migrating, sender=self, dispatch_uid="yl_district.installation.facts")

        from .kept.registers import watch_registers

        post_migrate.connect(watch_registers, sender=self, dispatch_uid="yl_district.kept.registers")

    def check_database(self):
        """Has a server refuse to start on a database of other keys; of one that does not answer its pages tell."""
        with suppress(DatabaseError):
            connection.ensure_connection()
        connection.close()
