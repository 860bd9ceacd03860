"""Bulk inserts and updates store every row exactly, whatever its text."""

import pytest

from members.models import Member, Person
from yl_district.history.bulk_sql import insert_rows, new_record, reserve_keys, row_of, update_rows

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


@pytest.mark.parametrize("model", [Person, Member])
def test_a_new_record_holds_what_the_model_makes(model):
    made, known = (
        {name: value for name, value in vars(one).items() if name not in ("_state", "seal")}
        for one in (new_record(model), model())
    )
    assert (list(made), made) == (list(known), known)


def test_each_new_record_has_a_seal_of_its_own():
    assert new_record(Person).seal != new_record(Person).seal


def test_what_was_not_read_is_read_for_a_row():
    person = Person.objects.create(name="韩笑", gender="f", birth_date="1999-05-04")
    some = Person.objects.only("name").get()
    assert row_of(some) == row_of(Person.objects.get(pk=person.pk))
