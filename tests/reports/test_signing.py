"""Signed content is immutable: text, numbers, records counted, and the file; a correction is an amendment."""

import hashlib
import io
import re
from contextlib import suppress
from datetime import date
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from docx import Document

from activities.models import Activity, ActivityType
from assistance.models import Assistance, AssistedYouth
from members.models import Member
from orgs.models import Role
from reports.documents.summary import compose
from reports.editions.kept_records import kept_parts
from reports.editions.seals import edition_seal, problems_of_editions
from reports.editions.signing import sign, signed_results, summary_of, text_digest
from reports.figures.counting import results
from reports.figures.lines import all_figures
from reports.figures.scopes import scope_of
from reports.models import CountedFigure, Edition, Explanation, Section, WordLayout
from tests.factories import make_activity, make_assistance, make_assisted_youth, make_organisation, make_user
from tests.made_once import made_once
from tests.reports.district import full_district, year_scope
from tests.reports.signed import begun, explain, signed
from yl_district.audit import write_once
from yl_district.audit.access_log import Action, record
from yl_district.audit.models import AccessEntry
from yl_district.audit.witnesses import witness_code

pytestmark = pytest.mark.django_db
TODAY = date(2018, 1, 5)


@made_once
def report():
    return begun(year_scope(full_district().root))


@made_once
def staff(report):
    return make_user("林知秋", report.organisation)


@made_once
def edition(report, staff):
    return signed(report, staff, TODAY)


def state(edition):
    """All that an edition says, read from the database."""
    edition = Edition.objects.get(pk=edition.pk)
    figures = {key: (result.value, result.quality, result.target) for key, result in signed_results(edition).items()}
    return summary_of(edition).text, figures, bytes(edition.document), edition.sha256


def test_signing_keeps_the_text_the_numbers_and_the_file(report, staff):
    scope = scope_of(report)
    now = compose(scope, TODAY)
    before = record(Action.SIGN_IN, user=staff)
    edition = signed(report, staff, TODAY)
    assert (edition.number, edition.label, edition.reason, edition.signed_by) == (1, "定稿", "", staff)
    text, figures, document, sha256 = state(edition)
    assert text == now.text
    assert figures == {key: (each.value, each.quality, each.target) for key, each in results(scope).items()}
    assert list(edition.figures.values_list("position", "key")) == list(enumerate(results(scope)))
    assert hashlib.sha256(document).hexdigest() == sha256
    lines = [paragraph.text for paragraph in Document(io.BytesIO(document)).paragraphs]
    assert set(now.text.splitlines()) <= set(lines)
    code = witness_code(before.number, before.digest)
    assert (edition.witness, lines[-1]) == (code, f"日志凭证 {code}（签发时访问日志的最后一条，供核对日志使用）")
    line = AccessEntry.objects.get(action=Action.SIGN)
    seal = edition_seal(Edition.objects.get())
    assert (line.who, line.subject) == (staff.username, f"reports.edition:{edition.pk}")
    assert line.detail == f"{edition.title}（第 1 稿），内容摘要 {seal}"
    assert list(problems_of_editions()) == []


def test_what_a_figure_was_called_when_it_was_signed_stays_with_it(report, edition):
    scope = scope_of(report)
    before = signed_results(edition)["sessions.lecture"].figure
    ActivityType.objects.filter(key="lecture").update(name="专题报告")
    after, now = signed_results(edition)["sessions.lecture"].figure, results(scope)["sessions.lecture"].figure
    assert (after.label, after.definition) == (before.label, before.definition)
    assert (now.label, now.definition) == ("专题报告场次", "期内专题报告的场次之和")
    assert before.label != now.label


def test_the_whole_text_and_the_open_one_come_from_sections_read_once(report, staff):
    explain(scope_of(report), staff, TODAY)
    with CaptureQueriesContext(connection) as captured:
        sign(report, staff, TODAY)
    read = [each["sql"] for each in captured if 'FROM "reports_section"' in each["sql"]]
    assert len(read) == 1


