"""The period and place of a page of figures: as the URL asks, or else the default with a clear message."""

import re
from dataclasses import replace
from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from orgs.models import User
from orgs.roles import RoleKind
from reports.figures.places import HUB_PREFIX
from reports.figures.scopes import Scope, scope_query, year_at_hand
from tests.factories import make_activity, make_hub, make_user
from tests.made_once import made_once
from tests.pages import browser_of, some_of, two_branches
from yl_district.periods import PARTS, Period

pytestmark = pytest.mark.django_db

PAGES = [("home",), ("figure_list",), ("figure_detail", "sessions"), ("summary_detail",)]
WITH_CONTROLS = [PAGES[0], PAGES[1], PAGES[3]]
YEAR_SAID = "请填写 1949 至 2100 之间的年份。"
PLACE_SAID = "没有这个组织，或您不能查看它。"


@made_once
def place():
    """Two branches with a hub each, and an operator of the one here."""
    district = two_branches()
    district.hub, district.other_hub = make_hub(district.here, "柳林青年汇"), make_hub(district.there, "槐荫青年汇")
    make_activity(district.here, hub=district.hub, held_on=date(2017, 5, 4))
    district.operator = browser_of(make_user("顾清", district.here, RoleKind.HUB_OPERATOR))
    return district


def opened(client, page, **query):
    """The scope that a page shows, what it says of what was asked for, and its text."""
    name, *arguments = page
    answer = client.get(reverse(name, args=arguments), query)
    assert answer.status_code == 200
    text = answer.content.decode()
    said = re.findall(r'<p class="scope-error[^>]*>(.*?)</p>', text)
    return answer.context["scope"], said, text


def controls(text):
    """What the controls of a page hold, by name."""
    form = text.partition('<form class="scope"')[2].partition("</form>")[0]
    held = dict(re.findall(r'name="(year|start|end)" value="([^"]*)"', form))
    for name in ("part", "organisation"):
        select = re.search(rf'<select name="{name}".*?</select>', form, re.DOTALL)[0]
        held[name] = re.search(r'<option value="([^"]*)" selected', select)[1]
    return held


@pytest.mark.sampled(3)
@pytest.mark.parametrize("part", PARTS)
def test_every_part_of_a_year_can_be_asked_for_on_every_page(place, part, pytestconfig):
    """Every day of each part two pages drawn by lot."""
    period = Period.of_part(2016, part)
    pages = some_of(PAGES, part, pytestconfig, 2)
    shown = {page: opened(place.office, page, year=2016, part=part) for page in pages}
    assert [(scope.period, scope.organisation, said) for scope, said, _ in shown.values()] == [
        (period, place.root, [])
    ] * len(pages)
    start, end = map(str, period.bounds)
    chosen = {"year": "2016", "part": part, "start": start, "end": end, "organisation": str(place.root.pk)}
    held = [controls(text) for page, (_, _, text) in shown.items() if page in WITH_CONTROLS]
    assert held == [chosen] * len(held)


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("start", "end", "period"),
    [
        ("2017-03-01", "2017-04-05", Period(date(2017, 3, 1), date(2017, 4, 5))),
        ("2016-12-01", "2017-01-31", Period(date(2016, 12, 1), date(2017, 1, 31))),
        ("2016-02-29", "2016-02-29", Period(date(2016, 2, 29), date(2016, 2, 29))),
        ("2017.3.1", "2017年4月5日", Period(date(2017, 3, 1), date(2017, 4, 5))),
        # The first and the last day that can be asked for.
        ("1949-01-01", "2100-12-31", Period(date(1949, 1, 1), date(2100, 12, 31))),
        # A quarter by its days is that quarter.
        ("2017-01-01", "2017-03-31", Period.of_part(2017, "q1")),
    ],
)
def test_own_days_can_be_asked_for_and_stay_in_the_controls(place, start, end, period):
    for page in PAGES:
        scope, said, text = opened(place.office, page, year=2017, part="days", start=start, end=end)
        assert (scope.period, said) == (period, [])
    held = controls(text)
    assert (held["part"], held["start"], held["end"]) == ("days", str(period.start), str(period.end))


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"part": "h3"}, "没有这种期间。"),
        ({"part": "year' OR 1=1"}, "没有这种期间。"),
        ({"part": "\x00"}, "没有这种期间。"),
        ({"part": "days"}, "自选日期须填写起始日期和截止日期。"),
        ({"part": "days", "start": "2017-03-01"}, "自选日期须填写起始日期和截止日期。"),
        ({"part": "days", "end": "2017-03-01"}, "自选日期须填写起始日期和截止日期。"),
        (
            {"part": "days", "start": "2017-05-04", "end": "2017-05-03"},
            "统计期间的结束日 2017-05-03 早于开始日 2017-05-04，请调换后重试。",
        ),
        ({"part": "days", "start": "2017-02-29", "end": "2017-03-01"}, "起始日期应为 2017-01-01 这样的日期。"),
        ({"part": "days", "start": "2017-02-01", "end": "<b>"}, "截止日期应为 2017-12-31 这样的日期。"),
        ({"part": "days", "start": "2017-02-01", "end": "9" * 5000}, "截止日期应为 2017-12-31 这样的日期。"),
        ({"part": "days", "start": "0001-01-01", "end": "2017-03-01"}, YEAR_SAID),
        ({"part": "days", "start": "2017-01-01", "end": "9999-12-31"}, YEAR_SAID),
        ({"part": "days", "start": "1948-12-31", "end": "2017-03-01"}, YEAR_SAID),
        ({"part": "days", "start": "2017-01-01", "end": "2101-01-01"}, YEAR_SAID),
        ({"year": "二〇一七"}, YEAR_SAID),
        ({"year": "1948"}, YEAR_SAID),
        ({"year": "2101", "part": "q1"}, YEAR_SAID),
        ({"organisation": "0"}, PLACE_SAID),
        ({"organisation": "hub-"}, PLACE_SAID),
        ({"organisation": "hub-987654"}, PLACE_SAID),
        ({"organisation": "\x00"}, PLACE_SAID),
    ],
)
def test_what_cannot_be_had_is_said_and_the_default_shown(place, asked, said, pytestconfig):
    """On a page drawn by lot, with --full on every one."""
    period = Period.of_part(2017, asked.get("part") if asked.get("part") in PARTS else "year")
    for page in some_of(PAGES, repr(asked), pytestconfig):
        scope, told, text = opened(place.office, page, **{"year": 2017} | asked)
        assert (scope.period, scope.organisation, scope.hub) == (period, place.root, None)
        assert told == [escape(f"{said}现按 {period.name}、{place.root.name}显示。")]
        assert "<b>" not in text


