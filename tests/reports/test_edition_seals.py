"""Seals of signed editions: whatever is changed, added or taken away in the database itself shows."""

import base64
from contextlib import contextmanager
from datetime import date, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.urls import reverse

from orgs.models import Role
from reports.editions import seals
from reports.editions.seals import problems_of_editions, record_seal, seal_editions_of_before
from reports.models import CountedFigure, Edition
from tests.factories import make_activity, make_edition, make_hub, make_organisation, make_report, make_user
from tests.made_once import made_once
from tests.pages import browser_of
from yl_district.audit import write_once
from yl_district.audit.access_log import FORMER_SCHEME, Action, digest_of, record
from yl_district.audit.models import AccessEntry
from yl_district.audit.verification import verify
from yl_district.audit.write_once import ACCESS_LOG

KEY = base64.b64encode(bytes(32)).decode()
pytestmark = [pytest.mark.both, pytest.mark.django_db]


@made_once
def edition():
    """An edition as signing leaves it: with a figure, and its seal in the log."""
    root = make_organisation("清河地区团工委")
    user = make_user("林知秋", root)
    record(Action.SIGN_IN, user=user)
    edition = make_edition(make_report(root, "h1"), user, make_activity(root))
    record_seal(Edition.objects.get(pk=edition.pk), user=user)
    return edition


@contextmanager
def unguarded():
    """What the owner of the database can do: the tables without their triggers, which are put back."""
    connection.check_constraints()
    write_once.unprotect(connection, write_once.tables())
    yield
    connection.check_constraints()
    write_once.protect(connection, write_once.tables())


def another(value):
    """A value of the same kind."""
    if isinstance(value, datetime | date):
        return value + timedelta(days=1)
    if isinstance(value, int):
        return value + 1
    if isinstance(value, list):
        return [*value, {"level": 0, "parts": ["另一段"]}]
    if value is None:
        return 7
    return bytes(value) + b" " if isinstance(value, bytes | memoryview) else f"{value[:-1]}~"


def others(edition):
    """Another value for every column of what was signed, and of the report that says what it is about."""
    place, user = make_organisation("柳林社区团支部"), make_user()
    report = make_report(place, "h2")
    rows = {"report": report.pk, "signed_by": user.pk, "organisation": place.pk}
    rows |= {"hub": make_hub(organisation=edition.report.organisation).pk}
    with transaction.atomic():
        rows["edition"] = copied(edition, number=3, report=report).pk
    for row in (edition, CountedFigure.objects.get(), edition.report):
        for field in row._meta.concrete_fields:
            if not field.primary_key:
                value = getattr(row, field.attname)
                yield row, field.attname, rows[field.name] if field.is_relation else another(value)


def problems_after(row, name, value):
    """What is told once a column has another value, which is then put back."""
    with transaction.atomic():
        type(row).objects.filter(pk=row.pk).update(**{name: value})
        found = list(problems_of_editions())
        transaction.set_rollback(True)
    return found


def test_a_change_of_any_column_is_told(edition, promises):
    assert list(problems_of_editions()) == []
    tried = list(others(edition))
    told = f"（编号 {edition.pk}）：内容与签发时"
    with unguarded():
        untold = [each for each in tried if not any(told in said for said in problems_after(*each))]
    promises.add("H1", changes=len(tried), shown=len(tried) - len(untold))
    assert untold == []


def test_a_seal_needs_the_key(edition, settings):
    before = seals.edition_seal(edition)
    settings.FIELD_KEYS = f"k1 {KEY}\nindex {KEY}"
    assert seals.edition_seal(edition) != before


def test_twin_without_the_seal_nothing_tells_that_title_and_figure_were_changed(edition, monkeypatch):
    with unguarded():
        Edition.objects.update(title="改过的标题")
        CountedFigure.objects.update(value=999)
    monkeypatch.setattr(seals, "edition_seal", lambda edition: AccessEntry.objects.first().detail[-64:])
    assert (verify().problem, Edition.objects.get().is_whole, list(problems_of_editions())) == ("", True, [])


