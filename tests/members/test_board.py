"""The board of a committee: who looks after which organisations, what these lack, and the days by which it is told."""

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from orgs.models import Organisation, Role
from tests.factories import make_liaison, make_member, make_organisation, make_post, make_supply, make_user
from tests.forms import answers, shown_form
from tests.made_once import made_once
from tests.pages import browser_of, listed, page, queries, send, two_branches
from yl_district.periods import Period, years_before

pytestmark = [pytest.mark.django_db, pytest.mark.in_turn]
BOARD = "organisation_board"


@made_once
def district():
    """A leader and two members; 方琳 looks after 柳林, where nothing is wanting, and 严川 after 柳林's joint branch."""
    place = two_branches()
    place.leader = make_post("周正", place.root, title="书记", duties="主管全面工作").person
    place.chuan, place.lin = (make_post(name, place.root, title="委员").person for name in ("严川", "方琳"))
    make_liaison(place.here, place.lin)
    make_post("韩雪", place.here, title="组织委员", started_on=date(2016, 1, 1))
    make_post("白桦", place.here, title="书记", duties="负责全面")
    make_supply(place.here)
    for name in ("甲一", "乙二", "丙三"):
        make_member(name, place.here)
    Organisation.objects.filter(pk=place.here.pk).update(
        last_election_on=timezone.localdate() - timedelta(days=400), chat_kind="wechat", chat_number="柳林青年"
    )
    place.joint = make_organisation("园区联合团支部", place.here, category="joint_branch", domain="enterprise")
    make_liaison(place.joint, place.chuan)
    return place


def board(client, **query):
    """What the board shows: {who: {organisation: the keys of what it lacks}}, None for nobody."""
    response = client.get(reverse(BOARD), query)
    assert response.status_code == 200
    groups = response.context["groups"]
    lines = {group.person and group.person.name: group.lines for group in groups}
    return {
        who: {line.organisation.name: [key for key, _ in line.marks] for line in found} for who, found in lines.items()
    }


def test_members_come_by_rank_with_what_is_in_their_care_and_what_nobody_looks_after_last(district):
    assert board(district.office) == {
        "严川": {"园区联合团支部": ["without_cadre", "hollow", "without_flag"]},
        "方琳": {"柳林社区团支部": []},
        None: {"槐荫社区团支部": ["without_liaison", "without_cadre", "hollow", "without_flag"]},
    }
    answer = district.office.get(reverse(BOARD))
    assert [(post.person.name, post.title) for post in answer.context["posts"]] == [
        ("周正", "书记"),
        ("严川", "委员"),
        ("方琳", "委员"),
    ]
    line = answer.context["groups"][1].lines[0]
    assert [post.person.name for post in line.posts] == ["白桦", "韩雪"]
    assert (line.organisation.roll_size, line.roll_changed_on) == (3, date(2017, 3, 1))
    held = timezone.localdate() - timedelta(days=400)
    assert (line.last_election_on, line.next_election_on) == (held, years_before(held, -3))
    text = answer.content.decode()
    assert "负责全面" in text and "主管全面工作" in text and "团组织 3 个，有待办的 2 个" in text
    assert f"{reverse('post_create')}?organisation={district.there.pk}" in text


def test_the_term_is_over_the_day_after_it_was_served(district):
    today, there = timezone.localdate(), district.there
    for held, is_overdue in ((years_before(today, 3), False), (years_before(today, 3) - timedelta(days=1), True)):
        Organisation.objects.filter(pk=there.pk).update(last_election_on=held)
        assert ("overdue" in board(district.office)[None][there.name]) == is_overdue
    Organisation.objects.filter(pk=there.pk).update(category="committee")
    assert "overdue" not in board(district.office)[None][there.name]
    Organisation.objects.filter(pk=there.pk).update(category="working_committee", last_election_on=date(1999, 1, 1))
    assert "overdue" not in board(district.office)[None][there.name]


def test_overdue_elections_are_told_where_everybody_begins(district):
    assert "个团组织换届逾期" not in page(district.office, "home")
    Organisation.objects.filter(pk__in=[district.there.pk, district.root.pk]).update(last_election_on=date(2010, 5, 4))
    text = page(district.office, "home")
    assert re.search(r"<strong>1</strong>\s*<span>个团组织换届逾期", text)
    assert f"{reverse(BOARD)}?todo=overdue" in text
    assert "个团组织换届逾期" not in page(district.cadre, "home")


def test_a_day_past_shows_who_was_there_then_and_no_election_that_came_later(district):
    today = timezone.localdate()
    district.here.refresh_from_db()
    make_liaison(district.there, district.lin, started_on=date(2018, 1, 1))
    make_supply(district.there, issued_on=date(2018, 1, 1))
    lacking = ["without_liaison", "without_cadre", "hollow", "without_flag"]
    assert board(district.office, day="2017-12-31")[None] == {"槐荫社区团支部": lacking}
    assert board(district.office, day="2018-01-01")["方琳"]["槐荫社区团支部"] == ["without_cadre", "hollow"]
    before = district.office.get(reverse(BOARD), {"day": "2017-02-28"})
    line = before.context["groups"][1].lines[0]
    assert (line.organisation.roll_size, line.roll_changed_on, line.last_election_on) == (0, None, None)
    assert line.next_election_on is None
    for day in ("2017-02-30", "下周", "1900-01-01", str(today + timedelta(days=1)), "9999-12-31"):
        wrong = district.office.get(reverse(BOARD), {"day": day})
        assert wrong.status_code == 200 and wrong.context["day"] == today
        assert wrong.context["filter"].form.errors["day"]


