"""A pasted list is shown as it is understood, and signs in those who are confirmed."""

import re
from datetime import date
from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from activities.actions import add_sign_in
from activities.models import SignIn
from activities.roster_forms import MOST_PASTED_PEOPLE
from members.models import Person
from tests.factories import (
    make_activity,
    make_assisted_youth,
    make_grant,
    make_hub,
    make_member,
    make_person,
    make_user,
    make_volunteer,
)
from tests.interactions import Hand
from tests.made_once import made_once
from tests.pages import asked, browser_of, confirmation, two_branches
from tests.races import at_once

pytestmark = pytest.mark.django_db


@made_once
def place():
    place = two_branches()
    names = ("白露", "顾清", "林溪")
    place.people = {name: make_member(name, place.here, listed_on=date(2016, 1, 1)).person for name in names}
    place.activity = make_activity(place.here, "读书会", held_on=timezone.localdate())
    place.address = reverse("activity_paste", args=[place.activity.pk])
    return place


def shown(client, address, text):
    """The form by which a pasted list is shown."""
    answer = client.post(address, {"pasted": text})
    assert answer.status_code == 200
    return answer.context["form"]


def understood(form):
    """What each line is understood as: the name chosen, those to choose from, or in a word why there is none."""
    told = []
    for match in form.matches:
        if match.is_open:
            told.append(match.candidates[match.person] if match.person else sorted(match.candidates.values()))
        else:
            told.append("listed" if match.listed else "repeated" if match.is_repeated else "unknown")
    return told


def sent(form, text, **more):
    """What a browser sends of the shown form."""
    fields = {bound.name: bound.value() for _, *pair in form.lines for bound in pair if bound}
    return {"listed": text, "submission": form.submission} | fields | more


def confirm(client, address, text, **more):
    """The page after a pasted list has been shown and confirmed."""
    data = sent(shown(client, address, text), text, **more)
    answer = client.post(address, data)
    if found := confirmation(answer):
        answer = client.post(address, data | found)
    return answer


def listed(activity):
    """Who is on the list, by name, with the capacity and whether they came."""
    return {one.person.name: (one.capacity, one.presence) for one in activity.sign_ins.select_related("person")}


TEXT = "#接龙 读书会\n1. 白露\n2. 顾清（请假）\n3. 林溪 👍\n4. 白露\n5. 来客\n6. 秦朗\n谢谢大家"


def test_each_line_says_whom_it_means_and_nothing_is_written_before(place):
    outsider = make_person("秦朗")
    add_sign_in(make_activity(place.here, held_on=date(2017, 3, 1), type="lecture"), outsider, "parent")
    add_sign_in(place.activity, place.people["林溪"], "member", presence="absent")
    form = shown(place.cadre, place.address, TEXT)
    assert understood(form) == [
        "白露，女，1998-05-04 出生，柳林社区团支部团员",
        "顾清，女，1998-05-04 出生，柳林社区团支部团员",
        "listed",
        "repeated",
        "unknown",
        "秦朗，在本组织的活动中签到过",
    ]
    assert SignIn.objects.filter(activity=place.activity).count() == 1
    answer = confirm(place.cadre, place.address, TEXT)
    assert answer["Location"] == place.activity.get_absolute_url()
    assert listed(place.activity) == {
        "白露": ("member", "present"),
        "顾清": ("member", "excused"),
        "林溪": ("member", "absent"),
        "秦朗": ("", "present"),
    }
    text = place.cadre.get(answer["Location"]).content.decode()
    assert "已登记 2 人到场，1 人请假。没有登记：" in text
    (link,) = re.findall(r'href="([^"]*name=[^"]*)#rows"', text)
    one_by_one = place.cadre.get(link.replace("&amp;", "&")).context["form"]
    assert (one_by_one["name"].value(), one_by_one["capacity"].value()) == ("来客", "other")


def test_what_is_typed_is_shown_again_to_be_corrected(place):
    answer = place.cadre.post(place.address, {"listed": TEXT, "again": "yes"})
    assert answer.context["form"]["pasted"].value() == TEXT
    refused = place.cadre.post(place.address, {"pasted": "好的，收到"})
    assert "没有读到姓名" in refused.content.decode() and "好的，收到" in refused.content.decode()
    many = "\n".join(f"{number}. 张三" for number in range(MOST_PASTED_PEOPLE + 1))
    assert f"一次最多 {MOST_PASTED_PEOPLE} 人" in place.cadre.post(place.address, {"pasted": many}).content.decode()
    assert SignIn.objects.count() == 0


def test_lines_in_which_nobody_is_named_are_said(place):
    assert "“#接龙 读书会”、“谢谢大家”" in place.cadre.post(place.address, {"pasted": TEXT}).content.decode()


