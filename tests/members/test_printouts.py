"""A person can be given everything that is kept of them, by an act in the log."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from activities.actions import add_sign_in
from activities.models import SignIn
from assistance.actions import fix_volunteer
from assistance.models import Assistance, AssistedYouth, CaseGrant, Pairing, Scholarship, ServicePlan
from members.models import Liaison, Member, Person, Post, Volunteer
from members.printouts import kept_records, rows_about
from orgs.models import User
from outreach.models import Contact, Link
from reports.models import PlatformEntry
from tests.factories import (
    PASSWORD,
    make_activity,
    make_assistance,
    make_assisted_youth,
    make_attachment,
    make_contact,
    make_grant,
    make_hub,
    make_hub_staff,
    make_liaison,
    make_link,
    make_member,
    make_person,
    make_post,
    make_scholarship,
    make_user,
    make_volunteer,
    minor_birth_date,
)
from tests.made_once import made_once
from tests.pages import browser_of, page, two_branches
from tests.rosters import identity_number
from yl_district.audit.models import AccessEntry
from youthhubs.models import HubStaff, TeamMember

pytestmark = pytest.mark.django_db

BORN = minor_birth_date()
NUMBER, MOBILE = identity_number(2, BORN), "13800138000"


@made_once
def place():
    """A child with every capacity that records know, and an office that may open the case file."""
    place = two_branches()
    place.keeper = make_user("专干甲", place.root, "staff")
    place.office = browser_of(place.keeper)
    person = place.person = make_person("白露明", gender="F", birth_date=BORN, identity_number=NUMBER, mobile=MOBILE)
    make_member(branch=place.here, person=person, remark="团员备注")
    make_post(organisation=place.root, person=person, title="委员")
    make_liaison(place.here, person)
    make_volunteer(make_hub(place.here), person=person)
    make_hub_staff(make_hub(place.here), person=person)
    add_sign_in(make_activity(place.here), person, "other")
    make_contact(make_post("陆远", place.here).person, [make_link(make_post("陆行", place.here).person, youth=person)])
    make_link(person, "于飞")
    return place


def open_a_case(place):
    """Gives the child a case file with everything in it, open to the office."""
    youth = make_assisted_youth(place.here, person=place.person, needs="助学", guardian="白先生")
    make_grant(place.keeper, place.person)
    ServicePlan.objects.create(youth=youth, year=2017)
    fix_volunteer(youth, make_volunteer(), date(2017, 1, 10))
    make_attachment(make_assistance([youth], content="送书"), place.keeper, "送书.jpg", note="合影")
    make_scholarship(student=place.person)
    PlatformEntry.objects.create(
        platform="青春助跑", subject="assisted_youth", youth=place.person, entered_on=date(2017, 5, 4)
    )


def printed(place, client=None, reason="本人申请查阅"):
    """The page after identity and reason were given."""
    client, address = client or place.office, reverse("person_printout", args=[place.person.pk])
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD, "next": "/members/"})
    return client.post(address, {"reason": reason})


def test_every_kind_of_record_about_a_person_is_in_it(place):
    open_a_case(place)
    found = set(rows_about(place.person, place.keeper))
    open_kinds = {Person, Member, Post, Liaison, Volunteer, TeamMember, HubStaff, SignIn, Link}
    case_kinds = {AssistedYouth, ServicePlan, Pairing, Assistance, Scholarship, CaseGrant, PlatformEntry}
    assert found == open_kinds | case_kinds | {Contact}


def test_it_shows_everything_whole_with_former_values_and_is_noted(place):
    place.person.mobile = "13900139000"
    place.person.save()
    open_a_case(place)
    text = printed(place).content.decode()
    told = [NUMBER, "白露明", "13800138000 → 13900139000", "团员备注", "白先生", "送书.jpg", "合影", "助学"]
    assert [each for each in told if each not in text] == []
    lines = AccessEntry.objects.order_by("number").values_list("action", "subject", "detail")
    *viewed, last = list(lines)[-8:]
    assert {(action, detail) for action, _, detail in viewed} == {("case_view", "")}
    assert last == ("printout", viewed[0][1], "本人申请查阅")
    assert [subject for _, subject, _ in (*viewed, last) if not subject.startswith("assistance.")] == []


def test_of_somebody_without_a_file_the_person_is_noted(place):
    printed(place)
    last = AccessEntry.objects.order_by("number").values_list("action", "subject").last()
    assert last == ("printout", f"members.person:{place.person.pk}")


def test_without_a_confirmation_or_a_reason_nothing_is_shown(place):
    address = reverse("person_printout", args=[place.person.pk])
    assert place.office.get(address).url.startswith(reverse("account_reauthenticate"))
    text = printed(place, reason="看看").content.decode()
    assert ("不少于 4 个字" in text, NUMBER in text) == (True, False)
    assert not AccessEntry.objects.filter(action="printout").exists()


def test_a_file_that_is_closed_to_the_user_changes_nothing_in_it(place):
    before = printed(place).content
    youth = make_assisted_youth(place.here, person=place.person, needs="助学")
    make_scholarship(student=youth.person)
    assert len(printed(place).content) == len(before)
    assert set(rows_about(place.person, place.keeper)).isdisjoint({AssistedYouth, Scholarship})


def test_a_cadre_prints_nothing(place):
    assert printed(place, place.cadre).status_code == 404
    assert "打印个人信息" not in page(place.cadre, "person_detail", place.person.pk)
    assert "打印个人信息" in page(place.office, "person_detail", place.person.pk)


def test_somebody_known_by_a_sign_in_alone_is_printed_to_nobody_below_the_root(place):
    place.person = make_person("康宁")
    add_sign_in(make_activity(place.here), place.person, "other")
    staff = browser_of(make_user("专干乙", place.here, "staff"))
    assert printed(place, staff).status_code == 404


def test_many_records_take_as_many_queries_as_one(place):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            kept_records(Person.objects.get(pk=place.person.pk), User.objects.get(pk=place.keeper.pk))
        return len(captured)

    open_a_case(place)
    before = queries()
    for name in ("于飞", "康宁", "秦朗"):
        make_link(place.person, name)
        add_sign_in(make_activity(place.here, name), place.person, "other")
        make_assistance([AssistedYouth.objects.get()], content=name)
    assert queries() == before
