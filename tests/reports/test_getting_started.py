"""The steps from an empty database to the first summary are read off the records; the card goes with the last one."""

from datetime import date

import pytest
from django.urls import reverse

from orgs.models import Role
from reports.getting_started import FIRST_STEPS
from reports.models import Target
from tests.factories import (
    make_liaison,
    make_member,
    make_organisation,
    make_person,
    make_post,
    make_report,
    make_user,
)
from tests.pages import browser_of, page, queries
from yl_district.installation import facts
from yl_district.installation.getting_started import GETTING_STARTED, begin_getting_started

pytestmark = pytest.mark.django_db

CARD = 'id="getting-started-title"'
SINCE = date(2016, 9, 1)


@pytest.fixture(autouse=True)
def as_before():
    """What the process keeps in mind goes with the database of the test."""
    yield
    facts.FACTS_READ.get(facts.identity(facts.default_connection), {}).pop(GETTING_STARTED, None)


@pytest.fixture
def root():
    return make_organisation("春和街道团工委", category="working_committee", domain="office", level="street")


@pytest.fixture
def staff(root):
    return browser_of(make_user(organisation=root))


@pytest.fixture
def administrator(root):
    return browser_of(make_user(organisation=root, kind=Role.Kind.ADMINISTRATOR))


@pytest.fixture
def beginning():
    begin_getting_started()


def open_steps(client):
    """The keys of the steps that are still open."""
    return [one.step.key for one in client.get(reverse("getting_started")).context["steps"] if one.is_open]


def skip(client, **data):
    return client.post(reverse("getting_started_skip"), data)


def test_each_step_is_done_once_there_is_a_record_of_it(staff, root, beginning):
    left = [step.key for step in FIRST_STEPS if step.key != "staff"]
    assert open_steps(staff) == left
    village = make_organisation("柳林村", root, domain="village")
    member = make_person("陆远")
    acts = {
        "organisations": lambda: None,
        "cadres": lambda: make_post(organisation=root, person=member, title="委员"),
        "liaisons": lambda: make_liaison(village, member),
        "accounts": lambda: account_for(member),
        "members": lambda: make_member(branch=village),
        "targets": lambda: Target.objects.create(year=2017, task="办活动", figure="sessions", value=3),
        "summary": lambda: make_report(root),
    }
    for key, act in acts.items():
        act()
        left.remove(key)
        assert open_steps(staff) == left


def account_for(person):
    person.user = make_user("陆远")
    person.save()


def test_accounts_are_done_once_every_cadre_in_office_has_one(staff, root, beginning):
    cadres = [make_post(name, root).person for name in ("陆远", "白露")]
    account_for(cadres[0])
    assert "accounts" in open_steps(staff)
    assert "2 名中已有 1 名" in page(staff, "getting_started")


def test_the_card_names_the_next_step_that_its_reader_may_do(staff, administrator, root, beginning):
    assert "下一步：村、社区和支部" in page(staff, "home")
    make_organisation("柳林村", root, domain="village")
    assert "下一步：团干部" in page(staff, "home")
    told = page(administrator, "home")
    assert ("下一步：团干部</strong>" in told, "由委机关专干办理。" in told) == (True, True)
    make_post("陆远", root)
    assert "下一步：团干部的账号</strong>" in page(administrator, "home")


def test_a_step_is_left_out_and_taken_up_again(staff, beginning):
    skip(staff, step="targets")
    assert "targets" not in open_steps(staff)
    assert "不跳过了" in page(staff, "getting_started")
    skip(staff, step="targets", again="yes")
    assert "targets" in open_steps(staff)
    assert skip(staff, step="nothing").status_code == 400


def test_put_away_the_steps_can_still_be_read(staff, beginning):
    skip(staff, away="yes")
    assert "收起，不再提示" not in page(staff, "getting_started")
    assert len(open_steps(staff)) == len(FIRST_STEPS) - 1


def test_the_card_goes_with_the_last_step(staff, beginning):
    *others, last = FIRST_STEPS
    for step in others:
        skip(staff, step=step.key)
    assert len(open_steps(staff)) == 1
    skip(staff, step=last.key)
    assert CARD not in page(staff, "home")


def test_the_card_costs_two_queries_while_it_is_there_and_none_afterwards(staff):
    before = queries(staff, "home")
    begin_getting_started()
    during = queries(staff, "home")
    skip(staff, away="yes")
    assert (during - before, queries(staff, "home") - before) == (2, 0)


def test_nobody_else_has_the_card(root, beginning):
    leader = browser_of(make_user(organisation=root, kind=Role.Kind.LEADER))
    assert CARD not in page(leader, "home")
