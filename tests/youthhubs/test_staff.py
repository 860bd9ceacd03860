"""Who directs a hub and who does social work there: spans of days, pages, and who sees them."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.urls import reverse
from django.utils import timezone

from members.duplicates import likely_duplicates
from members.models import Person
from tests.boundaries import DAY, NEXT_DAY, stock
from tests.factories import (
    make_assisted_youth,
    make_hub,
    make_hub_staff,
    make_member,
    make_organisation,
    make_person,
    make_user,
)
from tests.made_once import made_once
from tests.pages import browser_of, page, queries, refused, send, status, two_branches
from youthhubs.models import HubStaff, HubYear, directors_in

pytestmark = pytest.mark.django_db


@made_once
def place():
    found = two_branches()
    found.hub = make_hub(found.here, "柳林青年汇")
    return found


@pytest.mark.both
@stock
def test_somebody_works_at_a_hub_on_a_day(begin, end, stands):
    hub = make_hub(make_organisation())
    # Nobody's work may begin and end on one day: it would never stand.
    if begin != end:
        make_hub_staff(hub, started_on=begin, ended_on=end)
    assert HubStaff.objects.as_of(DAY).exists() is stands


@pytest.mark.both
@stock
def test_nobody_works_at_a_hub_that_is_not_open(begin, end, stands):
    make_hub_staff(make_hub(make_organisation(), opened_on=begin, closed_on=end), started_on=None)
    assert HubStaff.objects.as_of(DAY).exists() is stands


@pytest.mark.both
def test_directors_of_a_year_are_those_of_any_of_its_days_each_once(place):
    first = make_hub_staff(place.hub, "乔木", started_on=None, ended_on=date(2017, 1, 1)).person
    second = make_hub_staff(place.hub, "白桦", started_on=date(2017, 1, 1), ended_on=date(2017, 6, 1)).person
    make_hub_staff(place.hub, person=second, started_on=date(2017, 9, 1), ended_on=date(2018, 3, 1))
    make_hub_staff(place.hub, "社工", role="social_worker", started_on=None)
    third = make_hub_staff(place.hub, "丁香", started_on=date(2017, 12, 31)).person
    found = {year: directors_in(HubStaff.objects.all(), year) for year in (2010, 2016, 2017, 2018, 2019)}
    assert found == {2010: [first], 2016: [first], 2017: [third, second], 2018: [third, second], 2019: [third]}


def refusal(**facts):
    """Why a span is refused, by field."""
    one = HubStaff(**facts)
    with pytest.raises(ValidationError) as refused:
        one.full_clean()
        one.check_overlap()
    return {name: "".join(words) for name, words in refused.value.message_dict.items()}


def test_days_out_of_order_or_outside_of_the_hubs_are_refused(place):
    hub = make_hub(place.here, "高井青年汇", closed_on=date(2018, 1, 1))
    facts = {"person": make_person("乔木"), "hub": hub, "role": "director"}
    assert refusal(**facts, started_on=DAY, ended_on=DAY) == {
        "ended_on": "应为：晚于起始日期（2017-12-31）的日期。请核对两个日期。"
    }
    assert "早于高井青年汇关闭日期（2018-01-01）" in refusal(**facts, started_on=NEXT_DAY)["started_on"]
    assert "晚于高井青年汇开业日期（2015-03-01）" in refusal(**facts, ended_on=date(2015, 3, 1))["ended_on"]


@pytest.mark.both
def test_the_same_work_twice_at_a_time_is_refused_other_work_is_not(place):
    person = make_hub_staff(place.hub, started_on=date(2016, 1, 1), ended_on=date(2017, 1, 1)).person
    facts = {"person": person, "hub": place.hub, "role": "director"}
    assert refusal(**facts, started_on=date(2016, 12, 31)) == {
        "started_on": "应为：与此人在这一青年汇的同一岗位不重叠的日期（已登记 2016-01-01 至 2017-01-01）。"
        "请核对起始日期与结束日期。"
    }
    for other in ({"role": "social_worker"}, {"hub": make_hub(place.here)}, {"person": make_person("白桦")}):
        HubStaff(**facts | other, started_on=date(2016, 12, 31)).check_overlap()
    HubStaff.objects.create(**facts, started_on=date(2017, 1, 1))
    with pytest.raises(IntegrityError):
        HubStaff.objects.create(**facts, started_on=date(2018, 1, 1))


def test_a_known_person_becomes_director_is_corrected_leaves_and_stays_on_record(place):
    person = make_member("乔木", place.here, make_person("乔木", mobile="13800138000")).person
    typed = {"name": "乔木", "mobile": "13800138000", "role": "director", "started_on": "2016-03-01"}
    text = send(place.office, "hub_staff_create", place.hub.pk, **typed).content.decode()
    one = HubStaff.objects.get()
    assert (one.person, "负责人与社工（1）" in text, person.get_absolute_url() in text) == (person, True, True)
    send(place.office, "hub_staff_update", one.pk, name="乔木", role="director", started_on="2016-04-01")
    assert refused(place.office, "hub_staff_end", one.pk, day="2016-04-01")["__all__"].startswith("应为：晚于起始日期")
    text = send(place.office, "hub_staff_end", one.pk, day="2017-03-01").content.decode()
    assert ("负责人与社工（0）" in text, "曾任负责人、社工（1）" in text) == (True, True)
    assert "2016-04-01 至 2017-03-01" in page(place.office, "person_detail", person.pk)
    send(place.office, "hub_staff_delete", one.pk)
    assert not HubStaff.objects.exists()
    assert "青年汇人员" not in page(place.office, "person_detail", person.pk)


def test_a_namesake_is_asked_about_and_a_new_person_can_be_begun(place):
    known = make_member("乔木", place.there, make_person("乔木", birth_date=date(1990, 1, 1))).person
    typed = {"name": "乔木", "role": "social_worker"}
    assert "same_person" in refused(place.office, "hub_staff_create", place.hub.pk, **typed)
    send(place.office, "hub_staff_create", place.hub.pk, **typed, mobile="13800138000", same_person="new")
    send(place.office, "hub_staff_create", place.hub.pk, **typed, same_person=str(known.pk))
    assert [one.person.mobile for one in HubStaff.objects.order_by("pk")] == ["13800138000", ""]
    errors = refused(place.office, "hub_staff_create", place.hub.pk, **typed, same_person=str(known.pk))
    assert errors == {"__all__": "此人已在这一青年汇担任这一岗位，请先填写原来那一段的结束日期。"}


def test_overlapping_days_are_refused_on_the_page(place):
    one = make_hub_staff(place.hub, ended_on=date(2017, 1, 1))
    later = make_hub_staff(place.hub, person=one.person, started_on=date(2017, 6, 1))
    errors = refused(place.office, "hub_staff_update", later.pk, name="乔木", role="director", started_on="2016-06-01")
    assert "不重叠的日期" in errors["started_on"]


def offered(client, hub):
    """The addresses by which the texts of a hub's page are offered to be registered as people."""
    text = page(client, "hub_detail", hub.pk)
    address = reverse("hub_staff_create", args=[hub.pk])
    return [year for year in (2016, 2017, 2018) if f"{address}?year={year}" in text]


