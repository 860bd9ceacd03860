"""Signing in by an activity's code: what visitors meet, what becomes of it, who confirms it, and when it is erased."""

from datetime import date, timedelta

import pytest
from axes.models import AccessAttempt
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from activities.actions import add_sign_in
from activities.arrivals import NO_PLACE, WRONG_NUMBER, close_code, end_of_hour, forget_arrivals
from activities.models import Activity, Arrival, SignIn, SignInCode
from members.models import Person
from orgs.models import Role
from tests.activities.scans import MOBILE, decide, offered, opened, scan
from tests.factories import (
    make_activity,
    make_hub,
    make_link,
    make_member,
    make_person,
    make_post,
    make_user,
    make_volunteer,
    minor_birth_date,
)
from tests.forms import answers, shown_form
from tests.made_once import made_once
from tests.pages import browser_of, page, queries, send, two_branches
from yl_district.audit.models import AccessEntry
from yl_district.history.tracking import is_tracked

pytestmark = pytest.mark.django_db
PARENT = {"is_minor": "on", "guardian": "白桦", "guardian_phone": "13900139000"}
CONFIRMED, GUEST, DISMISSED, PENDING = (Arrival.State(name) for name in ("confirmed", "guest", "dismissed", "pending"))


@made_once
def place():
    place = two_branches()
    place.activity = make_activity(place.here, "读书会", held_on=timezone.localdate())
    place.code = opened(place.activity, place.branch_cadre)
    return place


def told(answer):
    """All that an answer says: status, where it leads and the body, but for the token against forged requests."""
    return answer.status_code, answer.get("Location"), answer.content


def kept():
    """What is kept of all arrivals."""
    return [
        (one.name, one.mobile, one.guardian, one.guardian_phone, one.state) for one in Arrival.objects.order_by("pk")
    ]


def errors(answer):
    """The errors of the visitor's form by field."""
    assert answer.status_code == 200
    return {name: "".join(messages) for name, messages in answer.context["form"].errors.items()}


@pytest.mark.both
def test_known_unknown_and_twice_get_the_same_answer_and_change_nothing(place, promises):
    person = make_member("白露", place.here, person=make_person("白露", mobile=MOBILE)).person
    add_sign_in(place.activity, person, "member")
    before = Person.objects.count(), SignIn.objects.count(), Person.history.count(), SignIn.history.count()
    said = [
        ("白露", MOBILE),
        ("顾清", "13800138001"),
        ("顾清", "13800138001"),
        ("白 露", f" {MOBILE[:3]} {MOBILE[3:]}"),
    ]
    answers_ = [scan(place.code, name, mobile) for name, mobile in said]
    pages = {told(Client().get(answer["Location"])) for answer in answers_}
    assert ({told(answer) for answer in answers_}, len(pages)) == ({(302, reverse("arrival_done"), b"")}, 1)
    assert [row[:2] for row in kept()] == [("白露", MOBILE), ("顾清", "13800138001")]
    assert (Person.objects.count(), SignIn.objects.count(), Person.history.count(), SignIn.history.count()) == before
    place.activity.refresh_from_db()
    assert place.activity.attendance == 1
    promises.add("A8", answers=len(answers_))


def test_nothing_that_figures_read_hangs_on_what_came_in():
    assert not (is_tracked(Arrival) or is_tracked(SignInCode))


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"name": ""}, {"name": "请填写姓名。"}),
        ({"name": "露"}, {"name": "应为：2 至 30 个字的姓名。请只填写姓名，说明文字写在备注中。"}),
        ({"mobile": ""}, {"mobile": "请填写手机号码。"}),
        (
            {"mobile": "12800138000"},
            {"mobile": "应为：11 位手机号码（1 开头，第二位 3 至 9）。请核对后改正；固定电话请写在备注中。"},
        ),
        (
            {"is_minor": "on"},
            {
                "guardian": "未满 18 周岁的，请填写家长姓名。",
                "guardian_phone": "未满 18 周岁的，请填写家长手机号码。",
            },
        ),
    ],
)
def test_what_is_wrong_is_said_and_all_that_was_typed_stays(place, typed, words):
    answer = scan(place.code, **({"name": "白露"} | typed))
    assert errors(answer) == words
    assert all(value in answer.content.decode() for value in typed.values())
    assert kept() == []


