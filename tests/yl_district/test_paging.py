"""Many rows are turned page by page by key, in the orders that an index serves, and none is repeated or left out."""

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils.http import urlencode

from activities.models import Activity
from activities.tables import ActivityTable
from members.models import Member
from members.tables import MemberTable
from orgs.models import Role
from tests.factories import make_activity, make_link, make_member, make_organisation, make_post, make_user
from tests.made_once import made_once
from tests.pages import browser_of, page, queries, two_branches
from yl_district import counts
from yl_district.pages import paging

pytestmark = [pytest.mark.django_db, pytest.mark.both]
NAMES = ["章程", "白露", "白露", "白露", "秦朗", "陆远", "白露", "顾清"]


@made_once
def filled_branches():
    """Two branches with eight members each and activities."""
    place = two_branches()
    place.own = make_user("支部经办人", place.there)
    place.both = make_user("两个支部的经办人", place.there)
    Role.objects.create(user=place.both, organisation=place.here, kind=Role.Kind.STAFF)
    place.own_client = browser_of(place.own)
    for number, name in enumerate(NAMES):
        for branch in (place.here, place.there) if number % 2 else (place.there, place.here):
            make_member(name, branch)
        held_on = date(2017, 3, 1) + timedelta(days=number // 3)
        make_activity([place.here, place.there][number % 2], name, held_on=held_on, venue=str(number))
    make_member("已离开", place.here, left_on=date(2017, 5, 4), status="resigned")
    return place


@pytest.fixture
def place(filled_branches, monkeypatch):
    """The filled branches, where more than three rows are many and a page has two."""
    for module in (paging, counts):
        monkeypatch.setattr(module, "MOST_COUNTED", 3)
    monkeypatch.setattr(paging, "ALIKE", 1)
    for table in (MemberTable, ActivityTable):
        monkeypatch.setattr(table, "rows_per_page", 2)
    return filled_branches


def reader_of(place, name):
    """(client, user) of the committee's staff, of staff of one branch, and of staff of both branches."""
    user = {"office": place.staff, "own": place.own, "both": place.both}[name]
    return browser_of(user), user


def turned(client, url_name, query, word="下一页"):
    """The keys on each page, from the one asked for on, turned by the link with this word."""
    pages, asked = [], f"?{urlencode(query)}"
    while asked:
        response = client.get(reverse(url_name) + asked)
        text, table = response.content.decode(), response.context["table"]
        pages.append([row.record.pk for row in table.paginated_rows])
        links = re.findall(r'<a class="page-link" href="([^"]*)">(?:<svg.*?</svg>)?(\w+)', text)
        asked = {label: link.replace("&amp;", "&") for link, label in links}.get(word)
    return pages


def in_pages(keys):
    """The keys by twos."""
    return [keys[start : start + 2] for start in range(0, len(keys), 2)]


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("reader", "sort"),
    [
        *[("office", ""), ("own", ""), ("both", ""), ("both", "person"), ("office", "-person")],
        *[("own", "-person"), ("both", "branch"), ("office", "-branch")],
    ],
)
def test_turning_members_shows_each_once_in_order(place, reader, sort):
    client, user = reader_of(place, reader)
    column = {"person": "person__name_sort", "branch": "branch__path"}.get(sort.lstrip("-"))
    order = [f"{sort[: sort.count('-')]}{column}", "pk"] if column else ["pk"]
    rows = Member.objects.visible_to(user).filter(left_on=None).order_by(*order)
    keys = list(rows.values_list("pk", flat=True))
    query = {"sort": sort} if sort else {}
    assert len(keys) == (8 if reader == "own" else 16)
    assert turned(client, "member_list", query) == in_pages(keys)
    last = in_pages(keys)[-1][0]
    assert turned(client, "member_list", query | {"before": last}, "上一页") == in_pages(keys)[-2::-1]


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("reader", "sort"),
    [("office", ""), ("own", ""), ("both", "held_on"), ("own", "-held_on"), ("both", "name"), ("office", "-name")],
)
def test_turning_activities_shows_each_once_in_order(place, reader, sort):
    client, user = reader_of(place, reader)
    column = {"held_on": "held_on", "name": "name_sort"}.get(sort.lstrip("-"))
    order = [f"{sort[: sort.count('-')]}{column}", "pk"] if column else ["-held_on", "-pk"]
    keys = list(Activity.objects.visible_to(user).order_by(*order).values_list("pk", flat=True))
    assert turned(client, "activity_list", {"sort": sort} if sort else {}) == in_pages(keys)


