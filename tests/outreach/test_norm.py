"""The norm of 1+100: each youth reached in every quarter of the year, and met face to face in it; and by what forms."""

from datetime import date

import pytest

from outreach.models import Contact, Link, cadres_with_links
from reports.figures.counting import results
from reports.figures.scopes import Scope
from tests.factories import make_contact, make_link, make_organisation, make_post
from tests.reports import independent_sql
from yl_district.periods import Period, quarters_until

pytestmark = [pytest.mark.django_db, pytest.mark.both]

WINTER, SPRING, SUMMER, AUTUMN = (date(2017, month, 20) for month in (1, 5, 8, 11))
END, NEW_YEAR, MARCH = date(2017, 12, 31), date(2017, 1, 1), date(2017, 3, 31)
ALL = (WINTER, SPRING, SUMMER, AUTUMN)


@pytest.fixture
def cadre():
    """A cadre of two links wanted."""
    return make_post("陆远", make_organisation("清河地区团工委"), link_quota=2).person


def meet(cadre, days, form="visit", **fields):
    """Contacts of the cadre on these days, with everybody unless links are named."""
    for day in days:
        make_contact(cadre, **{"with_everyone": "links" not in fields, "held_on": day, "form": form} | fields)


def at_norm(day=END):
    return {str(cadre) for cadre in cadres_with_links(day).serving_on(day).at_norm(day, quarters_until(day))}


@pytest.mark.sampled(3)
@pytest.mark.in_turn
@pytest.mark.parametrize(
    ("days", "form", "day", "keeps"),
    [
        pytest.param(ALL, "visit", END, True, id="each quarter"),
        pytest.param(ALL[:3], "visit", END, False, id="one quarter missed"),
        pytest.param(ALL, "theme", END, False, id="never face to face"),
        pytest.param(ALL, "phone", END, False, id="online alone"),
        pytest.param(ALL[:3], "face_to_face", date(2017, 9, 30), True, id="up to the day"),
        pytest.param(ALL[:3], "face_to_face", date(2017, 10, 1), False, id="a quarter counts from its first day"),
        pytest.param((*ALL[:3], date(2018, 1, 1)), "visit", END, False, id="after the day"),
        pytest.param((date(2016, 12, 31), *ALL[1:]), "visit", END, False, id="before the year"),
        pytest.param((NEW_YEAR, date(2017, 4, 1), date(2017, 9, 30), END), "visit", END, True, id="edges of quarters"),
        pytest.param((date(2017, 2, 28),), "visit", MARCH, True, id="first quarter"),
    ],
)
def test_a_cadre_keeps_the_norm(cadre, days, form, day, keeps):
    for _ in range(2):
        make_link(cadre, started_on=date(2016, 9, 1))
    meet(cadre, days, form)
    assert at_norm(day) == ({"陆远"} if keeps else set())


def test_every_youth_has_to_be_reached_and_none_to_be_missing(cadre):
    links = [make_link(cadre, started_on=date(2016, 9, 1)) for _ in range(2)]
    meet(cadre, ALL, with_everyone=False, links=links[:1])
    assert at_norm() == set()
    meet(cadre, ALL, with_everyone=False, links=links[1:])
    assert at_norm() == {"陆远"}
    links[1].end(date(2017, 12, 1))
    assert at_norm() == set()


def test_a_link_is_asked_from_the_quarter_in_which_it_began(cadre):
    make_link(cadre, started_on=date(2016, 9, 1))
    late = make_link(cadre, started_on=date(2017, 9, 30))
    meet(cadre, (WINTER, SPRING, SUMMER))
    meet(cadre, [AUTUMN])
    assert [*Link.objects.short_of_norm(quarters_until(END))] == [late]
    make_contact(cadre, [late], held_on=date(2017, 9, 30))
    assert at_norm() == {"陆远"}


@pytest.mark.sampled(3)
@pytest.mark.in_turn
@pytest.mark.parametrize("form", Contact.Form)
def test_contacts_online_and_offline_come_to_all(cadre, form):
    links = [make_link(cadre, started_on=date(2016, 9, 1)) for _ in range(2)]
    make_contact(cadre, with_everyone=True, held_on=SPRING, form=form)
    make_contact(cadre, links[:1], held_on=SPRING)
    scope = Scope(cadre.posts.get().organisation, Period.of_year(2017))
    found = {key: result.value for key, result in results(scope).items()}
    online = 3 if form in ("online", "phone") else 1
    assert (found["contacts_online"], found["contacts_offline"], found["youth_contacts"]) == (online, 3 - online, 3)
    assert found["youths_reached"] == 2
    by_sql = independent_sql.figures(scope.organisation.path, *scope.period.bounds)
    assert {key: value for key, (value, _) in by_sql.items()} == found


def test_whoever_several_cadres_reach_is_one_youth(cadre):
    other = make_post("顾清", cadre.posts.get().organisation, title="副书记").person
    youth = make_link(cadre, "白露").youth
    make_link(other, youth=youth)
    never = make_link(other, "秦朗")
    for each in (cadre, other):
        make_contact(each, each.links_as_cadre.filter(youth=youth), held_on=SPRING)
    assert {str(link.youth) for link in Link.objects.reached_by(Contact.objects.all())} == {"白露"}
    scope = Scope(cadre.posts.get().organisation, Period.of_year(2017))
    assert results(scope)["youths_reached"].value == 1
    assert never.pk


@pytest.mark.parametrize(
    ("day", "starts", "end"),
    [
        (date(2017, 1, 1), [1, 1, 1, 1], date(2017, 1, 1)),
        (date(2017, 6, 30), [1, 4, 4, 4], date(2017, 6, 30)),
        (date(2017, 11, 2), [1, 4, 7, 10], date(2017, 11, 2)),
    ],
)
def test_quarters_until_a_day(day, starts, end):
    quarters = quarters_until(day)
    assert [quarter.start.month for quarter in quarters] == starts
    assert quarters[-1].end == end