def test_a_minor_leaves_a_parent_and_others_leave_none(place):
    scan(place.code, **PARENT)
    scan(place.code, "顾清", **{name: value for name, value in PARENT.items() if name != "is_minor"})
    assert kept() == [
        ("白露", MOBILE, "白桦", "13900139000", PENDING),
        ("顾清", MOBILE, "", "", PENDING),
    ]


def test_closed_cancelled_over_and_wrong_codes_look_the_same(place):
    codes = [opened(make_activity(place.here, held_on=timezone.localdate()), place.staff) for _ in range(3)]
    close_code(codes[0].activity)
    Activity.objects.filter(pk=codes[1].activity_id).update(state="cancelled")
    SignInCode.objects.filter(pk=codes[2].pk).update(closes_at=timezone.now() - timedelta(seconds=1))
    addresses = [reverse("arrival_create", args=[code]) for code in (*(one.token for one in codes), "x", "团" * 90)]
    typed = {"name": "白露", "mobile": MOBILE}
    found = {told(answer) for each in addresses for answer in (Client().get(each), Client().post(each, typed))}
    assert len(found) == 1
    status, _, body = found.pop()
    assert (status, "签到已结束" in body.decode(), kept()) == (410, True, [])


def test_opened_anew_a_code_is_another_and_changed_while_open_the_same(place):
    first = place.code.token
    assert opened(place.activity, place.staff).token == first
    assert close_code(place.activity)
    assert not close_code(place.activity)
    assert opened(place.activity, place.staff).token != first
    assert SignInCode.objects.get().opened_by == place.staff


def test_hours_of_a_day_are_those_of_the_place():
    day = timezone.localdate()
    assert [timezone.localtime(end_of_hour(hour, day)).isoformat()[:13] for hour in (9, 24)] == [
        f"{day}T09",
        f"{day + timedelta(days=1)}T00",
    ]


def test_the_keeper_opens_shows_and_closes_the_code(place):
    close_code(place.activity)
    pk = place.activity.pk
    assert reverse("sign_in_code_create", args=[pk]) in page(place.cadre, "activity_detail", pk)
    answer = place.cadre.get(reverse("sign_in_code_detail", args=[pk]))
    assert answer["Location"] == reverse("sign_in_code_create", args=[pk])
    form = answers(shown_form(place.cadre.get(answer["Location"])))
    assert form["until"] == "24"
    shown = send(place.cadre, "sign_in_code_create", pk, **form, with_number="on")
    code = SignInCode.objects.get()
    assert code.closes_at == end_of_hour(24, timezone.localdate())
    assert shown.context["address"] == f"http://testserver/scan/{code.token}/"
    assert f"现场码 <strong>{code.number}</strong>" in shown.content.decode()
    assert reverse("sign_in_code_detail", args=[pk]) in page(place.cadre, "activity_detail", pk)
    place.cadre.post(reverse("sign_in_code_close", args=[pk]))
    assert not SignInCode.objects.open_at(timezone.now()).exists()


@pytest.mark.parametrize(
    ("state", "days", "is_opened"),
    [
        ("planned", 0, True),
        ("planned", 1, True),
        ("planned", -1, False),
        ("held", 0, True),
        ("held", -1, False),
        ("cancelled", 0, False),
    ],
)
def test_a_code_opens_on_the_day_and_before_it(place, state, days, is_opened):
    held_on = timezone.localdate() + timedelta(days=days)
    activity = make_activity(place.here, "座谈", held_on=held_on, state=state)
    address = reverse("sign_in_code_create", args=[activity.pk])
    assert place.cadre.get(address).status_code == (200 if is_opened else 302)
    assert (address in page(place.cadre, "activity_detail", activity.pk)) == is_opened


