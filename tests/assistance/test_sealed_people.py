"""In a copy of the database without its keys nobody can tell whose a case file, a grant or an application is."""

import re

import pytest
from django.apps import apps
from django.db import connection, models
from django.urls import reverse

from activities.models import SignIn
from assistance.models import AssistedYouth, CaseGrant, Scholarship
from members.models import Member, Person
from orgs.models import Role
from reports.models import PlatformEntry
from tests.factories import (
    PASSWORD,
    make_activity,
    make_assistance,
    make_assisted_youth,
    make_grant,
    make_member,
    make_organisation,
    make_person,
    make_scholarship,
    make_user,
)
from tests.pages import browser_of
from yl_district.audit.models import AccessEntry
from yl_district.privacy import encryption, sealed_links
from yl_district.privacy.encryption import Sealed
from yl_district.privacy.sealed_links import KeyDigest, SealedForeignKey

pytestmark = [pytest.mark.django_db, pytest.mark.both]

# So large that no other number of the database is taken for them.
FIRST_PERSON, FIRST_CASE = 7_000_000_001, 8_000_000_001
NAMES = ["白露生", "苏棠梨", "陆远舟"]


def models_of_cases():
    """The models whose rows tell of a case, those of their histories and links among them."""
    return [model for model in apps.get_models(include_auto_created=True) if model._meta.app_label == "assistance"]


def plain_links(kinds):
    """The columns by which rows of these models name a person to whoever reads the database."""
    fields = [(model, field) for model in kinds for field in model._meta.concrete_fields]
    return [
        f"{model.__name__}.{field.name}"
        for model, field in fields
        if isinstance(field, models.ForeignKey) and field.related_model is Person
        if not isinstance(field, SealedForeignKey)
    ]


def test_no_row_of_a_case_refers_to_a_person_plainly():
    assert len(models_of_cases()) > 10
    assert plain_links(models_of_cases()) == []


def test_twin_a_plain_foreign_key_to_a_person_is_found():
    assert plain_links([Member, Member.history.model]) == ["Member.person", "HistoricalMember.person"]


def district_with_cases(sent=True):
    """Members of a branch, each with all that hangs on a case, looked at, merged, moved and told by the office's pages.

    Returns their keys and those of their files.
    """
    place = make_organisation()
    worker = make_user("个案专员", place, Role.Kind.CASEWORKER)
    office = make_user("专干", place)
    people, cases = [], []
    for number, name in enumerate(NAMES):
        person = Person.objects.create(pk=FIRST_PERSON + number, name=name, birth_date="2008-05-04")
        make_member(branch=place, person=person)
        case = make_assisted_youth(place, person=person, pk=FIRST_CASE + number)
        make_scholarship(student=person, pk=FIRST_CASE + number)
        make_grant(worker, person, birth_date="2008-05-04", pk=FIRST_CASE + number)
        make_assistance([case])
        entry = {"platform": "青春助跑", "subject": "assisted_youth", "entered_on": "2017-05-04"}
        PlatformEntry.objects.create(pk=FIRST_CASE + number, youth=person, **entry)
        SignIn.objects.create(activity=make_activity(place), person=person, capacity=SignIn.Capacity.ASSISTED_YOUTH)
        people.append(person)
        cases.append(case)
    for client in (browser_of(worker), browser_of(office)) if sent else ():
        for person, case in zip(people, cases, strict=True):
            client.get(reverse("person_detail", args=[person.pk]))
            client.get(reverse("assisted_youth_detail", args=[case.pk]))
            client.get(reverse("record_history", args=["assisted_youth", case.pk]))
            client.get(reverse("record_readers", args=["assisted_youth", case.pk]))
        client.get(reverse("assisted_youth_list"), {"search": NAMES[0], "sort": "person"})
    return [person.pk for person in people], [case.pk for case in cases]


def test_what_a_case_worker_looks_at_is_logged_by_the_grant_and_never_by_the_person():
    worker = make_user("个案专员", make_organisation(), Role.Kind.CASEWORKER)
    grant = make_grant(worker, make_person("白露", mobile="13800138000"))
    client = browser_of(worker)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD, "next": "/members/"})
    for name, asked in (("record_unmask", ["person", grant.person_id]), ("person_printout", [grant.person_id])):
        client.post(reverse(name, args=asked), {"reason": "走访慰问"})
    lines = AccessEntry.objects.filter(action__in=["unmask", "printout", "case_view"])
    assert {line.action for line in lines} >= {"unmask"}
    assert {line.subject for line in lines} == {f"assistance.casegrant:{grant.pk}"}