def test_filters_narrow_by_what_is_wanting_by_who_and_by_kind(district):
    office = district.office
    everything = {name for lines in board(office).values() for name in lines}
    assert everything == {"柳林社区团支部", "槐荫社区团支部", "园区联合团支部"}
    assert list(board(office, todo="any")) == ["严川", None]
    assert list(board(office, todo="without_liaison")) == [None]
    assert board(office, liaison=district.lin.pk) == {"方琳": {"柳林社区团支部": []}}
    assert list(board(office, category="joint_branch")) == ["严川"]
    assert list(board(office, domain="community")) == ["方琳", None]
    assert board(office, todo="overdue") == {}
    assert "没有符合条件的团组织" in page(office, BOARD, todo="overdue")
    # Who looks after nothing is no choice, and what is no choice narrows nothing, and is told.
    for wrong in ({"liaison": district.leader.pk}, {"liaison": "0"}, {"todo": "nonsense"}, {"domain": "x"}):
        answer = office.get(reverse(BOARD), wrong)
        assert answer.context["number"] == 3 and answer.context["filter"].form.errors


def test_of_many_people_the_one_who_looks_after_is_looked_up_by_name(district, monkeypatch):
    monkeypatch.setattr("yl_district.pages.record_choices.MOST_LISTED", 1)
    found = district.office.get(reverse(BOARD), {"choices": "liaison", "typed": "方琳"}).json()
    assert [choice["value"] for choice in found["choices"]] == [str(district.lin.pk)]
    assert "look_up.js" in page(district.office, BOARD)


def test_the_tree_has_what_fits_in_its_place_below_the_others(district):
    def tree(**query):
        answer = district.office.get(reverse(BOARD), {"view": "tree"} | query)
        return [
            (line.organisation.name, line.is_passed, [below.organisation.name for below in line.below])
            for line in answer.context["tree"]
        ]

    here, there = ("柳林社区团支部", False, ["园区联合团支部"]), ("槐荫社区团支部", False, [])
    assert tree() == [here, there]
    assert tree(todo="any") == [("柳林社区团支部", True, ["园区联合团支部"]), there]
    assert tree(todo="overdue") == []
    text = page(district.office, BOARD, view="tree", day="2018-01-01")
    assert "<details open>" in text and "下级组织 1 个" in text
    assert f'href="{reverse(BOARD)}?day=2018-01-01"' in text
    assert "<details open>" not in page(district.office, BOARD, view="tree").partition('class="board-tree"')[2]


def test_staff_of_a_branch_see_their_own_subtree_alone(district):
    staff = browser_of(make_user("许诺", district.here))
    assert board(staff) == {"严川": {"园区联合团支部": ["without_cadre", "hollow", "without_flag"]}}
    posts = [post.person.name for post in staff.get(reverse(BOARD)).context["posts"]]
    assert posts == ["白桦", "韩雪"]
    both = make_user("双岗", district.here)
    Role.objects.create(user=both, organisation=district.root, kind=Role.Kind.STAFF)
    assert board(browser_of(both)) == board(district.office)
    assert district.cadre.get(reverse(BOARD)).status_code == 404


def test_many_organisations_cost_no_more_queries_and_too_many_are_cut(district, monkeypatch):
    few = {view: queries(district.office, BOARD, view=view) for view in ("", "tree")}
    for number in range(8):
        branch = make_organisation(f"枫桥{number}社区团支部", district.root)
        make_post("任职", branch, title="书记")
        make_liaison(branch, district.chuan)
        make_member("团员", branch)
    assert {view: queries(district.office, BOARD, view=view) for view in ("", "tree")} == few
    monkeypatch.setattr("members.board_views.MOST_ON_BOARD", 4)
    text = page(district.office, BOARD)
    assert "只列出前 4 个" in text and "团组织 4 个" in text


def test_who_lacks_an_item_is_found_and_given_it_in_one_act(district):
    make_supply(district.joint, item="团徽")
    today = timezone.localdate()
    assert listed(district.office, "organisation_list", without="团旗") == [
        "清河地区团工委",
        "园区联合团支部",
        "槐荫社区团支部",
    ]
    assert listed(district.office, "organisation_list", without="团徽", domain="enterprise") == []
    assert f"{reverse('organisation_list')}?without=团旗" in page(district.office, BOARD)
    sent = {"scope": "ticked", "keys": [district.joint.pk, district.there.pk]}
    form = answers(shown_form(district.office.post(reverse("supplies_issue"), sent)))
    send(district.office, "supplies_issue", **form | {"issued_on": str(today), "item_1": "团旗", "quantity_1": "1"})
    assert listed(district.office, "organisation_list", without="团旗") == ["清河地区团工委"]
    assert "without_flag" not in str(board(district.office))


def test_a_team_is_renewed_by_whoever_takes_up_a_post_and_not_by_a_change_of_post(district):
    year, here, there = Period.of_year(2018), district.here, district.there

    def renewed():
        return [str(one) for one in Organisation.objects.with_staffing(year.end, year).filter(is_renewed=True)]

    make_post("前任", there, started_on=date(2016, 1, 1), ended_on=date(2017, 12, 1))
    make_post("旧任", there, started_on=date(2019, 1, 1))
    assert renewed() == []
    secretary = here.posts.get(title="书记")
    secretary.end(date(2018, 3, 1))
    again = make_post(organisation=here, person=secretary.person, title="委员", started_on=date(2018, 3, 1))
    assert renewed() == []
    secretary.end(date(2018, 2, 1))
    assert renewed() == [here.name]
    again.delete()
    make_post(organisation=there, person=secretary.person, started_on=date(2018, 12, 1))
    assert renewed() == [there.name]
