"""The access log: append-only, hash-chained so that any change is detected, and written before the act it records."""

import base64
import random
import re
import threading
from contextlib import suppress
from copy import copy
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import RequestFactory
from django.utils import timezone

from tests.factories import make_user
from yl_district.audit import access_log, verification
from yl_district.audit.access_log import BEGINNING, FORMER_SCHEME, AccessLogUnavailable, Action, digest_of, record
from yl_district.audit.models import AccessEntry
from yl_district.audit.verification import verify
from yl_district.audit.witnesses import witness_code, witnesses_in
from yl_district.audit.write_once import ACCESS_LOG, Triggers

pytestmark = pytest.mark.both

KEY = base64.b64encode(bytes(32)).decode()
EDITS = 1000
WRITERS, LINES = 8, 25
FIELDS = ["at", "user_id", "who", "action", "subject", "detail", "address", "previous", "digest"]


def write_lines(count):
    """Writes `count` lines of every kind; returns the digest of the last one."""
    for number in range(count):
        record(
            list(Action)[number % len(Action)], f"members.member:{number}", detail=f"说明 {number}", who=f"账号{number}"
        )
    return AccessEntry.objects.first().digest


@pytest.fixture
def unprotected():
    """The log without the database's triggers, as for an attacker who has dropped them."""
    ACCESS_LOG.unprotect(connection)
    yield
    ACCESS_LOG.protect(connection)


@pytest.mark.django_db
def test_a_line_tells_who_did_what_from_where():
    user, request = make_user(), RequestFactory().get("/members/1/?secret=1")
    request.user = user
    record(Action.CASE_VIEW, "assistance.assistedyouth:12", request=request, detail="修改记录")
    entry = AccessEntry.objects.get()
    assert (entry.number, entry.user_id, entry.who, entry.action) == (1, user.pk, user.username, "case_view")
    assert (entry.subject, entry.detail) == ("assistance.assistedyouth:12", "修改记录")
    assert (entry.address, entry.previous) == ("127.0.0.1", BEGINNING)
    assert entry.digest == digest_of(entry)


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["a\0b", "\ud800", "长" * 400, "\x1b[2J"])
def test_hostile_text_is_taken_and_the_chain_still_holds(text):
    request = RequestFactory().get("/", REMOTE_ADDR=text)
    request.user = make_user()
    record(Action.SIGN_IN_FAILED, text, detail=text, who=text)
    record(Action.SIGN_IN, request=request)
    assert verify().is_whole


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {table} SET who = 'x'",
        "UPDATE {table} SET number = number + 10",
        "DELETE FROM {table}",
        "DELETE FROM {table} WHERE number = 3",
    ],
)
def test_the_database_refuses_to_change_or_lose_a_line(statement):
    write_lines(3)
    with pytest.raises(IntegrityError, match="访问日志只能增加"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table=ACCESS_LOG.table))
    assert (AccessEntry.objects.count(), verify().is_whole) == (3, True)


