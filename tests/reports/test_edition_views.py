"""Pages of editions: who may sign, what each reader sees of an edition, and of changes since."""

import hashlib
import io
import json
from datetime import date

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from docx import Document

from activities.models import Activity
from orgs.models import Role
from reports.figures.scopes import Scope
from reports.models import Edition, WordLayout
from tests.factories import (
    make_activity,
    make_assisted_youth,
    make_hub,
    make_member,
    make_organisation,
    make_section,
    make_user,
)
from tests.made_once import made_once
from tests.pages import browser_of, page, queries, status, two_branches
from tests.reports.layout_files import with_line
from tests.reports.signed import begun, explain, signed
from yl_district.audit import write_once
from yl_district.periods import Period
from yl_district.spreadsheets.workbooks import read_workbook

pytestmark = pytest.mark.django_db
YEAR = Period.of_year(2017)
TODAY = date(2018, 1, 5)


@made_once
def place():
    place = two_branches()
    make_member("章程", place.here)
    make_activity(place.here, "健步走", attendance=20, basis="exact")
    make_activity(place.there, "读书会", attendance=30, basis="exact")
    make_assisted_youth(place.here)
    place.report = begun(Scope(place.root, YEAR))
    return place


def sign_page(client, report, **asked):
    """Signs as a browser does: with the digest of the text that the page shows."""
    address = reverse("report_sign", args=[report.pk])
    form = client.get(address).context["form"]
    marks = {"seen": form["seen"].value(), "submission": form.submission, "version": form.version}
    return client.post(address, marks | asked, follow=True)


def errors(answer):
    return [message for messages in answer.context["form"].errors.values() for message in messages]


@pytest.mark.cpu(4)
def test_staff_sign_what_they_have_read(place):
    explain(Scope(place.root, YEAR), place.staff, TODAY)
    answer = sign_page(place.office, place.report)
    edition = Edition.objects.get()
    assert (edition.signed_by, edition.number) == (place.staff, 1)
    assert "已签发清河地区团工委2017年工作总结。" in answer.content.decode()
    text = page(place.office, "edition_detail", edition.pk)
    assert "定稿以来，所统计的记录没有变动。" in text
    assert f'href="/editions/{edition.pk}/figures/sessions/"' in text


def test_a_file_that_is_no_longer_the_signed_one_is_told(place):
    """As whoever holds the database itself could have changed it."""
    edition = signed(place.report, place.staff, TODAY)
    warning = "文件与校验值不符，请立即报告系统管理员。"
    assert warning not in page(place.office, "edition_detail", edition.pk)
    write_once.unprotect(connection, write_once.tables())
    Edition.objects.update(document=edition.document + b" ")
    assert warning in page(place.office, "edition_detail", edition.pk)


@pytest.mark.cpu(4)
def test_what_is_not_explained_is_said_with_the_way_to_the_board(place):
    text = page(place.office, "report_sign", place.report.pk)
    assert "项核对结果没有说明，说明后才能签发。" in text
    assert errors(sign_page(place.office, place.report))[0].startswith("没有签发：还有")
    assert not Edition.objects.exists()


def test_a_text_that_changed_meanwhile_is_not_signed(place):
    explain(Scope(place.root, YEAR), place.staff, TODAY)
    address = reverse("report_sign", args=[place.report.pk])
    form = place.office.get(address).context["form"]
    make_section(place.report, "另外举办活动{活动场次}。")
    answer = place.office.post(address, {"seen": form["seen"].value(), "submission": form.submission})
    assert errors(answer) == ["没有签发：打开本页后，正文或数字有了变动。请重新打开本页，核对后再签发。"]
    assert not Edition.objects.exists()


def test_pressing_twice_signs_once(place):
    explain(Scope(place.root, YEAR), place.staff, TODAY)
    address = reverse("report_sign", args=[place.report.pk])
    form = place.office.get(address).context["form"]
    sent = {"seen": form["seen"].value(), "submission": form.submission, "version": form.version}
    for _ in range(2):
        place.office.post(address, sent)
    assert Edition.objects.count() == 1


