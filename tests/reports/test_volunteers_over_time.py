"""What becomes of a volunteer today, on a page or by a list, moves no figure of a closed year."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from assistance.actions import fix_volunteer
from reports.figures.lines import all_figures
from reports.figures.scopes import Scope
from reports.models import PlatformEntry
from tests.factories import make_assisted_youth, make_hub, make_person, make_volunteer
from tests.pages import send, two_branches
from tests.rosters import written
from yl_district.periods import Period

pytestmark = [pytest.mark.django_db, pytest.mark.in_turn]

FIGURES = ["hub_volunteer_teams", "paired_youths", "platform_entries", "volunteers_bound"]


@pytest.fixture
def district():
    """A volunteer in a team here since ever, bound, entered in a platform and fixed for a youth; another hub there."""
    found = two_branches()
    found.hub, found.other_hub = make_hub(found.here, "柳林青年汇"), make_hub(found.there, "槐荫青年汇")
    person = make_person("顾清", mobile="13800138000")
    found.volunteer = make_volunteer(found.hub, person=person, bound_on=date(2017, 2, 1))
    PlatformEntry.objects.create(platform="志愿北京", subject="volunteer", person=person, entered_on=date(2017, 2, 1))
    fix_volunteer(make_assisted_youth(found.here), found.volunteer, date(2017, 3, 1))
    return found


def proposed(client, url_name, pk):
    """What a form proposes."""
    return client.get(reverse(url_name, args=[pk])).context["form"].initial


def moves_to_another_team(district):
    asked = proposed(district.office, "volunteer_team", district.volunteer.pk)
    send(district.office, "volunteer_team", district.volunteer.pk, **asked, hub=district.other_hub.pk)


def leaves_the_team(district):
    asked = proposed(district.office, "volunteer_team", district.volunteer.pk)
    send(district.office, "volunteer_team", district.volunteer.pk, **asked)


def leaves_altogether(district):
    send(district.office, "volunteer_end", district.volunteer.pk, day=timezone.localdate())


def is_listed_in_another_team(district):
    written("volunteers", [{"姓名": "顾清", "手机号码": "13800138000", "志愿者队伍": "槐荫青年汇"}])


def figures(district, year):
    """The figures of a year as of its last day, for the whole district and both branches."""
    places = {"root": district.root, "here": district.here, "there": district.there}
    return {
        (key, name): all_figures()[key].result(Scope(place, Period.of_year(year))).value
        for key in FIGURES
        for name, place in places.items()
    }


# Each act, and the figures that it moves from today on, by how much.
ACTS = {
    moves_to_another_team: {
        ("hub_volunteer_teams", "here"): -1,
        ("hub_volunteer_teams", "there"): 1,
        ("volunteers_bound", "here"): -1,
        ("volunteers_bound", "there"): 1,
    },
    leaves_the_team: {
        ("hub_volunteer_teams", "root"): -1,
        ("hub_volunteer_teams", "here"): -1,
        ("volunteers_bound", "here"): -1,
    },
    leaves_altogether: {
        ("hub_volunteer_teams", "root"): -1,
        ("hub_volunteer_teams", "here"): -1,
        ("paired_youths", "root"): -1,
        ("paired_youths", "here"): -1,
        ("volunteers_bound", "root"): -1,
        ("volunteers_bound", "here"): -1,
    },
}
ACTS[is_listed_in_another_team] = ACTS[moves_to_another_team]


@pytest.mark.parametrize(("act", "moved"), ACTS.items(), ids=[act.__name__ for act in ACTS])
def test_closed_years_stand_still(district, act, moved):
    today = timezone.localdate()
    years = [2016, 2017, today.year - 1, today.year]
    before = {year: figures(district, year) for year in years}
    act(district)
    after = {year: figures(district, year) for year in years}
    assert {year: after[year] for year in years[:-1]} == {year: before[year] for year in years[:-1]}
    changes = {key: after[today.year][key] - value for key, value in before[today.year].items()}
    assert {key: change for key, change in changes.items() if change} == moved
    assert before[2017]["hub_volunteer_teams", "here"] == before[2017]["volunteers_bound", "here"] == 1
    assert before[2017]["platform_entries", "here"] == before[2017]["paired_youths", "here"] == 1


def test_the_day_before_leaving_is_the_last_that_counts(district):
    today = timezone.localdate()
    leaves_altogether(district)
    eve = today - timedelta(days=1)
    found = [
        all_figures()[key].result(Scope(district.here, Period(eve, day))).value
        for key in ("hub_volunteer_teams", "volunteers_bound", "paired_youths")
        for day in (eve, today)
    ]
    assert found == [1, 0, 1, 0, 1, 0]
