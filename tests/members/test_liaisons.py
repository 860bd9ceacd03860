"""Who looks after which organisation: since when, until when, who may say so, and where it is shown."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from members.models import Liaison, Post
from orgs.models import Organisation
from orgs.roles import RoleKind
from tests.factories import make_liaison, make_organisation, make_person, make_post, make_user
from tests.made_once import made_once
from tests.pages import browser_of, listed, page, queries, refused, send, status, two_branches

pytestmark = [pytest.mark.django_db, pytest.mark.in_turn]


@made_once
def district():
    """Two branches, and a committee of 严川 and 方琳 above them."""
    place = two_branches()
    place.chuan, place.lin = (
        make_post(name, place.root, title=title, started_on=date(2016, 1, 1)).person
        for name, title in (("严川", "副书记"), ("方琳", "委员"))
    )
    return place


def spans(organisation):
    """Who looks after an organisation or did, with the days, the latest first."""
    return [(str(one.person), one.started_on, one.ended_on) for one in organisation.liaisons.latest_first()]


def test_a_committee_member_looks_after_a_branch_from_a_day_to_a_day(district):
    here, today = district.here, timezone.localdate()
    assert "还没有联系委员" in page(district.office, "organisation_detail", here.pk)
    send(district.office, "organisation_liaison", here.pk, person=district.chuan.pk, day="2017-03-01")
    send(district.office, "organisation_liaison", here.pk, person=district.lin.pk, day="2018-03-01")
    former = ("严川", date(2017, 3, 1), date(2018, 3, 1))
    assert spans(here) == [("方琳", date(2018, 3, 1), None), former]
    text = page(district.office, "organisation_detail", here.pk)
    assert f'<a href="{district.lin.get_absolute_url()}">方琳</a>' in text
    assert "2018-03-01 至 今" in text and "2017-03-01 至 2018-03-01" in text
    send(district.office, "organisation_liaison", here.pk, day=today)
    assert spans(here) == [("方琳", date(2018, 3, 1), today), former]
    assert Liaison.objects.as_of(today).count() == 0
    assert Liaison.objects.as_of(date(2018, 3, 1)).get().person == district.lin


def test_the_act_offers_today_and_those_who_are_in_a_committee_above(district):
    make_post("工作员", district.root, title="工作人员")
    make_post("往任", district.root, title="委员", ended_on=date(2017, 1, 1))
    make_post("本级", district.here, title="书记")
    form = district.office.get(reverse("organisation_liaison", args=[district.here.pk])).context["form"]
    assert [label for _, label in form.fields["person"].choices] == [
        "没有人",
        "方琳（清河地区团工委 委员）",
        "严川（清河地区团工委 副书记）",
    ]
    assert form.initial == {"person": None, "day": timezone.localdate()}
    make_liaison(district.here, district.chuan)
    form = district.office.get(reverse("organisation_liaison", args=[district.here.pk])).context["form"]
    assert form.initial["person"] == district.chuan.pk


def test_nothing_is_changed_into_the_same_nor_before_it_began(district):
    here, tomorrow = district.here, timezone.localdate() + timedelta(days=1)

    def act(person, day):
        key = person.pk if person else ""
        return refused(district.office, "organisation_liaison", here.pk, person=str(key), day=day)

    assert "现在没有联系委员" in act(None, "2018-03-01")["person"]
    make_liaison(here, district.chuan, date(2017, 3, 1))
    assert "现在就是严川" in act(district.chuan, "2018-03-01")["person"]
    assert "不早于现任联系委员起始日期（2017-03-01）" in act(district.lin, "2017-02-28")["day"]
    assert "不晚于今天" in act(district.lin, tomorrow)["__all__"]
    assert spans(here) == [("严川", date(2017, 3, 1), None)]
    send(district.office, "organisation_liaison", here.pk, person=district.lin.pk, day="2017-03-01")
    assert spans(here) == [("方琳", date(2017, 3, 1), None)]


def test_an_end_can_be_announced_and_gives_way_to_an_earlier_successor(district):
    here, today = district.here, timezone.localdate()
    make_liaison(here, district.chuan)
    ahead = today + timedelta(days=30)
    send(district.office, "organisation_liaison", here.pk, day=ahead)
    assert f"将于 {ahead} 不再联系" in page(district.office, "organisation_detail", here.pk)
    send(district.office, "organisation_liaison", here.pk, person=district.lin.pk, day=today)
    assert spans(here) == [("方琳", today, None), ("严川", None, today)]


@pytest.mark.parametrize(
    ("fields", "name", "words"),
    [
        ({"started_on": date(2017, 3, 1), "ended_on": date(2017, 3, 1)}, "ended_on", "晚于起始日期（2017-03-01）"),
        ({"started_on": date(2016, 4, 30)}, "started_on", "不早于组织成立日期（2016-05-01）"),
        ({"started_on": date(2018, 5, 1)}, "started_on", "早于组织撤销日期（2018-05-01）"),
        ({"ended_on": date(2016, 5, 1)}, "ended_on", "晚于组织成立日期（2016-05-01）"),
        ({"ended_on": date(2018, 5, 2)}, "ended_on", "不晚于组织撤销日期（2018-05-01）"),
    ],
)
def test_a_span_lies_within_the_life_of_its_organisation(district, fields, name, words):
    life = {"founded_on": date(2016, 5, 1), "dissolved_on": date(2018, 5, 1)}
    Organisation.objects.filter(pk=district.here.pk).update(**life)
    district.here.refresh_from_db()
    Liaison(organisation=district.here, person=district.chuan, started_on=date(2016, 5, 1)).clean()
    Liaison(organisation=district.here, person=district.chuan, ended_on=date(2018, 5, 1)).clean()
    with pytest.raises(ValidationError) as caught:
        Liaison(organisation=district.here, person=district.chuan, **fields).clean()
    assert words in str(caught.value.message_dict[name])


@pytest.mark.parametrize(
    ("started_on", "ended_on", "is_in_office"),
    [
        (date(2016, 8, 31), None, False),
        (date(2016, 9, 1), None, True),
        (date(2017, 2, 28), None, True),
        (date(2017, 3, 1), None, False),
        (None, None, True),
        (None, date(2016, 9, 1), False),
        (None, date(2016, 9, 2), True),
    ],
)
def test_whoever_begins_to_look_after_a_branch_is_in_a_committee_above_it(district, started_on, ended_on, is_in_office):
    post = make_post("许衡", district.root, title="委员", ended_on=date(2017, 3, 1))
    liaison = Liaison(organisation=district.here, person=post.person, started_on=started_on, ended_on=ended_on)
    try:
        liaison.check_office([post])
    except ValidationError as error:
        assert (is_in_office, "担任上级团组织书记、委员" in str(error)) == (False, True)
    else:
        assert is_in_office


def test_posts_above_are_those_of_committees_on_the_way_up(district):
    district.here.refresh_from_db()
    group = make_organisation("柳林一组", district.here)
    made = [
        make_post(title, at, title=title) for title in ("组织委员", "常委", "干事") for at in (district.here, group)
    ]
    make_post("旁支", district.there, title="书记")
    above = Post.objects.of_committees().above(group.path)
    assert sorted(above.values_list("person__name", flat=True)) == sorted(["常委", "组织委员", "严川", "方琳"])
    assert [post.is_of_committee for post in made] == [True, True, True, True, False, False]


def test_a_span_is_corrected_by_its_own_form_and_spans_do_not_overlap(district):
    first = make_liaison(district.here, district.chuan, None, date(2017, 3, 1))
    second = make_liaison(district.here, district.lin, date(2017, 3, 1))
    edit = {"person": district.lin.pk, "started_on": "2017-06-01"}
    send(district.office, "liaison_update", second.pk, **edit)
    errors = refused(district.office, "liaison_update", first.pk, person=district.chuan.pk, ended_on="2017-06-02")
    assert "同一时间只有一名联系委员（2017-06-01 至 今 为方琳）" in errors["started_on"]
    errors = refused(district.office, "liaison_update", first.pk, person=district.chuan.pk)
    assert errors == {"__all__": "该组织已有联系委员，请先填写原联系委员的结束日期。"}
    send(district.office, "liaison_update", first.pk, person=district.chuan.pk, ended_on="2017-06-01")
    errors = refused(district.office, "liaison_update", second.pk, person=district.lin.pk, started_on="2015-12-31")
    assert "只有一名联系委员" in errors["started_on"]
    send(district.office, "liaison_delete", first.pk)
    errors = refused(district.office, "liaison_update", second.pk, person=district.lin.pk, started_on="2015-12-31")
    assert "在 2015-12-31 担任上级团组织书记、委员的人" in errors["person"]
    assert spans(district.here) == [("方琳", date(2017, 6, 1), None)]


def test_staff_alone_say_who_looks_after_a_branch_of_theirs(district):
    liaison = make_liaison(district.here, district.chuan)
    pages = [("organisation_liaison", district.here.pk), ("liaison_update", liaison.pk), ("liaison_delete", liaison.pk)]
    there = browser_of(make_user("槐荫专干", district.there))
    administrator = browser_of(make_user("管理员", district.root, RoleKind.ADMINISTRATOR))
    found = {
        name: [status(client, *address) for address in pages]
        for name, client in {
            "office": district.office,
            "cadre": district.cadre,
            "staff elsewhere": there,
            "administrator": administrator,
        }.items()
    }
    assert found == {"office": [200] * 3} | dict.fromkeys(["cadre", "staff elsewhere", "administrator"], [404] * 3)
    assert status(district.office, "organisation_liaison", district.root.pk) == 404


def test_a_branch_reads_the_name_and_no_more_of_whoever_looks_after_it(district):
    make_liaison(district.here, district.chuan, None, date(2017, 3, 1))
    text = page(district.cadre, "organisation_detail", district.here.pk)
    assert "严川" in text
    assert district.chuan.get_absolute_url() not in text and "更换联系委员" not in text
    assert status(district.cadre, "person_detail", district.chuan.pk) == 404


def test_pages_of_a_committee_member_show_what_is_looked_after(district):
    make_liaison(district.here, district.chuan, None, date(2017, 3, 1))
    make_liaison(district.there, district.chuan, date(2017, 3, 1))
    post = district.chuan.posts.get()
    for text in (
        page(district.office, "person_detail", district.chuan.pk),
        page(district.office, "post_detail", post.pk),
    ):
        assert text.index("联系的团组织") < text.index("槐荫社区团支部") < text.index("柳林社区团支部")
    text = page(district.office, "post_end", post.pk)
    assert "严川现在是" in text and "槐荫社区团支部" in text and "柳林社区团支部" not in text
    for at, title in ((district.there, "书记"), (district.root, "干事")):
        other = make_post(organisation=at, person=district.chuan, title=title)
        assert "严川现在是" not in page(district.office, "post_end", other.pk)


def test_nobody_looks_after_an_organisation_that_is_dissolved(district):
    make_liaison(district.here, district.chuan)
    Organisation.objects.filter(pk=district.here.pk).update(dissolved_on=date(2017, 9, 1))
    assert Liaison.objects.as_of(date(2017, 8, 31)).count() == 1
    assert Liaison.objects.as_of(date(2017, 9, 1)).count() == 0
    for name, key in (("organisation_detail", district.here.pk), ("person_detail", district.chuan.pk)):
        text = page(district.office, name, key)
        assert "曾联系" in text and "起始日期未填写 至 2017-09-01" in text and "更换联系委员" not in text


def test_the_list_shows_finds_and_sorts_by_whoever_looks_after_each(district):
    make_liaison(district.here, district.chuan)
    make_liaison(district.there, district.lin, date(2017, 3, 1))
    assert listed(district.office, "organisation_list", liaison="fanglin") == ["槐荫社区团支部"]
    assert listed(district.office, "organisation_list", liaison="严川") == ["柳林社区团支部"]
    assert listed(district.office, "organisation_list", liaison="许衡") == []
    text = page(district.office, "organisation_list")
    assert "严川" in text and "方琳" in text
    for sort, expected in (("liaison", "方琳 严川"), ("-liaison", "严川 方琳")):
        table = district.office.get(reverse("organisation_list"), {"sort": sort}).context["table"]
        names = [str(row.get_cell("liaison")) for row in table.rows]
        assert [name for name in names if name != "—"] == expected.split()


def test_the_list_asks_no_more_for_more_organisations(district):
    make_liaison(district.here, district.chuan)
    few = queries(district.office, "organisation_list", sort="liaison")
    district.root.refresh_from_db()
    for number in range(10):
        make_liaison(make_organisation(f"新{number}村", district.root), district.lin)
    assert queries(district.office, "organisation_list", sort="liaison") == few


def test_a_minor_is_named_by_the_first_character(district):
    young = make_person("甘露", birth_date=timezone.localdate() - timedelta(days=15 * 366))
    make_post(organisation=district.root, person=young, title="委员")
    make_liaison(district.here, young)
    for name, *key in (("organisation_list",), ("organisation_detail", district.here.pk)):
        text = page(district.office, name, *key)
        assert "甘*" in text and "甘露" not in text