def test_a_text_stands_until_a_director_of_its_year_is_on_record(place):
    place.hub.years.update(director="乔木")
    HubYear.objects.create(hub=place.hub, year=2018, tier="key", director="白桦")
    HubYear.objects.create(hub=place.hub, year=2016, tier="key")
    assert (offered(place.office, place.hub), offered(place.cadre, place.hub)) == ([2017, 2018], [])
    make_hub_staff(place.hub, "丁香", role="social_worker", started_on=date(2017, 5, 1))
    assert offered(place.office, place.hub) == [2017, 2018]
    person = make_hub_staff(place.hub, "乔木（大）", started_on=date(2017, 5, 1), ended_on=date(2018, 1, 1)).person
    assert offered(place.office, place.hub) == [2018]
    rows = place.office.get(reverse("hub_detail", args=[place.hub.pk])).context["years"]
    assert {row.year: row.directors for row in rows} == {2016: [], 2017: [person], 2018: []}


def test_the_form_begins_with_the_name_of_the_text_and_finds_nobody_by_it(place):
    place.hub.years.update(director="乔木")
    make_person("乔木")
    address = reverse("hub_staff_create", args=[place.hub.pk])
    form = place.office.get(address, {"year": "2017"}).context["form"]
    assert (form["name"].value(), form["role"].value(), form.instance.person_id) == ("乔木", "director", None)
    for year in ("2016", "", "zzz", "²"):
        assert place.office.get(address, {"year": year}).context["form"]["name"].value() is None
    assert not HubStaff.objects.exists()


