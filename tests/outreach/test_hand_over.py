"""Whoever leaves a post hands over the links or ends them, with or without an account."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import localdate

from members.models import Post
from outreach.actions import hand_over, hand_over_links
from outreach.models import Contact, Link
from reports.checks import BY_KEY
from reports.checks.explained_findings import inspected
from reports.checks.inspection import Inspection
from reports.figures.counting import results
from reports.figures.scopes import Scope
from tests.factories import make_contact, make_link, make_person, make_post, make_user
from tests.made_once import made_once
from tests.pages import page, refused, send, status, two_branches
from tests.today import all_filled_in, filled_in
from tests.workbooks import take_in
from yl_district.periods import Period

pytestmark = pytest.mark.django_db
BEGIN = date(2017, 1, 10)


def this_month():
    """The running month as it is typed."""
    return filled_in("{month}")


@made_once
def district():
    """陆远 and 顾清 in office in two branches without accounts, and two links of the first."""
    district = two_branches()
    district.post = make_post("陆远", district.here)
    district.leaver, district.heir = district.post.person, make_post("顾清", district.there).person
    district.links = [make_link(district.leaver, name, sector="学校", employer="一中") for name in ("秦朗", "白露")]
    return district


def handed(district, **asked):
    """A whole form that hands the links over today."""
    return {"fate": "hand_over", "successor": district.heir.pk, "links_on": f"{localdate()}", "reason": "离任"} | asked


def links_of(person):
    """Youth, beginning and end of a cadre's links."""
    return list(Link.objects.filter(cadre=person).values_list("youth__name", "started_on", "ended_on"))


def figures(district, year):
    district.root.refresh_from_db()
    return results(Scope(district.root, Period.of_year(year)))


def nobodys(district, year):
    """What the check of links of nobody finds."""
    district.root.refresh_from_db()
    scope = Scope(district.root, Period.of_year(year))
    inspection = Inspection(scope, results(scope), district.staff)
    return [(one.name, one.url) for _, found in inspected(inspection, [BY_KEY["links_of_nobody"]]) for one in found]


@pytest.mark.both
def test_a_post_that_ends_hands_the_links_over(district):
    assert "名下现有 2 名联系青年" in page(district.office, "post_end", district.post.pk)
    send(district.office, "post_end", district.post.pk, day=this_month(), **handed(district))
    district.post.refresh_from_db()
    assert district.post.ended_on == localdate().replace(day=1)
    assert links_of(district.leaver) == [("秦朗", BEGIN, localdate()), ("白露", BEGIN, localdate())]
    assert links_of(district.heir) == [("秦朗", localdate(), None), ("白露", localdate(), None)]
    taken = Link.objects.filter(cadre=district.heir).values_list("sector", "employer", "remark", "bound_on")
    assert list(taken) == [("学校", "一中", "", None)] * 2
    assert {link.remark for link in Link.objects.filter(cadre=district.leaver)} == {"离任，移交继任团干"}
    assert nobodys(district, localdate().year) == []


def test_a_post_that_ends_can_end_the_links(district):
    asked = {"fate": "end", "links_on": f"{localdate()}", "reason": "迁出"}
    send(district.office, "post_end", district.post.pk, day=this_month(), **asked)
    assert [end for *_, end in links_of(district.leaver)] == [localdate(), localdate()]
    assert {link.remark for link in Link.objects.all()} == {"迁出"}


def test_the_links_of_one_who_leaves_are_asked_about(district):
    errors = refused(district.office, "post_end", district.post.pk, day=this_month())
    assert errors == {
        "fate": "请选择名下的联系青年交给谁，或全部结束。",
        "links_on": "请填写移交日期。",
    }
    errors = refused(district.office, "post_end", district.post.pk, day=this_month(), fate="keep", reason="离任")
    assert errors == {"fate": "应为：离任后不再任职的，移交或结束联系。请选择接手人，或选择全部结束。"}
    assert Post.objects.get(pk=district.post.pk).ended_on is None


@pytest.mark.parametrize(
    ("asked", "field", "words"),
    [
        ({"successor": ""}, "successor", "请选择接手人。"),
        ({"links_on": ""}, "links_on", "请填写移交日期。"),
        ({"links_on": "{tomorrow}"}, "links_on", "请填写不晚于今天（{today}）的日期。"),
        ({"links_on": "2016-08-31"}, "successor", "应为：2016-08-31 在任的团干部。请另选接手人，或核对移交日期。"),
        ({"links_on": "2017-01-01"}, "links_on", "应为：不早于离任年月（{month}）的日期。请核对移交日期。"),
    ],
)
def test_a_hand_over_names_a_successor_in_office_and_a_day(district, asked, field, words):
    typed = handed(district, **all_filled_in(asked))
    errors = refused(district.office, "post_end", district.post.pk, day=this_month(), **typed)
    assert errors[field] == filled_in(words)
    assert Link.objects.filter(ended_on=None).count() == 2


