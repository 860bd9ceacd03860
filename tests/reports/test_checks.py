"""Every check finds the one fault planted for it, and nothing where there is none."""

from dataclasses import replace
from datetime import date

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from activities.actions import add_sign_in
from activities.models import Activity, SignIn
from assistance.models import Assistance, AssistedYouth, NeedsTalk, ServicePlan
from members.models import Member, Person, Post, Volunteer
from orgs.models import Unit
from outreach.models import Contact, Link
from reports.checks import BY_KEY, CHECKS, Audience, Severity, findings
from reports.checks.explained_findings import inspected
from reports.checks.inspection import Inspection
from reports.figures.counting import results
from reports.figures.scopes import Scope
from reports.models import PlatformEntry, Target
from tests.factories import (
    make_assessment,
    make_assessment_item,
    make_liaison,
    make_unit,
    make_user,
    make_verification_round,
)
from tests.made_once import made_once
from tests.reports.district import YEAR, add_activity, add_member, add_organisation, year_scope
from tests.reports.generated_district import generated_district
from tests.reports.sound_district import sound_district
from yl_district.importing.models import ImportBatch
from yl_district.periods import Period
from yl_district.sheets.models import AwaitedCell, standing_text
from youthhubs.models import Hub

pytestmark = [pytest.mark.django_db, pytest.mark.in_turn]


@made_once
def place():
    return sound_district()


def found(scope, key=None, numbers=None, **asked):
    """What the checks find, or one of them, as (name, found)."""
    each = [answered.finding for answered in findings(scope, numbers or results(scope), **asked)]
    return [(one.name, one.found) for one in each if key in (None, one.check.key)]


def told_one_by_one(scope, key):
    """What a check finds before it is told, also where it is told by its number alone."""
    inspection = Inspection(scope, results(scope))
    return [(one.name, one.found) for _, each in inspected(inspection, [BY_KEY[key]]) for one in each]


def late_member(place):
    add_member(place.branch, "于飞", intake_on=date(YEAR, 6, 1), left_on=date(2016, 5, 1), status="resigned")


def hub_without_tier(place):
    Hub.objects.create(name="柳林青年汇", organisation=place.branch)


def uncounted_sign_in(place):
    SignIn.objects.create(activity=place.lecture, person=Person.objects.create(name="秦朗"))


def early_help(place):
    Assistance.objects.create(held_on=date(YEAR, 2, 1), kind="culture").youths.set([young(place, date(YEAR, 12, 1))])


def young(place, registered_on, **fields):
    """Another youth in the register, with everything."""
    person = Person.objects.create(name="石一")
    youth = AssistedYouth.objects.create(
        person=person, organisation=place.branch, registered_on=registered_on, **fields
    )
    ServicePlan.objects.create(youth=youth, year=YEAR)
    youth.pairings.create(volunteer=place.volunteer)
    for month in range(1, 13):
        if date(YEAR, month, 20) >= registered_on:
            Assistance.objects.create(held_on=date(YEAR, month, 20), kind="culture").youths.set([youth])
    return youth


def begun_by_guess(place):
    add_member(place.branch, "于飞")


def await_cell(record, heading, attribute):
    kind = ContentType.objects.get_for_model(record)
    kept = {"content_type": kind, "object_id": record.pk, "stood": standing_text(record, attribute)}
    batch = ImportBatch.objects.create(file_name="名单.xlsx")
    AwaitedCell.objects.create(batch=batch, heading=heading, attribute=attribute, found="?", **kept)


def unread_cell(place):
    await_cell(Member.objects.order_by("pk").first(), "民族", "ethnicity")


def unread_case_cell(place):
    await_cell(AssistedYouth.objects.order_by("pk").first(), "需求", "needs")


def high_target(place):
    Target.objects.create(year=YEAR, task="主题讲座", figure="sessions.lecture", value=3)


def year_of_more(place):
    for day in (1, 2):
        add_activity("lecture", date(YEAR - 1, 4, day), attendance=5, hub=place.hub)


