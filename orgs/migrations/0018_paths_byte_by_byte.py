from django.db import migrations

from yl_district.tree_paths import TreePathField


class AlterOnPostgreSQL(migrations.AlterField):
    """SQLite compares byte by byte in any case, and would copy the table."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor == "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)


class Migration(migrations.Migration):
    dependencies = [("orgs", "0017_root_level")]

    operations = [
        AlterOnPostgreSQL("historicalorganisation", "path", TreePathField(max_length=255)),
        AlterOnPostgreSQL("organisation", "path", TreePathField(max_length=255, unique=True)),
    ]