def copied(edition, **changed):
    """A second edition made by copying the row, as SQL can."""
    other = Edition.objects.get(pk=edition.pk)
    other.pk, other._state.adding = None, True
    for name, value in changed.items():
        setattr(other, name, value)
    other.save()
    return other


def delete(edition):
    CountedFigure.objects.all().delete()
    Edition.objects.all().delete()


def test_an_edition_that_nobody_signed_is_told(edition):
    other = copied(edition, number=3)
    assert list(problems_of_editions()) == [
        f"{other}（编号 {other.pk}）：访问日志中没有它的签发记录，不是在系统中签发的。"
    ]


def test_an_edition_that_is_gone_is_told(edition):
    with unguarded():
        delete(edition)
    number = AccessEntry.objects.first().number
    assert list(problems_of_editions()) == [
        f"日志第 {number} 条签发的工作总结（第 2 稿）：定稿已不在数据库中，被删除。"
    ]


def test_a_figure_that_was_added_or_taken_away_is_told(edition):
    told = f"{edition}（编号 {edition.pk}）：内容与签发时（日志第 2 条）不符，已被改动。"
    figure = CountedFigure.objects.get()
    figure.pk, figure.key, figure._state.adding = None, "another", True
    figure.save()
    assert list(problems_of_editions()) == [told]
    with unguarded():
        CountedFigure.objects.all().delete()
    assert list(problems_of_editions()) == [told]


def test_a_changed_edition_is_not_covered_by_a_second_line(edition):
    with unguarded():
        Edition.objects.update(title="改过的标题")
    record_seal(Edition.objects.get())
    assert list(problems_of_editions()) == [
        f"日志第 3 条：编号 {edition.pk} 的定稿在此前已有签发记录。",
        f"{edition}（编号 {edition.pk}）：内容与签发时（日志第 2 条）不符，已被改动。",
    ]


def test_a_line_that_was_changed_together_with_its_edition_is_told(edition):
    with unguarded():
        Edition.objects.update(title="改过的标题")
    ACCESS_LOG.unprotect(connection)
    line = AccessEntry.objects.first()
    AccessEntry.objects.filter(pk=line.pk).update(detail=f"改过的标题，内容摘要 {'0' * 64}")
    ACCESS_LOG.protect(connection)
    assert "日志第 2 条（签发记录）的内容被改动。" in list(problems_of_editions())


def test_the_code_printed_on_an_edition_must_still_be_in_the_log(edition):
    other = copied(edition, number=3, witness="1-8f3a-12bc-09de-77aa-41c2")
    record_seal(Edition.objects.get(pk=other.pk))
    assert list(problems_of_editions()) == [
        "定稿上印的日志凭证 1-8f3a-12bc-09de-77aa-41c2：日志中没有这一条，日志的末尾被删去或日志被重写。"
    ]


SWITCHED_OFF = {
    "sqlite": ["DROP TRIGGER {table}_keeps_rows", "DROP TRIGGER {table}_replaces_none"],
    "postgresql": ["ALTER TABLE {table} DISABLE TRIGGER USER", "ALTER TABLE {table} DISABLE TRIGGER ALL"],
}


@pytest.mark.parametrize("table", ["reports_edition", "reports_countedfigure"])
@pytest.mark.parametrize("number", [0, 1])
def test_triggers_that_are_switched_off_are_told(edition, table, number):
    connection.check_constraints()
    with connection.cursor() as cursor:
        cursor.execute(SWITCHED_OFF[connection.vendor][number].format(table=table))
    told = list(problems_of_editions())
    assert told and all(f"的触发器 {table}_" in each and "缺失、停用或被改动" in each for each in told)