@pytest.mark.cpu(6)
def test_a_text_with_what_means_nothing_is_not_signed(place):
    explain(Scope(place.root, YEAR), place.staff, TODAY)
    section = make_section(place.report, "举办{瑜珈场次}\n[活动场次 零:没有")
    told = "正文有 2 处不能识别，文中显示为【…】。请在报告页按提示逐处改正后再签发。"
    assert told in page(place.office, "report_sign", place.report.pk)
    assert errors(sign_page(place.office, place.report)) == [told]
    assert not Edition.objects.exists()
    section.delete()
    sign_page(place.office, place.report)
    assert Edition.objects.count() == 1


def test_signing_before_the_period_has_ended_is_remarked_on(place):
    told = "才结束。现在签发的是截至今天的数字"
    running = begun(Scope(place.root, Period.of_year(timezone.localdate().year)))
    assert [told in page(place.office, "report_sign", each.pk) for each in (place.report, running)] == [False, True]


@pytest.mark.sampled(2)
@pytest.mark.parametrize("key", ["nonsense", "%00", "%ED%A0%80", "members%00"])
def test_a_figure_that_an_edition_never_had_is_not_found(place, key):
    edition = signed(place.report, place.staff, TODAY)
    assert place.office.get(f"/editions/{edition.pk}/figures/{key}/").status_code == 404


@pytest.mark.cpu(8)
def test_an_amendment_needs_a_reason_and_both_editions_stay(place):
    first = signed(place.report, place.staff, TODAY)
    make_activity(place.here, "足球赛", attendance=9, basis="exact")
    assert errors(sign_page(place.office, place.report)) == ["请填写更正原因。"]
    explain(Scope(place.root, YEAR), place.staff, TODAY)
    sign_page(place.office, place.report, reason="补登一场足球赛")
    text = page(place.office, "edition_detail", first.pk)
    assert "更正稿第1号" in text
    assert "更正原因：补登一场足球赛" in text
    assert "2场" in text
    assert "3场" not in text


def test_whoever_does_not_write_there_cannot_sign(place):
    leader = browser_of(make_user("卫东", place.root, Role.Kind.LEADER))
    assert status(leader, "report_sign", place.report.pk) == 404
    assert status(place.cadre, "report_sign", place.report.pk) == 404
    own = begun(Scope(place.here, YEAR))
    assert status(place.cadre, "report_sign", own.pk) == 200


def test_branch_cadre_signs_the_own_branch_without_learning_of_cases(place):
    own = begun(Scope(place.here, YEAR))
    text = page(place.cadre, "report_sign", own.pk)
    assert "帮扶对象" not in text.partition("将要签发的正文")[2]
    edition = signed(own, place.branch_cadre, TODAY)
    text = page(place.cadre, "edition_detail", edition.pk)
    assert "帮扶对象" not in text
    assert edition.sha256 not in text
    assert edition.figures.filter(key="assisted_youths").get().value == 1
    assert status(place.cadre, "edition_figure", edition.pk, "assisted_youths") == 404
    figures = json.loads(place.cadre.get(f"/editions/{edition.pk}/files/json/").content)["figures"]
    assert "assisted_youths" not in figures
    assert figures["sessions"]["value"] == 1


@pytest.mark.cpu(8)
def test_a_cadre_learns_nothing_of_cases_by_signing(place):
    own = begun(Scope(place.here, YEAR))
    before = place.cadre.get(reverse("report_sign", args=[own.pk])).context["form"]["seen"].value()
    signed(own, place.branch_cadre, TODAY)
    make_assisted_youth(place.here, "苏棠")
    assert place.cadre.get(reverse("report_sign", args=[own.pk])).context["form"]["seen"].value() == before
    explain(Scope(place.here, YEAR), place.staff, TODAY)
    answer = sign_page(place.cadre, own, reason="再签一次")
    assert errors(answer) == ["正文和数字都与上一稿相同，不需要更正。请先修改正文或记录。"]
    assert sign_page(place.office, own, reason="新增一名帮扶对象").status_code == 200
    assert own.editions.count() == 2


