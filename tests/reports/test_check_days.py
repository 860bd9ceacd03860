"""Dates that matter to the checks: birthdays, deadlines, first links, and requirements while the year is running."""

import io
from datetime import date

import pytest

from members.models import Person, Post
from outreach.models import Contact, Link
from reports.checks import findings
from reports.checks.cases import assistances_due
from reports.figures.counting import results
from reports.figures.scopes import Scope
from reports.models import Target
from reports.printing.annexes import write_internal_annexes
from reports.targets.progress import pace_of
from tests.factories import make_liaison
from tests.made_once import made_once
from tests.reports.district import YEAR, add_activity, add_organisation, add_post, year_scope
from tests.reports.sound_district import sound_district
from tests.reports.test_checks import found
from yl_district.partial_dates import PartialDate
from yl_district.periods import Period
from yl_district.spreadsheets.workbooks import read_workbook

pytestmark = pytest.mark.django_db


@made_once
def place():
    return sound_district()


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("born", "expected"),
    [
        (date(YEAR - 28, 12, 28), ["康宁（槐荫社区团支部）"]),
        (date(YEAR - 28, 12, 31), ["康宁（槐荫社区团支部）"]),
        (date(YEAR - 27, 1, 1), []),
        (PartialDate(YEAR - 28), ["康宁（槐荫社区团支部）"]),
        (PartialDate(YEAR - 27), []),
    ],
)
def test_a_member_is_over_age_from_the_birthday_on(place, born, expected):
    Person.objects.filter(pk=place.members[0].person_id).update(birth_date=born)
    assert [name for name, _ in found(year_scope(place.root), "over_age")] == expected


LEAP_YEAR = 2020


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("born", "day", "ages"),
    [
        (date(1992, 2, 28), date(LEAP_YEAR, 2, 28), [28]),
        (date(1992, 2, 29), date(LEAP_YEAR, 2, 28), []),
        (date(1992, 2, 29), date(LEAP_YEAR, 2, 29), [28]),
        (date(1992, 3, 1), date(LEAP_YEAR, 2, 29), []),
        (date(1992, 3, 1), date(LEAP_YEAR, 3, 1), [28]),
        (date(1992, 2, 29), date(LEAP_YEAR + 1, 2, 28), [28]),
        (date(1992, 2, 29), date(LEAP_YEAR + 1, 3, 1), [29]),
        (date(1993, 2, 28), date(LEAP_YEAR + 1, 2, 28), [28]),
        (date(1993, 3, 1), date(LEAP_YEAR + 1, 2, 28), []),
        (date(1992, 5, 4), date(LEAP_YEAR, 5, 3), []),
        (date(1992, 5, 4), date(LEAP_YEAR, 5, 4), [28]),
        (date(1992, 5, 4), date(LEAP_YEAR, 5, 5), [28]),
        (PartialDate(1992, 5), date(LEAP_YEAR, 5, 30), []),
        (PartialDate(1992, 5), date(LEAP_YEAR, 5, 31), [28]),
        (PartialDate(1992), date(LEAP_YEAR, 12, 30), []),
        (PartialDate(1992, 2), date(LEAP_YEAR + 1, 2, 28), [28]),
        (None, date(LEAP_YEAR, 5, 5), []),
    ],
)
def test_the_age_limit_is_that_of_the_last_day_of_the_period(place, born, day, ages):
    Person.objects.filter(pk=place.members[0].person_id).update(birth_date=born)
    expected = [("康宁（槐荫社区团支部）", f"期末已满 {age} 周岁，未任团内职务") for age in ages]
    assert found(Scope(place.root, Period(date(day.year, 1, 1), day)), "over_age") == expected


@pytest.mark.parametrize(
    ("start", "until", "due"),
    [
        (date(YEAR, 1, 1), date(YEAR, 12, 31), 12),
        (date(YEAR, 1, 1), date(YEAR, 12, 30), 11),
        (date(YEAR, 1, 1), date(YEAR, 1, 31), 1),
        (date(YEAR, 1, 1), date(YEAR, 1, 30), 0),
        (date(YEAR, 1, 1), date(YEAR - 1, 12, 31), 0),
        (date(YEAR, 1, 1), date(YEAR - 1, 6, 1), 0),
        (date(YEAR, 1, 15), date(YEAR, 2, 13), 0),
        (date(YEAR, 1, 15), date(YEAR, 2, 14), 1),
        (date(YEAR, 2, 1), date(YEAR, 2, 28), 1),
        (date(LEAP_YEAR, 2, 1), date(LEAP_YEAR, 2, 28), 0),
        (date(LEAP_YEAR, 2, 1), date(LEAP_YEAR, 2, 29), 1),
        (date(LEAP_YEAR, 2, 29), date(LEAP_YEAR, 3, 28), 1),
        (date(YEAR - 1, 12, 1), date(YEAR, 1, 31), 2),
    ],
)
def test_assistances_are_due_for_whole_months_alone(start, until, due):
    assert assistances_due(start, until) == due


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("today", "words"),
    [
        (date(YEAR, 4, 1), "完成 1 场，目标 4 场，按计划此时应完成 2 场"),
        (date(YEAR, 6, 30), "完成 1 场，目标 4 场，按计划此时应完成 4 场"),
        (date(YEAR, 7, 1), "完成 1 场，目标 4 场，期限 2017-06-30 已过"),
        (date(YEAR, 12, 31), "完成 1 场，目标 4 场"),
    ],
)
def test_a_target_is_asked_for_by_the_plan_of_its_own_page(place, today, words):
    place.lecture.held_on = date(YEAR, 1, 5)
    place.lecture.save()
    target = Target.objects.create(
        year=YEAR, task="主题讲座", figure="sessions.lecture", value=4, due_on=date(YEAR, 6, 30)
    )
    assert found(year_scope(place.root), "target", today=today) == [("主题讲座场次", words)]
    pace = pace_of(target, today)
    assert pace.result.value < pace.planned


