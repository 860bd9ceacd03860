"""Figures compared with the year before: signed values, inexact values, and falls."""

import re
from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from orgs.models import Role
from reports.figures.comparison import comparison_rows, growth
from reports.figures.readers import CASE_FIGURES
from reports.figures.scopes import Scope
from reports.models import CountedFigure, Edition, Explanation, Report
from tests.factories import make_user
from tests.forms import answers, shown_form
from tests.made_once import made_once
from tests.pages import browser_of
from tests.reports.district import YEAR, add_activity, year_scope
from tests.reports.sound_district import sound_district
from yl_district.packing import packed
from yl_district.periods import Period

pytestmark = pytest.mark.django_db


@made_once
def place():
    place = sound_district()
    place.staff = make_user("林知秋", place.root)
    return place


def compared(scope, key, **asked):
    return next(row for row in comparison_rows(scope, **asked) if row.figure.key == key)


def told(row):
    """The row's numbers and what is said of their difference."""
    return [side.written for side in row.sides], row.change, row.is_fall


def sign(place, organisation, period, number=1, **values):
    """An edition of a report that was signed with these figures."""
    start, end = period.bounds
    fields = {"form": Report.form_of(period), "organisation": organisation, "starts_on": start, "ends_on": end}
    report, _ = Report.objects.get_or_create(**fields)
    edition = Edition.objects.create(
        report=report,
        number=number,
        reason="更正" if number > 1 else "",
        signed_by=place.staff,
        signed_at=timezone.now(),
        counted_on=end,
        title="总结",
        signature="团工委",
        dated=end,
        blocks=[],
        open_blocks=[],
        document=b"",
        sha256="",
    )
    for position, (key, value) in enumerate(values.items()):
        facts = {"label": key, "unit": "场", "definition": "", "quality": "counted", "records": packed([])}
        CountedFigure.objects.create(edition=edition, position=position, key=key, value=value, **facts)


def held(place, year, *attendances, basis=""):
    for number, attendance in enumerate(attendances):
        add_activity(
            "film", date(year, 4, 2 + number), attendance=attendance, basis=basis if attendance else "", hub=place.hub
        )


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("before", "after", "change", "is_fall"),
    [
        ([20], [30], "增加 10 人次（+50%）", False),
        ([30], [20], "减少 10 人次（-33.3%）", True),
        ([20], [20], "持平", False),
        ([], [20], "增加 20 人次", False),
        ([30], [None], "统计不全，不作比较", False),
        ([30], [20, None], "统计不全，不作比较", False),
        ([30, None], [40], "统计不全，不作比较", False),
        ([30, None], [20], "至少减少 10 人次", True),
    ],
)
def test_what_is_said_of_a_difference(place, before, after, change, is_fall):
    held(place, YEAR - 1, *before)
    held(place, YEAR, *after)
    row = compared(year_scope(place.root), "attendances.film")
    assert (row.change, row.is_fall) == (change, is_fall)


def test_rounded_numbers_are_compared_by_their_tens(place):
    held(place, YEAR - 1, 305, basis="rounded")
    held(place, YEAR, 302, basis="exact")
    row = compared(year_scope(place.root), "attendances.film")
    assert told(row) == (["302 人次", "300余 人次"], "增加约 2 人次（+0.7%）", False)
    assert (row.is_comparable, row.is_exact) == (True, False)


def test_a_quarter_is_compared_with_the_same_and_with_the_one_before(place):
    add_activity("film", date(YEAR, 2, 1), attendance=3, hub=place.hub)
    scope = Scope(year_scope(place.root).organisation, Period.of_part(YEAR, "q2"))
    row = compared(scope, "sessions")
    assert [(side.label, side.value) for side in row.sides] == [("本期", 1), ("2016年二季度", 0), ("2017年一季度", 1)]
    assert [len(one.sides) for one in comparison_rows(year_scope(place.root))[:1]] == [2]


