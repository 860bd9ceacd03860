"""Who came to an activity is ticked on the roster of its host: the members of its day, and its hub's volunteers."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from activities.models import Activity, ActivityType, SignIn
from orgs.models import Role
from tests.factories import make_activity, make_hub, make_member, make_person, make_user, make_volunteer
from tests.forms import answers, shown_form
from tests.pages import browser_of, confirmed, page, queries, two_branches

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    place = two_branches()
    names = ("白露", "顾清", "林溪")
    place.people = {name: make_member(name, place.here, listed_on=date(2016, 1, 1)).person for name in names}
    make_member("外人", place.there)
    place.activity = make_activity(place.here, "读书会", held_on=timezone.localdate())
    return place


def rows(client, activity, **query):
    """The names on the roster."""
    answer = client.get(reverse("activity_roster", args=[activity.pk]), query)
    assert answer.status_code == 200
    return [name for _, name, _, _ in answer.context["rows"]]


def tick(client, activity, people, **more):
    """The answer to ticks on the roster, sent as the page sends them."""
    address = reverse("activity_roster", args=[activity.pk])
    data = answers(shown_form(client.get(address))) | {"people": [one.pk for one in people]} | more
    return confirmed(client, address, data)


def test_the_roster_is_that_of_the_host_on_the_day(place):
    make_member("离开", place.here, listed_on=date(2016, 1, 1), left_on=date(2017, 1, 1))
    assert rows(place.cadre, place.activity) == rows(place.office, place.activity) == ["白露", "顾清", "林溪"]
    assert place.cadre.get(reverse("activity_roster", args=[make_activity(place.there).pk])).status_code == 404


def test_those_ticked_are_signed_in_and_counted_once(place):
    people = list(place.people.values())
    answer = tick(place.cadre, place.activity, people[:2])
    assert answer["Location"] == place.activity.get_absolute_url()
    place.activity.refresh_from_db()
    found = set(SignIn.objects.values_list("person__name", "activity", "presence"))
    assert found == {(one.name, place.activity.pk, "present") for one in people[:2]}
    assert {one.capacity for one in SignIn.objects.all()} == {SignIn.Capacity.MEMBER}
    assert (place.activity.attendance, place.activity.basis) == (2, "exact")
    assert rows(place.cadre, place.activity) == ["林溪"]


def test_whoever_was_signed_in_meanwhile_stays_and_is_not_doubled(place):
    people = list(place.people.values())
    address = reverse("activity_roster", args=[place.activity.pk])
    data = answers(shown_form(place.cadre.get(address))) | {"people": [one.pk for one in people]}
    tick(place.office, place.activity, people[:1])
    assert confirmed(place.cadre, address, data).status_code == 302
    assert SignIn.objects.count() == 3


def test_a_list_sent_twice_is_taken_once(place):
    address = reverse("activity_roster", args=[place.activity.pk])
    data = answers(shown_form(place.cadre.get(address))) | {"people": [one.pk for one in place.people.values()]}
    first = confirmed(place.cadre, address, data)
    SignIn.objects.first().delete()
    again = place.cadre.post(address, data)
    assert (first.status_code, again.status_code, SignIn.objects.count()) == (302, 302, 2)


@pytest.mark.parametrize("typed", [[], ["999999"], ["x"], ["9" * 30], ["²"]])
def test_nobody_and_strangers_are_refused_in_words(place, typed):
    answer = place.cadre.post(reverse("activity_roster", args=[place.activity.pk]), {"people": typed})
    assert answer.status_code == 200
    assert len(answer.context["form"].errors["people"]) == 1
    assert SignIn.objects.count() == 0


def test_a_hubs_roster_is_its_team(place):
    hub = make_hub(place.here)
    make_volunteer(hub, "苏晴")
    operator = browser_of(make_user("顾盼", place.here, Role.Kind.HUB_OPERATOR))
    # The members of a branch that takes part are not for the hub's operator to see.
    for host in (None, place.here):
        assert rows(operator, make_activity(host, "手工课", hub=hub)) == ["苏晴"]


def test_a_new_activity_leads_to_its_roster_and_a_planned_one_does_not(place):
    kind = ActivityType.objects.first()
    for name, day, following in (
        ("座谈", timezone.localdate(), "activity_roster"),
        ("明年的座谈", timezone.localdate().replace(month=12, day=31), "activity_detail"),
    ):
        data = answers(shown_form(place.cadre.get(reverse("activity_create"))))
        state = {} if following == "activity_roster" else {"state": "planned"}
        answer = place.cadre.post(
            reverse("activity_create"), data | {"name": name, "held_on": day, "type": kind.pk} | state
        )
        assert answer["Location"] == reverse(following, args=[Activity.objects.get(name=name).pk])


def test_a_planned_activity_has_no_roster_yet(place):
    planned = make_activity(place.here, "计划", state="planned")
    answer = place.cadre.get(reverse("activity_roster", args=[planned.pk]))
    assert answer["Location"] == planned.get_absolute_url()


def test_namesakes_are_told_apart_by_their_birth_dates(place):
    make_member(branch=place.here, person=make_person("白露", birth_date=date(1990, 3, 1)), listed_on=date(2016, 1, 1))
    assert "白露（1990-03-01 出生）" in rows(place.cadre, place.activity)


@pytest.mark.full
@pytest.mark.django_db(transaction=True)
@pytest.mark.cpu(5)
@pytest.mark.parametrize(
    ("typed", "names", "says_none"), [("溪", ["林溪"], False), ("GQ", ["顾清"], False), ("zz", [], True)]
)
def test_a_name_is_found_by_its_characters_or_initials(phone_page, sign_in, place, typed, names, says_none):
    sign_in(phone_page, place.branch_cadre)
    phone_page.goto(reverse("activity_roster", args=[place.activity.pk]))
    phone_page.get_by_placeholder("姓名、拼音首字母").fill(typed)
    shown = [row.inner_text() for row in phone_page.locator(".roster-row").all() if row.is_visible()]
    assert (shown, phone_page.get_by_text("没有符合的人。").is_visible()) == (names, says_none)


def test_the_initials_of_a_minor_are_those_of_what_is_shown(place):
    today = timezone.localdate()
    young = make_person("史云霄", birth_date=today.replace(year=today.year - 15, day=1))
    make_member(branch=place.here, person=young, listed_on=date(2016, 1, 1))
    address = reverse("activity_roster", args=[place.activity.pk])
    assert "syx" not in place.cadre.get(address).content.decode()


def test_a_long_roster_is_searched(place, monkeypatch):
    monkeypatch.setattr("activities.roster_views.LONGEST_ROSTER", 2)
    assert rows(place.cadre, place.activity) == []
    assert "名单有 3 人，请先查找" in page(place.cadre, "activity_roster", place.activity.pk)
    assert rows(place.cadre, place.activity, search="gq") == ["顾清"]


def test_the_roster_asks_as_much_for_many_as_for_few(place):
    few = queries(place.cadre, "activity_roster", place.activity.pk)
    for number in range(4):
        make_member(f"林{'甲乙丙丁'[number]}", place.here, listed_on=date(2016, 1, 1))
    assert queries(place.cadre, "activity_roster", place.activity.pk) == few