def test_a_number_on_the_spot_is_asked_for_and_counted(place, settings):
    code = opened(place.activity, place.staff, with_number=True)
    wrong = f"{(int(code.number) + 1) % 10_000:04}"
    assert errors(scan(code)) == {"number": "请填写现场码。"}
    assert errors(scan(code, number=wrong)) == {"number": WRONG_NUMBER}
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in code.number)
    assert scan(code, number=f" {wide} ").status_code == 302
    settings.GUESSES_PER_ADDRESS = 2
    answer = scan(code, "顾清", number=wrong)
    assert (answer.status_code, "顾清" in answer.content.decode()) == (429, True)
    assert (scan(code, "顾清", number=code.number).status_code, len(kept())) == (429, 1)


@pytest.mark.parametrize("limit", ["SCANS_PER_ACTIVITY", "SCANS_PER_ADDRESS"])
def test_beyond_the_budget_nothing_typed_is_lost(place, settings, limit):
    setattr(settings, limit, 2)
    taken = [scan(place.code, name) for name in ("白露", "顾清", "林溪")]
    assert [answer.status_code for answer in taken] == [302, 302, 429]
    assert 3590 < int(taken[2]["Retry-After"]) <= 3600
    words = taken[2].content.decode()
    assert ("林溪" in words, MOBILE in words, "暂时没有收到您的签到" in words) == (True, True, True)
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(hours=1))
    assert (scan(place.code, "林溪").status_code, len(kept())) == (302, 3)


def test_twin_without_a_budget_all_are_taken(place, settings):
    settings.SCANS_PER_ACTIVITY = settings.SCANS_PER_ADDRESS = 1000
    assert [scan(place.code, name).status_code for name in ("白露", "顾清", "林溪")] == [302] * 3


def test_a_certain_match_is_proposed_and_confirmed(place):
    person = make_member("白露", place.here, person=make_person("白露", mobile=MOBILE)).person
    scan(place.code)
    match, field = offered(place.cadre, place.activity)["白露"]
    assert (match.certain, field.value()) == (person, str(person.pk))
    assert "new" not in dict(field.field.choices)
    assert decide(place.cadre, place.activity)["Location"] == place.activity.get_absolute_url()
    assert "已确认到场 1 人。" in page(place.cadre, "activity_detail", place.activity.pk)
    sign_in, arrival = SignIn.objects.get(), Arrival.objects.get()
    place.activity.refresh_from_db()
    assert (sign_in.person, sign_in.capacity, place.activity.attendance) == (person, "member", 1)
    assert (arrival.sign_in, arrival.decided_by) == (sign_in, place.branch_cadre)
    assert kept() == [("", "", "", "", CONFIRMED)]
    scan(place.code)
    assert Arrival.objects.count() == 1


def test_a_member_of_the_host_without_a_number_is_certain_and_one_elsewhere_is_asked_about(place):
    make_member("白露", place.here)
    make_member("顾清", place.there)
    for name in ("白露", "顾清", "林溪"):
        scan(place.code, name)
    rows = offered(place.office, place.activity)
    found = {name: (len(match.people), match.certain is None) for name, (match, _) in rows.items()}
    assert found == {"白露": (1, False), "顾清": (1, True), "林溪": (0, True)}
    rows = offered(place.cadre, place.activity)
    assert {name: len(match.people) for name, (match, _) in rows.items()} == {"白露": 1, "顾清": 0, "林溪": 0}


def test_namesakes_and_other_numbers_are_chosen_among(place):
    people = [make_member("白露", place.here).person for _ in range(2)]
    make_member("顾清", place.here, person=make_person("顾清", mobile="13700137000"))
    scan(place.code)
    scan(place.code, "顾清")
    rows = offered(place.cadre, place.activity)
    assert {name: (match.certain, field.value()) for name, (match, field) in rows.items()} == {
        "白露": (None, ""),
        "顾清": (None, ""),
    }
    assert list(rows["白露"][0].people) == people
    assert "137****7000" in "".join(rows["顾清"][0].people.values())
    decide(place.cadre, place.activity, 白露=people[1])
    assert [one.person for one in SignIn.objects.all()] == [people[1]]
    assert [row[-1] for row in kept()] == [CONFIRMED, PENDING]


