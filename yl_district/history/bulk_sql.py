"""Bulk writes of thousands of rows and their history: COPY on PostgreSQL, one prepared statement on SQLite.

A row is a list of database values in the order of its model's concrete fields. `row_of` builds it once, from types
that JSON can store until the write; Django's own `bulk_create` would prepare every value again for every table.
"""

import io
from datetime import date
from functools import partial
from itertools import repeat
from operator import attrgetter

from django.db import connection, models
from django.db.models.base import ModelState
from django.utils import timezone

from ..privacy.encryption import Sealed
from .tracking import BATCH_SIZE, cause, note_links

PAGES_HELD = 100_000  # kB
PLAIN_TYPES = frozenset([str, int, bool, float, type(None)])
ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
MISSING = object()
_derivations, _blank = {}, {}


def new_record(model):
    """A record like `model()`, a few times as fast: what every new one holds is asked of the fields once."""
    if model not in _blank:
        fields = [field for field in model._meta.concrete_fields if field.has_default() and callable(field.default)]
        values = [(name, value) for name, value in vars(model()).items() if name != "_state"]
        _blank[model] = values, [(field.attname, field.default) for field in fields]
    values, made = _blank[model]
    record = model.__new__(model)
    # One by one and in the order of Django's own, so that all records share the keys of their dicts.
    record._state = ModelState()
    held = vars(record)
    for name, value in values:
        held[name] = value
    for name, make in made:
        held[name] = make()
    return record


def columns_of(model):
    """Column names in the order of a row's values."""
    return [field.column for field in model._meta.concrete_fields]


def row_of(record):
    """The record as a row; columns that its model derives on every write are derived now."""
    model, values = type(record), record.__dict__
    if model not in _derivations:
        fields = model._meta.concrete_fields
        found = [(place, derivation_of(field)) for place, field in enumerate(fields)]
        _derivations[model] = fields, [field.attname for field in fields], [each for each in found if each[1]]
    fields, names, derivations = _derivations[model]
    row = list(map(values.get, names, repeat(MISSING)))
    for place, derive in derivations:
        row[place] = derive(record)
    if not PLAIN_TYPES.issuperset(map(type, row)):
        for place, value in enumerate(row):
            if type(value) not in PLAIN_TYPES:
                value = getattr(record, names[place]) if value is MISSING else value
                row[place] = value if type(value) in PLAIN_TYPES else stored_value(fields[place], value)
    return row


def derivation_of(field):
    """A function that derives the value of a record's field on every write, None where it has its own."""
    derive = getattr(field, "derived", None)
    if derive is None and type(field).pre_save is not models.Field.pre_save:
        derive = partial(field.pre_save, add=True)
    if derive is None and isinstance(field, models.UUIDField):
        # Every row of many has one; the field would ask the connection each time.
        as_stored = str if connection.features.has_native_uuid_field else attrgetter("hex")
        return lambda record: as_stored(getattr(record, field.attname))
    return derive


def stored_value(field, value):
    """The value of a field that JSON cannot store as the database has it, as one that it can."""
    if type(value) is date:
        return value.isoformat()
    if isinstance(value, Sealed):
        return value.stored
    value = field.get_db_prep_save(value, connection)
    return value if type(value) in PLAIN_TYPES else str(value)


def reserve_keys(model, count):
    """`count` new primary keys that nobody else gets; on SQLite the transaction locks out all other writers."""
    table, column = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            series = "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)"
            cursor.execute(series, [table, column, count])
            return [key for (key,) in cursor.fetchall()]
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        last = cursor.fetchone()
        return range((last[0] if last else 0) + 1, (last[0] if last else 0) + 1 + count)


def enlarge_cache():
    """Enlarges SQLite's page cache for a large write, since inserts touch the pages of digest indexes at random.

    What it keeps of these pages, to take back a single row with all that triggers do for it, stays in memory as well.
    """
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA cache_size = -{PAGES_HELD}")
            cursor.execute("PRAGMA temp_store = MEMORY")


def insert_rows(model, rows):
    """Inserts rows that already carry their primary keys."""
    _insert(model._meta.db_table, columns_of(model), rows)