def test_what_is_wrong_in_several_ways_is_said_of_each(place):
    _, said, _ = opened(place.office, PAGES[1], year="x", part="y", organisation="z")
    assert len(said) == 3


def test_without_scripts_own_days_are_asked_for_in_two_steps(place):
    _, _, text = opened(place.office, PAGES[1], year=2017, part="days")
    assert re.search(r'<fieldset class="scope-days" data-shown-by="part"', text)
    held = controls(text)
    assert (held["part"], held["start"], held["end"]) == ("days", "2017-01-01", "2017-12-31")
    _, _, text = opened(place.office, PAGES[1], year=2017, part="q1")
    assert re.search(r'<fieldset class="scope-days" hidden', text)


@pytest.mark.cpu(8)
def test_a_place_out_of_reach_is_no_other_than_one_that_does_not_exist(place):
    own = {place.cadre: (place.here, None), place.operator: (place.here, place.hub)}
    for client, (organisation, hub) in own.items():
        for key in (place.there.pk, place.root.pk, f"{HUB_PREFIX}{place.other_hub.pk}", 987654, "hub-987654"):
            for page in PAGES:
                scope, said, text = opened(client, page, year=2017, organisation=key)
                assert (scope.organisation, scope.hub) == (organisation, hub)
                assert said == [f"{PLACE_SAID}现按 2017年、{scope.name}显示。"]
                assert "槐荫" not in text


def test_an_operator_of_hubs_is_offered_these_alone(place):
    scope, said, text = opened(place.operator, PAGES[1])
    assert (scope.hub, scope.period.year, said) == (place.hub, 2017, [])
    assert re.findall(r'<option value="(hub-\d+|\d+)"', text) == [f"{HUB_PREFIX}{place.hub.pk}"]


@pytest.mark.cpu(8)
def test_an_address_made_of_a_scope_leads_to_it_again(place):
    periods = [Period.of_part(2016, part) for part in PARTS]
    periods += [Period(date(2016, 2, 29), date(2016, 3, 1)), Period(date(2016, 12, 1), date(2017, 1, 31))]
    for period in periods:
        for scope in (Scope(place.here, period), Scope(place.there, period, place.other_hub)):
            answer = place.office.get(f"{reverse('figure_list')}?{scope_query(scope)}")
            assert answer.context["scope"] == replace(scope, today=timezone.localdate())


@pytest.mark.parametrize("year", [1949, 2100])
def test_the_first_and_the_last_year_can_be_asked_for(place, year):
    scope, said, _ = opened(place.office, PAGES[1], year=year)
    assert (scope.period, said) == (Period.of_year(year), [])


def test_without_a_year_the_last_one_up_to_today_in_which_something_was_held_is_shown(place):
    make_activity(place.there, held_on=date(2019, 1, 1))
    days = [date(2017, 5, 3), date(2017, 5, 4), date(2018, 12, 31), date(2019, 1, 1), date(2021, 1, 1)]
    assert [year_at_hand(place.staff, day) for day in days] == [2017, 2017, 2017, 2019, 2019]
    assert year_at_hand(place.staff, date(2016, 5, 4)) == 2016
    # Of a place that is not the user's nothing is known.
    operator = User.objects.get(name="顾清")
    assert year_at_hand(operator, date(2021, 1, 1)) == 2017
