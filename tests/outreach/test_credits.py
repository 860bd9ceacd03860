"""Who came to an activity counts as a contact of the cadres credited, once its list is confirmed, and only then."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from activities.actions import add_sign_in, remove_sign_in
from activities.models import Activity, SignIn
from members.merge_actions import merge_people, take_back_merge
from outreach.actions import log_contact
from outreach.credits import count_beside
from outreach.models import Contact, Link
from tests.factories import (
    make_activity,
    make_attachment,
    make_contact,
    make_hub,
    make_link,
    make_person,
    make_post,
    make_user,
)
from tests.forms import answers, shown_form
from tests.made_once import made_once
from tests.members.merged_records import request_of
from tests.orgs.sign_in import signed_in_by_code
from tests.pages import browser_of, confirmed, page, queries, send, two_branches
from tests.reports.import_pages import opened
from tests.reports.test_list_round_trip import table
from tests.rosters import tally
from tests.workbooks import workbook

pytestmark = pytest.mark.django_db
DAY = date(2017, 4, 8)


@made_once
def place():
    """A branch whose cadre 陆远 is linked to three youths, two of whom came to its walk; 秦朗 is to one of them."""
    place = two_branches()
    place.person = make_post("陆远", place.here).person
    place.person.user = place.branch_cadre
    place.person.save()
    place.other = make_post("秦朗", place.there).person
    place.links = [make_link(place.person, name) for name in ("白露", "顾清", "林溪")]
    place.far = make_link(place.other, youth=place.links[0].youth)
    place.activity = make_activity(place.here, "春季健步走", held_on=DAY)
    for link in place.links[:2]:
        add_sign_in(place.activity, link.youth, SignIn.Capacity.LINKED_YOUTH)
    return place


def confirm(client, activity, **changed):
    """Confirms the list as the page proposes it, but for what is `changed`."""
    data = answers(shown_form(client.get(reverse("activity_confirm", args=[activity.pk])))) | changed
    return send(client, "activity_confirm", activity.pk, **data)


def reopen(client, activity):
    """Opens the list again."""
    data = answers(shown_form(client.get(reverse("activity_reopen", args=[activity.pk]))))
    return send(client, "activity_reopen", activity.pk, **data)


def contacts(**wanted):
    """(cadre, day, form, youths, activity) of each contact."""
    return sorted(
        (
            one.cadre.name,
            one.held_on,
            one.form,
            sorted(link.youth.name for link in one.links.all()),
            one.activity_id and one.activity.name,
        )
        for one in Contact.objects.filter(**wanted)
    )


OF_LIST = ("陆远", DAY, "theme", ["白露", "顾清"], "春季健步走")


@pytest.mark.in_turn
def test_a_confirmed_list_is_a_contact_with_the_linked_youths_who_came(place):
    assert contacts() == []
    confirm(place.cadre, place.activity)
    assert contacts() == [OF_LIST]
    place.activity.refresh_from_db()
    assert (place.activity.is_confirmed, place.activity.attendance) == (True, 2)


def test_confirmed_twice_it_counts_once(place):
    for _ in range(2):
        confirm(place.cadre, place.activity)
    assert contacts() == [OF_LIST]


def test_the_cadres_of_the_host_and_those_who_came_are_proposed_and_others_offered(place):
    proposed = place.office.get(reverse("activity_confirm", args=[place.activity.pk])).context["form"]
    assert [label for _, label in proposed.fields["credited"].choices] == [
        "陆远：白露、顾清（2 人）",
        "秦朗：白露（1 人）",
    ]
    assert proposed.initial["credited"] == [place.person.pk]
    add_sign_in(place.activity, place.other, "")
    confirm(place.office, place.activity)
    assert contacts() == [("秦朗", DAY, "theme", ["白露"], "春季健步走"), OF_LIST]


def test_of_volunteering_the_contact_is_volunteering(place):
    kind = make_activity(place.here, type="volunteering").type
    Activity.objects.filter(pk=place.activity.pk).update(type=kind)
    confirm(place.cadre, place.activity)
    assert contacts() == [("陆远", DAY, "volunteering", ["白露", "顾清"], "春季健步走")]


@pytest.mark.in_turn
@pytest.mark.cpu(4)
def test_corrections_of_the_list_are_followed(place):
    confirm(place.cadre, place.activity)
    remove_sign_in(place.activity.sign_ins.get(person=place.links[0].youth))
    assert contacts() == [("陆远", DAY, "theme", ["顾清"], "春季健步走")]
    add_sign_in(place.activity, place.links[2].youth, "")
    assert contacts() == [("陆远", DAY, "theme", ["林溪", "顾清"], "春季健步走")]
    for sign_in in place.activity.sign_ins.all():
        remove_sign_in(sign_in)
    assert contacts() == []
    add_sign_in(place.activity, place.links[0].youth, "")
    assert contacts() == [("陆远", DAY, "theme", ["白露"], "春季健步走")]


def test_whoever_was_absent_or_excused_was_not_reached(place):
    add_sign_in(place.activity, place.links[2].youth, "", presence="excused")
    confirm(place.cadre, place.activity)
    assert contacts() == [OF_LIST]


def test_a_link_counts_on_the_day_alone(place):
    Link.objects.filter(pk=place.links[0].pk).update(ended_on=DAY)
    Link.objects.filter(pk=place.links[1].pk).update(started_on=DAY)
    confirm(place.cadre, place.activity)
    assert contacts() == [("陆远", DAY, "theme", ["顾清"], "春季健步走")]


@pytest.mark.in_turn
@pytest.mark.cpu(4)
def test_opened_again_all_is_taken_back_and_the_choice_is_kept(place):
    confirm(place.office, place.activity, credited=[place.person.pk, place.other.pk], contact_form="open_day")
    reopen(place.cadre, place.activity)
    assert contacts() == []
    place.activity.refresh_from_db()
    assert (place.activity.is_confirmed, place.activity.attendance) == (False, 2)
    confirm(place.cadre, place.activity)
    assert contacts() == [
        ("秦朗", DAY, "open_day", ["白露"], "春季健步走"),
        ("陆远", DAY, "open_day", ["白露", "顾清"], "春季健步走"),
    ]


def test_what_somebody_added_stays_as_logged_by_hand_and_is_not_doubled(place):
    confirm(place.office, place.activity, credited=[place.person.pk, place.other.pk])
    own = Contact.objects.get(cadre=place.person)
    form = answers(shown_form(place.cadre.get(reverse("contact_update", args=[own.pk]))))
    send(place.cadre, "contact_update", own.pk, **form | {"content": "谈了升学"})
    make_attachment(Contact.objects.get(cadre=place.other), place.staff)
    shown = page(place.office, "activity_reopen", place.activity.pk)
    assert "2 条联系记录有人补充过内容或附件，保留为手工登记。" in shown
    reopen(place.office, place.activity)
    by_hand = [(*OF_LIST[:4], None), ("秦朗", DAY, "theme", ["白露"], None)]
    assert contacts() == sorted(by_hand)
    confirm(place.office, place.activity)
    assert contacts() == sorted(by_hand)


def test_a_contact_logged_by_hand_is_asked_about_and_not_counted_twice(place):
    make_contact(place.person, place.links[:1], held_on=DAY, form="online")
    by_hand = ("陆远", DAY, "online", ["白露"], None)
    assert "另计一次" in page(place.cadre, "activity_confirm", place.activity.pk)
    confirm(place.cadre, place.activity)
    assert contacts() == [by_hand, ("陆远", DAY, "theme", ["顾清"], "春季健步走")]
    confirm(place.cadre, place.activity, again=[place.person.pk])
    assert contacts() == [by_hand, OF_LIST]


def test_one_with_everyone_reached_those_linked_on_the_day(place):
    make_contact(place.person, held_on=DAY, with_everyone=True)
    confirm(place.cadre, place.activity)
    assert contacts(with_everyone=False) == []


def test_after_it_one_logged_by_hand_is_asked_about(place):
    confirm(place.cadre, place.activity)
    typed = {
        "cadre": place.person.pk,
        "held_on": DAY,
        "form": "phone",
        "links": [place.links[0].pk, place.links[2].pk],
        "content": "",
    }
    answer = place.cadre.post(reverse("contact_create"), typed)
    assert set(answer.context["form"].errors) == {"is_another"}
    assert contacts() == [OF_LIST]
    send(place.cadre, "contact_create", **typed, is_another="on")
    both = [("陆远", DAY, "phone", ["林溪", "白露"], None), OF_LIST]
    assert contacts() == both
    add_sign_in(place.activity, make_person("路过"), "")
    assert contacts() == both


def test_one_for_many_says_so(place):
    confirm(place.cadre, place.activity)
    link = place.links[0]
    with pytest.raises(ValidationError, match="活动“春季健步走”的名单已计入与这名青年的联系"):
        log_contact(link, DAY, "phone")
    count_beside(Contact.objects.all())
    log_contact(link, DAY, "phone")
    assert contacts() == [("陆远", DAY, "phone", ["白露"], None), OF_LIST]


def test_one_of_a_list_takes_a_text_alone_and_is_not_deleted(place):
    confirm(place.cadre, place.activity)
    own = Contact.objects.get()
    shown = page(place.cadre, "contact_detail", own.pk)
    assert "由活动的签到名单得出" in shown
    assert reverse("contact_delete", args=[own.pk]) not in shown
    names = [name for name, _ in shown_form(place.cadre.get(reverse("contact_update", args=[own.pk])))]
    assert [name for name in names if name not in ("csrfmiddlewaretoken", "version")] == ["content"]
    form = answers(shown_form(place.cadre.get(reverse("contact_delete", args=[own.pk]))))
    answer = confirmed(place.cadre, reverse("contact_delete", args=[own.pk]), form)
    assert "在活动“春季健步走”的名单中更正，或撤销确认" in answer.content.decode()
    assert contacts() == [OF_LIST]


def test_a_list_without_anybody_who_came_is_not_confirmed(place):
    empty = make_activity(place.here, "读书会", held_on=DAY)
    assert place.cadre.get(reverse("activity_confirm", args=[empty.pk]))["Location"] == empty.get_absolute_url()
    assert place.cadre.get(reverse("activity_reopen", args=[empty.pk]))["Location"] == empty.get_absolute_url()


def test_the_day_of_a_confirmed_list_stands(place):
    confirm(place.cadre, place.activity)
    address = reverse("activity_update", args=[place.activity.pk])
    data = answers(shown_form(place.cadre.get(address))) | {"held_on": "2017-04-09"}
    answer = confirmed(place.cadre, address, data)
    assert "先撤销确认" in str(answer.context["form"].errors["held_on"])


def test_who_sees_no_links_confirms_without_them_and_leaves_those_of_others(place):
    Activity.objects.filter(pk=place.activity.pk).update(hub=make_hub(place.here))
    operator = browser_of(make_user("门宁", place.here, "hub_operator"))
    shown = page(operator, "activity_confirm", place.activity.pk)
    assert ("陆远" in shown, "1+100" in shown) == (False, False)
    confirm(operator, place.activity)
    assert contacts() == []
    confirm(place.office, place.activity)
    confirm(operator, place.activity)
    assert contacts() == [OF_LIST]
    assert "联系记录" not in page(operator, "activity_reopen", place.activity.pk).split("<main")[1]


def test_the_page_asks_as_many_queries_of_many_youths_and_cadres(place):
    few = queries(place.office, "activity_confirm", place.activity.pk)
    for number in range(4):
        cadre = make_post(f"干部{number}", place.here).person
        for youth in range(3):
            link = make_link(cadre, f"青年{number}{youth}")
            add_sign_in(place.activity, link.youth, "")
    assert queries(place.office, "activity_confirm", place.activity.pk) == few


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("heading", "cell", "counts"),
    [("内容", "谈了升学", {"changed": 1}), ("联系青年", "白露", {"wrong": 1}), ("形式", "电话", {"wrong": 1})],
)
def test_a_list_of_contacts_changes_its_text_alone(place, heading, cell, counts):
    confirm(place.cadre, place.activity)
    office = signed_in_by_code(make_user("专干", place.root))
    name, (row,) = table(office.get(reverse("contact_export")).content)
    batch = opened(office, workbook({name: [row | {heading: cell}]}), kind="contacts")
    assert tally(batch) == counts


def test_cadres_who_are_one_person_are_credited_once_and_apart_again(place):
    confirm(place.office, place.activity, credited=[place.person.pk, place.other.pk])
    before = contacts()
    request = request_of(place.staff)
    Link.objects.filter(pk=place.far.pk).update(ended_on=date(2018, 1, 1))
    merge = merge_people(place.person, place.other, request=request, reason="重复登记", values={})
    assert contacts() == [OF_LIST]
    take_back_merge(merge, request=request, reason="并错了")
    assert contacts() == before


def test_youths_who_are_one_person_were_reached_once(place):
    confirm(place.cadre, place.activity)
    before = contacts()
    request = request_of(place.staff)
    one, other = (link.youth for link in place.links[:2])
    merge = merge_people(one, other, request=request, reason="重复登记", values={})
    assert contacts() == [("陆远", DAY, "theme", ["白露"], "春季健步走")]
    take_back_merge(merge, request=request, reason="并错了")
    assert contacts() == before
