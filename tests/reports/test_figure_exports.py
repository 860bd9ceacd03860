"""The records behind a figure as a file: the same rows and columns as on the page, within the reader's reach."""

import io
import re
from datetime import date
from html import unescape
from urllib.parse import unquote

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from activities.models import SignIn
from orgs.roles import RoleKind
from tests.factories import make_activity, make_assisted_youth, make_hub, make_member, make_person, make_post, make_user
from tests.made_once import made_once
from tests.pages import browser_of, two_branches
from tests.reports.test_list_exports import text_rows
from yl_district.audit.models import AccessEntry

pytestmark = pytest.mark.django_db

IDENTITY, MOBILE = "110105200805040026", "13800138000"


@made_once
def place():
    return two_branches()


def taken(client, key, **query):
    """The rows of a figure's file as text, the headings first."""
    answer = client.get(reverse("figure_export", args=[key]), {"year": 2017, "format": "csv"} | query)
    assert answer.status_code == 200
    return text_rows(answer.content)


def ways(client, key, **query):
    """The addresses of files that a figure's page offers."""
    page = client.get(reverse("figure_detail", args=[key]), {"year": 2017} | query).content.decode()
    return [unescape(address) for address in re.findall(r'href="([^"]*)" download', page)]


def test_columns_and_words_are_those_of_the_page(place):
    hub = make_hub(place.here, "柳林青年汇")
    make_activity(place.here, "健步走", hub=hub, attendance=20, basis="exact", session_count=3)
    make_activity(name="读书会", held_on=date(2017, 5, 4), type="lecture")
    headings, *rows = taken(place.office, "sessions")
    assert headings == ["活动名称", "日期", "状态", "类型", "主办组织", "青年汇", "专项", "场次", "人次", "数字口径"]
    assert rows == [
        ["读书会", "2017-05-04", "已举办", "主题讲座", "", "", "", "1", "", "未统计"],
        ["健步走", "2017-04-08", "已举办", "阳光体育", "柳林社区团支部", "柳林青年汇", "", "3", "20", "实数"],
    ]


def test_months_stay_months(place):
    make_member("章程", place.here, joined_league_on=date(2016, 3, 1))
    make_member("顾清", place.here)
    headings, *rows = taken(place.office, "members")
    assert [row[headings.index("入团年月")] for row in rows] == ["2016-03", ""]


def test_files_hold_all_pages_in_the_order_of_the_page(place):
    for number in range(30):
        make_activity(place.here, f"第{number:02}次", held_on=date(2017, 4, 1 + number))
    xlsx, csv = ways(place.office, "sessions", sort="held_on", page="2")
    rows = text_rows(place.office.get(csv).content)[1:]
    assert [row[0] for row in rows] == [f"第{number:02}次" for number in range(30)]
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(place.office.get(xlsx).content))
    assert workbook.get_sheet_by_index(0).to_python()[1:] == rows


def test_the_period_and_the_place_are_those_of_the_page(place):
    make_activity(place.here, "四月"), make_activity(place.here, "五月", held_on=date(2017, 5, 4))
    make_activity(place.there, "别处", held_on=date(2017, 5, 5))
    query = {"part": "days", "start": "2017-05-01", "end": "2017-05-31", "organisation": place.here.pk}
    answer = place.office.get(ways(place.office, "sessions", **query)[1])
    assert [row[0] for row in text_rows(answer.content)[1:]] == ["五月"]
    assert "柳林社区团支部2017年5月活动场次名单" in unquote(answer["Content-Disposition"])


def test_a_cadre_takes_what_is_in_reach_alone(place):
    make_member("章程", place.here), make_member("外人", place.there)
    assert [row[0] for row in taken(place.cadre, "members")[1:]] == ["章程"]
    assert [row[0] for row in taken(place.cadre, "members", organisation=place.there.pk)[1:]] == ["章程"]


def test_numbers_and_names_of_minors_are_masked_as_on_the_page(place):
    facts = {"identity_number": IDENTITY, "birth_date": "2008-05-04", "gender": "F", "mobile": MOBILE}
    person = make_person("白露明", **facts)
    SignIn.objects.create(activity=make_activity(place.here), person=person, capacity="other")
    make_post(organisation=place.here, person=make_person("程川", mobile=MOBILE))
    assert taken(place.cadre, "people_reached") == [["姓名", "手机号码"], ["白露明", "138****8000"]]
    headings, row = taken(place.office, "people_reached")
    assert dict(zip(headings, row, strict=True))["身份证号"] == "110105************"
    assert taken(place.office, "cadres")[1][-1] == "138****8000"


def test_no_cell_can_run(place):
    make_activity(place.here, "=HYPERLINK(1)")
    answer = place.office.get(reverse("figure_export", args=["sessions"]), {"year": 2017, "format": "csv"})
    assert "'=HYPERLINK(1)" in answer.content.decode()


def test_records_of_case_files_are_handed_out_to_nobody(place):
    make_assisted_youth(place.here)
    assert ways(place.office, "assisted_youths") == []
    assert place.office.get(reverse("figure_export", args=["assisted_youths"])).status_code == 404


def test_whoever_reads_numbers_alone_takes_no_list(place):
    make_member("章程", place.here)
    leader = browser_of(make_user("谢宁", place.here, RoleKind.LEADER))
    assert ways(leader, "members") == []
    assert leader.get(reverse("figure_export", args=["members"])).status_code == 404


def test_what_is_not_there_is_not_found_and_other_formats_are_refused_in_words(place):
    assert place.office.get(reverse("figure_export", args=["nonsense"])).status_code == 404
    answer = place.office.get(reverse("figure_export", args=["members"]), {"format": "docx"})
    assert (answer.status_code, answer.content.decode()) == (400, "没有“docx”这种导出格式，应为 xlsx 或 csv。")
    assert place.office.post(reverse("figure_export", args=["members"])).status_code == 405


def test_the_log_says_whose_records_were_taken(place):
    make_member("章程", place.here)
    taken(place.office, "members", part="q1", organisation=place.here.pk)
    line = AccessEntry.objects.filter(action="export").first()
    assert re.fullmatch(r"柳林社区团支部2017年一季度团员总数名单\d{8}\.csv", line.subject)
    assert line.detail == "名单 柳林社区团支部2017年一季度团员总数；1 条；csv"


def test_more_rows_than_a_sheet_holds_lead_back_with_a_word(place, monkeypatch):
    monkeypatch.setattr("yl_district.spreadsheets.long_sheets.EXCEL_ROWS", 3)
    for name in ("章程", "顾清", "秦朗"):
        make_member(name, place.here)
    answer = place.office.get(reverse("figure_export", args=["members"]), {"year": 2017}, follow=True)
    assert answer.redirect_chain[0][0].startswith(reverse("figure_detail", args=["members"]))
    assert "请缩小筛选范围，或改为导出 CSV" in answer.content.decode()