def test_nobody_known_becomes_a_guest_or_by_choice_somebody_new(place):
    scan(place.code)
    scan(place.code, "顾清")
    decide(place.cadre, place.activity, 白露="guest", 顾清="new")
    person = Person.objects.get()
    assert (person.name, person.mobile) == ("顾清", MOBILE)
    assert not person.memberships.exists()
    assert [(one.person, one.capacity) for one in SignIn.objects.all()] == [(person, "other")]
    assert kept() == [("白露", "", "", "", GUEST), ("", "", "", "", CONFIRMED)]
    assert "白露" in page(place.cadre, "activity_arrivals", place.activity.pk)


def test_dismissed_nothing_is_kept_and_the_visitor_may_come_again(place):
    scan(place.code, **PARENT)
    decide(place.cadre, place.activity, **{"白*": "dismissed"})
    assert kept() == [("", "", "", "", DISMISSED)]
    scan(place.code)
    assert [row[-1] for row in kept()] == [DISMISSED, PENDING]


def test_whoever_was_away_came_and_whoever_was_there_is_counted_once(place):
    people = {name: make_member(name, place.here).person for name in ("白露", "顾清", "林溪")}
    for name, presence in {"白露": "absent", "顾清": "excused", "林溪": "present"}.items():
        add_sign_in(place.activity, people[name], "volunteer", presence=presence)
        scan(place.code, name)
    words = page(place.cadre, "activity_arrivals", place.activity.pk)
    assert [text in words for text in ("（已登记为缺席，", "（已登记为请假，", "（已签到，")] == [True] * 3
    decide(place.cadre, place.activity)
    place.activity.refresh_from_db()
    assert (place.activity.attendance, SignIn.objects.count()) == (3, 3)
    assert {(one.presence, one.capacity) for one in SignIn.objects.all()} == {("present", "volunteer")}
    assert SignIn.history.count() == 5
    assert {one.sign_in.person for one in Arrival.objects.all()} == set(people.values())


def test_people_come_as_what_they_are(place):
    hub = make_hub(place.here)
    make_volunteer(hub, person=make_person("顾清", mobile=MOBILE))
    make_link(make_post(organisation=place.here).person, youth=make_person("林溪", mobile=MOBILE))
    make_member("白露", place.here)
    for name in ("白露", "顾清", "林溪"):
        scan(place.code, name)
    decide(place.office, place.activity)
    found = {(one.person.name, one.capacity) for one in SignIn.objects.all()}
    assert found == {("白露", "member"), ("顾清", "volunteer"), ("林溪", "linked_youth")}


def test_a_minor_is_named_in_part(place):
    scan(place.code, "白小露", **PARENT)
    words = page(place.cadre, "activity_arrivals", place.activity.pk)
    whole = ["白小露", MOBILE, PARENT["guardian"], PARENT["guardian_phone"]]
    assert ([text for text in whole if text in words], "家长 白* 139****9000" in words) == ([], True)
    decide(place.cadre, place.activity, **{"白**": "guest"})
    words = page(place.cadre, "activity_arrivals", place.activity.pk)
    assert ("白小露" in words, "白**" in words) == (False, True)


def test_a_minor_is_registered_with_a_birth_date_that_masks_the_name(place):
    scan(place.code, "白小露", **PARENT)
    address, key = reverse("activity_arrivals", args=[place.activity.pk]), Arrival.objects.get().pk
    found = []
    for born in ("", "1990-01", "2", f"{minor_birth_date():%Y-%m}"):
        answer = place.cadre.post(address, {f"arrival_{key}": "new", f"born_{key}": born})
        found.append("".join(answer.context["form"].errors[f"born_{key}"]) if answer.status_code == 200 else "")
    assert [words[:9] for words in found] == ["未满 18 周岁的", "已满 18 周岁，", "请填写真实存在的日", ""]
    words = page(place.cadre, "activity_detail", place.activity.pk)
    assert ("白**" in words, "白小露" in words) == (True, False)