def test_of_many_rows_it_is_said_that_they_are_more(place):
    text = page(place.office, "member_list")
    assert "共 <strong>3+</strong> 条" in text
    few = page(place.office, "member_list", search="秦朗")
    assert "共 <strong>2</strong> 条" in few


def test_what_a_search_finds_is_counted_only_where_it_is_more_than_a_page(place):
    make_member("秦朗明", place.here)
    assert [len(keys) for keys in turned(place.office, "member_list", {"search": "秦朗"})] == [2, 1]
    assert "共 <strong>3</strong> 条" in page(place.office, "member_list", search="秦朗")
    assert "共 <strong>1</strong> 条" in page(place.office, "member_list", search="秦朗明")
    more, one = (queries(place.office, "member_list", search=text) for text in ("秦朗", "秦朗明"))
    assert more == one + 1


def test_only_orders_that_an_index_serves_are_offered_of_many(place):
    many = place.office.get(reverse("member_list")).context["table"]
    few = place.office.get(reverse("member_list"), {"search": "秦朗"}).context["table"]
    assert [column.name for column in many.columns if column.orderable] == ["person", "branch"]
    assert len([column.name for column in few.columns if column.orderable]) == 8


def test_an_order_that_is_not_offered_is_told_and_left_out(place):
    text = page(place.office, "member_list", sort="-status")
    assert "记录超过 3 条，不能按“团籍状态”排序；请先用筛选条件缩小范围。" in text
    assert turned(place.office, "member_list", {"sort": "-status"}) == turned(place.office, "member_list", {})
    assert "不能按" not in page(place.office, "member_list", sort="-status", search="秦朗")


@pytest.mark.parametrize("sort", ["", "person"])
def test_the_page_after_a_record_that_is_gone_is_the_first_and_says_so(place, sort):
    gone = Member.objects.order_by("-pk")[0]
    Member.objects.filter(pk=gone.pk).delete()
    response = place.office.get(reverse("member_list"), {"sort": sort, "after": gone.pk})
    first = place.office.get(reverse("member_list"), {"sort": sort})
    keys = [[row.record.pk for row in each.context["table"].paginated_rows] for each in (response, first)]
    assert keys[0] == keys[1]
    assert "这一页起点的记录已不在列表中，现在显示的是第一页。" in response.content.decode()


@pytest.mark.sampled(2)
@pytest.mark.in_turn
@pytest.mark.parametrize("key", ["x", "-1", "9" * 40, "1 OR 1=1", "٣"])
def test_an_edge_that_is_no_key_leads_to_the_first_page(place, key):
    assert "现在显示的是第一页" in page(place.office, "member_list", after=key, sort="person")


def test_the_number_of_queries_is_that_of_many_more_rows(place):
    before = queries(place.own_client, "member_list", sort="person")
    for number in range(20):
        make_member(f"林{number}", place.there)
    assert queries(place.own_client, "member_list", sort="person") == before


@pytest.mark.in_turn
def test_a_page_of_few_organisations_is_put_together_from_the_earliest(place):
    many = [make_organisation(f"春晖第{number}社区团支部", place.root) for number in range(6)]
    for number in range(12):
        make_member("江舟", many[(number * 5) % 6])
    client, user = reader_of(place, "both")
    for branch in many:
        Role.objects.create(user=user, organisation=branch, kind=Role.Kind.STAFF)
    keys = list(Member.objects.filter(left_on=None).order_by("pk").values_list("pk", flat=True))
    assert turned(client, "member_list", {}) == in_pages(keys)


def test_a_figure_of_many_records_tells_how_many_of_them_one_does_not_see(place):
    """Those that are not counted further are not said to be out of reach."""
    asked = {"year": 2017, "organisation": place.there.pk}
    whole = place.own_client.get(reverse("figure_detail", args=["members"]), asked).content.decode()
    assert ("共 <strong>3+</strong> 条" in whole, "只计入数字" in whole) == (True, False)
    for number in range(5):
        make_link(make_post(f"韩笑{number}", place.there).person, started_on=date(2017, 1, 10))
    cadre = browser_of(make_user("严川", place.there, Role.Kind.CADRE))
    part = cadre.get(reverse("figure_detail", args=["linked_youths"]), asked).content.decode()
    assert "另有 5 条记录不在您可查看的范围内，只计入数字。" in part