def test_signing_keeps_exactly_the_records_that_each_number_counts(report, edition):
    scope = scope_of(report)
    kept = {figure.key: kept_parts(figure) for figure in edition.figures.all()}
    assert kept == {key: figure.parts(scope) for key, figure in all_figures().items()}
    values = {figure.key: (figure.value, figure.quality) for figure in edition.figures.all()}
    assert values == {key: all_figures()[key].measure.whole(parts) for key, parts in kept.items()}


def test_later_changes_leave_an_edition_alone(report, edition):
    before = state(edition)
    Member.objects.update(left_on=date(2017, 6, 1), status="transferred_out")
    Activity.objects.filter(sign_in_count=0).update(attendance=7, basis="exact")
    report.organisation.name = "另一个名称"
    report.organisation.save()
    assert state(edition) == before


@pytest.mark.cpu(4)
def test_amendment_is_numbered_has_a_reason_and_keeps_the_former_edition(report, staff, edition):
    first = edition
    before = state(first)
    Activity.objects.filter(sign_in_count=0).update(attendance=7, basis="exact")
    with pytest.raises(ValidationError) as refused:
        signed(report, staff, TODAY)
    assert refused.value.messages == ["这份报告已经定稿。更正须写明原因，原稿和更正稿都会保留。"]
    second = signed(report, staff, TODAY, reason="补记了人次")
    assert (second.number, second.label, second.reason) == (2, "更正稿第1号", "补记了人次")
    assert state(first) == before
    assert [line.subject for line in AccessEntry.objects.filter(action=Action.SIGN).order_by("number")] == [
        f"reports.edition:{each.pk}" for each in (first, second)
    ]
    assert state(second)[1]["attendances"] != before[1]["attendances"]
    assert report.edition == second


def test_nothing_changed_needs_no_amendment(report, staff, edition):
    with pytest.raises(ValidationError) as refused:
        signed(report, staff, TODAY, reason="再签一次")
    assert refused.value.messages == ["正文和数字都与上一稿相同，不需要更正。请先修改正文或记录。"]
    assert report.editions.count() == 1


@made_once
def small():
    """A report on one activity and one assistance, which is signed in a moment."""
    root = make_organisation("清河地区团工委", category="working_committee", domain="office")
    branch = make_organisation("柳林社区团支部", root)
    make_activity(branch, "健步走", attendance=20, basis="exact")
    make_assistance([make_assisted_youth(branch)])
    return begun(year_scope(root))


def another_activity():
    """The same activity, entered anew."""
    activity = Activity.objects.get()
    Activity.objects.all().delete()
    make_activity(activity.host, activity.name, attendance=20, basis="exact")


def another_quality():
    Activity.objects.update(sign_in_count=20)


def another_assistance():
    """The same assistance, entered anew."""
    Assistance.objects.all().delete()
    make_assistance(AssistedYouth.objects.all())


def another_word():
    section = Section.objects.first()
    section.body += "特此报告。"
    section.save()


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("kind", "change", "number", "is_same_text"),
    [
        (Role.Kind.STAFF, another_activity, 2, True),
        (Role.Kind.STAFF, another_quality, 2, True),
        (Role.Kind.STAFF, another_assistance, 2, True),
        (Role.Kind.STAFF, another_word, 2, False),
        (Role.Kind.CADRE, another_activity, 2, True),
        (Role.Kind.CADRE, another_assistance, 1, True),
    ],
)
def test_an_amendment_is_signed_for_other_records_though_the_text_is_the_same(
    small, kind, change, number, is_same_text
):
    """As far as the signer may know of them: else the signing itself would tell that there are cases."""
    staff, signer = make_user("林知秋", small.organisation), make_user("陆远", small.organisation, kind)
    first = signed(small, staff, TODAY)
    change()
    explain(scope_of(small), staff, TODAY)
    with suppress(ValidationError):
        sign(small, signer, TODAY, reason="更正")
    last = small.editions.first()
    assert (last.number, last.blocks == first.blocks) == (number, is_same_text)


def test_only_the_text_that_was_read_is_signed(report, staff):
    seen = text_digest(compose(scope_of(report), TODAY))
    Activity.objects.filter(sign_in_count=0).update(attendance=7, basis="exact")
    with pytest.raises(ValidationError) as refused:
        signed(report, staff, TODAY, seen=seen)
    assert refused.value.messages == ["没有签发：打开本页后，正文或数字有了变动。请重新打开本页，核对后再签发。"]
    assert not Edition.objects.exists()
    assert signed(report, staff, TODAY, seen=text_digest(compose(scope_of(report), TODAY))).number == 1