def test_hub_operator_signs_the_hubs_return(place):
    hub = make_hub(place.here, "柳林青年汇")
    make_activity(name="观影", hub=hub, attendance=9, basis="exact")
    operator = make_user("江帆", place.here, Role.Kind.HUB_OPERATOR)
    report = begun(Scope(place.here, YEAR, hub))
    explain(Scope(place.here, YEAR, hub), operator, TODAY)
    client = browser_of(operator)
    sign_page(client, report)
    edition = Edition.objects.get()
    assert edition.title == "柳林青年汇2017年工作总结"
    assert "观影" in page(client, "edition_figure", edition.pk, "sessions")
    assert status(client, "edition_figure", edition.pk, "members") == 404
    # Nothing in it is about cases: everybody who reads it gets the very file.
    assert edition.sha256 in page(client, "edition_detail", edition.pk)
    answer = client.get(f"/editions/{edition.pk}/files/docx/")
    assert hashlib.sha256(answer.content).hexdigest() == edition.sha256


def test_the_file_handed_out_is_the_very_one_that_was_signed(place):
    edition = signed(place.report, place.staff, TODAY)
    Activity.objects.update(attendance=1)
    answer = place.office.get(f"/editions/{edition.pk}/files/docx/")
    assert hashlib.sha256(answer.content).hexdigest() == edition.sha256
    assert edition.sha256 in page(place.office, "edition_detail", edition.pk)


@pytest.mark.sampled(2)
@pytest.mark.parametrize("kind", ["doc", "exe", "0"])
def test_there_are_no_other_files_of_an_edition(place, kind):
    edition = signed(place.report, place.staff, TODAY)
    assert place.office.get(f"/editions/{edition.pk}/files/{kind}/").status_code == 404


def test_others_get_the_signed_text_without_what_they_may_not_know(place):
    edition = signed(begun(Scope(place.here, YEAR)), place.branch_cadre, TODAY)
    whole, part = (client.get(f"/editions/{edition.pk}/files/docx/").content for client in (place.office, place.cadre))
    lines = [["".join(each.text for each in Document(io.BytesIO(file)).paragraphs)] for file in (whole, part)]
    assert ["帮扶对象" in text for [text] in lines] == [True, False]
    assert place.cadre.get(f"/editions/{edition.pk}/files/pdf/").content.startswith(b"%PDF")


def test_a_number_opens_the_records_counted_then_and_what_became_of_them(place):
    edition = signed(place.report, place.staff, TODAY)
    walk = Activity.objects.get(name="健步走")
    walk.attendance = 25
    walk.save()
    make_activity(place.here, "足球赛", attendance=9, basis="exact")
    text = page(place.office, "edition_figure", edition.pk, "attendances")
    moves = text.partition("定稿后的变动")[2].partition("定稿时统计的记录")[0]
    assert [name in moves for name in ("健步走", "足球赛", "读书会")] == [True, True, False]
    assert "数字变动" in moves
    assert "新计入" in moves
    assert [name in text.partition("定稿时统计的记录")[2] for name in ("健步走", "足球赛", "读书会")] == [
        True,
        False,
        True,
    ]
    assert '<p class="figure-value"><strong>50</strong> 人次</p>' in text


def test_records_beyond_the_readers_reach_are_only_counted(place):
    edition = signed(begun(Scope(place.here, YEAR)), place.staff, TODAY)
    Activity.objects.filter(host=place.here).update(host=place.there)
    text = page(place.cadre, "edition_figure", edition.pk, "sessions")
    assert "变动的记录不在您可查看的范围内。" in text
    assert "另有 1 条记录已删除或不在您可查看的范围内，只计入数字。" in text
    assert "健步走" not in text


def test_a_leader_sees_numbers_and_no_names(place):
    edition = signed(place.report, place.staff, TODAY)
    leader = browser_of(make_user("卫东", place.root, Role.Kind.LEADER))
    text = page(leader, "edition_figure", edition.pk, "members")
    assert "您可以查看数字，不能查看名单" in text
    assert "章程" not in text
    assert "精准帮扶" in page(leader, "edition_detail", edition.pk)


def test_the_superior_reads_the_returns_with_what_is_missing(place):
    edition = signed(begun(Scope(place.here, YEAR)), place.branch_cadre, TODAY)
    text = page(place.office, "return_list", year=2017, figure="attendances")
    assert "应报 2 个，缺报 1 个。" in text
    assert f'href="/editions/{edition.pk}/figures/attendances/"' in text
    assert page(place.office, "return_list", year=2017, part="days", start="2017-01-02", end="2017-02-03").count(
        "这一范围没有下级报送"
    )