def test_what_was_signed_is_taken_as_it_was_signed(place):
    held(place, YEAR - 1, 5)
    root, last_year = year_scope(place.root).organisation, Period.of_year(YEAR - 1)
    sign(place, root, last_year, sessions=4, members=9)
    sign(place, root, last_year, number=2, sessions=3, members=9)
    sign(place, place.branch, last_year, sessions=70)
    row = compared(year_scope(place.root), "sessions")
    assert (row.year_before.value, row.year_before.is_frozen, row.change) == (3, True, "减少 2 场（-66.7%）")
    # What the edition does not hold is counted.
    row = compared(year_scope(place.root), "attendances.film")
    assert (row.year_before.value, row.year_before.is_frozen) == (5, False)
    # A running year is compared with the same days, of which nothing was signed.
    row = compared(year_scope(place.root), "sessions", today=date(YEAR, 6, 30))
    assert (row.year_before.value, row.year_before.is_frozen) == (1, False)


def test_a_signed_number_leads_to_the_records_that_it_counted(place):
    root, last_year = year_scope(place.root).organisation, Period.of_year(YEAR - 1)
    held(place, YEAR - 1, 5)
    sign(place, root, last_year, sessions=3)
    page = browser_of(place.staff).get(compared(year_scope(place.root), "sessions").year_before.url)
    assert (page.status_code, page.context["kept"].value) == (200, 3)


def test_of_what_nobody_counted_no_unit_is_written(place):
    held(place, YEAR, None)
    text = browser_of(place.staff).get(reverse("comparison"), {"year": YEAR}).content.decode()
    assert re.findall(r">未统计</a>(.*?)</span>", text) == [""]


def shown_rows(page):
    """Each figure on the page with its explanation: those at the top, then those that are folded away."""
    return [*page.context["first"], *(each for group in page.context["rest"] for each in group["rows"])]


def test_what_has_fallen_comes_first_and_the_rest_is_folded_by_subject_with_nothing_left_out(place):
    held(place, YEAR - 1, 5, 6)
    page = browser_of(place.staff).get(reverse("comparison"), {"year": YEAR})
    first = [row.figure.key for row, _ in page.context["first"]]
    assert {"sessions", "sessions.film", "attendances.film"} <= set(first)
    rows = comparison_rows(year_scope(place.root))
    assert sorted(row.figure.key for row, _ in shown_rows(page)) == sorted(row.figure.key for row in rows)
    assert [group["words"] for group in page.context["rest"] if group["subject"] == "外部平台"] == ["平 2 项"]
    assert page.content.decode().count('<details class="card compared-rest">') == len(page.context["rest"])


def test_case_figures_are_compared_for_those_alone_who_may_know_them(place):
    for kind, is_known in [(Role.Kind.STAFF, True), (Role.Kind.LEADER, True), (Role.Kind.CADRE, False)]:
        client = browser_of(make_user(f"用户{kind}", place.branch, kind))
        keys = {row.figure.key for row, _ in shown_rows(client.get(reverse("comparison"), {"year": YEAR}))}
        assert (kind, keys & CASE_FIGURES) == (kind, CASE_FIGURES if is_known else set())
    assert [
        row.figure.key for row in comparison_rows(year_scope(place.root), False) if row.figure.key in CASE_FIGURES
    ] == []


def test_numbers_lead_to_the_records_of_their_period(place):
    client = browser_of(place.staff)
    held(place, YEAR - 1, 5, 6)
    row = compared(year_scope(place.root), "sessions")
    for side in row.sides:
        assert client.get(side.url).context["result"].value == side.value


def test_a_fall_is_explained_where_it_is_shown(place):
    held(place, YEAR - 1, 5, 6)
    client = browser_of(place.staff)
    page = client.get(reverse("comparison"), {"year": YEAR})
    answered = {row.figure.key: answer for row, answer in shown_rows(page) if answer}
    assert set(answered) == {"sessions", "sessions.film", "attendances.film"}
    address = page.content.decode().partition(reverse("explanation_create"))[2].partition('"')[0]
    address = reverse("explanation_create") + address.replace("&amp;", "&")
    data = answers(shown_form(client.get(address))) | {"reason": "放映设备检修"}
    page = client.post(address, data, follow=True)
    assert page.redirect_chain[-1][0].startswith(reverse("comparison"))
    assert "放映设备检修" in page.content.decode()
    assert Explanation.objects.get().check_key == "fall"


def test_a_chart_draws_what_can_be_compared(place):
    held(place, YEAR - 1, 5, 6)
    drawn = {row["label"]: row["percent"] for row in growth(comparison_rows(year_scope(place.root)))}
    assert drawn["活动场次"] == -50
    assert drawn["观影场次"] == -100
    assert drawn["团员总数"] == 0
    assert "主题讲座场次" not in drawn
