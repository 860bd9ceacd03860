"""PostgreSQL itself refuses the rows of case files that are not open to whoever acts, whatever a page forgets."""

import re
from contextlib import contextmanager
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction
from django.urls import reverse

from assistance.models import AssistedYouth, CaseGrant, Pairing, Scholarship, Visit, VisitPass, pass_digest
from assistance.row_policies import FUNCTIONS, OPEN_GOODS, OPEN_PLAN_PARTS, OPEN_ROUNDS, OPEN_ROWS, OPEN_VISITS
from reports.figures.lines import all_figures
from reports.figures.scopes import Scope
from reports.printing.annex_tables import assistance_totals
from tests.project.test_case_secrecy import case_addresses
from tests.viewers import district, records, viewers
from yl_district.audit import write_once
from yl_district.audit.models import AccessEntry
from yl_district.database.actors import Actor, acting_as, acting_by_pass, whole_case_files
from yl_district.database.roles import FORBIDDEN, serving_rights
from yl_district.database.watched_connections import WatchedCursor
from yl_district.periods import Period

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql(only=True)]

# What pages ask before they show rows of case files.
VISIBILITY = [
    "assistance.models.CaseQuerySet",
    "assistance.models.AssistanceQuerySet",
    "assistance.models.CaseGrantQuerySet",
    "yl_district.attachments.models.AttachmentQuerySet",
]
LISTS = ["assisted_youth_list", "assistance_list", "scholarship_list", "case_grant_list"]
# What the records of a case file say, beside what the office may know anyway.
OF_A_FILE = r"秘foreign(孩子|学校|监护人|需求|个案|目标|帮扶|捐助|奖学金|佐证)"
VIEWERS = ["cadre", "staff", "caseworker", "leader", "office"]


@pytest.fixture
def forgetful_pages(monkeypatch):
    """Pages that have forgotten to ask what of case files the user may see."""
    for queryset in VISIBILITY:
        monkeypatch.setattr(f"{queryset}.visible_to", lambda self, user: self)


@contextmanager
def serving_role():
    """The test's transaction, continued by a role that serves and owns nothing."""
    rights = serving_rights("yl_serving", {write_once.ACCESS_LOG.table, *write_once.tables()}, connection)
    with connection.cursor() as cursor:
        for statement in ["CREATE ROLE yl_serving", *rights, "SET LOCAL ROLE yl_serving"]:
            cursor.execute(statement)
        try:
            yield
        finally:
            cursor.execute("RESET ROLE")


def told(clients, rows):
    """The pages of a case file on which somebody without a grant reads something of it, as (viewer, address)."""
    found, pages = [], [*case_addresses(rows), *((name, reverse(name)) for name in LISTS)]
    for viewer in VIEWERS:
        for _, address in pages:
            with transaction.atomic():
                answer = clients[viewer].get(address)
                text = b"".join(answer).decode("utf-8", "replace") if answer.status_code == 200 else ""
                transaction.set_rollback(True)
            if re.search(OF_A_FILE, text):
                found.append((viewer, address))
    return found, len(pages) * len(VIEWERS)


@pytest.mark.cpu(12)
def test_pages_that_forget_whom_they_serve_show_no_row_of_a_case_file(forgetful_pages, promises):
    place = district()
    clients = viewers(place)
    rows = records(place, "foreign")
    with serving_role():
        found, asked = told(clients, rows)
    promises.add("A7", requests=asked)
    assert found == []


@pytest.mark.cpu(12)
@pytest.mark.full
def test_twin_served_by_the_owner_they_show_it(forgetful_pages):
    place = district()
    clients = viewers(place)
    found, _ = told(clients, records(place, "foreign"))
    # The access table keeps cadres and leaders out before.
    assert {viewer for viewer, _ in found} == {"staff", "caseworker", "office"}


def rows_seen(tables=OPEN_ROWS | OPEN_PLAN_PARTS | OPEN_GOODS):
    """How many rows of each of these protected tables the database shows."""
    counts = {}
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT count(*) FROM {table}")
            counts[table] = cursor.fetchone()[0]
    return counts


