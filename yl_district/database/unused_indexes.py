"""Index copies that nothing looks up, left out of the database without touching the table."""

from django.db import migrations
from django.db.migrations.operations.base import Operation


class LeaveOutLikeIndexes(Operation):
    """Drops what PostgreSQL keeps beside an indexed text column for LIKE, which is asked of none of these columns.

    Django makes that second index for each `unique` or `db_index` column of text and for keys of such, and has no
    option against it. SQLite has none.
    """

    reduces_to_sql = True
    reversible = True

    def __init__(self, model, *fields):
        self.model, self.fields = model, fields

    def deconstruct(self):
        return type(self).__name__, [self.model, *self.fields], {}

    def state_forwards(self, app_label, state):
        """The models stay as they are."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor == "postgresql":
            table = to_state.apps.get_model(app_label, self.model)._meta
            for name in self.fields:
                index = schema_editor._create_index_name(table.db_table, [table.get_field(name).column], suffix="_like")
                schema_editor.execute(schema_editor._delete_index_sql(table.model, index))

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor == "postgresql":
            model = to_state.apps.get_model(app_label, self.model)
            for name in self.fields:
                schema_editor.execute(schema_editor._create_like_index_sql(model, model._meta.get_field(name)))

    def describe(self):
        return f"Leave out the indexes for LIKE on {self.model}: {', '.join(self.fields)}"


class LeaveOutIndex(migrations.AlterField):
    """Drops the index of a foreign key by which another index begins; the table is not copied for it on SQLite."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        table = from_state.apps.get_model(app_label, self.model_name)._meta
        index = schema_editor._create_index_name(table.db_table, [table.get_field(self.name).column])
        schema_editor.execute(schema_editor._delete_index_sql(table.model, index))

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        model = to_state.apps.get_model(app_label, self.model_name)
        schema_editor.execute(schema_editor._create_index_sql(model, fields=[model._meta.get_field(self.name)]))
