"""Bulk inserts and updates store every row exactly, whatever its text."""

import pytest

from members.models import Person
from yl_district.history.bulk_sql import insert_rows, reserve_keys, row_of, update_rows

pytestmark = [pytest.mark.django_db, pytest.mark.both]

TEXTS = ["制表\t符", "换\n行", "回\r车", "反斜\\杠", "\\t", "\\N", "\\.", "", "'\"", "𠮷龘", " 首尾 ", "%s {}", "NULL"]


def people(texts):
    """Rows of new people with these names and reserved keys."""
    rows = []
    for key, text in zip(reserve_keys(Person, len(texts)), texts, strict=True):
        rows.append(row_of(Person(pk=key, name=text)))
    return rows


def stored():
    """The stored texts in the order of the keys."""
    return list(Person.objects.order_by("pk").values_list("name", flat=True))


def test_any_text_is_inserted_as_it_is():
    insert_rows(Person, people(TEXTS))
    assert stored() == TEXTS


def test_any_text_is_updated_as_it_is():
    rows = people(["旧"] * len(TEXTS))
    insert_rows(Person, rows)
    place = [field.name for field in Person._meta.concrete_fields].index("name")
    for row, text in zip(rows, TEXTS, strict=True):
        row[place] = text
    update_rows(Person, ["name"], rows)
    assert stored() == TEXTS