def test_another_period_of_the_returns_keeps_to_the_hubs(place):
    for below in ("", "hubs"):
        text = page(place.office, "return_list", year=2017, below=below)
        assert ('<input type="hidden" name="below" value="hubs">' in text) == bool(below)


def test_rows_do_not_add_queries(place):
    edition = signed(place.report, place.staff, TODAY)
    pages = [("edition_detail", edition.pk), ("edition_figure", edition.pk, "members"), ("return_list",)]
    make_member("团员", place.here)
    few = [queries(place.office, *each) for each in pages]
    for number in range(12):
        make_member(f"团员{number}", place.here)
        make_organisation(f"新{number}社区团支部", place.root, founded_on=date(2018, 1, 1))
    assert [queries(place.office, *each) for each in pages] == few


def sheets_of(client, edition, kind):
    """The sheets of a workbook of an edition."""
    return read_workbook(client.get(f"/editions/{edition.pk}/files/{kind}/").content)


def test_an_edition_has_its_annexes_and_the_sources_of_its_numbers_as_signed(place):
    edition = signed(place.report, place.staff, TODAY)
    Activity.objects.update(attendance=1)
    annexes, sources = (sheets_of(place.office, edition, kind) for kind in ("xlsx", "internal"))
    assert [sheet.name for sheet in annexes] == ["指标与目标"]
    assert [sheet.name for sheet in sources] == ["正文数字出处", "指标口径"]
    values = {(row[1], row[3]): row[2] for row in annexes[0].rows[3:]}
    assert values["参加人次", "人次"] == 50
    assert {(row[0], row[2]): row[1] for row in sources[1].rows[3:]}["参加人次", "人次"] == "50"
    for sheet in (*annexes, *sources):
        line = "".join(str(cell) for cell in sheet.rows[1] if cell).replace("\n", "　")
        assert line.startswith("填报单位：清河地区团工委") and line.endswith("填表人：林知秋　日期：2017年12月31日")
        assert ("不报送" in line) == (sheet in sources)


def test_files_of_an_edition_tell_nothing_of_cases_to_who_may_not_know(place):
    edition = signed(begun(Scope(place.here, YEAR)), place.branch_cadre, TODAY)
    for kind in ("xlsx", "internal"):
        whole, part = (
            str([sheet.rows for sheet in sheets_of(client, edition, kind)]) for client in (place.office, place.cadre)
        )
        assert ["帮扶对象" in text for text in (whole, part)] == [True, False]
    asked = {"appendix": "1", "definitions": "comments"}
    made = Document(io.BytesIO(place.cadre.get(f"/editions/{edition.pk}/files/docx/", asked).content))
    told = [cell.text for row in made.tables[0].rows for cell in row.cells]
    told += [comment.text for comment in made.comments] + [paragraph.text for paragraph in made.paragraphs]
    assert [text for text in told if "帮扶对象" in text or "奖学金" in text] == []


def test_a_chosen_appendix_is_made_anew_and_the_signed_file_stays(place):
    edition = signed(place.report, place.staff, TODAY)
    address = f"/editions/{edition.pk}/files/docx/"
    files = [place.office.get(address, asked).content for asked in ({}, {"appendix": ""}, {"appendix": "1"})]
    assert [hashlib.sha256(file).hexdigest() == edition.sha256 for file in files] == [True, True, False]
    assert [len(Document(io.BytesIO(file)).tables) for file in files] == [0, 0, 1]
    answer = place.office.get(address, {"appendix": "x"}, follow=True)
    assert "没有下载：网址中的“appendix=x”不认识。可以写的是：appendix=1 为文末附数字出处" in answer.content.decode()


def test_the_signed_file_stays_where_another_layout_has_come_into_force(place):
    edition = signed(place.report, place.staff, TODAY)
    layout = {"file_name": "新版式.docx", "content": with_line("新版头"), "sha256": "0" * 64}
    WordLayout.objects.create(**layout, uploaded_by=place.staff, uploaded_at=timezone.now())
    address = f"/editions/{edition.pk}/files/docx/"
    whole, anew = (place.office.get(address, asked).content for asked in ({}, {"appendix": "0"}))
    assert hashlib.sha256(whole).hexdigest() == edition.sha256
    assert [Document(io.BytesIO(file)).paragraphs[0].text == "新版头" for file in (whole, anew)] == [False, True]