@pytest.mark.django_db
def test_the_database_refuses_to_empty_or_replace():
    write_lines(3)
    columns = "number, at, who, action, subject, detail, address, previous, digest"
    copied = f"SELECT {columns} FROM {ACCESS_LOG.table} WHERE number = 2"
    tries = {
        "sqlite": [f"REPLACE INTO {ACCESS_LOG.table} ({columns}) {copied}"],
        "postgresql": [
            f"TRUNCATE {ACCESS_LOG.table}",
            f"TRUNCATE {ACCESS_LOG.table} CASCADE",
            f"SET LOCAL session_replication_role = replica; DELETE FROM {ACCESS_LOG.table}",
            f"INSERT INTO {ACCESS_LOG.table} ({columns}) {copied} ON CONFLICT (number) DO UPDATE SET who = 'x'",
        ],
    }[connection.vendor]
    for statement in tries:
        with (
            pytest.raises(IntegrityError, match="访问日志只能增加"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
    assert (AccessEntry.objects.count(), verify().is_whole) == (3, True)


COLUMNS = "number, at, who, action, subject, detail, address, previous, digest"
SECOND_TIME = [
    "INSERT INTO {table} ({columns}) {copy}",
    "INSERT INTO {table} ({columns}) {copy} ON CONFLICT (number) DO UPDATE SET who = 'x'",
    "INSERT INTO {table} ({columns}) {copy} ON CONFLICT (number) DO UPDATE SET number = excluded.number + 10",
]
REPLACING = {
    "sqlite": [
        "REPLACE INTO {table} ({columns}) {copy}",
        "INSERT OR REPLACE INTO {table} ({columns}) {copy}",
        "UPDATE OR REPLACE {table} SET number = {number}",
        # Every row of SQLite has a number of its own beside those of its columns.
        "REPLACE INTO {table} (rowid, {columns}) SELECT {number}, 10 + {copy_but_number}",
    ],
    "postgresql": [
        "MERGE INTO {table} USING (SELECT {number} AS one) told ON number = one WHEN MATCHED THEN UPDATE SET who = 'x'",
        "MERGE INTO {table} USING (SELECT {number} AS one) told ON number = one WHEN MATCHED THEN DELETE",
        "WITH gone AS (DELETE FROM {table} WHERE number = {number} RETURNING 1) SELECT * FROM gone",
        "SET LOCAL session_replication_role = replica; UPDATE {table} SET who = 'x' WHERE number = {number}",
    ],
}


@pytest.mark.both
@pytest.mark.django_db
@pytest.mark.parametrize("number", [1, 2, 3])
def test_no_line_is_replaced_be_it_the_last(number):
    write_lines(3)
    before = list(AccessEntry.objects.values())
    copy = f"SELECT {COLUMNS} FROM {ACCESS_LOG.table} WHERE number = {number}"
    names = {
        "table": ACCESS_LOG.table,
        "columns": COLUMNS,
        "number": number,
        "copy": copy,
        "copy_but_number": copy.removeprefix("SELECT "),
    }
    taken = []
    for statement in SECOND_TIME + REPLACING[connection.vendor]:
        with suppress(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement.format(**names))
            taken.append(statement)
    assert taken == []
    assert (list(AccessEntry.objects.values()), verify().is_whole) == (before, True)


@pytest.mark.both
@pytest.mark.django_db
@pytest.mark.parametrize("name", ACCESS_LOG.names_on(connection))
def test_each_trigger_that_is_missing_is_named(name):
    place = {"sqlite": "", "postgresql": f" ON {ACCESS_LOG.table}"}[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}{place}")
    assert ACCESS_LOG.missing(connection) == [name]
    assert not verify().is_whole


@pytest.mark.postgresql(only=True)
@pytest.mark.django_db
@pytest.mark.parametrize("state", ["DISABLE", "ENABLE", "ENABLE REPLICA"])
@pytest.mark.parametrize("name", ACCESS_LOG.names_on(connection))
def test_a_trigger_that_does_not_always_fire_is_named(name, state):
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {ACCESS_LOG.table} {state} TRIGGER {name}")
    assert ACCESS_LOG.missing(connection) == [name]


@pytest.mark.django_db
def test_missing_triggers_are_a_fault(unprotected):
    write_lines(2)
    assert ACCESS_LOG.missing(connection) != []
    assert str(verify()) == "日志有误：数据库中防止修改日志的触发器缺失、停用或被改动，请由管理员核查后重新建立。"


def continued(count, who):
    """The lines that follow three common ones when `who` appends `count`; they are deleted again."""
    with transaction.atomic():
        for _ in range(count):
            record(Action.EXPORT, "ledger", who=who)
        lines = list(AccessEntry.objects.order_by("number")[3:])
        transaction.set_rollback(True)
    return lines


@pytest.mark.django_db
@pytest.mark.parametrize("place", [1, 2])
def test_two_genuine_continuations_of_one_beginning_are_not_mixed(place):
    """Every line was written by the product at its own number; only the previous digests are made to fit."""
    write_lines(3)
    one, other = continued(3, "甲"), continued(3, "乙")
    mixed = one[:place] + other[place:]
    for before, line in pairwise(mixed):
        line.previous = before.digest
    AccessEntry.objects.bulk_create(mixed)
    assert verify().problem == f"第 {4 + place} 条的内容被改动。"


@pytest.mark.django_db
def test_twin_either_continuation_alone_is_whole():
    write_lines(3)
    assert [line.who for line in continued(1, "甲") + continued(1, "乙")] == ["甲", "乙"]
    AccessEntry.objects.bulk_create(continued(3, "甲"))
    assert (verify().number, verify().is_whole) == (6, True)


OTHER = {
    "number": 2,
    "at": datetime(2017, 5, 4, 8, 0, 0, 1, tzinfo=UTC),
    "user_id": 8,
    "who": "乙",
    "action": "export",
    "subject": "members.member:2",
    "detail": "另一说明",
    "address": "10.0.0.2",
    "previous": "1" * 64,
}


def a_line(**facts):
    """A line with a value in every field except its digest."""
    own = {
        "number": 1,
        "at": datetime(2017, 5, 4, 8, tzinfo=UTC),
        "user_id": 7,
        "who": "甲",
        "action": "case_view",
        "subject": "members.member:1",
        "detail": "说明",
        "address": "10.0.0.1",
        "previous": BEGINNING,
    }
    return AccessEntry(**own | facts)


def test_every_field_of_a_line_is_told_by_its_digest():
    assert [*OTHER, "digest"] == [field.attname for field in AccessEntry._meta.concrete_fields]
    digests = {name: digest_of(a_line(**{name: value})) for name, value in OTHER.items()}
    digests |= {f"no {name}": digest_of(a_line(**{name: ""})) for name in ("who", "subject", "detail", "address")}
    digests |= {"nobody": digest_of(a_line(user_id=None)), "0": digest_of(a_line(user_id=0)), "": digest_of(a_line())}
    assert len(set(digests.values())) == len(digests) == len(OTHER) + 7


@pytest.mark.parametrize(
    ("before", "after"), [("who", "action"), ("action", "subject"), ("subject", "detail"), ("detail", "address")]
)
def test_a_digest_tells_where_one_field_ends_and_the_next_begins(before, after):
    line = a_line()
    first, second = getattr(line, before), getattr(line, after)
    moved = [
        {before: first[:-1], after: first[-1:] + second},
        {before: first + second, after: ""},
        {before: first + '","', after: second},
        {before: second, after: first},
    ]
    assert len({digest_of(line), *(digest_of(a_line(**facts)) for facts in moved)}) == 5


def test_digests_stay_what_they_were_once_written(settings):
    """Logs of former years must still verify; the key serves the log alone."""
    settings.FIELD_KEYS = f"k1 {KEY}\nindex {KEY}"
    assert digest_of(a_line(), FORMER_SCHEME) == "76345c8a03f550e3bc17f9d89eaf4fa09d992958311ecbb06623319bc5e19b0e"
    assert digest_of(a_line()) == "3201fb68a39e927974d4ec9c88b71bef9c5d0e7f4545cc885a7115fc5664a4a9"


@pytest.mark.django_db
@pytest.mark.parametrize("extra", [-1, 0, 1])
def test_what_is_too_long_for_a_line_is_cut_where_its_column_ends(extra):
    limits = {"who": 150, "subject": 255, "address": 64}
    assert {name: AccessEntry._meta.get_field(name).max_length for name in limits} == limits
    texts = {name: "长" * (limit + extra) for name, limit in limits.items()}
    request = RequestFactory().get("/", REMOTE_ADDR=texts["address"])
    request.user = AnonymousUser()
    line = record(Action.SIGN_IN, texts["subject"], request=request, who=texts["who"], detail="长" * 1000)
    line.refresh_from_db()
    assert {name: getattr(line, name) for name in limits} == {
        name: texts[name][:limit] for name, limit in limits.items()
    }
    assert (len(line.detail), line.user_id, verify().is_whole) == (1000, None, True)


@pytest.mark.django_db
def test_who_is_named_outright_stands_in_the_line_not_who_asks():
    asking, named = make_user("甲"), make_user("乙")
    request = RequestFactory().get("/")
    request.user = asking
    lines = [
        record(Action.ACCOUNT, request=request, user=named, who="丙"),
        record(Action.ACCOUNT, request=request, who="丙"),
        record(Action.ACCOUNT, user=named),
        record(Action.ACCOUNT, who="丙"),
        record(Action.ACCOUNT),
    ]
    assert [(line.user_id, line.who, line.address) for line in lines] == [
        (named.pk, named.username, "127.0.0.1"),
        (asking.pk, asking.username, "127.0.0.1"),
        (named.pk, named.username, ""),
        (None, "丙", ""),
        (None, "", ""),
    ]


@pytest.mark.django_db
def test_every_digest_noted_on_the_way_is_looked_for():
    write_lines(4)
    noted = list(AccessEntry.objects.order_by("number").values_list("digest", flat=True))
    assert [verify(witnesses_in(digest)).is_whole for digest in ("", BEGINNING, *noted)] == [True] * 6
    assert not verify(witnesses_in("1" * 64)).is_whole


def any_other(value, dice):
    """A different value of the same type."""
    if isinstance(value, str):
        place = dice.randrange(len(value) or 1)
        return value[:place] + dice.choice("0甲aé ") + value[place + 1 :]
    if isinstance(value, int):
        return value + dice.choice([-1, 1])
    return value + timedelta(microseconds=dice.choice([-1, 1])) if value else 1


def edit(dice, lines):
    """One random change: its kind, and the lines after it."""
    kind = dice.choice(["change", "delete", "insert", "swap", "reorder", "truncate"])
    count = len(lines)
    if kind == "change":
        line = copy(dice.choice(lines))
        name = dice.choice(FIELDS)
        old = getattr(line, name)
        while getattr(line, name) == old:
            setattr(line, name, any_other(old, dice))
        return name, [line if one.number == line.number else one for one in lines]
    if kind == "truncate":
        return kind, lines[: -dice.randint(1, count)]
    first, second = sorted(dice.sample(range(count), 2))
    if kind == "delete":
        return kind, lines[:first] + lines[first + 1 :]
    if kind == "insert":
        return kind, renumbered([*lines[:first], copy(lines[second]), *lines[first:]])
    if kind == "swap":
        moved = list(lines)
        moved[first], moved[second] = moved[second], moved[first]
        return kind, renumbered(moved)
    moved = list(lines)
    moved.insert(first, moved.pop(second))
    return kind, renumbered(moved)


def renumbered(lines):
    """Copies of the lines, renumbered in this order as an attacker would to hide a change."""
    copies = [copy(line) for line in lines]
    for number, line in enumerate(copies, 1):
        line.number = number
    return copies


def edits_found(noted, count):
    """How many of `count` random edits of the log are detected, and the kinds of the edits."""
    lines, dice = list(AccessEntry.objects.order_by("number")), random.Random(20170504)
    found, kinds = 0, set()
    for _ in range(count):
        kind, edited = edit(dice, lines)
        AccessEntry.objects.all().delete()
        AccessEntry.objects.bulk_create(edited)
        found += not verify(witnesses_in(noted)).is_whole
        kinds.add(kind)
    return found, kinds


@pytest.mark.in_turn
@pytest.mark.cpu(10)
@pytest.mark.django_db
def test_every_one_of_a_thousand_edits_of_a_copied_log_shows(unprotected, monkeypatch, promises):
    noted = write_lines(12)
    monkeypatch.setattr(Triggers, "missing", lambda triggers, connection: [])
    assert verify(witnesses_in(noted)).is_whole
    found, kinds = edits_found(noted, EDITS)
    promises.add("E2", edits=EDITS, found=found)
    assert found == EDITS
    assert kinds == {*FIELDS, "delete", "insert", "swap", "reorder", "truncate"}


@pytest.mark.django_db
def test_edits_do_not_show_where_digests_do_not_tell_the_contents(unprotected, monkeypatch):
    """The twin: without the digests, changes go unnoticed."""
    noted = write_lines(12)
    monkeypatch.setattr(Triggers, "missing", lambda triggers, connection: [])
    monkeypatch.setattr(verification, "digest_of", lambda entry, scheme: entry.digest)
    found, _ = edits_found(noted, 100)
    assert found < 100


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda: AccessEntry.objects.filter(number=2).update(who="x"), "日志有误：第 2 条的内容被改动。"),
        (lambda: AccessEntry.objects.filter(number=2).delete(), "日志有误：缺少第 2 条。"),
        (lambda: AccessEntry.objects.filter(number=3).update(previous=BEGINNING), "日志有误：第 3 条与上一条不衔接。"),
    ],
)
def test_the_command_names_the_first_broken_line(unprotected, capsys, harm, said):
    write_lines(4)
    harm()
    with pytest.raises(SystemExit) as ended:
        call_command("verify_audit_log")
    assert (capsys.readouterr().out, ended.value.code) == (f"{said}\n", 1)