@pytest.mark.parametrize(
    "other",
    [
        ("另一段", {"members": (1, "counted")}),
        ("正文", {"members": (2, "counted")}),
        ("正文", {"hubs": (1, "counted")}),
    ],
)
def test_another_text_or_number_or_figure_has_another_digest(other):
    def digest(text, results):
        results = {key: SimpleNamespace(value=value, quality=quality) for key, (value, quality) in results.items()}
        return text_digest(SimpleNamespace(text=text, results=results))

    read = ("正文", {"members": (1, "counted")})
    assert digest(*read) == digest(*read)
    assert digest(*read) != digest(*other) != digest("正文", {"members": (1, "rounded")}) != digest(*read)


def test_findings_without_a_reason_keep_a_report_from_being_signed(report, staff):
    with pytest.raises(ValidationError) as refused:
        sign(report, staff, TODAY)
    assert re.fullmatch(
        "没有签发：还有 [0-9]+ 项核对结果没有说明。请在“数据核对”中逐项改正或写明原因。", refused.value.messages[0]
    )
    explain(scope_of(report), staff, TODAY)
    assert sign(report, staff, TODAY).number == 1


def test_a_reason_for_another_state_of_things_does_not_count(report, staff):
    explain(scope_of(report), staff, TODAY)
    Explanation.objects.update(digest="another")
    with pytest.raises(ValidationError):
        sign(report, staff, TODAY)


@pytest.mark.cpu(4)
def test_a_layout_that_fails_keeps_a_report_from_being_signed(report, staff):
    layout = WordLayout.objects.create(
        file_name="坏版式.docx", content=b"PK", sha256="", uploaded_by=staff, uploaded_at=timezone.now()
    )
    with pytest.raises(ValidationError) as refused:
        signed(report, staff, TODAY)
    assert refused.value.messages == ["没有签发：上传的 Word 版式不能使用。请管理员停用该版式或换一份，然后再签发。"]
    layout.withdraw()
    assert signed(report, staff, TODAY).number == 1


def test_a_report_without_text_is_not_signed(report, staff):
    Section.objects.all().delete()
    with pytest.raises(ValidationError) as refused:
        signed(report, staff, TODAY)
    assert refused.value.messages == ["这份报告还没有正文，不能签发。请先编写正文。"]


def test_readers_who_may_not_know_of_cases_get_the_edition_without_them(report, edition):
    whole, part = summary_of(edition), summary_of(edition, with_cases=False)
    assert "帮扶" in whole.text
    assert part.text == compose(scope_of(report), TODAY, with_cases=False).text
    assert set(part.results) == set(results(scope_of(report), with_cases=False))


@pytest.mark.parametrize("kind", [Edition, CountedFigure])
def test_editions_are_neither_changed_nor_deleted(edition, kind):
    row = kind.objects.first()
    for act in (row.save, row.delete):
        with pytest.raises(ValidationError):
            act()


@pytest.mark.both
@pytest.mark.parametrize("statement", ["UPDATE {table} SET {column} = 'x'", "DELETE FROM {table}"])
@pytest.mark.parametrize(("table", "column"), [("reports_edition", "title"), ("reports_countedfigure", "label")])
def test_the_database_refuses_to_change_what_was_signed(edition, statement, table, column):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table=table, column=column))
    assert (Edition.objects.count(), CountedFigure.objects.count()) == (1, len(all_figures()))


@pytest.mark.both
def test_without_its_triggers_the_database_would_change_it(edition):
    write_once.unprotect(connection, write_once.tables())
    Edition.objects.update(title="改过的标题")
    # PostgreSQL gives a table no trigger before what is put off to the end has been looked at.
    connection.check_constraints()
    write_once.protect(connection, write_once.tables())
    assert Edition.objects.get(pk=edition.pk).title == "改过的标题"
    assert write_once.tables() == [
        *("reports_assessmentstep", "reports_edition", "reports_countedfigure", "reports_commententry")
    ]