def unrecorded(place):
    add_activity("film", date(YEAR, 6, 1), name="露天电影", hub=place.hub)


def rounded(place):
    add_activity("film", date(YEAR, 6, 1), name="露天电影", attendance=85, basis="rounded", hub=place.hub)


def never_listed(place):
    add_activity("film", date(YEAR, 6, 1), name="露天电影", attendance=85, hub=place.hub)


def branch_of_three(place):
    branch = add_organisation(place.root, "空山村团支部", "village")
    for name in ("常悦", "武阳", "方圆"):
        add_member(branch, name)


def branch_of_nobody(place):
    branch = add_organisation(place.root, "空山村团支部", "village")
    Post.objects.create(person=place.cadre.person, organisation=branch, title="书记", started_on=date(2016, 1, 1))


def old_member(place):
    Person.objects.filter(pk=place.members[0].person_id).update(birth_date=date(1985, 1, 1))


def higher_quota(place):
    Post.objects.filter(pk=place.cadre.pk).update(link_quota=4)


def left_without_handing_over(place):
    person = Person.objects.create(name="沈青")
    post = Post.objects.create(person=person, organisation=place.branch, title="委员", started_on=date(2014, 1, 1))
    Link.objects.create(cadre=person, youth=Person.objects.create(name="江岸"), started_on=date(2016, 1, 1))
    post.end(date(YEAR, 11, 1))


def silent_summer(place):
    Contact.objects.filter(held_on__month__in=[7, 8, 9]).delete()


def youth_left_alone(place):
    youth = Person.objects.create(name="江岸")
    Link.objects.create(cadre=place.cadre.person, youth=youth, started_on=date(2016, 1, 1))


def no_plan(place):
    ServicePlan.objects.all().delete()


def no_volunteer(place):
    place.pairing.delete()


def less_help(place):
    Assistance.objects.filter(held_on__month=12).delete()


def typed_otherwise(place):
    talk = add_activity("lecture", date(YEAR, 2, 3), name="读书讲座", attendance=20, hub=place.hub)
    add_sign_in(talk, Person.objects.create(name="秦朗"), "other")


def checklist_unrated(place):
    make_assessment_item(make_assessment(place.root, YEAR))


def never_told(place):
    add_activity("film", date(YEAR, 6, 1), name="露天电影", state="planned", hub=place.hub)


def counted_twice(place):
    link = Link.objects.get(cadre=place.cadre.person)
    given = {"cadre": place.cadre.person, "held_on": date(YEAR, 8, 30)}
    Contact.objects.create(**given, form="theme", activity=place.lecture).links.set([link])
    Contact.objects.create(**given, form="visit").links.set([link])


def founded_before(place):
    Unit.objects.filter(pk=place.unit.pk).update(league_founded_on=date(2016, 3, 15))


def not_counted(place):
    add_unit(place, league_founded_on=date(YEAR, 5, 1))


def not_reached(place):
    add_unit(place, status="unreachable")


def nobody_verified(place):
    days = {"opened_on": date(YEAR, 6, 1), "due_on": date(YEAR, 6, 30), "closed_on": date(YEAR, 6, 30)}
    staff = make_user("核实发起人")
    asked = make_verification_round(place.branch, staff, closed_by=staff, **days)
    assert asked.roll(date(YEAR, 6, 30)).exists()


def add_unit(place, **fields):
    make_unit(**({"name": "乙水科技", "branch": place.branch} | fields))


def contact_before_link(place):
    later = Link.objects.create(
        cadre=place.cadre.person, youth=Person.objects.create(name="江岸"), started_on=date(YEAR, 9, 1)
    )
    Contact.objects.create(cadre=place.cadre.person, held_on=date(YEAR, 8, 31), form="visit").links.set([later])


def posted_twice(place):
    fields = {"person": place.cadre.person, "organisation": place.branch, "title": "书记"}
    Post.objects.create(**fields, started_on=date(YEAR, 3, 1), link_quota=1)


