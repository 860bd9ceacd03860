"""Who came to an activity is ticked on the roster of its host: the members of its day, and its hub's volunteers."""

import re
from datetime import date, timedelta
from functools import partial

import pytest
from django.urls import reverse
from django.utils import timezone

from activities.actions import recount_sign_ins
from activities.models import Activity, ActivityType, SignIn
from members.models import Person
from orgs.models import Role
from tests.factories import make_activity, make_hub, make_member, make_person, make_user, make_volunteer
from tests.forms import answers, shown_form
from tests.made_once import made_once
from tests.pages import browser_of, confirmed, page, queries, two_branches
from tests.races import at_once

pytestmark = pytest.mark.django_db


@made_once
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


def headings(client, activity):
    """The headings of the roster with the names below each."""
    answer = client.get(reverse("activity_roster", args=[activity.pk]))
    return [(group.heading, [name for _, name, *_ in rows]) for group, rows in answer.context["groups"]]


def signed_in(activity):
    """Who is on the list, by name, with the capacity and whether they came."""
    return {one.person.name: (one.capacity, one.presence) for one in activity.sign_ins.select_related("person")}


def test_each_person_is_in_the_first_of_the_groups(place):
    hub = make_hub(place.here)
    activity = make_activity(place.here, "读书会", held_on=timezone.localdate(), hub=hub)
    make_volunteer(hub, person=place.people["白露"])
    make_volunteer(hub, "苏晴")
    last = make_activity(place.here, "读书会", held_on=date(2017, 3, 1))
    for person, capacity in ((place.people["林溪"], "member"), (make_person("秦朗"), "parent")):
        SignIn.objects.create(activity=last, person=person, capacity=capacity)
    recount_sign_ins([last.pk])
    assert headings(place.cadre, activity) == [
        ("团员", ["白露", "顾清", "林溪"]),
        ("志愿者", ["苏晴"]),
        ("上次来的人（2017-03-01）", ["秦朗"]),
    ]
    came_last = place.cadre.get(reverse("activity_roster", args=[activity.pk])).context["came_last"]
    assert came_last == {place.people["林溪"].pk, Person.objects.get(name="秦朗").pk}
    tick(place.cadre, activity, Person.objects.filter(name__in=("白露", "苏晴", "秦朗")))
    assert signed_in(activity) == {
        "白露": ("member", "present"),
        "苏晴": ("volunteer", "present"),
        "秦朗": ("parent", "present"),
    }


def last_time(host, name, held_on, attendee, **fields):
    """An activity to which somebody came, and another person did not."""
    activity = make_activity(host, name, held_on=held_on, **fields)
    SignIn.objects.create(activity=activity, person=make_person(attendee))
    SignIn.objects.create(activity=activity, person=make_person(f"{attendee}缺"), presence="absent")
    recount_sign_ins([activity.pk])
    return activity


def test_last_time_is_that_of_the_name_else_that_of_place_and_type(place):
    last_time(place.here, "健步走", date(2017, 6, 1), "走者")
    last_time(place.here, "演讲", date(2017, 7, 1), "讲者", type="lecture")
    last_time(place.there, "读书会", date(2017, 8, 1), "邻者")
    last_time(place.here, "读书会", timezone.localdate() + timedelta(days=1), "后者")
    assert headings(place.office, place.activity)[1] == ("上次来的人（健步走（2017-06-01））", ["走者"])
    last_time(place.here, "读书会", date(2017, 5, 1), "读者")
    assert headings(place.office, place.activity)[1] == ("上次来的人（2017-05-01）", ["读者"])


def test_whoever_is_assisted_comes_again_in_no_capacity_that_tells_it(place):
    last = make_activity(place.here, "读书会", held_on=date(2017, 3, 1))
    person = make_person("白云", birth_date=date(1990, 3, 1))
    twin = make_person("白云", birth_date=date(1991, 3, 1))
    SignIn.objects.create(activity=last, person=person, capacity=SignIn.Capacity.ASSISTED_YOUTH)
    SignIn.objects.create(activity=last, person=twin, capacity="")
    recount_sign_ins([last.pk])
    # Of people known by sign-ins alone a cadre sees the name.
    assert headings(place.cadre, place.activity)[1] == ("上次来的人（2017-03-01）", ["白云", "白云"])
    tick(place.cadre, place.activity, [person, twin])
    assert {(one.person_id, one.capacity) for one in place.activity.sign_ins.all()} == {
        (person.pk, "other"),
        (twin.pk, ""),
    }


def test_the_rest_of_the_host_are_absent_only_where_that_is_said(place):
    last_time(place.here, "读书会", date(2017, 3, 1), "秦朗")
    address = reverse("activity_roster", args=[place.activity.pk])
    rest = place.cadre.get(address).context["rest"]
    make_member("新来", place.here, listed_on=date(2016, 1, 1))
    answer = tick(place.cadre, place.activity, [place.people["林溪"]], rest=rest)
    assert answer["Location"] == place.activity.get_absolute_url()
    assert signed_in(place.activity) == {
        "林溪": ("member", "present"),
        "白露": ("member", "absent"),
        "顾清": ("member", "absent"),
    }
    place.activity.refresh_from_db()
    assert (place.activity.sign_in_count, place.activity.attendance) == (1, 1)
    assert "已登记 1 人到场，2 人缺席。" in place.cadre.get(answer["Location"]).content.decode()