def test_one_of_several_is_chosen_or_nobody(place):
    twin = make_member(branch=place.here, person=make_person("白露"), listed_on=date(2016, 1, 1)).person
    form = shown(place.cadre, place.address, "白露\n顾清")
    assert understood(form)[0] == sorted(["白露，女，1998-05-04 出生，柳林社区团支部团员", "白露，柳林社区团支部团员"])
    refused = place.cadre.post(place.address, sent(form, "白露\n顾清"))
    assert "请选择“白露”是哪一位，或选“不登记”。" in refused.content.decode()
    assert SignIn.objects.count() == 0
    stranger = make_member("外人", place.there).person
    forged = place.cadre.post(place.address, sent(form, "白露\n顾清", **{"who-0": stranger.pk}))
    assert "“白露”可能是谁刚有变化" in forged.content.decode()
    confirm(place.cadre, place.address, "白露\n顾清", **{"who-0": twin.pk, "presence-0": "absent", "who-1": "none"})
    assert [(one.person, one.presence) for one in SignIn.objects.all()] == [(twin, "absent")]
    none = confirm(place.cadre, place.address, "顾清", **{"who-0": "none"})
    assert "没有登记：请至少选择一个人。" in none.content.decode()


def test_a_mobile_number_decides_among_namesakes_whose_data_one_sees(place):
    mobiles = {
        "13800138001": make_person("秦朗", mobile="13800138001"),
        "13800138002": make_person("秦朗", mobile="13800138002"),
    }
    for person in mobiles.values():
        make_member(branch=place.there, person=person)
    form = shown(place.office, place.address, "秦朗 138-0013-8002\n秦朗 13800138003\n秦朗")
    assert [match.person for match in form.matches] == [mobiles["13800138002"].pk, None, None]
    assert [len(match.candidates) for match in form.matches] == [1, 2, 2]
    # The cadre of another branch learns nothing of them.
    assert understood(shown(place.cadre, place.address, "秦朗 138-0013-8002")) == ["unknown"]


def test_a_number_tells_nothing_of_who_is_known_by_name_alone(place):
    visitor = make_person("秦朗", mobile="13800138001", other_names="秦小朗")
    add_sign_in(make_activity(place.here, held_on=date(2017, 3, 1), type="lecture"), visitor, "parent")
    right, wrong, otherwise, bare = shown(
        place.cadre, place.address, "秦朗 13800138001\n秦朗 13800138002\n秦小朗\n秦朗"
    ).matches
    assert (right.person, right.candidates) == (wrong.person, wrong.candidates)
    assert (right.person, list(right.candidates), otherwise.candidates) == (None, [visitor.pk], {})
    assert bare.person == visitor.pk


def test_other_spellings_are_asked_about_and_other_names_known(place):
    make_member(branch=place.here, person=make_person("陳清露", other_names="小露"), listed_on=date(2016, 1, 1))
    near, other = shown(place.cadre, place.address, "陈清露\n小露").matches
    assert (near.person, len(near.candidates)) == (None, 1)
    assert other.person == Person.objects.get(name="陳清露").pk


def test_somebody_of_the_roster_goes_before_a_namesake_elsewhere(place):
    make_member(branch=place.there, person=make_person("林溪"))
    assert understood(shown(place.office, place.address, "林溪")) == ["林溪，女，1998-05-04 出生，柳林社区团支部团员"]


def test_whoever_is_known_by_a_case_alone_is_not_found(place):
    keeper = make_user("沈知", place.root, "caseworker")
    keeper.roles.create(organisation=place.root, kind="staff")
    youth = make_assisted_youth(place.root, "安宁").person
    make_grant(keeper, youth)
    assert Person.objects.visible_to(keeper).filter(pk=youth.pk).exists()
    assert understood(shown(browser_of(keeper), place.address, "安宁")) == ["unknown"]


def test_the_lists_of_others_are_not_found_and_those_without_a_list_say_why(place):
    foreign = make_activity(place.there, "读书会")
    assert place.cadre.get(reverse("activity_paste", args=[foreign.pk])).status_code == 404
    planned = make_activity(place.here, "座谈", state="planned")
    answer = place.cadre.post(reverse("activity_paste", args=[planned.pk]), {"pasted": "白露"})
    assert answer["Location"] == planned.get_absolute_url()


def test_the_operator_of_a_hub_pastes_the_names_of_its_team(place):
    hub = make_hub(place.here)
    make_volunteer(hub, "苏晴")
    activity = make_activity(None, "手工课", hub=hub, held_on=timezone.localdate())
    operator = browser_of(make_user("顾盼", place.here, "hub_operator"))
    address = reverse("activity_paste", args=[activity.pk])
    assert understood(shown(operator, address, "苏晴\n白露"))[1] == "unknown"
    confirm(operator, address, "苏晴\n白露")
    assert listed(activity) == {"苏晴": ("volunteer", "present")}


