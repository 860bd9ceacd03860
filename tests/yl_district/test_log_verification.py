"""Verifying the log: from checkpoints and in whole, by witnesses from outside, with time that only goes on."""

import socket
import threading
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from docx import Document

from tests.races import HANGING
from yl_district.audit import verification
from yl_district.audit.access_log import (
    BEGINNING,
    FORMER_SCHEME,
    PRESENT_SCHEME,
    Action,
    date_line,
    digest_of,
    record,
)
from yl_district.audit.models import AccessEntry
from yl_district.audit.syslog import tell_syslog
from yl_district.audit.verification import note_checkpoint, verify
from yl_district.audit.witnesses import Witness, last_witness, lost, witness_code, witness_of, witnesses_in
from yl_district.audit.write_once import ACCESS_LOG
from yl_district.settings import syslog_address

pytestmark = [pytest.mark.both, pytest.mark.django_db]
CODE = "1234-8f3a-12bc-09de-77aa-41c2"
DIGEST = "8f3a12bc09de77aa41c2" + "0" * 44


@contextmanager
def triggers_away():
    """What the owner of the database can do: the log without its triggers, which are put back."""
    ACCESS_LOG.unprotect(connection)
    yield
    ACCESS_LOG.protect(connection)


def written(count):
    """Writes so many lines; returns them."""
    return [record(Action.EXPORT, f"members.member:{number}", who="甲") for number in range(count)]


def computed_anew(first, scheme=PRESENT_SCHEME, **changed):
    """Changes a line and computes the chain anew from there, as somebody can who has the keys as well."""
    with triggers_away():
        previous = None
        for line in AccessEntry.objects.filter(number__gte=first).order_by("number"):
            if previous is None:
                for name, value in changed.items():
                    setattr(line, name, value)
            line.previous = previous or line.previous
            line.digest = previous = digest_of(line, scheme)
            line.save()


def cut_off():
    """Cuts the log's end off, puts the triggers back, and lets the log grow beyond its former length."""
    with triggers_away():
        AccessEntry.objects.filter(number__gt=3).delete()
    written(4)


def written_anew():
    """Takes the name off a line and computes all later digests anew."""
    computed_anew(3, who="乙")


def witness_files(folder, code):
    """The files in which somebody may have kept a code: a text, an extract of the system's log, a Word file."""
    line = AccessEntry.objects.get(number=witness_of(code).number)
    (folder / "code.txt").write_text(f"日志凭证 {code}（签发时）\n", "utf-8")
    (folder / "syslog").write_text(f"Dec 1 08:00:01 host yl-district: access log {line.number}-{line.digest}\n")
    document = Document()
    document.add_paragraph("工作总结")
    note = document.add_paragraph("日志凭证 ")
    for part in (code[:9], code[9:], "（签发时访问日志的最后一条）"):
        note.add_run(part)
    document.save(folder / "report.docx")
    return [["--witness", str(folder / name)] for name in ("code.txt", "syslog", "report.docx")]


@pytest.mark.parametrize("attack", [cut_off, written_anew])
def test_every_witness_shows_what_the_chain_itself_cannot(attack, tmp_path, capsys, promises):
    written(5)
    noted = last_witness()
    digest = AccessEntry.objects.first().digest
    witnesses = [["--expect", noted], ["--expect", digest], *witness_files(tmp_path, noted)]
    for asked in witnesses:
        call_command("verify_audit_log", "--whole", *asked)
    attack()
    # The twin: without a witness the attack goes unnoticed.
    call_command("verify_audit_log", "--whole")
    assert capsys.readouterr().out.count("日志完整") == len(witnesses) + 1
    for asked in witnesses:
        with pytest.raises(SystemExit) as ended:
            call_command("verify_audit_log", *asked)
        said = capsys.readouterr().out
        assert (ended.value.code, said[: len("日志有误：日志中没有凭证")]) == (1, "日志有误：日志中没有凭证")
    promises.add("E2", asked=len(witnesses), told=len(witnesses))


def test_several_witnesses_are_asked_at_once_and_the_missing_ones_named(capsys):
    lines = written(3)
    codes = [witness_code(line.number, line.digest) for line in lines]
    call_command("verify_audit_log", *(word for code in codes for word in ("--expect", code)))
    with pytest.raises(SystemExit):
        call_command("verify_audit_log", "--expect", codes[0], "--expect", CODE, "--expect", DIGEST)
    assert f"没有凭证 {DIGEST}、{CODE} 的那一条" in capsys.readouterr().out


def test_thousands_of_witnesses_are_looked_for():
    lines = written(3)
    known = {Witness(line.number, line.digest) for line in lines} | {Witness(None, lines[1].digest)}
    others = {Witness(number, DIGEST) for number in range(1, 2000)} | {
        Witness(None, f"{n:064x}") for n in range(1, 999)
    }
    assert lost(known) == []
    assert set(lost(known | others)) == others