def registered_twice(place):
    add_member(place.branch, "康宁", listed_on=date(2016, 5, 1))


def left_in_charge(place):
    person = Person.objects.create(name="季舒")
    make_liaison(place.branch, person)
    post = Post.objects.create(person=person, organisation=place.root, title="委员", started_on=date(2014, 1, 1))
    post.end(date(YEAR, 11, 1))


def bound_early(place):
    Link.objects.filter(pk=place.link.pk).update(bound_on=date(2013, 12, 31))


def bound_before_register(place):
    AssistedYouth.objects.filter(pk=place.youth.pk).update(bound_on=date(2013, 12, 31))


def volunteer_bound_apart(place):
    entry = {"platform": "青春助跑", "subject": "volunteer", "person": place.volunteer.person, "is_apart": True}
    PlatformEntry.objects.create(**entry, entered_on=date(YEAR, 1, 5))


def case_bound_apart(place):
    entry = {"platform": "青春助跑", "subject": "assisted_youth", "youth": place.youth.person, "is_apart": True}
    PlatformEntry.objects.create(**entry, entered_on=date(YEAR, 1, 5))


# Of each check a fault and what is found of it.
FAULTS = {
    "binding_apart": (volunteer_bound_apart, "青春助跑 单志", "平台录入的绑定日期 未填，登记的平台绑定日期与此不同"),
    "case_binding_apart": (case_bound_apart, "青春助跑 欧***", "平台录入的绑定日期 未填，登记的平台绑定日期与此不同"),
    "roll_balance": (late_member, "槐荫社区团支部", "期初 3 ＋增加 1 －减少 0 ＝ 4，期末在册 3 名"),
    "parts_and_whole": (hub_without_tier, "青年汇", "普通店 1 ＋重点店 0 ≠ 青年汇 2"),
    "times_and_people": (uncounted_sign_in, "参加人次", "参加 15 人次，签到 16 人"),
    "head_counts": (uncounted_sign_in, "2017-04-01 财商讲座", "登记签到 15 人次，名单 16 人"),
    "assistance_sum": (early_help, "帮扶", "逐人合计 13 次，帮扶总数 14 次"),
    "target": (high_target, "主题讲座场次", "完成 1 场，目标 3 场"),
    "incomplete": (unrecorded, "观影人次", "统计不全，没有登记任何人次"),
    "without_cadre": (branch_of_three, "空山村团支部", "期末没有在任团干部"),
    "hollow_branch": (branch_of_nobody, "空山村团支部", "期末在册团员 0 名，少于 3 名"),
    "over_age": (old_member, "康宁（槐荫社区团支部）", "期末已满 32 周岁，未任团内职务"),
    "below_quota": (higher_quota, "程川", "联系青年 1 名，指标 4 名"),
    "links_of_nobody": (left_without_handing_over, "沈青", "期末未任职，名下仍有联系青年 1 名"),
    "without_contact": (silent_summer, "程川", "2017年三季度没有联系记录"),
    "without_plan": (no_plan, "欧***（槐荫社区团支部）", "没有 2017 年服务计划书"),
    "without_volunteer": (no_volunteer, "欧***（槐荫社区团支部）", "没有固定志愿者"),
    "behind_pace": (less_help, "欧***（槐荫社区团支部）", "已帮扶 11 次，按每年 12 次应为 12 次"),
    "rounded": (rounded, "观影人次", "含约数，写作“80余人次”"),
    "unrecorded_activity": (unrecorded, "2017-06-01 露天电影（观影）", "1 场未统计人次"),
    "rounded_activity": (rounded, "2017-06-01 露天电影（观影）", "85 人次为约数"),
    "list_unlike_typed": (typed_otherwise, "2017-02-03 读书讲座", "签到 1 人，原填报 20 人次"),
    "without_list": (never_listed, "2017-06-01 露天电影（观影）", "85 人次，没有签到名单"),
    "planned_past": (never_told, "2017-06-01 露天电影", "日期已过，仍为计划"),
    "founded_elsewhen": (founded_before, "甲木设计", "计入 2017 年任务，建团日期为 2016-03-15"),
    "founded_uncounted": (not_counted, "乙水科技", "本年度建团（2017-05-01），未计入任务"),
    "unreachable_unit": (not_reached, "乙水科技", "状态为联系不上"),
    "unverified_branch": (
        nobody_verified,
        "槐荫社区团支部",
        "近一年上级开展过核实，这个支部没有任何核实结果",
    ),
    "guessed_begin": (
        begun_by_guess,
        "于飞（槐荫社区团支部）",
        "没有来源日期和在册起始日期，按入团年月 2012-05 起在册统计",
    ),
    "assessment_open": (checklist_unrated, "2017年预防青少年违法犯罪考核", "第 1 项没有自评，截止 2017-12-31"),
    "awaited": (unread_cell, "康宁", "名单中的民族待补"),
    "case_awaited": (unread_case_cell, "欧***", "名单中的需求待补"),
    "contact_outside_link": (contact_before_link, "2017-08-31 程川 走访", "所列青年中有人当日不在联系期内"),
    "contact_doubled": (counted_twice, "2017-08-30 程川 主题活动", "当天另有手工登记的联系，联系到同一名青年"),
    "youths_never_reached": (youth_left_alone, "程川", "2017 年没有联系过的青年 1 名"),
    "overlapping_posts": (posted_twice, "程川（槐荫社区团支部 书记）", "同一职务自 2017-03 起重复登记"),
    "duplicate_people": (registered_twice, "康宁", "与另一人同名、在同一团组织"),
    "liaison_left": (left_in_charge, "槐荫社区团支部", "联系委员季舒期末不在上级团组织任书记、委员"),
    "early_binding": (bound_early, "程川 → 田野", "绑定日期 2013-12-31 早于起始日期 2014-01-01"),
    "help_outside_register": (early_help, "石*（槐荫社区团支部）", "有帮扶记录不在入库期内"),
    "case_binding": (bound_before_register, "欧***（槐荫社区团支部）", "绑定日期 2013-12-31 早于入库日期 2014-01-01"),
}
# They find more than one thing of their fault, or nothing that records could bring about, or only while a year runs.
APART = {"sessions_agree", "fall", "needs_not_asked"}