def test_a_stock_at_its_plan_is_no_finding(place):
    # What there was on the eve counts toward it: one of the two members to come is due in the middle of the year.
    Target.objects.create(year=YEAR, task="团员", figure="members", value=5)
    scope = year_scope(place.root)
    assert found(scope, "target", today=date(YEAR, 6, 30)) == []
    assert found(scope, "target", today=date(YEAR, 7, 2)) == [
        ("团员总数", "完成 3 名，目标 5 名，按计划此时应完成 4 名")
    ]


def test_what_is_rounded_is_never_told_as_exact_beside_its_target(place):
    add_activity("film", date(YEAR, 6, 1), attendance=85, basis="rounded", hub=place.hub)
    Target.objects.create(year=YEAR, task="观影", figure="attendances.film", value=100)
    assert found(year_scope(place.root), "target") == [("观影人次", "完成 80余 人次，目标 100 人次")]


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("started_on", "words"),
    [
        (date(YEAR, 6, 1), ["2017年二季度、2017年三季度、2017年四季度没有联系记录"]),
        (date(YEAR, 6, 2), ["2017年三季度、2017年四季度没有联系记录"]),
        (date(YEAR, 12, 2), []),
    ],
)
def test_no_contact_is_asked_for_before_the_first_link(place, started_on, words):
    cadre = add_post(place.branch, "沈青", "委员", link_quota=1).person
    Link.objects.create(cadre=cadre, youth=Person.objects.create(name="纪言"), started_on=started_on)
    assert [told for _, told in found(year_scope(place.root), "without_contact")] == words
    Contact.objects.filter(cadre=place.cadre.person).delete()
    assert ("程川", "2017年一季度、2017年二季度、2017年三季度、2017年四季度没有联系记录") in found(
        year_scope(place.root), "without_contact"
    )


@pytest.mark.sampled(2)
@pytest.mark.parametrize("today", [date(YEAR, 8, 1), date(YEAR, 12, 31), date(YEAR + 1, 1, 5)])
def test_the_annex_lists_what_the_board_finds_that_day(place, today):
    scope = year_scope(place.root)
    Target.objects.create(year=YEAR, task="主题讲座", figure="sessions.lecture", value=3)
    add_activity("lecture", date(YEAR - 1, 11, 1), attendance=90, hub=place.hub)
    add_organisation(place.root, "空山村团支部", "village")
    stream = io.BytesIO()
    write_internal_annexes(scope, stream, today)
    (sheet,) = [sheet for sheet in read_workbook(stream.getvalue()) if sheet.name == "存疑数据"]
    listed = [(row[1], row[2]) for row in sheet.rows[3:]]
    each = [one.finding for one in findings(scope, results(scope), today=today)]
    assert ("空山村团支部", "期末没有在任团干部") in listed
    assert sorted(one for one in listed if "***" not in one[0]) == sorted(
        (one.name, one.found) for one in each if not one.covers
    )


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ([("2014-01", None), ("2015-01", "2016-01"), ("2017-03", None)], ["2017-03"]),
        ([("2014-01", "2016-06"), ("2016-05", None)], []),
        ([("2014-01", "2017-03"), ("2017-03", None)], []),
        ([("2014-01", "2017-02"), ("2016-05", None)], ["2016-05"]),
    ],
)
def test_posts_overlap_where_they_stand_on_the_same_day_of_the_period(place, terms, expected):
    for begin, end in terms:
        fields = {"started_on": f"{begin}-01", "ended_on": end and f"{end}-01"}
        Post.objects.create(person=place.members[0].person, organisation=place.branch, title="委员", **fields)
    each = [told for _, told in found(year_scope(place.root), "overlapping_posts")]
    assert each == [f"同一职务自 {month} 起重复登记" for month in expected]


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("title", "at", "until", "is_found"),
    [
        ("委员", "root", None, False),
        ("副书记", "root", f"{YEAR + 1}-01-01", False),
        ("组织委员", "root", f"{YEAR}-12-01", True),
        ("工作人员", "root", None, True),
        ("书记", "branch", None, True),
    ],
)
def test_whoever_looks_after_an_organisation_is_in_a_committee_above_it_on_the_last_day(
    place, title, at, until, is_found
):
    person = Person.objects.create(name="季舒")
    make_liaison(place.branch, person)
    fields = {"title": title, "started_on": date(2014, 1, 1), "ended_on": until}
    Post.objects.create(person=person, organisation=getattr(place, at), **fields)
    assert bool(found(year_scope(place.root), "liaison_left")) == is_found
