"""Damage done to encrypted cells past the system, as a disk or a careless hand does it."""

from django.apps import apps
from django.db import connection

from yl_district.attachments.models import AttachmentPart
from yl_district.importing.models import ImportPart
from yl_district.privacy.encryption import encrypted_fields
from yl_district.privacy.sealed_links import SealedKeyField

# What programs read and nobody else, as a whole or not at all.
READ_WHOLE = (AttachmentPart, ImportPart)


def stored_cell(record, column):
    """What the database holds in a column of a record."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {record._meta.db_table} WHERE {record._meta.pk.column} = %s", [record.pk])
        return cursor.fetchone()[0]


def damage(record, *columns):
    """Changes the last bytes of a record's cells."""
    for column in columns:
        cell = stored_cell(record, column)
        plant_cell(record, column, cell[:-8] + ("AAAAAAA=" if cell[-8:] != "AAAAAAA=" else "BBBBBBB="))


def plant_cell(record, column, cell):
    """Puts something into a cell."""
    with connection.cursor() as cursor:
        table, key = record._meta.db_table, record._meta.pk.column
        cursor.execute(f"UPDATE {table} SET {column} = %s WHERE {key} = %s", [cell, record.pk])


def damage_everything():
    """Makes every encrypted cell of what people read a wrong one; returns the columns that had some."""
    damaged = set()
    with connection.cursor() as cursor:
        for model in (model for model in apps.get_models() if model not in READ_WHOLE):
            for field in encrypted_fields(model):
                if isinstance(field, SealedKeyField):
                    continue  # without which nobody knows whose the record is
                table = model._meta.db_table
                cell = f"substr({field.column}, 1, length({field.column}) - 8) || 'AAAAAAA='"
                cursor.execute(f"UPDATE {table} SET {field.column} = {cell} WHERE {field.column} LIKE 'yl1:%%'", [])
                if cursor.rowcount:
                    damaged.add(f"{table}.{field.column}")
    return damaged