def test_in_a_closed_year_a_reason_is_asked_first(place):
    make_member("白露", place.here, listed_on=date(2016, 1, 1))
    activity = make_activity(place.here)
    scan(opened(activity, place.staff))
    address = reverse("activity_arrivals", args=[activity.pk])
    data = answers(shown_form(place.cadre.get(address)))
    answer = place.cadre.post(address, data)
    assert (bool(answer.context["form"].announced), SignIn.objects.count()) == (True, 0)
    assert decide(place.cadre, activity).status_code == 302
    assert SignIn.history.get().history_change_reason == "原来填错"


def test_what_was_decided_meanwhile_stays(place):
    scan(place.code)
    scan(place.code, "顾清")
    address = reverse("activity_arrivals", args=[place.activity.pk])
    data = answers(shown_form(place.cadre.get(address)))
    names = {match.arrival.name: field.name for match, field, _ in place.cadre.get(address).context["form"].rows}
    decide(place.office, place.activity, 白露="guest")
    place.cadre.post(address, data | {names["白露"]: "dismissed", names["顾清"]: "guest"})
    assert [(one.name, one.state, one.decided_by) for one in Arrival.objects.all()] == [
        ("白露", GUEST, place.staff),
        ("顾清", GUEST, place.branch_cadre),
    ]


def test_an_answer_that_is_not_offered_is_refused(place):
    stranger = make_member("白露", place.there).person
    scan(place.code)
    address = reverse("activity_arrivals", args=[place.activity.pk])
    name = f"arrival_{Arrival.objects.get().pk}"
    for choice in ("999999", "x", "9" * 40, "confirmed", "pending", stranger.pk):
        assert "所选的人已不在可选之列" in place.cadre.post(address, {name: choice}).content.decode()
    assert place.cadre.post(address, {f"arrival_{'9' * 40}": "guest", "arrival_x": "guest"}).status_code == 302
    assert (kept()[0][-1], SignIn.objects.count()) == (PENDING, 0)


def test_only_who_keeps_the_activity_opens_and_confirms(place):
    scan(place.code)
    operator = make_user("汇长", place.there, Role.Kind.HUB_OPERATOR)
    elsewhere = browser_of(make_user("旁人", place.there, Role.Kind.CADRE))
    names = "activity_arrivals", "sign_in_code_create", "sign_in_code_detail", "sign_in_code_close"
    for client in (browser_of(operator), elsewhere):
        answers_ = [client.post(reverse(name, args=[place.activity.pk])).status_code for name in names[:2] + names[3:]]
        shown = [client.get(reverse(name, args=[place.activity.pk])).status_code for name in names[:3]]
        assert (answers_, shown) == ([404] * 3, [404] * 3)
    Activity.objects.filter(pk=place.activity.pk).update(hub=make_hub(place.there))
    decide(browser_of(operator), place.activity, 白露="guest")
    assert [row[-1] for row in kept()] == [GUEST]


def test_before_it_is_held_visitors_can_only_be_turned_away(place):
    activity = make_activity(place.here, "座谈", held_on=timezone.localdate(), state="planned")
    scan(opened(activity, place.staff))
    words = page(place.cadre, "activity_arrivals", activity.pk)
    assert reverse("activity_hold", args=[activity.pk]) in words
    _, field = offered(place.cadre, activity)["白露"]
    assert list(dict(field.field.choices)) == ["dismissed", ""]
    Activity.objects.filter(pk=activity.pk).update(stated_attendance=30, stated_basis="rounded")
    decide(place.cadre, activity, 白露="dismissed")
    activity.refresh_from_db()
    assert (kept(), activity.stated_attendance) == ([("", "", "", "", DISMISSED)], 30)