def test_every_check_has_its_fault():
    assert {check.key for check in CHECKS} - APART == set(FAULTS)


def test_nothing_is_found_in_a_sound_district(place):
    assert found(year_scope(place.root)) == []
    assert found(year_scope(place.branch)) == []


@pytest.mark.sampled(3)
@pytest.mark.parametrize("key", FAULTS)
def test_a_check_finds_exactly_the_planted_fault(place, key):
    plant, name, words = FAULTS[key]
    scope = year_scope(place.root)
    assert told_one_by_one(scope, key) == []
    plant(place)
    each = told_one_by_one(scope, key)
    # The total is as incomplete, or as rounded, as its part.
    each = [one for one in each if key not in ("incomplete", "rounded") or one[0] != "参加人次"]
    assert each == [(name, words)]


def test_a_fall_is_found_of_every_figure_below_the_year_before(place):
    year_of_more(place)
    assert found(year_scope(place.root), "fall") == [
        ("活动场次", "2016年 2 场，本期 1 场，减少 1 场（-50%）"),
        ("主题讲座场次", "2016年 2 场，本期 1 场，减少 1 场（-50%）"),
    ]


def test_sums_are_counted_apart_from_the_figures(place):
    scope = year_scope(place.root)
    for key, check in [("sessions", "sessions_agree"), ("attendances.lecture", "sessions_agree")]:
        numbers = results(scope)
        numbers[key] = replace(numbers[key], value=numbers[key].value + 1)
        assert len(found(scope, check, numbers)) == 1
    numbers = results(scope)
    numbers["sessions"] = replace(numbers["sessions"], value=2)
    assert found(scope, "sessions_agree", numbers) == [
        ("活动场次", "按类型合计 1 场，按季度合计 1 场，按青年汇合计 1 场，活动场次 2 场")
    ]
    numbers["members"] = replace(numbers["members"], value=2)
    assert found(scope, "roll_balance", numbers) == [("团员总数", "各支部期末合计 3 名，团员总数 2 名")]
    assert found(scope, "parts_and_whole", numbers) == [("村、社区非在校团员", "村、社区非在校团员 3 ＞ 团员总数 2")]