def as_before_the_upgrade():
    """Gives the lines of the log the digests of the version before, and leaves out the seals."""
    ACCESS_LOG.unprotect(connection)
    AccessEntry.objects.filter(action=Action.SIGN).delete()
    for line in AccessEntry.objects.order_by("number"):
        line.digest = digest_of(line, FORMER_SCHEME)
        line.save()
    ACCESS_LOG.protect(connection)


def test_an_upgrade_records_the_editions_of_before_once_and_says_so(edition):
    as_before_the_upgrade()
    # As `manage.py verify_audit_log` may write it before `manage.py migrate`.
    record(Action.VERIFY, who="root")
    other = copied(edition, number=3)
    seal_editions_of_before(Edition.objects.all())
    details = AccessEntry.objects.filter(action=Action.SIGN).order_by("number").values_list("detail", flat=True)
    assert [detail.partition("，内容摘要")[0] for detail in details] == [
        "升级时补记，工作总结（第 2 稿）",
        "升级时补记，工作总结（第 3 稿）",
        "升级以前签发的定稿：补记 2 份，此后不再补记",
    ]
    assert (verify().problem, list(problems_of_editions())) == ("", [])
    with unguarded():
        Edition.objects.filter(pk=other.pk).update(title="改过的标题")
    assert list(problems_of_editions()) == [f"{other}（编号 {other.pk}）：内容与签发时（日志第 4 条）不符，已被改动。"]


@pytest.mark.parametrize("is_old", [True, False])
def test_nothing_is_blessed_by_an_upgrade_that_is_repeated(edition, is_old):
    """Whoever adds an edition and has the migration run again gains nothing; the twin is the test above."""
    if is_old:
        as_before_the_upgrade()
        seal_editions_of_before(Edition.objects.all())
    other = copied(edition, number=3)
    before = AccessEntry.objects.count()
    seal_editions_of_before(Edition.objects.all())
    assert AccessEntry.objects.count() == before
    assert [said[: len(str(other))] for said in problems_of_editions()] == [str(other)]
    line = record_seal(Edition.objects.get(pk=other.pk), note=seals.AFTERWARDS)
    record(Action.SIGN, seals.CLOSING_SUBJECT, detail="升级以前签发的定稿：补记 1 份，此后不再补记")
    assert next(problems_of_editions()) == f"日志第 {line.number} 条：签发记录不是在升级时补记的。"


def test_a_new_database_needs_no_closing_line():
    seal_editions_of_before(Edition.objects.all())
    assert AccessEntry.objects.count() == 0


def test_the_command_names_what_it_found(edition, capsys):
    call_command("verify_editions")
    assert capsys.readouterr().out.splitlines()[1] == "定稿共 1 份，均与签发时一致。"
    with unguarded():
        Edition.objects.update(title="改过的标题")
    with pytest.raises(SystemExit) as ended:
        call_command("verify_editions", "--whole")
    said = capsys.readouterr().out.splitlines()
    assert (ended.value.code, said[0][:4], said[1:]) == (
        1,
        "日志完整",
        [f"{edition}（编号 {edition.pk}）：内容与签发时（日志第 2 条）不符，已被改动。"],
    )
    with unguarded():
        Edition.objects.update(title="工作总结")
    call_command("verify_editions")


def test_the_auditor_compares_the_editions(edition):
    auditor = browser_of(make_user("严审", edition.report.organisation, Role.Kind.AUDITOR))

    def told():
        answer = auditor.post(reverse("editions_verify"), follow=True)
        return [str(message) for message in answer.context["messages"]], AccessEntry.objects.first().detail

    said = "核对定稿：共 1 份，均与签发时一致"
    assert told() == ([f"{said}。"], said)
    with unguarded():
        Edition.objects.update(title="改过的标题")
    named = f"{edition}（编号 {edition.pk}）：内容与签发时（日志第 2 条）不符，已被改动。"
    assert told() == ([named, "核对定稿：有 1 处问题。"], "核对定稿：有 1 处问题")