def test_only_who_acts_for_somebody_or_for_the_whole_is_shown_any_row():
    place = district()
    viewers(place)
    rows = records(place, "own", caseworker=place.users["caseworker"])
    stored = rows_seen()
    with serving_role():
        with acting_as(Actor()):
            unnamed = rows_seen()
        with acting_as(Actor(place.users["caseworker"].pk)):
            own = rows_seen()
            youths = list(AssistedYouth.objects.all())
        with acting_as(Actor(place.users["office"].pk)), whole_case_files():
            whole = rows_seen()
    # Attachments and entries of other records are no case files.
    open_to_all = {"yl_district_attachment": 1, "yl_district_historicalattachment": 2, "yl_district_attachmentpart": 1}
    open_to_all |= {"reports_platformentry": 1, "reports_historicalplatformentry": 2}
    assert unnamed == dict.fromkeys(OPEN_ROWS | OPEN_PLAN_PARTS | OPEN_GOODS, 0) | open_to_all
    assert (own, youths) == (stored, [rows["assisted_youth"]])
    assert whole == stored


def test_requests_for_many_grants_are_shown_to_their_asker_and_deciders_alone():
    place = district()
    viewers(place)
    rows = records(place, "own", caseworker=place.users["caseworker"])
    rows["case_grant_round"].renewed.add(rows["case_grant"])
    stored, seen = rows_seen(OPEN_ROUNDS), {}
    with serving_role():
        for name, user in place.users.items():
            with acting_as(Actor(user.pk)):
                seen[name] = rows_seen(OPEN_ROUNDS)
    nothing = dict.fromkeys(OPEN_ROUNDS, 0)
    deciders = {"caseworker", "staff", "leader", "office"}
    assert seen == {name: stored if name in deciders else nothing for name in place.users}
    assert min(stored.values()) == 1