def test_links_stay_where_another_post_continues_or_the_month_is_ahead(district):
    next_month = f"{localdate().replace(day=28) + timedelta(days=7):%Y-%m}"
    send(district.office, "post_end", district.post.pk, day=next_month, fate="keep", reason="")
    other = make_post(organisation=district.there, person=district.leaver)
    district.post.ended_on = None
    district.post.save()
    send(district.office, "post_end", district.post.pk, day=this_month(), fate="keep", reason="")
    assert Link.objects.filter(ended_on=None).count() == 2
    assert nobodys(district, localdate().year) == []
    assert other.ended_on is None


def test_nothing_is_asked_without_links_nor_of_those_who_do_not_see_them(district):
    assert "移交日期" not in page(district.cadre, "post_end", district.post.pk)
    send(district.cadre, "post_end", district.post.pk, day=this_month())
    assert Link.objects.filter(ended_on=None).count() == 2
    post = district.heir.posts.get()
    assert "移交日期" not in page(district.office, "post_end", post.pk)
    send(district.office, "post_end", post.pk, day=this_month())


def test_cadres_of_the_same_organisation_are_offered_first(district):
    make_post("左一", district.here)
    form = district.office.get(reverse("post_end", args=[district.post.pk])).context["form"]
    assert [cadre.name for cadre in form.fields["successor"].queryset] == ["左一", "顾清"]


@pytest.mark.both
def test_contacts_stay_with_whoever_made_them_and_no_number_moves(district):
    year, (one, _) = localdate().year, district.links
    for day in (date(year - 1, 6, 1), localdate()):
        make_contact(district.leaver, held_on=day, with_everyone=True)
    make_contact(district.leaver, [one], held_on=localdate())
    keys = ("linked_youths", "youth_contacts")
    before = [figures(district, asked)[key].value for asked in (year - 1, year) for key in keys]
    hand_over(district.leaver, localdate(), district.heir, "离任")
    assert [figures(district, asked)[key].value for asked in (year - 1, year) for key in keys] == before == [2, 2, 2, 3]
    assert set(Contact.objects.values_list("cadre__name", flat=True)) == {"陆远"}
    named = Contact.objects.filter(held_on=localdate()).order_by("pk").first()
    assert (named.with_everyone, named.youth_names) == (False, "秦朗、白露")
    saved = {"cadre": district.leaver.pk, "held_on": f"{localdate()}", "form": "phone", "content": "谈话"}
    send(district.office, "contact_update", named.pk, links=[link.pk for link in district.links], **saved)


def test_a_link_that_the_successor_has_is_not_doubled_and_nobody_links_himself(district):
    make_link(district.heir, youth=district.links[0].youth, started_on=date(2018, 1, 1))
    make_link(district.leaver, youth=district.heir)
    hand_over(district.leaver, date(2017, 6, 1), district.heir)
    assert links_of(district.heir) == [("秦朗", date(2018, 1, 1), None), ("白露", date(2017, 6, 1), None)]


def test_an_announced_end_goes_on_with_the_successor(district):
    ahead = localdate() + timedelta(days=30)
    Link.objects.update(ended_on=ahead)
    hand_over(district.leaver, localdate(), district.heir)
    assert links_of(district.heir) == [("秦朗", localdate(), ahead), ("白露", localdate(), ahead)]


@pytest.mark.in_turn
def test_a_list_that_ends_a_post_leaves_links_of_nobody_until_they_are_handed_over(district):
    ended = {"姓名": "陆远", "所在组织": "柳林社区团支部", "职务": "书记", "任职年月": "2016-09", "离任年月": "2017-11"}
    take_in({"团干部": [ended]})
    address = reverse("link_hand_over", args=[district.leaver.pk])
    assert nobodys(district, 2016) == []
    assert nobodys(district, 2017) == [("陆远", address)]
    assert address in page(district.office, "post_detail", district.post.pk)
    send(district.office, "link_hand_over", district.leaver.pk, **handed(district, links_on="2017-11-01"))
    assert nobodys(district, 2017) == []
    assert figures(district, 2017)["linked_youths"].value == 2
    assert address not in page(district.office, "post_detail", district.post.pk)
    errors = refused(district.office, "link_hand_over", district.leaver.pk, **handed(district))
    assert errors == {"__all__": "应为：名下有在联系的青年。这名团干部已没有在联系的青年，不需要移交。"}


def test_links_are_handed_over_by_staff_who_see_them(district):
    assert status(district.cadre, "link_hand_over", district.leaver.pk) == 404
    assert status(district.office, "link_hand_over", make_person("章程").pk) == 404
    assert status(district.office, "link_hand_over", district.leaver.pk) == 200


def test_an_account_closed_after_the_post_hands_nothing_over_again(district):
    district.leaver.user = make_user("陆远甲", district.here, "cadre")
    district.leaver.save()
    hand_over(district.leaver, localdate(), district.heir, "离任")
    before = list(Link.objects.order_by("pk").values())
    hand_over_links(district.leaver.user, None, localdate(), by=district.staff)
    assert list(Link.objects.order_by("pk").values()) == before