@pytest.mark.parametrize(
    "text", ["x", CODE[:-1], CODE + "0", "8f3a-12bc-09de-77aa-41c2", DIGEST[:-1], f"{CODE} {CODE}"]
)
def test_what_is_no_code_is_said_to_be_none(text):
    with pytest.raises(CommandError, match="不是日志凭证"):
        call_command("verify_audit_log", "--expect", text)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "不能读取"),
        (b"", "没有日志凭证"),
        (b"\xff\xfe" * 50, "没有日志凭证"),
        (b"PK\x05\x06" + bytes(18), "没有"),
    ],
)
def test_a_file_without_a_code_is_said_to_have_none(content, said, tmp_path):
    path = tmp_path / "file"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CommandError, match=said):
        call_command("verify_audit_log", "--witness", str(path))


# As an input method for Chinese writes digits and dashes.
FULL_WIDTH = "".join(chr(ord(each) + 0xFEE0) for each in CODE)


@pytest.mark.parametrize(
    "text", [CODE, CODE.upper(), f"凭证{CODE}。", f"1234-{DIGEST[:20]}{'0' * 44}", f"x\n{CODE}\n", FULL_WIDTH]
)
def test_a_code_is_read_as_people_write_it(text):
    (found,) = witnesses_in(text)
    assert (found.number, found.digest[:20]) == (1234, DIGEST[:20])
    assert str(found) == CODE


def test_a_walk_begins_at_the_last_checkpoint(capsys):
    written(5)
    call_command("verify_audit_log")
    written(2)
    verdict = verify(whole=False)
    assert (verdict.since, verdict.number, verdict.problem) == (5, 8, "")
    assert verify().since == 0
    call_command("verify_audit_log")
    before = AccessEntry.objects.count()
    call_command("verify_audit_log")
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("，")[1] for line in lines] == [
        "共 5 条（全部核对）",
        "共 8 条（自核对点第 5 条起核对）",
        "共 9 条（自核对点第 8 条起核对）",
    ]
    # Where nothing has come, nothing is added either.
    assert AccessEntry.objects.count() == before


@pytest.mark.parametrize("number", [1, 4])
def test_what_is_changed_before_a_checkpoint_shows_in_the_whole(number):
    """What docs/audit.md says of checkpoints, be it what they do not see."""
    written(5)
    note_checkpoint(verify())
    with triggers_away():
        AccessEntry.objects.filter(number=number).update(who="乙")
    assert (verify(whole=False).problem, verify().problem) == ("", f"第 {number} 条的内容被改动。")


def test_what_is_lost_before_a_checkpoint_shows_at_once():
    written(5)
    note_checkpoint(verify())
    with triggers_away():
        AccessEntry.objects.filter(number=2).delete()
    assert (verify(whole=False).problem, verify().problem) == ("应有 6 条，实有 5 条。", "缺少第 2 条。")


def test_the_line_of_a_checkpoint_itself_must_stand():
    written(5)
    note_checkpoint(verify())
    with triggers_away():
        AccessEntry.objects.filter(number=5).update(who="乙")
    assert verify(whole=False).problem == "第 5 条与第 6 条的核对点不符，已被改动或删除。"


def forge(number):
    """Changes the seventh line, and makes of the eighth a checkpoint behind it, without the key."""
    line = AccessEntry.objects.get(number=number)
    detail = f"日志完整；核对至第 {number} 条，摘要 {line.digest}"
    with triggers_away():
        AccessEntry.objects.filter(number=8).update(action=Action.VERIFY, detail=detail)
        AccessEntry.objects.filter(number=7).update(who="乙")


@pytest.mark.parametrize("number", [7, 8])
def test_a_forged_checkpoint_is_found(number):
    written(5)
    note_checkpoint(verify())
    written(2)
    forge(number)
    assert verify(whole=False).problem == "第 8 条（核对点）的内容被改动。"


def test_twin_a_checkpoint_that_needed_no_key_would_hide_a_change(monkeypatch):
    written(5)
    note_checkpoint(verify())
    written(2)
    forge(7)
    monkeypatch.setattr(verification, "digest_of", lambda line, scheme: line.digest)
    assert verify(whole=False).problem == ""


def test_time_does_not_run_backwards_though_a_clock_is_set_back():
    """The line is dated like the one before and says what the clock showed, so that nothing is lost or stopped."""
    written(2)
    ahead = AccessEntry.objects.first().at + timedelta(days=400)
    computed_anew(2, at=ahead)
    line = record(Action.SIGN_IN, "x", detail="说明")
    line.refresh_from_db()
    assert line.at == ahead
    assert line.detail.startswith("〔系统时钟 20") and line.detail.endswith(" 早于上一条，时间从上一条〕说明")
    assert verify().is_whole