@contextmanager
def plain_owner():
    """The test's transaction, continued by a role that is no superuser, in a schema of its own."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE yl_plain; CREATE SCHEMA of_plain AUTHORIZATION yl_plain; SET LOCAL ROLE yl_plain")
        cursor.execute("SET LOCAL search_path TO of_plain, public")
        yield cursor


def test_an_owner_who_is_no_superuser_may_create_the_functions_of_the_policies():
    with plain_owner() as cursor:
        cursor.execute(FUNCTIONS)
        cursor.execute("SELECT count(*) FROM pg_proc WHERE pronamespace = 'of_plain'::regnamespace")
        assert cursor.fetchone() == (5,)


def test_twin_functions_that_state_the_parameter_themselves_are_refused_to_him():
    stating = FUNCTIONS.replace("SET search_path FROM CURRENT", "SET yl.sees_all = 'on'")
    with plain_owner() as cursor, pytest.raises(ProgrammingError, match="permission denied to set parameter"):
        cursor.execute(stating)


def test_the_functions_of_the_policies_leave_the_actor_as_he_was():
    with acting_as(Actor(7)), connection.cursor() as cursor:
        cursor.execute("SELECT yl_names_nobody(1), (SELECT count(*) FROM yl_open_people())")
        assert (cursor.fetchone(), named()) == ((True, 0), ("7", ""))


def test_a_row_about_a_closed_file_cannot_be_written_either():
    place = district()
    viewers(place)
    rows = records(place, "foreign")
    day = date(2017, 1, 1)
    foreign = Scholarship(student=rows["assisted_youth"].person, year=2020, status="applied")
    granted = CaseGrant(user=rows["account"], name="某人", organisation=place.foreign.branch, reason="走访")
    with serving_role(), acting_as(Actor(place.users["staff"].pk)):
        for each in (foreign, granted):
            with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
                each.save()
        assert AssistedYouth.objects.filter(pk=rows["assisted_youth"].pk).update(removed_on=day) == 0


def test_the_serving_role_can_do_nothing_that_would_open_the_files_or_change_the_log():
    with serving_role():
        answer = StringIO()
        call_command("database_roles", check=True, stdout=answer)
    assert answer.getvalue() == "角色 yl_serving 合格：不拥有数据表，不表明身份读不到 0 条个案中的任何一条。\n"


def test_twin_the_owner_of_the_tables_is_told_all_that_he_could():
    answer = StringIO()
    with pytest.raises(SystemExit):
        call_command("database_roles", check=True, stdout=answer)
    assert [words for words in FORBIDDEN.values() if words not in answer.getvalue()] == []


def test_figures_texts_and_annexes_of_cases_are_the_same_whoever_serves():
    place = district()
    clients = viewers(place)
    rows = records(place, "foreign")
    scope = Scope(place.root, Period.of_year(rows["assistance"].held_on.year))
    figure = all_figures()["assistances"]

    def told():
        page = clients["office"].get(reverse("summary_detail"), {"year": scope.year}).content.decode()
        kinds = re.findall("，内容包括[^。<]*。", page)
        return kinds, assistance_totals(scope, {}).rows, figure.number(scope)

    owners = told()
    with serving_role(), acting_as(Actor(place.users["office"].pk)):
        assert told() == owners
    assert ([len(kind) > len("，内容包括。") for kind in owners[0]], owners[2]) == ([True], 1)


@pytest.mark.parametrize("role", ["", "--check yl_serving"])
def test_the_command_says_what_it_was_not_told(role):
    with pytest.raises(CommandError, match="二者选一"):
        call_command("database_roles", *role.split())


def test_the_rights_of_a_role_that_does_not_exist_are_not_given():
    with pytest.raises(CommandError, match="没有角色 nobody_yet。请先由数据库管理员执行：CREATE ROLE"):
        call_command("database_roles", "nobody_yet", apply=True)


def named():
    """Whom the database takes for the actor, without telling it."""
    with connection.cursor() as cursor:
        plain = cursor.cursor
        WatchedCursor.execute(plain, "SELECT current_setting('yl.user', true), current_setting('yl.sees_all', true)")
        return tuple(value or "" for value in plain.fetchone())


def test_an_actor_is_named_again_after_a_savepoint_has_taken_the_name_back():
    with acting_as(Actor(7)):
        with transaction.atomic():
            assert AccessEntry.objects.count() == 0
            transaction.set_rollback(True)
        assert AccessEntry.objects.count() == 0
        assert named() == ("7", "")
    assert AccessEntry.objects.count() == 0
    assert named() == ("", "")


WAYS_OF_ASKING = {
    "one statement": lambda cursor: cursor.execute("SELECT 1"),
    "one for each of many rows": lambda cursor: cursor.executemany("SELECT %s", [(1,), (2,)]),
    "a copy": lambda cursor: cursor.copy_expert("COPY (SELECT 1) TO STDOUT", StringIO()),
}


@pytest.mark.parametrize("way", WAYS_OF_ASKING)
def test_the_actor_is_named_whatever_the_way_of_asking(way):
    with acting_as(Actor(7)), connection.cursor() as cursor:
        WAYS_OF_ASKING[way](cursor)
        assert named() == ("7", "")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("way", WAYS_OF_ASKING)
def test_outside_a_transaction_the_name_ends_with_the_asking(way):
    with acting_as(Actor(7)), connection.cursor() as cursor:
        WAYS_OF_ASKING[way](cursor)
        assert named() == ("", "")


@pytest.mark.django_db(transaction=True)
def test_what_one_user_was_named_for_is_forgotten_when_the_transaction_ends():
    seen = []
    with acting_as(Actor(7)):
        assert AccessEntry.objects.count() == 0
        seen.append(named())
        with transaction.atomic():
            assert AccessEntry.objects.count() == 0
            seen.append(named())
        seen.append(named())
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('yl.user')")
            seen.append(cursor.fetchone()[0])
        # Rows that come in parts are read by a cursor with a name.
        assert list(AccessEntry.objects.iterator(chunk_size=1)) == []
        seen.append(named())
    assert seen == [("", ""), ("7", ""), ("", ""), "7", ("", "")]


def test_a_volunteers_pass_is_shown_the_rows_of_its_own_pairing_alone():
    place = district()
    viewers(place)
    own, foreign = (records(place, side)["pairing"] for side in ("own", "foreign"))
    VisitPass.objects.all().delete()
    tokens = [VisitPass.issue(pairing, place.users["office"])[1] for pairing in (own, foreign)]
    tables = [*OPEN_ROWS, *OPEN_VISITS]
    with serving_role():
        with acting_by_pass(pass_digest("token", tokens[0])):
            seen = {table: number for table, number in rows_seen(tables).items() if number}
            assert list(Pairing.objects.all()) == [own]
            Visit(pairing=own, done_on=date(2017, 5, 4), way="phone").save()
            with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
                Visit(pairing=foreign, done_on=date(2017, 5, 4), way="phone").save()
            assert Pairing.objects.update(ended_on=date(2018, 1, 1)) == 0
            assert AssistedYouth.objects.update(removed_on=date(2018, 1, 1)) == 0
        with acting_by_pass(pass_digest("token", "made up")):
            assert (Visit.objects.count(), VisitPass.objects.count(), Pairing.objects.count()) == (0, 0, 0)
        with acting_as(Actor()):
            assert (Visit.objects.count(), VisitPass.objects.count()) == (0, 0)
    of_case = {table: number for table, number in seen.items() if table.startswith("assistance_")}
    assert of_case == {
        "assistance_pairing": 1,
        "assistance_visit": 1,
        # As it was made, and as the district marked its texts.
        "assistance_historicalvisit": 2,
        "assistance_visitpass": 1,
    }