def rows_of_a_copy():
    """(table, text of one row) of everything in the database."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                yield table, " ".join(map(str, row))


def told_of_cases(copy):
    """The tables of which a row that tells of a case names a person as well, by key or by name."""
    person, case = re.compile(rf"70000000\d\d|{'|'.join(NAMES)}"), re.compile(r"80000000\d\d|case_view|assisted_youth")
    found = set()
    for table, row in copy:
        is_of_case = table.startswith("assistance_") or case.search(row)
        if is_of_case and person.search(row):
            found.add(table)
    return found


@pytest.mark.in_turn
def test_no_row_of_a_copy_names_a_person_beside_a_case():
    district_with_cases()
    copy = list(rows_of_a_copy())
    assert sum("case_view" in row for _, row in copy) > 10
    assert told_of_cases(copy) == set()
    assert [Person.objects.get(name=name).assistance_cases.count() for name in NAMES] == [1, 1, 1]


def test_twin_with_keys_that_anybody_can_read_every_case_tells_whose_it_is(monkeypatch):
    monkeypatch.setattr(encryption, "encrypt_bytes", lambda content, label, seal: Sealed(content.decode()))
    monkeypatch.setattr(encryption, "decrypt_bytes", lambda sealed, label, seal: sealed.stored.encode())
    monkeypatch.setattr(SealedForeignKey, "digest", lambda self, key: key and KeyDigest(key))
    district_with_cases(sent=False)
    assert told_of_cases(rows_of_a_copy()) == {
        f"{app}_{history}{name}"
        for app, name in (
            ("assistance", "assistedyouth"),
            ("assistance", "casegrant"),
            ("assistance", "scholarship"),
            ("activities", "signin"),
            ("reports", "platformentry"),
        )
        for history in ("", "historical")
    }


def test_digests_of_one_person_differ_from_those_of_any_other_only_in_being_other():
    """What is left to see of a file is the same whoever it is about: exchanging two people changes no plain column."""
    place = make_organisation()
    one, other = make_person("白露生"), make_person("苏棠梨")
    plain = []
    for person in (one, other):
        case = make_assisted_youth(place, person=person)
        row = AssistedYouth.objects.filter(pk=case.pk).values().get()
        hidden = {"id", "seal", "person_id", "person_key"}
        plain.append({name: value for name, value in row.items() if name not in hidden})
    assert plain[0] == plain[1]


def test_lists_are_searched_and_sorted_by_names_that_the_database_does_not_know(django_assert_num_queries):
    place = make_organisation()
    worker = make_user("个案专员", place, Role.Kind.CASEWORKER)
    for name in ("章程", "白露", "曾勤", "白杨"):
        person = make_person(name, mobile="13800138000" if name == "曾勤" else "")
        make_grant(worker, make_assisted_youth(place, person=person).person)
    make_assisted_youth(place, "白鹭")
    rows = AssistedYouth.objects.visible_to(worker)

    def named(found):
        return [case.person.name for case in found]

    with django_assert_num_queries(4):
        assert named(rows.in_name_order().prefetch_related("person")) == ["白露", "白杨", "曾勤", "章程"]
    assert named(rows.in_name_order(is_descending=True)) == ["章程", "曾勤", "白杨", "白露"]
    for text, expected in (("bai", ["白露", "白杨"]), ("zq", ["曾勤"]), ("13800138000", ["曾勤"]), ("白 鹭", [])):
        assert named(rows.search(text).in_name_order()) == expected


@pytest.mark.in_turn
@pytest.mark.parametrize("sort", ["person", "-person"])
def test_a_sorted_list_is_told_page_by_page_in_the_same_number_of_queries(sort, django_assert_max_num_queries):
    place = make_organisation()
    worker = make_user("个案专员", place, Role.Kind.CASEWORKER)
    client, counts, seen = browser_of(worker), [], []
    for number in range(26):
        make_grant(worker, make_assisted_youth(place, f"白{chr(0x4E00 + number)}").person)
        if number in (3, 25):
            with django_assert_max_num_queries(200) as asked:
                table = client.get(reverse("assisted_youth_list"), {"sort": sort}).context["table"]
            counts.append(len(asked))
    for page in ("1", "2"):
        table = client.get(reverse("assisted_youth_list"), {"sort": sort, "page": page}).context["table"]
        seen += [row.record.person.name_sort for row in table.paginated_rows]
    assert counts[0] == counts[1]
    assert len(seen) == 26 and seen == sorted(seen, reverse=sort == "-person")


def test_names_in_grants_are_read_by_those_who_hold_the_keys_alone():
    grant = make_grant(make_user(), make_person("白露"), organisation=make_organisation(), birth_date="2008-05")
    stored = CaseGrant.objects.filter(pk=grant.pk).values("name", "birth_date").get()
    assert {type(cell) for cell in stored.values()} == {Sealed}
    found = CaseGrant.objects.get()
    assert (found.name, str(found.birth_date)) == ("白露", "2008-05")
    assert Scholarship.objects.count() == 0


def test_in_which_capacity_somebody_signed_in_is_not_told_by_length():
    activity = make_activity(make_organisation())
    for number, capacity in enumerate(SignIn.Capacity.values):
        SignIn.objects.create(activity=activity, person=make_person(f"章程{number}"), capacity=capacity)
    stored = SignIn.objects.values_list("capacity", flat=True)
    assert len({len(cell.stored) for cell in stored}) == 1
    assert [one.capacity for one in SignIn.objects.all()] == SignIn.Capacity.values


KEYED_ANEW = "00" * 32


def test_digests_of_another_installation_are_others(monkeypatch):
    field = AssistedYouth._meta.get_field("person")
    here = field.digest(7)
    monkeypatch.setattr(sealed_links.keys, "derived_key", lambda purpose: bytes.fromhex(KEYED_ANEW))
    assert field.digest(7) not in (here, field.digest(8))