def test_an_activity_with_visitors_who_wait_is_not_deleted_and_afterwards_goes_with_them(place):
    scan(place.code)
    answer = place.office.post(reverse("activity_delete", args=[place.activity.pk]))
    assert "还有待认的扫码签到" in answer.content.decode()
    decide(place.office, place.activity, 白露="dismissed")
    form = answers(shown_form(place.office.get(reverse("activity_delete", args=[place.activity.pk]))))
    send(place.office, "activity_delete", place.activity.pk, **form)
    assert not (Activity.objects.exists() or Arrival.objects.exists() or SignInCode.objects.exists())


def test_a_sign_in_removed_lets_its_visitor_come_again(place):
    make_member("白露", place.here)
    scan(place.code)
    decide(place.cadre, place.activity)
    address = reverse("sign_in_delete", args=[SignIn.objects.get().pk])
    place.cadre.post(address, answers(shown_form(place.cadre.get(address))))
    assert Arrival.objects.count() == 0
    scan(place.code)
    assert [row[-1] for row in kept()] == [PENDING]


def ahead(place, places=None):
    """The code of an activity of the day after tomorrow."""
    held_on = timezone.localdate() + timedelta(days=2)
    return opened(
        make_activity(place.here, "踏青", held_on=held_on, state="planned", places=places), place.branch_cadre
    )


def arrive(code):
    """Has the day of an activity come, on which it is held."""
    Activity.objects.filter(pk=code.activity_id).update(held_on=timezone.localdate(), state="held")


def test_before_the_day_one_signs_up_and_on_the_day_scans_again(place):
    code = ahead(place)
    shown = Client().get(reverse("arrival_create", args=[code.token])).content.decode()
    assert "报名：踏青" in shown
    scan(code)
    scan(code)
    assert [(bool(one.signed_up_at), one.left_at) for one in Arrival.objects.all()] == [(True, None)]
    assert "待认" not in page(place.cadre, "activity_detail", code.activity_id)
    assert "白露" in page(place.cadre, "activity_arrivals", code.activity_id)
    assert "已报名 1 人" in page(place.cadre, "sign_in_code_detail", code.activity_id)
    arrive(code)
    scan(code)
    scan(code)
    assert [bool(one.signed_up_at and one.left_at) for one in Arrival.objects.all()] == [True]
    assert "有 1 条扫码签到待认" in page(place.cadre, "activity_detail", code.activity_id)


def test_those_who_signed_up_come_first_and_are_not_taken_to_have_come(place):
    code = ahead(place)
    people = {name: make_member(name, place.here).person for name in ("秦朗", "白露", "顾清", "林溪")}
    scan(code, "白露")
    scan(code, "顾清")
    arrive(code)
    for name in ("秦朗", "顾清", "林溪"):
        scan(code, name)
    rows = offered(place.cadre, code.activity)
    assert list(rows) == ["顾清", "白露", "秦朗", "林溪"]
    proposed = {name: field.value() for name, (_, field) in rows.items()}
    assert proposed == {name: str(one.pk) if name != "白露" else "" for name, one in people.items()}


def test_beyond_the_places_everybody_is_told_so_alike(place):
    code = ahead(place, places=2)
    make_member("林溪", place.here, person=make_person("林溪", mobile=MOBILE))
    assert [scan(code, name).status_code for name in ("白露", "白露", "顾清")] == [302] * 3
    said = [errors(scan(code, name)) for name in ("白露", "林溪", "秦朗")]
    assert said == [{"__all__": NO_PLACE}] * 3
    assert Arrival.objects.count() == 2
    arrive(code)
    assert (scan(code, "秦朗").status_code, Arrival.objects.count()) == (302, 3)


def test_whoever_is_turned_away_leaves_a_place(place):
    code = ahead(place, places=1)
    scan(code)
    decide(place.cadre, code.activity, 白露="dismissed")
    assert scan(code, "顾清").status_code == 302