def test_whoever_keeps_the_hub_sees_its_staff_and_the_people_and_nobody_else_does(place):
    one = make_hub_staff(place.hub)
    operator = browser_of(make_user("运营", place.here, "hub_operator"))
    elsewhere = browser_of(make_user("别处", place.there, "hub_operator"))
    for client in (place.office, place.cadre, operator):
        assert one.person.get_absolute_url() in page(client, "hub_detail", place.hub.pk)
        assert "负责人" in page(client, "person_detail", one.person_id)
    assert [
        status(elsewhere, name, pk) for name, pk in (("hub_detail", place.hub.pk), ("person_detail", one.person_id))
    ] == [
        404,
        404,
    ]


def test_only_the_office_changes_who_works_at_a_hub(place):
    one = make_hub_staff(place.hub)
    pages = [("hub_staff_create", place.hub.pk), *((f"hub_staff_{act}", one.pk) for act in ("update", "end", "delete"))]
    assert [status(place.office, *each) for each in pages] == [200] * 4
    assert [status(place.cadre, *each) for each in pages] == [404] * 4
    text = page(place.cadre, "hub_detail", place.hub.pk)
    assert ("乔木" in text, reverse("hub_staff_update", args=[one.pk]) in text) == (True, False)


@pytest.mark.both
def test_work_at_a_hub_makes_somebody_known_openly_as_long_as_it_is_on_record(place):
    person = make_assisted_youth(place.here, person=make_person("白露")).person
    assert list(Person.objects.sealed()) == [person]
    one = make_hub_staff(place.hub, person=Person.objects.get(pk=person.pk))
    assert (list(Person.objects.sealed()), list(Person.objects.wrongly_sealed_or_open())) == ([], [])
    one.delete()
    assert list(Person.objects.sealed()) == [person]


def test_two_records_of_one_name_at_one_hub_are_likely_one(place):
    people = [make_hub_staff(place.hub, "乔木", role=role).person for role in HubStaff.Role]
    pair = likely_duplicates(Person.objects.all(), place.staff)[0]
    assert ([pair.first, pair.second], pair.agreeing) == (people, ("在同一青年汇工作",))


def test_a_closed_hub_has_no_present_staff(place):
    make_hub_staff(place.hub)
    place.hub.close(timezone.localdate())
    text = page(place.office, "hub_detail", place.hub.pk)
    assert (f"2016-01-01 至 {timezone.localdate()}" in text, "曾任负责人、社工（1）" in text) == (True, True)


def test_queries_of_a_hubs_page_do_not_grow_with_its_staff(place):
    make_hub_staff(place.hub)
    few = queries(place.office, "hub_detail", place.hub.pk)
    for number in range(9):
        make_hub_staff(place.hub, f"乔{number}", ended_on=[None, date(2017, 1, 1)][number % 2])
    assert queries(place.office, "hub_detail", place.hub.pk) == few