def test_clocks_that_differ_a_little_are_not_remarked_on():
    before = datetime(2017, 5, 4, 8, tzinfo=UTC)
    line = AccessEntry(detail="说明")
    date_line(line, before - timedelta(seconds=1), before)
    assert (line.at, line.detail) == (before, "说明")
    date_line(line, before + timedelta(seconds=1), before)
    assert (line.at, line.detail) == (before + timedelta(seconds=1), "说明")


def test_a_line_dated_before_the_one_before_is_found():
    lines = written(4)
    computed_anew(3, at=lines[0].at - timedelta(seconds=1))
    assert verify().problem == "第 3 条的时间早于上一条。"


def test_a_log_from_before_the_upgrade_stays_sound_whatever_its_times():
    lines = written(4)
    computed_anew(1, FORMER_SCHEME, at=lines[0].at + timedelta(days=1))
    written(2)
    assert (verify().problem, verify().number) == ("", 6)
    note_checkpoint(verify())
    assert (verify(whole=False).problem, verify(whole=False).since) == ("", 6)


def test_no_line_of_the_former_scheme_follows_one_of_the_present():
    written(4)
    computed_anew(3, FORMER_SCHEME)
    assert verify().problem == "第 3 条的内容被改动。"


HARMLESS = {
    "sqlite": [
        "DROP TRIGGER access_log_keeps_lines",
        "CREATE TRIGGER access_log_keeps_lines BEFORE UPDATE ON {table} WHEN FALSE BEGIN SELECT 1; END",
    ],
    "postgresql": [
        "CREATE OR REPLACE FUNCTION refuse_log_change() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$"
    ],
}


def test_triggers_of_the_same_name_that_refuse_nothing_are_found():
    written(2)
    with connection.cursor() as cursor:
        for statement in HARMLESS[connection.vendor]:
            cursor.execute(statement.format(table=ACCESS_LOG.table))
    assert "access_log_keeps_lines" in ACCESS_LOG.missing(connection)
    assert "触发器缺失、停用或被改动" in verify(whole=False).problem


def test_an_empty_log_has_no_code_and_needs_no_checkpoint(capsys):
    call_command("verify_audit_log")
    assert (last_witness(), AccessEntry.objects.count()) == ("", 0)
    assert capsys.readouterr().out == f"日志完整，共 0 条（全部核对），最后一条为第 0 条，摘要 {BEGINNING}。\n"


@pytest.fixture
def listening(settings):
    """A socket that takes what is sent to the system's log."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.setblocking(False)
        settings.AUDIT_SYSLOG = listener.getsockname()
        yield listener


def test_the_digest_of_each_line_is_told_to_syslog_and_nothing_else(listening, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        line = record(Action.UNMASK, "members.person:7", who="林知秋", detail="说明")
    told = listening.recv(1000).decode()
    assert told == f"<110>yl-district: access log 1-{line.digest}"
    assert witnesses_in(told) == {Witness(1, line.digest)}


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("", ""),
        ("/dev/log", "/dev/log"),
        ("10.0.0.9:514", ("10.0.0.9", 514)),
        ("[::1]:514", ("::1", 514)),
        ("loghost:514", None),
        ("10.0.0.9", None),
        ("10.0.0.9:x", None),
    ],
)
def test_the_address_of_syslog_is_a_path_or_a_number_that_needs_no_looking_up(text, address, monkeypatch):
    monkeypatch.setenv("AUDIT_SYSLOG", text)
    if address is None:
        with pytest.raises(ImproperlyConfigured, match="AUDIT_SYSLOG 应为"):
            syslog_address()
    else:
        assert syslog_address() == address


def test_a_line_that_was_rolled_back_is_not_told(listening, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        record(Action.SIGN_IN)
        transaction.set_rollback(True)
    with pytest.raises(BlockingIOError):
        listening.recv(1000)


@pytest.mark.parametrize("place", ["path", "closed"])
def test_a_syslog_that_does_not_listen_stops_nothing(place, settings, tmp_path, django_capture_on_commit_callbacks):
    settings.AUDIT_SYSLOG = str(tmp_path / "log") if place == "path" else ("127.0.0.1", 9)
    with django_capture_on_commit_callbacks(execute=True):
        written(3)
    assert AccessEntry.objects.count() == 3


def test_a_syslog_that_takes_nothing_more_is_not_waited_for(settings, tmp_path):
    settings.AUDIT_SYSLOG = str(tmp_path / "log")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as full:
        full.bind(settings.AUDIT_SYSLOG)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender, pytest.raises(BlockingIOError):
            sender.setblocking(False)
            while True:
                sender.sendto(b"x", settings.AUDIT_SYSLOG)
        telling = threading.Thread(target=tell_syslog, args=[1, DIGEST], daemon=True)
        telling.start()
        telling.join(HANGING)
        assert not telling.is_alive()
        taken = set()
        full.setblocking(False)
        with suppress(BlockingIOError):
            while True:
                taken.add(full.recv(100))
        assert taken == {b"x"}
