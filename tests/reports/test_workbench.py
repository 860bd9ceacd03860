"""The 工作台: what waits for each role, what everybody owes, what was decided."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from activities.models import Arrival
from assistance.models import AssistedYouth, CaseGrant, CaseGrantRound, ServicePlan
from members.actions import decide_proposal, propose_leaving, propose_transfer
from orgs.models import User
from orgs.roles import RoleKind
from reports.workbench.buttons import buttons_for
from reports.workbench.decided import decided_of
from reports.workbench.owed import owed_by, own_links_of
from reports.workbench.reminders import reminder_text, reminders_for
from reports.workbench.waiting import menu_counts, waiting_for
from tests.factories import (
    make_activity,
    make_assistance,
    make_assisted_youth,
    make_contact,
    make_grant,
    make_link,
    make_member,
    make_needs_talk,
    make_person,
    make_post,
    make_report,
    make_user,
)
from tests.made_once import made_once
from tests.pages import browser_of, queries, two_branches
from yl_district.importing.models import ImportBatch

pytestmark = pytest.mark.django_db

# In the second quarter.
DAY = date(2018, 5, 10)


@made_once
def place():
    """Two branches, the cadre of the one here linked with four youths."""
    district = two_branches()
    district.person = make_person("陆远", user=district.branch_cadre)
    make_post(organisation=district.here, person=district.person)
    names = ["白杨", "陈列", "丁宁", "方圆"]
    district.links = [make_link(district.person, name) for name in names]
    return district


def owed(user, day=DAY):
    """{what is owed in words: (number, names)}."""
    found = owed_by(user, day, own_links_of(user, day))
    return {each.words: (each.number, [name for name, _ in each.names]) for each in found}


def to_contact(user, day=DAY):
    """{youth: what is owed}, most first."""
    return {name: words for name, words, _ in own_links_of(user, day).to_contact}


def test_a_cadre_is_told_which_youths_were_not_reached_nor_met(place):
    called, met, visited, _ = place.links
    make_contact(place.person, [called], held_on=date(2018, 4, 1), form="phone")
    make_contact(place.person, [met], held_on=date(2018, 4, 2), form="volunteering")
    make_contact(place.person, [visited], held_on=date(2018, 5, 10), form="visit")
    assert to_contact(place.branch_cadre) == {
        "方圆": "本季度未联系、今年未见面",
        "白杨": "今年未线下联系",
        "陈列": "今年未面对面或走访",
    }
    assert {words: number for words, (number, _) in owed(place.branch_cadre).items()} == {
        "名联系青年本季度还没有联系": 1,
        "名联系青年今年没有线下联系": 2,
        "名联系青年今年没有面对面或走访": 3,
    }


def test_a_contact_with_everybody_reaches_whom_the_cadre_was_linked_with_that_day(place):
    late = make_link(place.person, "高原", started_on=date(2018, 4, 20))
    make_contact(place.person, held_on=date(2018, 4, 10), form="visit", with_everyone=True)
    assert to_contact(place.branch_cadre) == {"高原": "本季度未联系、今年未见面"}
    # A contact of last quarter does for the year alone.
    make_contact(place.person, [late], held_on=date(2018, 3, 31), form="visit")
    assert to_contact(place.branch_cadre) == {"高原": "本季度未联系"}
    assert to_contact(place.branch_cadre, date(2019, 4, 1))["白杨"] == "本季度未联系、今年未见面"


def test_whoever_keeps_an_activity_is_told_that_visitors_are_to_be_identified(place):
    came, turned_away, ahead = (make_activity(place.here, name, held_on=DAY) for name in ("健步走", "足球", "观影"))
    elsewhere = make_activity(place.there, "讲座", held_on=DAY)
    now = timezone.now()
    for activity in (came, elsewhere):
        for name in ("张三", "李四"):
            Arrival.objects.create(activity=activity, name=name, mobile="13800138000", left_at=now)
    Arrival.objects.create(activity=turned_away, name="张三", mobile="13800138000", left_at=now, state="dismissed")
    # Whoever has only signed up has not come yet.
    Arrival.objects.create(activity=ahead, name="张三", mobile="13800138000", signed_up_at=now)
    words = "场活动有人扫码签到待认"
    assert owed(place.branch_cadre)[words] == (1, [str(came)])
    assert owed(place.staff)[words][0] == 2
    (line,) = [each for each in owed_by(place.branch_cadre, DAY, None) if each.words == words]
    assert line.names[0][1] == reverse("activity_arrivals", args=[came.pk])
    assert place.cadre.get(line.names[0][1]).status_code == 200


def test_nobody_owes_what_others_do(place):
    assert own_links_of(place.staff, DAY) is None
    assert owed(place.staff) == {}
    make_contact(make_person("别人"), place.links, held_on=DAY, form="visit")
    place.links[0].end(DAY)
    assert own_links_of(place.branch_cadre, DAY).number == 3


def test_members_are_named_before_they_complete_their_28th_year(place):
    last = DAY + timedelta(days=90)
    births = {"刚满": DAY, "明天": DAY + timedelta(days=1), "最后": last, "以后": last + timedelta(days=1)}
    for name, birthday in births.items():
        born = birthday.replace(year=birthday.year - 28)
        make_member(branch=place.here, person=make_person(name, birth_date=born))
    make_member(branch=place.there, person=make_person("他处", birth_date=date(1990, 6, 1)))
    assert owed(place.branch_cadre)["名团员 90 天内满 28 周岁"] == (2, ["明天", "最后"])
    assert owed(place.staff)["名团员 90 天内满 28 周岁"][0] == 3


def test_activities_without_people_and_posts_about_to_end_are_named(place):
    make_activity(place.here, "没有人次", held_on=date(2018, 5, 9))
    make_activity(place.here, "有人次", held_on=date(2018, 5, 9), basis="exact", attendance=3)
    make_activity(place.here, "去年", held_on=date(2017, 12, 31))
    make_activity(place.here, "计划", held_on=date(2018, 5, 9), state="planned")
    make_post("程安", place.here, ended_on=date(2018, 6, 1))
    make_post("已离", place.here, ended_on=date(2018, 5, 1))
    found = owed(place.branch_cadre)
    assert found["场活动没有登记参加的人"] == (1, ["没有人次（2018-05-09）"])
    assert [number for words, (number, _) in found.items() if words == "名团干部 90 天内离任"] == [1]


def test_a_caseworker_is_told_of_plans_and_grants_of_the_files_open_to_them_alone(place):
    user = make_user("顾青", place.root, RoleKind.CASEWORKER)
    open_file, _ = make_assisted_youth(place.here), make_assisted_youth(place.here, "黄鹂")
    make_grant(user, open_file.person, expires_on=date(2099, 1, 10))
    make_grant(make_user("沈砚", place.root, RoleKind.CASEWORKER), open_file.person, expires_on=date(2099, 1, 10))
    make_needs_talk(open_file, held_on=date(2098, 3, 1))
    day = date(2099, 1, 1)
    due = {"名帮扶对象还没有今年的服务计划书": (1, []), "名帮扶对象本季度还没有帮扶记录": (1, [])}
    assert owed(user, day) == due | {"份个案授权 14 天内到期": (1, [])}
    assert owed(user, day - timedelta(days=10)) == due
    make_assistance([open_file], held_on=date(2099, 1, 1))
    assert "名帮扶对象本季度还没有帮扶记录" not in owed(user, day)


def words_of(user):
    """{what waits: how many}."""
    return {each.words: each.number for each in waiting_for(user, DAY)}


def test_each_role_is_told_what_waits_for_it(place):
    leader = make_user("程前", place.root, RoleKind.LEADER)
    propose_leaving(make_member(branch=place.here), place.branch_cadre, DAY, "resigned", "")
    for user in (place.staff, leader):
        CaseGrant.objects.create(user=user, name="白露", organisation=place.root, reason="走访")
        CaseGrantRound.objects.create(user=user, organisation=place.root, reason="走访")
    make_report(place.root)
    make_report(place.here)
    make_report(place.root, part="h1", year=2018)
    for user, state in ((place.staff, "checked"), (place.staff, "committed"), (leader, "mapping")):
        ImportBatch.objects.create(user=user, state=state, file_name="名册.xlsx")
    assert words_of(place.staff) == {
        "件离开、转接申请等您审批": 1,
        "件个案授权申请等您审批": 1,
        "件批量授权申请等您审批": 1,
        "份您上传的名单还没有写入": 1,
        "份报告已到期，还没有签发": 2,
    }
    assert words_of(leader) == {"件个案授权申请等您审批": 1, "件批量授权申请等您审批": 1}
    assert words_of(place.branch_cadre) == {"份报告已到期，还没有签发": 1}
    assert words_of(make_user("何青", place.there)) == {}


def test_plans_that_are_missing_open_the_list_of_the_youths_without(place):
    user = make_user("顾青", place.root, RoleKind.CASEWORKER)
    for name in ("白露", "黄鹂"):
        make_grant(user, make_assisted_youth(place.here, name).person, expires_on=date(2099, 1, 10))
    ServicePlan.objects.create(youth=AssistedYouth.objects.last(), year=2098)
    unplanned = owed_by(user, date(2098, 1, 1), None)[0]
    assert (unplanned.words, unplanned.number) == ("名帮扶对象还没有今年的服务计划书", 1)
    assert len(browser_of(user).get(unplanned.address).context["table"].rows) == 1


def test_needs_that_nobody_asked_for_are_told_from_april_to_whoever_may_open_the_files(place):
    user = make_user("顾青", place.root, RoleKind.CASEWORKER)
    asked, unasked = (make_assisted_youth(place.here, name) for name in ("白露", "黄鹂"))
    make_assisted_youth(place.here, "秦朗")
    for youth in (asked, unasked):
        make_grant(user, youth.person, expires_on=date(2099, 1, 10))
    make_needs_talk(asked, held_on=date(2098, 1, 12))
    make_needs_talk(unasked, held_on=date(2097, 12, 31))
    words = "名帮扶对象本年度尚未征集需求"
    told = {day: {one.words: one for one in owed_by(user, day, None)} for day in (date(2098, 3, 31), date(2098, 4, 1))}
    assert [words in found for found in told.values()] == [False, True]
    line = told[date(2098, 4, 1)][words]
    assert (line.number, line.names) == (1, [])
    rows = browser_of(user).get(line.address).context["table"].rows
    assert [row.record.pk for row in rows] == [unasked.pk]
    assert words not in {one.words for one in owed_by(place.staff, date(2098, 4, 1), None)}


def test_the_menu_shows_the_numbers_of_what_waits(place):
    propose_leaving(make_member(branch=place.here), place.branch_cadre, DAY, "resigned", "")
    assert menu_counts(place.staff)["proposal_list"] == 1
    page = place.office.get(reverse("organisation_list")).content.decode()
    assert page.count('1<span class="visually-hidden"> 件待办</span>') == 1
    tabs = place.office.get(reverse("member_list")).content.decode()
    assert tabs.count('1<span class="visually-hidden"> 件待办</span>') == 2


def test_a_proposer_is_told_the_decisions_of_a_month(place):
    asked = [
        propose_leaving(make_member("章程", place.here), place.branch_cadre, DAY, "resigned", ""),
        propose_transfer(make_member("白杨", place.here), place.branch_cadre, DAY, place.there, ""),
    ]
    decide_proposal(asked[0], place.staff, True, "")
    decide_proposal(asked[1], place.staff, False, "请先核对支部")
    now = datetime.now(UTC)
    found = [(each.subject, each.outcome, each.note) for each in decided_of(place.branch_cadre, now)]
    assert found == [("白杨转到槐荫社区团支部", "未同意", "请先核对支部"), ("章程离开", "已同意", "")]
    assert decided_of(place.staff, now) == []
    assert decided_of(place.branch_cadre, now + timedelta(days=31)) == []


def test_everybody_begins_on_the_workbench_with_the_buttons_of_the_role(place):
    users = {kind: make_user(kind.label, place.root, kind) for kind in RoleKind}
    users[RoleKind.CADRE] = place.branch_cadre
    found = {}
    for kind, user in users.items():
        client = browser_of(user)
        assert "工作台" in client.get(reverse("home")).content.decode()
        found[kind.label] = [button.label for button in buttons_for(User.objects.get(pk=user.pk))]
    assert found == {
        "系统管理员": ["开立账号", "账号", "团组织"],
        "委机关专干": ["导入名单", "登记活动", "年度总结"],
        "基层团干部": ["登记联系", "登记活动", "登记团员"],
        "青年汇负责人": ["登记活动", "登记志愿者", "年度总结"],
        "个案专员": ["登记帮扶", "帮扶对象", "个案授权"],
        "主管领导": ["年度总结", "个案授权", "工作图览"],
        "审计员": ["访问日志", "重要操作通知"],
    }


@pytest.mark.in_turn
def test_the_page_asks_as_many_queries_of_many_records_as_of_few(place):
    cadre = browser_of(place.branch_cadre)

    def grow(number):
        for _ in range(number):
            member = make_member(branch=place.here, person=make_person(birth_date=date(1990, 6, 1)))
            propose_leaving(member, place.branch_cadre, DAY, "resigned", "")
            make_contact(place.person, [make_link(place.person)], held_on=DAY)
            make_activity(place.here)
            make_post(organisation=place.here, ended_on=date(2018, 6, 1))

    grow(2)
    before = [queries(client, "home") for client in (place.office, cadre)]
    grow(5)
    assert [queries(client, "home") for client in (place.office, cadre)] == before


def test_staff_get_a_text_that_names_cadres_and_counts_members(place):
    silent, touched = make_person("程安"), make_person("李想")
    for cadre in (silent, touched):
        make_post(organisation=place.there, person=cadre)
        make_link(cadre)
    make_contact(touched, held_on=date(2018, 4, 1), with_everyone=True)
    make_contact(silent, held_on=date(2018, 3, 31), with_everyone=True)
    make_activity(place.here, held_on=date(2018, 5, 9))
    make_activity(place.here, held_on=date(2018, 5, 9))
    for born in (date(1990, 5, 10), date(1990, 5, 11)):
        make_member(branch=place.there, person=make_person("团员某", birth_date=born))
    found = reminders_for(place.staff, DAY)
    assert reminder_text(found, DAY).splitlines() == [
        "【提醒】截至5月10日，请以下同志和支部尽快在工作台补办：",
        "一、本季度还没有登记联系记录的团干部：程安（槐荫社区团支部）、陆远（柳林社区团支部）。",
        "二、活动没有登记参加的人：柳林社区团支部 2 场。",
        "三、有团员已满 28 周岁，还没有办理离团：槐荫社区团支部 1 名。",
        "办理中有问题请及时联系，谢谢！",
    ]
    # Staff of a committee below remind their own alone; without anything owed there is no text.
    there = make_user("何青", place.there)
    assert [reminder.whose for reminder in reminders_for(there, DAY)] == [
        ["程安（槐荫社区团支部）"],
        ["槐荫社区团支部 1 名"],
    ]
    assert reminder_text([], DAY) == ""
    assert place.office.get(reverse("reminders")).status_code == 200
    assert place.cadre.get(reverse("reminders")).status_code == 404


def test_each_number_is_that_of_the_list_which_it_opens(place):
    caseworker = make_user("顾青", place.root, RoleKind.CASEWORKER)
    today = timezone.localdate()
    make_grant(caseworker, make_assisted_youth(place.here).person)
    born = today - timedelta(days=28 * 365 + 7 - 30)
    for name in ("章程", "白杨"):
        member = make_member(branch=place.here, person=make_person(name, birth_date=born))
    propose_leaving(member, place.branch_cadre, today, "resigned", "")
    CaseGrant.objects.create(user=place.branch_cadre, name="白露", organisation=place.root, reason="走访")
    make_report(place.root)
    make_report(place.root, year=today.year + 1)
    for state in ("checked", "committed"):
        ImportBatch.objects.create(user=place.staff, state=state, file_name="名册.xlsx")
    make_activity(place.here, held_on=date(today.year, 1, 1))
    for client, user in ((place.office, place.staff), (browser_of(caseworker), caseworker)):
        user = User.objects.get(pk=user.pk)
        found = [*waiting_for(user, today), *owed_by(user, today, own_links_of(user, today))]
        assert len(found) >= 2
        for each in found:
            if each.address:
                table = client.get(each.address).context["table"]
                assert (each.words, table.paginator.count) == (each.words, each.number)