def test_all_can_be_absent_and_strangers_are_not(place):
    stranger = make_member("外人", place.there).person
    keys = [place.people["林溪"].pk, stranger.pk, "x", "9" * 30]
    tick(place.cadre, place.activity, [], rest=",".join(map(str, keys)))
    assert signed_in(place.activity) == {"林溪": ("member", "absent")}


def test_two_who_call_the_roll_are_told_who_was_on_the_list(place):
    people = list(place.people.values())
    tick(place.office, place.activity, people[:1], rest=f"{people[1].pk}")
    address = reverse("activity_roster", args=[place.activity.pk])
    data = answers(shown_form(place.cadre.get(address))) | {"people": [one.pk for one in people]}
    text = confirmed(place.cadre, address, data, follow=True).content.decode()
    assert "已登记 3 人到场，其中 2 人已在名单上。名单上原来登记的没有改动：顾清（缺席）。" in text
    data = answers(shown_form(place.cadre.get(address))) | {"people": [people[0].pk]}
    text = confirmed(place.cadre, address, data, follow=True).content.decode()
    assert "这 1 人都已在名单上，没有改动。" in text


@pytest.mark.in_turn
@pytest.mark.django_db(transaction=True)
def test_rolls_called_at_once_make_one_row_a_person(place):
    people, address = list(place.people.values()), reverse("activity_roster", args=[place.activity.pk])
    ticked = [people[:2], people[1:], people]
    forms = [answers(shown_form(place.cadre.get(address))) | {"people": [one.pk for one in some]} for some in ticked]
    clients = [browser_of(place.branch_cadre) for _ in forms]
    calls = [partial(confirmed, *each) for each in zip(clients, [address] * 3, forms, strict=True)]
    assert [answer.status_code for answer in at_once(calls)] == [302] * 3
    told = [page(client, "activity_detail", place.activity.pk) for client in clients]
    known = [int(found[1]) for text in told if (found := re.search(r"(?:其中|这) (\d) 人(?:已|都已)在名单上", text))]
    place.activity.refresh_from_db()
    assert (SignIn.objects.count(), place.activity.attendance) == (3, 3)
    assert sum(known) == 2 + 2 + 3 - 3


def planned_for(place, day, **fields):
    """A planned activity of the branch."""
    return make_activity(place.here, "座谈", held_on=day, state="planned", **fields)


def test_one_planned_for_today_is_registered_as_held_with_its_list(place):
    planned = planned_for(place, timezone.localdate(), stated_attendance=40, stated_basis="rounded")
    assert reverse("activity_roster", args=[planned.pk]) in page(place.cadre, "activity_detail", planned.pk)
    address, people = reverse("activity_roster", args=[planned.pk]), [place.people["白露"]]
    data = answers(shown_form(place.cadre.get(address))) | {"people": [one.pk for one in people]}
    refused = confirmed(place.cadre, address, data)
    assert "请勾选“同时登记为已举办”" in refused.content.decode()
    planned.refresh_from_db()
    assert (planned.state, planned.sign_ins.count()) == ("planned", 0)
    assert confirmed(place.cadre, address, data | {"hold": "on"})["Location"] == planned.get_absolute_url()
    planned.refresh_from_db()
    assert (planned.state, planned.held_on, planned.session_count) == ("held", timezone.localdate(), 1)
    assert (planned.attendance, planned.basis, planned.stated_attendance) == (1, "exact", None)


def test_one_held_or_cancelled_meanwhile_is_not_planned_any_more(place):
    planned = planned_for(place, timezone.localdate())
    address = reverse("activity_roster", args=[planned.pk])
    data = answers(shown_form(place.cadre.get(address))) | {"people": [place.people["白露"].pk], "hold": "on"}
    planned.hold(planned.held_on, 2, 9, "exact")
    assert confirmed(place.office, address, data).status_code == 302
    planned.refresh_from_db()
    assert (planned.session_count, planned.attendance, planned.stated_attendance) == (2, 1, 9)


@pytest.mark.parametrize(
    ("state", "day", "words"),
    [
        ("planned", date(2017, 4, 8), "登记为已举办后，才能登记谁来了。"),
        ("cancelled", date(2017, 4, 8), "这次活动已取消，不登记谁来了"),
    ],
)
def test_one_without_a_list_says_why(place, state, day, words):
    activity = make_activity(place.here, "座谈", held_on=day, state=state)
    answer = place.cadre.get(reverse("activity_roster", args=[activity.pk]), follow=True)
    assert words in answer.content.decode()
    assert reverse("activity_roster", args=[activity.pk]) not in answer.content.decode()


def test_a_sheet_as_it_is_goes_to_the_import_of_the_activity(place):
    address = f"{reverse('import_batch_create')}?kind=signins&amp;about={place.activity.pk}"
    shown = {
        client: address in page(client, "activity_roster", place.activity.pk) for client in (place.office, place.cadre)
    }
    assert shown == {place.office: True, place.cadre: False}
