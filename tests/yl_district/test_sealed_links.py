"""Foreign keys that a copy of the database does not tell: what can be asked of them, and what cannot."""

import pytest
from django.core.exceptions import FieldError
from django.core.serializers import serialize
from django.db import IntegrityError, connection, transaction
from django.db.models import Exists, F, OuterRef, ProtectedError

from assistance.models import AssistedYouth, CaseGrant, Scholarship
from members.models import Member, Person
from tests.factories import make_assisted_youth, make_grant, make_organisation, make_person, make_scholarship, make_user
from tests.made_once import made_once
from yl_district.privacy import sealed_links
from yl_district.privacy.encryption import DecryptionError, PlaintextError
from yl_district.privacy.sealed_links import KeyDigest, keys_referred_to

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@made_once
def youth():
    """A youth with a grant and a scholarship beside the file."""
    youth = make_assisted_youth(make_organisation())
    make_grant(make_user(), youth.person)
    make_scholarship(student=youth.person)
    return youth


def cells(row, *columns):
    """The stored cells of a row."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(columns)} FROM {row._meta.db_table} WHERE id = %s", [row.pk])
        return cursor.fetchone()


def plant(row, **found):
    """Changes stored cells of a row directly in the database."""
    with connection.cursor() as cursor:
        for column, cell in found.items():
            cursor.execute(f"UPDATE {row._meta.db_table} SET {column} = %s WHERE id = %s", [cell, row.pk])


def test_a_record_is_read_as_by_any_foreign_key(youth, django_assert_num_queries):
    person = youth.person
    with django_assert_num_queries(2):
        [stored] = AssistedYouth.objects.prefetch_related("person")
        assert (stored.person, stored.person_id) == (person, person.pk)
    assert AssistedYouth.objects.get().person == person
    assert list(person.assistance_cases.all()) == [youth]
    assert Person.objects.prefetch_related("assistance_cases").get().assistance_cases.all()[0] == youth
    assert [row.person_id for row in AssistedYouth.history.all()] == [person.pk]
    for asked in (person, person.pk, str(person.pk)):
        assert AssistedYouth.objects.get(person=asked) == youth
    assert AssistedYouth.objects.filter(person__in=[person, 0]).get() == youth
    assert keys_referred_to(AssistedYouth.objects.all(), "person") == [person.pk]


def test_rows_about_one_person_meet_in_the_database(youth):
    make_scholarship("苏棠")
    met = AssistedYouth.objects.filter(person=OuterRef("student"))
    assert Scholarship.objects.filter(student__in=AssistedYouth.objects.values("person")).count() == 1
    assert Scholarship.objects.filter(Exists(met)).count() == 1
    assert CaseGrant.objects.filter(person__in=AssistedYouth.objects.values("person")).count() == 1
    [digest] = AssistedYouth.objects.values_list("person", flat=True)
    assert isinstance(digest, KeyDigest) and len(digest) == 64
    assert {digest} == set(CaseGrant.objects.values_list("person", flat=True))


ASKED_IN_VAIN = {
    "a field of the record": lambda: AssistedYouth.objects.filter(person__name="白露"),
    "the record's key": lambda: AssistedYouth.objects.filter(person__pk=1),
    "a field of rows of the record": lambda: Person.objects.filter(assistance_cases__isnull=False),
    "the record beside": lambda: AssistedYouth.objects.select_related("person"),
    "the order": lambda: AssistedYouth.objects.order_by("person__name_sort"),
    "a range": lambda: AssistedYouth.objects.filter(person__gt=1),
    "plain keys of the record": lambda: AssistedYouth.objects.filter(person__in=Person.objects.all()),
    "another column": lambda: AssistedYouth.objects.filter(person=F("organisation")),
    "an outer key": lambda: Member.objects.filter(Exists(AssistedYouth.objects.filter(person=OuterRef("person")))),
}


@pytest.mark.parametrize("asked", ASKED_IN_VAIN.values(), ids=ASKED_IN_VAIN)
def test_what_the_database_cannot_know_is_no_silent_nothing(youth, asked):
    with pytest.raises(FieldError, match="digest"):
        list(asked())


def test_a_key_is_written_only_with_its_digest(youth):
    other = make_person("苏棠")
    with pytest.raises(PlaintextError), transaction.atomic():
        AssistedYouth.objects.update(person=other)
    youth.person = other
    youth.save(update_fields=["person"])
    assert AssistedYouth.objects.get(person=other).person_id == other.pk
    AssistedYouth.objects.bulk_create(
        [AssistedYouth(person=make_person("陆远"), organisation=youth.organisation, registered_on="2017-02-01")]
    )
    assert [each.person.name for each in AssistedYouth.objects.all()] == ["苏棠", "陆远"]
    assert str(other.pk) not in serialize("json", AssistedYouth.objects.filter(pk=youth.pk), fields=["person"])


def test_a_row_that_was_never_opened_keeps_its_cells(youth):
    before = cells(youth, "person_id", "person_key")
    stored = AssistedYouth.objects.get()
    stored.grade = "初一"
    stored.save()
    assert cells(youth, "person_id", "person_key") == before


def test_equal_keys_are_encrypted_differently_and_all_in_one_length():
    place = make_organisation()
    people = [Person.objects.create(pk=key, name="白露") for key in (7, 7_000_000_001)]
    found = [cells(make_assisted_youth(place, person=person), "person_key")[0] for person in people]
    again = cells(make_scholarship(student=people[0]), "student_key")[0]
    assert len({*found, again}) == 3 and len({len(cell) for cell in (*found, again)}) == 1


def test_a_cell_moved_or_exchanged_is_refused(youth):
    other = make_assisted_youth(youth.organisation, "苏棠")
    mine, others = (cells(each, "person_id", "person_key") for each in (youth, other))
    other.delete()
    moved = {"person_id": others[0], "person_key": others[1]}
    for planted in ({"person_id": others[0]}, {"person_key": others[1]}, moved):
        plant(youth, person_id=mine[0], person_key=mine[1])
        assert AssistedYouth.objects.get().person_id == youth.person_id
        plant(youth, **planted)
        with pytest.raises(DecryptionError):
            AssistedYouth.objects.get().person_id  # noqa: B018


def test_whoever_has_a_file_a_grant_or_an_application_is_not_deleted(youth):
    for rows in (AssistedYouth.objects.all(), Scholarship.objects.all(), CaseGrant.objects.all()):
        with pytest.raises(ProtectedError):
            youth.person.delete()
        rows.delete()
    youth.person.delete()
    assert not Person.objects.filter(name="白露").exists()


def test_no_row_is_saved_about_somebody_who_is_gone(youth):
    person, gone = make_person("苏棠"), make_person("陆远")
    for row in (AssistedYouth(person=gone, registered_on="2017-02-01"), Scholarship(student=gone, year=2017)):
        row.organisation = youth.organisation
        Person.objects.filter(pk=gone.pk).delete()
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save()
    youth.person = person
    youth.save()


def test_twin_without_holding_the_record_a_row_is_saved_about_nobody(monkeypatch):
    monkeypatch.setattr(sealed_links, "hold_records", lambda model, wanted: None)
    gone = make_person("陆远")
    row = AssistedYouth(person=gone, organisation=make_organisation(), registered_on="2017-02-01")
    Person.objects.filter(pk=gone.pk).delete()
    row.save()
    assert not Person.objects.filter(pk=AssistedYouth.objects.get().person_id).exists()


def test_the_database_alone_takes_no_second_file(youth):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_assisted_youth(youth.organisation, person=youth.person, registered_on=youth.registered_on)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_scholarship(student=youth.person)
