"""Periods and visibility of activities and sign-ins."""

import pytest

from activities.actions import add_sign_in
from activities.models import Activity, SignIn
from orgs.roles import RoleKind
from tests.boundaries import YEAR, flow
from tests.factories import make_activity, make_hub, make_organisation, make_person, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@flow
def test_activity_and_its_sign_ins_within_the_year(day, counts):
    add_sign_in(make_activity(held_on=day), make_person(), "other")
    assert Activity.objects.held_during(YEAR).exists() is counts
    assert SignIn.objects.held_during(YEAR).exists() is counts


def test_activity_belongs_to_its_host_else_to_its_hub_else_to_the_root():
    root = make_organisation()
    here, there = make_organisation(parent=root), make_organisation(parent=root)
    hub = make_hub(there)
    hosted, at_hub = make_activity(here, "主办在此", hub=hub), make_activity(name="青年汇活动", hub=hub)
    stray = make_activity(name="没有主办")
    for activity in (hosted, at_hub, stray):
        add_sign_in(activity, make_person(), "other")
    for organisation, own in [(root, {hosted, at_hub, stray}), (here, {hosted}), (there, {at_hub})]:
        assert set(Activity.objects.within(organisation)) == own
        assert {sign_in.activity for sign_in in SignIn.objects.within(organisation)} == own


@pytest.mark.parametrize(("key", "counts"), [("league_day", True), ("briefing", True), ("lecture", False)])
def test_education_as_shipped(key, counts):
    activity = make_activity(type=key)
    add_sign_in(activity, make_person(), "other")
    assert SignIn.objects.of_education().exists() is counts


def test_whoever_runs_a_hub_sees_what_is_held_there_alone():
    here, there = make_organisation(), make_organisation()
    hub = make_hub(here)
    held_there = {make_activity(here, hub=hub), make_activity(there, hub=hub)}
    make_activity(here)
    make_activity(here, hub=make_hub(there))
    assert set(Activity.objects.visible_to(make_user("顾清", here, RoleKind.HUB_OPERATOR))) == held_there
