"""What the records offer for a section: activities, the text of before, figures not yet told, and findings."""

from datetime import date

import pytest

from tests.factories import make_activity, make_assisted_youth, make_hub, make_member, make_report, make_section
from tests.pages import page, queries, two_branches

pytestmark = pytest.mark.django_db


@pytest.fixture
def district():
    district = two_branches()
    make_member(branch=district.here)
    district.report = make_report(district.root)
    return district


def taken(client, report, section):
    """The pieces of text that are offered."""
    html = page(client, "report_material", report.pk, section=section.pk)
    return [piece.split('"')[0] for piece in html.split('data-take="')[1:]]


@pytest.mark.both
def test_the_activities_of_a_section_are_offered_the_best_attended_first(district):
    hub = make_hub(district.root, "柳林青年汇")
    lecture = {"type": "lecture", "host": district.root}
    make_activity(name="理财讲座", attendance=20, basis="exact", hub=hub, content="理财常识。", **lecture)
    make_activity(
        name="急救讲座|[一]", attendance=40, basis="exact", venue="会议室", held_on=date(2017, 5, 4), **lecture
    )
    make_activity(name="端午观影", attendance=90, basis="exact", type="film", host=district.root)
    section = make_section(district.report, "举办讲座{主题讲座场次}。", "讲座")
    offered = [piece for piece in taken(district.office, district.report, section) if "举办" in piece]
    assert offered[0] == "5月4日在会议室举办“急救讲座||[[一]]”。"
    assert offered[1].endswith("日在柳林青年汇举办“理财讲座”，理财常识。")
    assert len(offered) == 2


def test_the_paragraphs_of_the_report_before_are_offered_as_they_read_then(district):
    before = make_report(district.root, year=2016)
    make_section(before, "# 底数\n在册团员{团员总数}。\n[团员总数 零:没有团员。]", "团员")
    section = make_section(district.report, "今年再写。", "团员")
    assert taken(district.office, district.report, section)[:2] == ["在册团员{团员总数}。", "[团员总数 零:没有团员。]"]
    html = page(district.office, "report_material", district.report.pk, section=section.pk)
    assert ("在册团员0名。" in html, "2016年的写法" in html) == (True, True)


def test_figures_that_no_section_names_are_offered_until_one_does(district):
    section = make_section(district.report, "新增团员{新增团员}。", "团员")
    assert "{团员总数}" in taken(district.office, district.report, section)
    make_section(district.report, "共{团员总数}。", "总数")
    assert "{团员总数}" not in taken(district.office, district.report, section)


def test_open_findings_that_touch_a_figure_of_the_section_are_counted(district):
    make_activity(name="讲座", type="lecture", host=district.root, attendance=None, basis="unrecorded")
    touched = make_section(district.report, "{主题讲座人次.参加}。", "讲座")
    other = make_section(district.report, "{团员总数}。", "团员")
    told = [page(district.office, "report_material", district.report.pk, section=each.pk) for each in (touched, other)]
    assert ["统计不全的指标：" in html for html in told] == [True, False]


def test_whoever_may_not_know_cases_is_offered_nothing_of_them(district):
    make_assisted_youth(district.here)
    report = make_report(district.here)
    before = make_report(district.here, year=2016)
    make_section(before, "共{精准帮扶对象}。\n走访{慰问场次}。", "帮扶")
    make_section(before, "走访他们。", "走访", is_about_cases=True)
    make_activity(
        name="走访困难家庭", type="visit", host=district.here, attendance=3, basis="exact", content="送学习用品。"
    )
    section, closed = make_section(report, "{慰问场次}{精准帮扶对象}", "帮扶"), make_section(report, "甲。", "走访")
    assert "走访他们。" not in taken(district.cadre, report, closed)
    offered = taken(district.cadre, report, section)
    assert [piece for piece in offered if "帮扶" in piece or "困难" in piece] == []
    assert "走访{慰问场次}。" in offered


def test_the_material_takes_the_same_queries_however_many_activities_there_are(district):
    section = make_section(district.report, "举办讲座{主题讲座场次}。", "讲座")
    lecture = {"type": "lecture", "host": district.root, "attendance": 20, "basis": "exact"}
    for number in range(3):
        make_activity(name=f"讲座{'甲乙丙'[number]}", **lecture)
    page(district.office, "report_material", district.report.pk, section=section.pk)
    few = queries(district.office, "report_material", district.report.pk, section=section.pk)
    for number in range(12):
        make_activity(name=f"论坛{number}", **lecture)
    page(district.office, "report_material", district.report.pk, section=section.pk)
    assert queries(district.office, "report_material", district.report.pk, section=section.pk) == few


def test_without_a_section_that_the_user_sees_only_figures_are_offered(district):
    make_section(district.report, "举办讲座{主题讲座场次}。", "讲座")
    make_activity(name="讲座", type="lecture", host=district.root, content="急救。", attendance=4, basis="exact")
    html = page(district.office, "report_material", district.report.pk, section="x")
    assert ("还没有写到的数字" in html, "这一节的活动" in html) == (True, False)
