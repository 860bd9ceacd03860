"""A hub's year by months and types, with its team and hours, beside the year before and the other hubs."""

from datetime import date

import pytest

from activities.actions import add_sign_in
from activities.hub_programmes import HubProgramme
from orgs.models import Role
from tests.factories import make_activity, make_attachment, make_hub, make_hub_staff, make_user, make_volunteer
from tests.made_once import made_once
from tests.pages import browser_of, page, queries, two_branches
from youthhubs.models import TeamMember

pytestmark = pytest.mark.django_db
TODAY = date(2017, 9, 10)


@made_once
def place():
    """A hub with lectures in March and May, a walk planned in October, and a volunteer who came."""
    place = two_branches()
    place.hub = make_hub(place.here, "柳林青年汇")
    held(place.hub, "2017-03-04", "lecture", attendance=12, session_count=2)
    place.unknown = held(place.hub, "2017-03-04", "film")
    held(place.hub, "2017-05-04", "lecture", attendance=30)
    held(place.hub, "2016-05-04", "lecture", attendance=20)
    make_activity(place.here, "秋游", held_on=date(2017, 10, 1), hub=place.hub, state="planned", session_count=3)
    return place


def held(hub, day, type, **fields):
    """An activity held at a hub."""
    basis = "exact" if "attendance" in fields else "unrecorded"
    return make_activity(hub=hub, held_on=date.fromisoformat(day), type=type, basis=basis, **fields)


def programme(place, user=None, year=2017):
    return HubProgramme(place.hub, year, user or place.staff, TODAY)


def months(place):
    """(month, planned, held, person-times, activities without any) of each month that has something."""
    names = ("planned", "held", "person_times", "unrecorded")
    found = [(one.period.start.month, *(getattr(one, name) for name in names)) for one in programme(place).months]
    return [month for month in found if any(month[1:])]


@pytest.mark.both
def test_each_month_tells_what_was_planned_and_held(place):
    make_activity(place.here, "作罢", held_on=date(2017, 3, 8), hub=place.hub, state="cancelled")
    held(make_hub(place.here), "2017-03-09", "lecture", attendance=5)
    assert months(place) == [(3, 0, 3, 12, 1), (5, 0, 1, 30, 0), (10, 3, 0, 0, 0)]


@pytest.mark.both
def test_the_team_is_that_of_each_months_end_and_hours_those_of_its_volunteers(place):
    TeamMember.objects.create(
        volunteer=make_volunteer(), hub=place.hub, started_on=date(2017, 2, 1), ended_on=date(2017, 4, 30)
    )
    volunteer = make_volunteer(place.hub, "白露", joined_on=date(2017, 3, 15))
    add_sign_in(place.unknown, volunteer.person, "volunteer", arrived="9:00", departed="12:00")
    found = programme(place).months
    assert [month.team for month in found] == [0, 1, 2, 1, 1, 1, 1, 1, 1, None, None, None]
    assert [month.hours for month in found if month.hours] == [3]


def test_a_day_is_counted_once_however_much_was_held_on_it(place):
    assert programme(place).days_open == 2


@pytest.mark.both
def test_types_stand_beside_the_year_before_and_an_average_of_the_other_hubs(place):
    others = [make_hub(place.there), make_hub(place.there)]
    held(others[0], "2017-06-01", "lecture", attendance=9)
    held(others[1], "2016-06-01", "lecture", attendance=90)
    found = [
        (one.name, one.held, one.person_times, one.held_before, one.times_before) for one in programme(place).types
    ]
    assert found == [("主题讲座", 3, 42, 1, 20), ("观影", 1, None, 0, None)]
    assert [(one.elsewhere, one.times_elsewhere) for one in programme(place).types] == [(0.5, 4.5), (0, None)]


def test_whoever_sees_no_other_hub_is_told_of_none(place):
    held(make_hub(place.there), "2017-06-01", "lecture", attendance=9)
    operator = make_user("店长", place.here, Role.Kind.HUB_OPERATOR)
    assert {one.elsewhere for one in programme(place, operator).types} == {None}
    shown = page(browser_of(operator), "hub_programme", place.hub.pk, year=2017)
    assert "其他青年汇平均" not in shown
    assert "其他青年汇平均" in page(place.office, "hub_programme", place.hub.pk, year=2017)


def test_photos_of_the_year_are_listed_with_their_activities(place):
    make_attachment(place.unknown, place.staff, "签到.pdf", kind="sign_in_sheet")
    assert programme(place).photos == []
    photo = make_attachment(place.unknown, place.staff, "合影.pdf", content=b"%PDF-1.4 photo", kind="photo")
    assert programme(place).photos == [photo]
    assert programme(place, year=2016).photos == []
    shown = page(place.office, "hub_programme", place.hub.pk, year=2017)
    assert [text in shown for text in (photo.get_absolute_url(), str(place.unknown))] == [True, True]


def test_a_hub_of_others_is_not_found(place):
    there = make_hub(place.there)
    assert place.cadre.get(f"/hubs/{there.pk}/programme/").status_code == 404


def test_the_page_asks_as_many_queries_of_many_activities(place):
    make_attachment(place.unknown, place.staff, "合影.pdf", content=b"%PDF-1.4 photo", kind="photo")
    few = queries(place.office, "hub_programme", place.hub.pk, year=2017)
    for number in range(12):
        one = held(place.hub, f"2017-{number + 1:02}-11", f"type{number}", attendance=number)
        make_attachment(one, place.staff, f"{number}.pdf", content=f"%PDF-1.4 {number}".encode(), kind="photo")
        held(make_hub(place.there), f"2017-{number + 1:02}-12", f"type{number}", attendance=number)
        make_volunteer(place.hub, f"顾{number}")
    assert queries(place.office, "hub_programme", place.hub.pk, year=2017) == few


@pytest.mark.both
def test_directors_on_record_for_the_year_stand_in_the_place_of_the_text(place):
    place.hub.years.update(director="文字所记")
    assert "负责人 文字所记" in page(place.office, "hub_programme", place.hub.pk, year=2017)
    person = make_hub_staff(place.hub, started_on=date(2017, 10, 1), ended_on=date(2018, 1, 1)).person
    assert [programme(place, year=year).directors for year in (2016, 2017, 2018)] == [[], [person], []]
    text = page(place.office, "hub_programme", place.hub.pk, year=2017)
    assert ("文字所记" in text, f'负责人 <a href="{person.get_absolute_url()}">' in text) == (False, True)
