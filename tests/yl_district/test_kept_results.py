"""Results that are kept: what they rest on, what ends them, and what is never kept."""

from contextlib import closing

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from assistance.models import AssistedYouth
from members.models import Member
from orgs.models import Organisation, User
from outreach.models import Contact, Link
from tests.factories import (
    make_assisted_youth,
    make_contact,
    make_link,
    make_member,
    make_organisation,
    make_person,
    make_post,
)
from yl_district.kept import registers
from yl_district.kept import results as results_module
from yl_district.kept.models import KeptResult, RegisterChange
from yl_district.kept.results import kept_results

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]


class Counting:
    """Counts rows when asked, and knows how often it was."""

    def __init__(self, rows):
        self.rows, self.times = rows, 0

    def __call__(self):
        """The number of rows."""
        self.times += 1
        return self.rows.count()

    def asked(self):
        """The result, and whether it was counted anew."""
        before = self.times
        return kept_results({("rows", self.rows.model._meta.label): self})["rows", self.rows.model._meta.label], (
            self.times > before
        )


@pytest.fixture
def branch():
    return make_organisation("柳林社区团支部", make_organisation("清河地区团工委"))


def execute(sql, *parameters):
    """Executes a statement as somebody would by hand."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)


@pytest.mark.usefixtures("branch")
def test_a_result_is_counted_once_until_a_register_changes_in_whatever_way():
    branch, members = Organisation.objects.get(depth=2), Counting(Member.objects.exclude(remark="不计"))
    ways = {
        "saved": lambda: make_member("章程", branch),
        "saved again": lambda: Member.objects.get().save(),
        "updated in bulk": lambda: Member.objects.update(remark="不计"),
        "created in bulk": lambda: Member.objects.bulk_create([Member(person=make_person("顾清"), branch=branch)]),
        "by hand": lambda: execute("UPDATE members_member SET remark = ''"),
        "deleted": lambda: Member.objects.first().delete(),
        "deleted in bulk": lambda: Member.objects.all()._raw_delete("default"),
    }
    told = []
    for name, write in {"at first": lambda: None, **ways}.items():
        write()
        told.append((name, *members.asked(), *members.asked()))
    assert told == [
        ("at first", 0, True, 0, False),
        ("saved", 1, True, 1, False),
        ("saved again", 1, True, 1, False),
        ("updated in bulk", 0, True, 0, False),
        ("created in bulk", 1, True, 1, False),
        ("by hand", 2, True, 2, False),
        ("deleted", 1, True, 1, False),
        ("deleted in bulk", 0, True, 0, False),
    ]


def test_a_result_holds_while_only_other_registers_change(branch):
    members = Counting(Member.objects.all())
    assert members.asked() == (0, True)
    make_post("陆远", branch)
    User.objects.create_user("lanxin")
    assert members.asked() == (0, False)


def test_links_between_records_are_noted(branch):
    cadre = make_post("陆远", branch).person
    contact, link = make_contact(cadre), make_link(cadre)
    named = Counting(Contact.objects.filter(links=link.pk))
    assert named.asked() == (0, True)
    contact.links.add(link)
    assert named.asked() == (1, True)
    Link.objects.all().delete()
    assert named.asked() == (0, True)


def test_what_was_taken_back_changes_nothing(branch):
    members = Counting(Member.objects.all())
    with transaction.atomic():
        make_member("章程", branch)
        assert members.asked() == (1, True)
        transaction.set_rollback(True)
    assert (members.asked(), members.asked()) == ((0, True), (0, False))
    with transaction.atomic():
        make_member("章程", branch)
        transaction.set_rollback(True)
    assert members.asked() == (0, False)


def test_within_a_transaction_everything_is_counted(branch):
    members = Counting(Member.objects.all())
    with transaction.atomic():
        assert (members.asked(), members.asked()) == ((0, True), (0, True))
    assert not KeptResult.objects.exists()


def test_nothing_is_kept_that_rests_on_case_files_or_on_what_is_not_watched(branch):
    make_assisted_youth(branch)
    cases, accounts = Counting(AssistedYouth.objects.all()), Counting(User.objects.all())
    through = Counting(Organisation.objects.filter(pk__in=AssistedYouth.objects.values("organisation")))
    by_hand = Counting(Member.objects.extra(where=["EXISTS (SELECT 1 FROM assistance_assistedyouth)"]))
    for each in (cases, accounts, through, by_hand):
        assert [each.asked()[1] for _ in range(2)] == [True, True]
    assert not KeptResult.objects.exists()
    watched = set(registers.registers())
    assert {table for table in watched if table.startswith("assistance_")} == set()


def test_every_register_is_watched():
    assert set(RegisterChange.objects.values_list("register", flat=True)) == set(registers.registers())
    assert {"members_member", "outreach_contact_links", "yl_district_awaitedcell"} <= set(registers.registers())


def test_a_result_in_another_keeps_it_from_being_older(branch):
    members, outer = Counting(Member.objects.all()), []

    def count():
        outer.append(None)
        return members.asked()[0] + 1

    def asked():
        return kept_results({("outer",): count})["outer",]

    assert (asked(), asked(), len(outer)) == (1, 1, 1)
    KeptResult.objects.order_by("pk").last().delete()
    assert (asked(), len(outer), members.times) == (1, 2, 1)
    make_member("章程", branch)
    assert (asked(), len(outer)) == (2, 3)


def test_what_changes_while_it_is_counted_is_not_kept(branch):
    def count():
        number = Member.objects.count()
        make_member("章程", branch)
        return number

    assert [kept_results({("rows",): count})["rows",] for _ in range(3)] == [0, 1, 2]
    assert not KeptResult.objects.exists()


def test_a_damaged_or_foreign_row_is_counted_anew(branch):
    members = Counting(Member.objects.all())
    members.asked()
    execute("UPDATE yl_district_keptresult SET content = 'yl1:k1:AAAA'")
    assert (members.asked(), members.asked()) == ((0, True), (0, False))


def test_few_results_are_kept_and_the_latest(branch, monkeypatch):
    monkeypatch.setattr(results_module, "MOST_RESULTS", 3)
    for number in range(5):
        kept_results({("rows", number): Member.objects.count})
    for number in range(5):
        asked = results_module.result_key(("rows", number), registers.current_marks().database)
        assert KeptResult.objects.filter(key=asked).exists() == (number >= 2)


def test_no_content_lies_open(branch):
    kept_results({("rows",): lambda: ["章程", Member.objects.count()]})
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM yl_district_keptresult")
        [(content,)] = cursor.fetchall()
    assert content.startswith("yl1:k1:")


def test_a_result_costs_two_queries_however_many_are_asked(branch):
    def queries(number):
        asked = {("rows", place): Member.objects.count for place in range(number)}
        kept_results(asked)
        with CaptureQueriesContext(connection) as found:
            kept_results(asked)
        return len(found)

    assert (queries(1), queries(20)) == (2, 2)


def test_migrating_watches_anew_what_has_lost_its_triggers(branch):
    members = Counting(Member.objects.all())
    members.asked()
    place = "" if connection.vendor == "sqlite" else " ON members_member"
    name = "members_member_notes_insert" if connection.vendor == "sqlite" else registers.TRIGGER
    execute(f"DROP TRIGGER {name}{place}")
    make_member("章程", branch)
    # The twin: without its trigger the register seems never to change.
    assert members.asked() == (0, False)
    registers.watch_registers(None, "default")
    assert (members.asked(), members.asked()) == ((1, True), (1, False))
    make_member("顾清", branch)
    assert members.asked() == (2, True)


@pytest.mark.postgresql(only=True)
def test_a_transaction_that_commits_behind_a_later_one_ends_what_was_kept(branch):
    person = make_person("顾清")
    members = Counting(Member.objects.all())
    with closing(connection.copy()) as other:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_current_xact_id()")
            make_member("章程", branch)
            # The other one came before, and may yet write to the register.
            assert (members.asked(), members.asked()) == ((1, True), (1, True))
            cursor.execute(
                "INSERT INTO members_member SELECT (jsonb_populate_record(one, jsonb_build_object("
                "'id', one.id + 1000, 'person_id', %s::int))).* FROM members_member AS one",
                [person.pk],
            )
            assert members.asked() == (1, True)
            other.commit()
    assert (members.asked(), members.asked()) == ((2, True), (2, False))


@pytest.mark.postgresql(only=True)
def test_former_changes_are_forgotten(branch):
    for number in range(5):
        make_member(f"章程{number}", branch)
    kept_results({("rows",): Member.objects.count})
    changes = RegisterChange.objects.filter(register="members_member")
    assert changes.count() == 1
    assert changes.get().number == registers.current_marks().numbers["members_member"]


@pytest.mark.usefixtures("branch")
def test_a_page_asks_once_what_has_changed_and_keeps_nothing_counted_after_a_change():
    members, organisations = Counting(Member.objects.all()), Counting(Organisation.objects.all())
    assert (members.asked(), organisations.asked()) == ((0, True), (2, True))
    with results_module.one_moment():
        with CaptureQueriesContext(connection) as asked:
            assert (members.asked(), organisations.asked()) == ((0, False), (2, False))
        assert sum(registers.CHANGES in each["sql"] for each in asked) == 1
        make_member("章程", Organisation.objects.get(depth=2))
        # As at the moment of the first look.
        assert members.asked() == (0, False)
        KeptResult.objects.all().delete()
        assert members.asked() == (1, True)
        assert not KeptResult.objects.exists()
    assert (members.asked(), members.asked()) == ((1, True), (1, False))


def test_what_a_page_has_looked_up_is_looked_up_once_and_what_is_kept_rests_on_it(branch):
    links = Counting(Link.objects.all())
    assert [results_module.once_a_moment("links", links) for _ in range(2)] == [0, 0]
    assert links.times == 2

    def by_then():
        return [results_module.once_a_moment("links", links), Organisation.objects.count()]

    def kept_by_then():
        return kept_results({("by then",): by_then})["by then",]

    cadre = make_post("陆远", branch).person
    with results_module.one_moment():
        assert [by_then(), kept_by_then()] == [[0, 2], [0, 2]]
        assert links.times == 3
    assert (kept_by_then(), links.times) == ([0, 2], 3)
    make_link(cadre)
    assert kept_by_then() == [1, 2]