@pytest.mark.django_db
def test_the_command_says_what_to_note_and_later_looks_for_it(capsys, unprotected, monkeypatch):
    monkeypatch.setattr(Triggers, "missing", lambda triggers, connection: [])
    noted = write_lines(4)
    call_command("verify_audit_log")
    last = f"最后一条为第 4 条，摘要 {noted}，凭证 {witness_code(4, noted)}。"
    assert capsys.readouterr().out == f"日志完整，共 4 条（全部核对），{last}\n"
    call_command("verify_audit_log", "--expect", noted)
    AccessEntry.objects.filter(number__gte=4).delete()
    call_command("verify_audit_log")
    with pytest.raises(SystemExit):
        call_command("verify_audit_log", "--expect", noted)
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].startswith("日志完整，共 3 条")
    assert lines[2] == (
        f"日志有误：日志中没有凭证 {noted} 的那一条：末尾的若干条已被删去，或日志被重写，或凭证抄写有误。"
    )


@pytest.mark.django_db
def test_an_empty_log_is_whole():
    assert (verify().number, verify().digest, verify().is_whole) == (0, BEGINNING, True)


def write_from_everywhere(act):
    """Calls `act(number)` LINES times in each of WRITERS threads with its own connection; how many calls failed."""
    failed = []

    def work(number):
        try:
            for _ in range(LINES):
                try:
                    act(number)
                except AccessLogUnavailable as error:
                    failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=[number]) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(failed)