@pytest.mark.cpu(4)
def test_the_arithmetic_holds_in_a_district_drawn_by_lot():
    tree = generated_district(3)
    for place in (tree.root, tree.middle, tree.leaf):
        place.refresh_from_db()
        for part in ("year", "q3"):
            scope = Scope(place, Period.of_part(YEAR, part))
            for key in ("sessions_agree", "times_and_people"):
                assert (part, key, told_one_by_one(scope, key)) == (part, key, [])


@pytest.mark.cpu(6)
def test_a_running_year_is_asked_for_the_share_that_has_passed(place):
    scope = year_scope(place.root)
    Contact.objects.filter(held_on__gt=date(YEAR, 5, 31)).delete()
    Assistance.objects.filter(held_on__gt=date(YEAR, 5, 31)).delete()
    Target.objects.create(year=YEAR, task="主题讲座", figure="sessions.lecture", value=4)
    assert found(scope, today=date(YEAR, 5, 31)) == []
    assert found(scope, "target", today=date(YEAR, 7, 3)) == [
        ("主题讲座场次", "完成 1 场，目标 4 场，按计划此时应完成 2 场")
    ]
    # The second quarter has contacts, the third has none and is asked about from its last month on.
    assert found(scope, "without_contact", today=date(YEAR, 8, 31)) == []
    assert found(scope, "without_contact", today=date(YEAR, 9, 1)) == [("程川", "2017年三季度没有联系记录")]
    assert found(scope, "behind_pace", today=date(YEAR, 6, 29)) == []
    assert found(scope, "behind_pace", today=date(YEAR, 6, 30)) == [("帮扶次数落后", "共 1 名")]


def test_needs_are_asked_about_from_april_on_while_the_year_runs(place):
    NeedsTalk.objects.update(held_on=date(YEAR - 1, 12, 31))
    scope = year_scope(place.root)
    told = [("尚未征集需求", "共 1 名")]
    for month, day, shown in [(3, 31, []), (4, 1, told), (12, 30, told), (12, 31, [])]:
        assert (month, day, found(scope, "needs_not_asked", today=date(YEAR, month, day))) == (month, day, shown)
    assert found(scope, "needs_not_asked", today=date(YEAR + 1, 5, 1)) == []
    inspection = Inspection(scope, results(scope), today=date(YEAR, 4, 1))
    [(_, [raw])] = inspected(inspection, [BY_KEY["needs_not_asked"]])
    assert (raw.name, raw.found) == ("欧***（槐荫社区团支部）", f"{YEAR} 年尚未征集需求")
    assert raw.url == reverse("needs_talk_create", args=[place.youth.pk])
    NeedsTalk.objects.update(held_on=date(YEAR, 4, 1))
    assert found(scope, "needs_not_asked", today=date(YEAR, 4, 1)) == []


def test_a_year_that_has_not_begun_has_no_falls_and_misses_nothing(place):
    scope = year_scope(place.root, 2018)
    Target.objects.create(year=2018, task="主题讲座", figure="sessions.lecture", value=4)
    keys = ("target", "fall", "without_contact", "behind_pace")
    assert [found(scope, key, today=date(YEAR, 12, 31)) for key in keys] == [[], [], [], []]