def test_one_planned_for_today_is_held_with_the_pasted_list(place):
    planned = make_activity(place.here, "座谈", held_on=timezone.localdate(), state="planned")
    address = reverse("activity_paste", args=[planned.pk])
    assert "请勾选“同时登记为已举办”" in confirm(place.cadre, address, "白露").content.decode()
    assert confirm(place.cadre, address, "白露", hold="on").status_code == 302
    planned.refresh_from_db()
    assert (planned.state, planned.attendance) == ("held", 1)


def test_a_list_of_a_closed_year_is_announced(place):
    activity = make_activity(place.here, "旧会")
    address = reverse("activity_paste", args=[activity.pk])
    data = sent(shown(place.office, address, "白露"), "白露")
    assert "会改动已结束年度的统计" in place.office.post(address, data).content.decode()
    assert listed(activity) == {}
    assert confirm(place.office, address, "白露").status_code == 302
    assert listed(activity) == {"白露": ("member", "present")}


def test_a_list_sent_twice_is_taken_once(place):
    data = sent(shown(place.cadre, place.address, "白露"), "白露")
    first = place.cadre.post(place.address, data)
    SignIn.objects.all().delete()
    again = place.cadre.post(place.address, data)
    assert (first.status_code, again.status_code, SignIn.objects.count()) == (302, 302, 0)


def test_whoever_was_listed_after_the_page_was_shown_is_told_to_be_there(place):
    def said_of(text, since):
        data = sent(shown(place.cadre, place.address, text), text)
        add_sign_in(place.activity, place.people[since], "member", presence="absent")
        answer = place.cadre.post(place.address, data, follow=True)
        return [str(message) for message in answer.context["messages"]]

    assert said_of("白露、顾清", "白露") == [
        "已登记 2 人到场，其中 1 人已在名单上。名单上原来登记的没有改动：白露（缺席）。"
    ]
    assert said_of("林溪", "林溪") == ["这 1 人都已在名单上，没有改动。名单上原来登记的没有改动：林溪（缺席）。"]
    assert {name: presence for name, (_, presence) in listed(place.activity).items()} == {
        "白露": "absent",
        "顾清": "present",
        "林溪": "absent",
    }


@pytest.mark.in_turn
@pytest.mark.django_db(transaction=True)
def test_lists_confirmed_at_once_make_one_row_a_person(place):
    texts = ["白露、顾清", "顾清、林溪（请假）", "林溪、白露"]
    forms = [sent(shown(place.cadre, place.address, text), text) for text in texts]
    clients = [browser_of(place.branch_cadre) for _ in forms]
    acts = [partial(client.post, place.address, data) for client, data in zip(clients, forms, strict=True)]
    assert [answer.status_code for answer in at_once(acts)] == [302] * 3
    pages = [client.get(place.activity.get_absolute_url()).content.decode() for client in clients]
    known = [int(found[1]) for text in pages if (found := re.search(r"(?:其中|这) (\d) 人(?:已|都已)在名单上", text))]
    place.activity.refresh_from_db()
    assert SignIn.objects.count() == 3
    assert place.activity.attendance == SignIn.objects.present().count()
    assert sum(known) == 6 - 3


def test_long_lists_take_as_many_queries_as_short_ones(place):
    def number_of_queries(text):
        with CaptureQueriesContext(connection) as captured:
            shown(place.cadre, place.address, text)
        return asked(captured)

    few = number_of_queries("白露")
    names = [f"林{one}" for one in "甲乙丙丁戊己庚辛"]
    for name in names:
        make_member(name, place.here, listed_on=date(2016, 1, 1))
    assert number_of_queries("、".join([*names, "来客", "白露", "顾清"])) == few


@pytest.mark.django_db(transaction=True)
@pytest.mark.cpu(6)
def test_a_chain_is_pasted_on_a_phone(phone_page, sign_in, place):
    sign_in(phone_page, place.branch_cadre)
    phone_page.goto(reverse("activity_roster", args=[place.activity.pk]))
    hand = Hand(phone_page)
    hand.fill(phone_page.get_by_label("粘贴名单或接龙"), TEXT)
    expect(phone_page.get_by_text("草稿已暂存")).to_be_visible()
    hand.press_named("button", "读取并核对")
    expect(phone_page.get_by_role("button", name="登记这些人")).to_be_visible()
    assert phone_page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    hand.press_named("button", "登记这些人")
    expect(phone_page.get_by_text("已登记 2 人到场，1 人请假。")).to_be_visible()
    expect(phone_page.get_by_role("link", name="来客")).to_be_visible()
    assert hand.count == 3
    # The draft of what was pasted went with it.
    phone_page.goto(reverse("activity_roster", args=[place.activity.pk]))
    phone_page.wait_for_load_state("networkidle")
    assert phone_page.get_by_role("button", name="恢复").count() == 0