def test_signing_up_ends_the_day_before_or_with_the_day(place):
    activity = ahead(place).activity
    close_code(activity)
    form = answers(shown_form(place.cadre.get(reverse("sign_in_code_create", args=[activity.pk]))))
    ends = []
    for until in ("0", "24"):
        send(place.cadre, "sign_in_code_create", activity.pk, **form | {"until": until})
        ends.append(SignInCode.objects.get(activity=activity).closes_at)
        close_code(activity)
        form["submission"] = ""
    assert ends == [end_of_hour(hour, activity.held_on) for hour in (0, 24)]


@pytest.mark.parametrize(
    ("typed", "words"), [("0", "不少于 1 的名额"), ("-1", "不小于 0"), ("9999999", "不超过 1000000")]
)
def test_places_are_a_number_of_people(place, typed, words):
    address = reverse("activity_update", args=[place.activity.pk])
    data = answers(shown_form(place.office.get(address))) | {"places": typed}
    assert words in "".join(place.office.post(address, data).context["form"].errors["places"])


def past(days):
    """Puts the activity, and what came in by its code, so many days back."""
    Activity.objects.update(held_on=timezone.localdate() - timedelta(days=days))
    Arrival.objects.update(left_at=timezone.now() - timedelta(days=days))
    SignInCode.objects.update(closes_at=timezone.now() - timedelta(days=days))


@pytest.mark.both
def test_thirty_days_later_nothing_is_left_of_visitors(place):
    make_member("白露", place.here)
    for name in ("白露", "顾清", "林溪", "秦朗"):
        scan(place.code, name)
    decide(place.cadre, place.activity, 顾清="guest", 林溪="dismissed")
    past(30)
    assert (forget_arrivals(timezone.now()), Arrival.objects.count()) == (0, 4)
    past(31)
    call_command("anonymise_cases", "--apply")
    assert kept() == [("", "", "", "", state) for state in (CONFIRMED, GUEST, DISMISSED)]
    assert set(Arrival.objects.values_list("name_index", "mobile_index")) == {(None, None)}
    assert not SignInCode.objects.exists()
    assert (forget_arrivals(timezone.now()), SignIn.objects.count()) == (0, 1)


def test_twin_what_is_not_forgotten_is_still_there(place):
    scan(place.code)
    past(31)
    assert kept() == [("白露", MOBILE, "", "", PENDING)]


def test_opening_a_code_erases_what_is_due(place):
    scan(place.code)
    past(31)
    opened(make_activity(place.here, held_on=timezone.localdate()), place.staff)
    assert kept() == []


def test_what_visitors_send_is_in_no_log(place):
    scan(place.code, **PARENT)
    scan(place.code, "白")
    Client().get(reverse("arrival_create", args=["x"]))
    decide(place.cadre, place.activity, **{"白*": "guest"})
    assert [str(line) for line in AccessEntry.objects.values() if "白" in str(line) or MOBILE in str(line)] == []


def test_many_arrivals_ask_as_much_as_few(place):
    for number in range(3):
        scan(place.code, "白露", f"1380013800{number}")
    make_member("白露", place.here)
    few = queries(place.cadre, "activity_arrivals", place.activity.pk)
    for number, name in enumerate("顾清 林溪 秦朗 陆远 单伟 程安".split()):
        make_member(name, place.here)
        scan(place.code, name, f"1390013900{number}")
    assert queries(place.cadre, "activity_arrivals", place.activity.pk) == few


def test_the_visitors_page_looks_nobody_up(place):
    make_person("白露", mobile=MOBILE)
    asked = []
    for name in ("林溪", "白露", "顾清", "顾清"):
        with CaptureQueriesContext(connection) as captured:
            scan(place.code, name)
        asked.append([query["sql"][:10] for query in captured])
    assert asked[1] == asked[2] == asked[3]
    assert not any("members_" in query["sql"] for query in captured)