def forks():
    """The number of lines that share their previous line with another line."""
    previous = list(AccessEntry.objects.values_list("previous", flat=True))
    return len(previous) - len(set(previous))


@pytest.mark.django_db(transaction=True)
def test_many_writers_make_one_chain(promises):
    failed = write_from_everywhere(lambda number: record(Action.SIGN_IN, who=f"账号{number}"))
    verdict = verify()
    promises.add("E2", writers=WRITERS)
    assert (failed, verdict.number, forks(), verdict.is_whole) == (0, WRITERS * LINES, 0, True)


@pytest.mark.django_db(transaction=True)
def test_many_writers_get_in_each_others_way_unless_they_take_turns(monkeypatch):
    """The twin: on PostgreSQL only the lock prevents a fork; SQLite has one writer at a time."""
    monkeypatch.setattr(access_log, "lock_log_tail", lambda: None)
    failed = write_from_everywhere(lambda number: record(Action.SIGN_IN, who=f"账号{number}"))
    assert (failed + forks() > 0) == (connection.vendor == "postgresql")


@pytest.mark.django_db
def test_a_command_whose_export_cannot_be_noted_writes_nothing(tmp_path, broken_log):
    with pytest.raises(CommandError, match="不能记录访问日志，什么也没有写出。"):
        call_command("ledger_template", "-o", str(tmp_path / "模板.xlsx"))
    assert list(tmp_path.iterdir()) == []


def test_the_time_of_a_line_is_its_own():
    early = AccessEntry(number=1, at=timezone.now(), action="sign_in", previous=BEGINNING)
    late = copy(early)
    late.at += timedelta(microseconds=1)
    assert digest_of(early) != digest_of(late)
    assert re.fullmatch(r"[0-9a-f]{64}", digest_of(early))