def test_a_running_year_is_compared_with_the_same_days_of_the_year_before(place):
    add_activity("lecture", date(YEAR - 1, 3, 1), attendance=5, hub=place.hub)
    add_activity("lecture", date(YEAR - 1, 11, 1), attendance=5, hub=place.hub)
    scope = year_scope(place.root)
    assert [name for name, _ in found(scope, "fall", today=date(YEAR, 3, 31))][:1] == ["活动场次"]
    assert found(scope, "fall", today=date(YEAR, 10, 31)) == []
    assert len(found(scope, "fall", today=date(2018, 1, 31))) == 2


def test_what_waits_is_filled_in_on_the_form_of_a_record_without_a_page(place):
    year = place.hub.years.first()
    await_cell(year, "负责人", "director")
    scope = year_scope(place.root)
    addresses = [one.finding.url for one in findings(scope, results(scope)) if one.finding.check.key == "awaited"]
    assert addresses == [reverse("hub_year_update", args=[year.pk])]


def test_of_a_hub_its_activities_are_checked_and_nothing_else(place):
    unrecorded(place)
    old_member(place)
    scope = replace(year_scope(place.branch), hub=place.hub)
    assert {answered.finding.check.key for answered in findings(scope, results(scope))} == {
        "incomplete",
        "unrecorded_activity",
    }


def test_without_case_figures_no_case_is_looked_at(place):
    no_plan(place)
    scope = year_scope(place.root)
    assert found(scope) == [("没有服务计划书", "共 1 名")]
    assert found(scope, numbers=results(scope, with_cases=False)) == []


def test_entries_in_platforms_bound_early_are_the_district_s(place):
    fields = {"platform": "共青云", "entered_on": date(YEAR, 5, 1), "bound_on": date(YEAR, 4, 1)}
    PlatformEntry.objects.create(**fields, subject="activity", activity=place.lecture)
    PlatformEntry.objects.create(**fields, subject="assisted_youth", youth=place.youth.person)
    words = "绑定日期 2017-04-01 早于录入日期 2017-05-01"
    assert found(year_scope(place.root), "early_binding") == [("共青云 财商讲座（2017-04-01）", words)]
    assert found(year_scope(place.branch), "early_binding") == []
    Volunteer.objects.filter(pk=place.volunteer.pk).update(joined_on=date(2017, 2, 1), bound_on=date(2017, 1, 1))
    assert len(found(year_scope(place.root), "early_binding")) == 2


def test_subjects_and_figures_are_stable(place):
    high_target(place)
    unrecorded(place)
    scope = year_scope(place.root)
    each = {answered.finding.check.key: answered.finding for answered in findings(scope, results(scope))}
    film = Activity.objects.get(name="露天电影")
    assert each["unrecorded_activity"].subject == f"activities.activity:{film.pk}"
    assert each["unrecorded_activity"].figures == ("attendances", "attendances.film")
    assert each["target"].subject == "figure:sessions.lecture"
    assert each["target"].figures == ("sessions.lecture",)


def test_checks_are_told_apart():
    assert len({check.key for check in CHECKS}) == len({check.label for check in CHECKS}) == len(CHECKS)
    assert [check.key for check in CHECKS if check.severity == Severity.ERROR and check.audience != Audience.OPEN] == []
    assert max(len(check.key) for check in CHECKS) <= 40


def test_rows_do_not_add_queries(place):
    scope = year_scope(place.root)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            findings(scope, results(scope))
        return len(captured)

    for plant in (late_member, old_member, unrecorded, no_plan, not_reached, high_target):
        plant(place)
    before = queries()
    for number in range(5):
        branch = add_organisation(place.root, f"{number}号村团支部", "village")
        old = add_member(branch, "团员")
        Person.objects.filter(pk=old.person_id).update(birth_date=date(1980, 1, 1))
        add_activity("film", date(YEAR, 6, 1), name=f"观影{number}", host=branch)
        youth = Person.objects.create(name="少年")
        AssistedYouth.objects.create(person=youth, organisation=branch, registered_on=date(YEAR, 1, 1))
        make_unit(f"{number}号公司", status="unreachable", branch=branch)
    assert queries() == before
