"""Any number of values in one parameter of a statement, on both databases."""

import pytest

from members.models import Member, Person
from tests.factories import make_member
from tests.pages import two_branches
from yl_district.database.listed import Listed
from yl_district.kept.reading import tables_read

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def test_rows_of_more_keys_than_a_statement_takes_parameters_are_found():
    branch = two_branches().here
    people = [make_member(name, branch).person for name in ("韩笑", "顾清")]
    keys = [one.pk for one in people]
    assert list(Person.objects.filter(pk__in=Listed([*keys, *range(10**6, 10**6 + 100_000)])).order_by("pk")) == people
    assert Member.objects.filter(person__in=Listed(keys[:1])).get().person == people[0]
    assert list(Member.objects.exclude(person__in=Listed(keys[:1]))) == list(people[1].memberships.all())


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", ["制表\t符", "反斜\\杠", "'\"", "𠮷龘", "{},[]", "%s", "NULL"])
def test_rows_of_any_text_are_found(name):
    branch = two_branches().here
    member, _ = make_member(name, branch), make_member("另一人", branch)
    assert Person.objects.filter(name__in=Listed([name, "没有此人"])).get() == member.person


def test_no_values_find_no_rows():
    Person.objects.create(name="韩笑")
    assert (Person.objects.filter(pk__in=Listed([])).count(), Person.objects.exclude(pk__in=Listed([])).count()) == (
        0,
        1,
    )


def test_a_list_given_to_a_statement_is_no_table_that_it_reads():
    with tables_read() as tables:
        list(Person.objects.filter(pk__in=Listed([1, 2])))
    assert tables == {"members_person"}