def _insert(table, columns, rows):
    names = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql" and not has_row_policies(cursor, table):
            with connection.wrap_database_errors:  # Django does not do so for COPY
                cursor.copy_expert(f'COPY "{table}" ({names}) FROM STDIN', io.StringIO("".join(map(_copied, rows))))
        else:
            cursor.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({", ".join(["%s"] * len(columns))})', rows)


def has_row_policies(cursor, table):
    """Whether row-level security governs the table, into which PostgreSQL refuses to COPY."""
    cursor.execute("SELECT relrowsecurity FROM pg_class WHERE oid = %s::regclass", [f'"{table}"'])
    return cursor.fetchone()[0]


def _copied(row):
    """A row as one line of PostgreSQL's COPY text format."""
    return "\t".join("\\N" if value is None else str(value).translate(ESCAPED) for value in row) + "\n"


def update_rows(model, names, rows):
    """Updates the named fields of stored rows from full rows."""
    fields = {field.name: (place, field.column) for place, field in enumerate(model._meta.concrete_fields)}
    table, key = model._meta.db_table, fields[model._meta.pk.name]
    places, columns = zip(*(fields[name] for name in names), strict=True)
    cut = [[row[place] for place in (*places, key[0])] for row in rows]
    if connection.vendor != "postgresql":
        settings = ", ".join(f'"{column}" = %s' for column in columns)
        with connection.cursor() as cursor:
            cursor.executemany(f'UPDATE "{table}" SET {settings} WHERE "{key[1]}" = %s', cut)
        return
    listed = ", ".join(f'"{column}"' for column in (*columns, key[1]))
    settings = ", ".join(f'"{column}" = told."{column}"' for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE TEMPORARY TABLE told ON COMMIT DROP AS SELECT {listed} FROM "{table}" WITH NO DATA')
        _insert("told", [*columns, key[1]], cut)
        cursor.execute(f'UPDATE "{table}" SET {settings} FROM told WHERE "{table}"."{key[1]}" = told."{key[1]}"')
        cursor.execute("DROP TABLE told")


def delete_rows(model, keys):
    """Deletes stored rows by key; the database refuses those that other rows reference."""
    table, column = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        cursor.executemany(f'DELETE FROM "{table}" WHERE "{column}" = %s', [(key,) for key in keys])


def set_links(model, name, links):
    """Replaces the links of the many-to-many field `name`; `links` is {key: [keys]}."""
    field = model._meta.get_field(name)
    through, own, other = field.remote_field.through, field.m2m_column_name(), field.m2m_reverse_name()
    # Lock the records first: whoever edits one of them saves the record before its links, and so waits.
    list(model._base_manager.select_for_update().filter(pk__in=list(links)).order_by("pk").values_list("pk"))
    through._base_manager.filter(**{f"{own}__in": list(links)}).delete()
    pairs = [through(**{own: key, other: linked}) for key, others in links.items() for linked in others]
    through._base_manager.bulk_create(pairs, batch_size=BATCH_SIZE)


def insert_history(model, rows, kind):
    """Writes history rows for these rows, including their links, and returns the keys of the history rows.

    `kind` is `+` for created rows, `~` for changed and `-` for deleted ones; user and reason come from `because`.
    """
    kept = model.history.model
    reason, user = cause()
    said = {
        "history_date": connection.ops.adapt_datetimefield_value(timezone.now()),
        "history_change_reason": reason,
        "history_type": kind,
        "history_user": user and user.pk,
    }
    keys = reserve_keys(kept, len(rows))
    places = {field.name: place for place, field in enumerate(model._meta.concrete_fields)}
    fields = [field for field in kept._meta.concrete_fields if field.name != "history_id"]
    sources = [(places.get(field.name), said.get(field.name)) for field in fields]
    states = [
        [key, *(told if place is None else row[place] for place, told in sources)]
        for key, row in zip(keys, rows, strict=True)
    ]
    _insert(kept._meta.db_table, ["history_id", *(field.column for field in fields)], states)
    if kept._history_m2m_fields and kind != "-":
        note_links(list(kept.objects.filter(history_id__in=list(keys))))
    return keys
