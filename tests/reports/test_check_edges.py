"""Both sides of each threshold of the checks: the last case found, and the first one not found."""

from dataclasses import replace
from datetime import date

import pytest

from activities.actions import add_sign_in
from activities.models import Activity, SignIn
from assistance.models import Assistance, AssistedYouth, Pairing, ServicePlan
from members.models import Member, Person, Post, Volunteer
from outreach.models import Contact, Link
from reports.checks import BY_KEY, groups
from reports.checks.affected_sentences import excerpt, sentences_by_figure
from reports.checks.cases import assistances_due
from reports.checks.inspection import Inspection
from reports.figures.counting import results
from reports.figures.scopes import Scope
from reports.models import PlatformEntry
from reports.text.sentences import Block, Number
from tests.factories import make_unit
from tests.made_once import made_once
from tests.reports.district import YEAR, add_activity, add_member, add_organisation, add_post, year_scope
from tests.reports.sound_district import sound_district
from tests.reports.test_checks import found, told_one_by_one
from yl_district.periods import Period

pytestmark = pytest.mark.django_db
FIRST, LAST = date(YEAR, 1, 1), date(YEAR, 12, 31)
BEFORE, AFTER = date(YEAR - 1, 12, 31), date(YEAR + 1, 1, 1)


@made_once
def place():
    return sound_district()


def names(place, key, scope=None):
    """The names of what a check finds."""
    return [name for name, _ in told_one_by_one(scope or year_scope(place.root), key)]


def make_units(place, **fields_by_name):
    for name, fields in fields_by_name.items():
        make_unit(name, branch=place.branch, **fields)


PARTS = {
    "communities_with_cadre": "communities",
    "communities_renewed": "communities",
    "members_verified": "members",
    "community_members": "members",
    "office_members": "members",
    "education_reach": "members",
    "education_sessions": "sessions",
    "cadres_linked": "cadres",
    "cadres_at_quota": "cadres",
    "cadres_at_norm": "cadres_at_quota",
    "service_plans": "assisted_youths",
    "signed_plans": "service_plans",
    "midyear_reviews": "signed_plans",
    "final_reviews": "signed_plans",
    "paired_youths": "assisted_youths",
    "youths_bound": "assisted_youths",
    "hub_volunteer_teams": "hubs",
}


def test_each_part_may_be_as_many_as_the_whole_and_no_more(place):
    scope = year_scope(place.root)
    counted = results(scope)

    def subjects(excess):
        numbers = dict(counted)
        for part, whole in PARTS.items():
            numbers[part] = replace(numbers[part], value=numbers[whole].value + excess)
        return [one.subject for one in BY_KEY["parts_and_whole"].find(Inspection(scope, numbers))]

    assert subjects(0) == []
    assert sorted(subjects(1)) == sorted(f"figure:{part}" for part in PARTS)


def test_person_times_may_be_as_many_as_people(place):
    assert (place.lecture.attendance, place.lecture.sign_ins.count()) == (15, 15)
    assert names(place, "times_and_people") == []


def test_a_head_count_without_a_list_is_found_and_that_of_another_hub_is_not(place):
    hubs = {
        hub: add_activity("film", date(YEAR, 6, 1), name=name, attendance=2, hub=hub)
        for name, hub in [("露天电影", place.hub), ("街头电影", None)]
    }
    Activity.objects.filter(pk__in=[one.pk for one in hubs.values()]).update(sign_in_count=2)
    words = "登记签到 2 人次，名单 0 人"
    scope = replace(year_scope(place.branch), hub=place.hub)
    assert told_one_by_one(scope, "head_counts") == [("2017-06-01 露天电影", words)]
    uncounted = add_activity("film", date(YEAR, 6, 2), name="网上电影", attendance=2, host=place.branch)
    SignIn.objects.create(activity=uncounted, person=Person.objects.create(name="秦朗"))
    assert names(place, "head_counts", scope) == ["2017-06-01 露天电影"]
    assert names(place, "head_counts", year_scope(place.branch))[-1] == "2017-06-02 网上电影"


def test_a_list_as_long_as_what_was_typed_or_beside_nothing_typed_is_no_finding(place):
    for name, attendance in [("读书讲座", 1), ("财商讲座", None)]:
        talk = add_activity("lecture", date(YEAR, 2, 3), name=name, attendance=attendance, hub=place.hub)
        add_sign_in(talk, Person.objects.create(name="秦朗"), "other")
    assert names(place, "list_unlike_typed") == []


def test_what_is_recorded_of_an_incomplete_figure_is_told(place):
    add_activity("film", date(YEAR, 6, 1), name="露天电影", hub=place.hub)
    scope = year_scope(place.root)
    [group] = groups(scope, results(scope), checks=[BY_KEY["incomplete"]])
    told = [(one.finding.found, one.finding.figures) for one in group.findings]
    assert told == [
        ("统计不全，已登记 15 人次", ("attendances",)),
        ("统计不全，没有登记任何人次", ("attendances.film", "sessions.film")),
    ]


def test_falls_are_asked_about_from_the_first_day_of_the_period(place):
    add_activity("lecture", FIRST, attendance=5, hub=place.hub)
    scope = year_scope(place.root, YEAR + 1)
    assert found(scope, "fall", today=LAST) == []
    told = ("活动场次", "2017年1月1日 1 场，本期 0 场，减少 1 场（-100%）")
    assert [one for one in found(scope, "fall", today=AFTER) if one[0] == "活动场次"] == [told]


def test_a_branch_of_three_is_not_hollow_and_one_of_two_is(place):
    assert names(place, "hollow_branch") == []
    Member.objects.filter(pk=place.members[0].pk).update(left_on=LAST, status="resigned")
    found = [("槐荫社区团支部", "期末在册团员 2 名，少于 3 名")]
    assert told_one_by_one(year_scope(place.root), "hollow_branch") == found


def test_of_which_organisations_cadres_and_members_are_asked_for(place):
    for name, domain, category in [
        ("村团总支", "village", "general_branch"),
        ("公司团支部", "enterprise", "branch"),
        ("公司联合团支部", "enterprise", "joint_branch"),
        ("公司团总支", "enterprise", "general_branch"),
        ("公司团委", "enterprise", "committee"),
    ]:
        add_organisation(place.root, name, domain, category)
    for name, day in [("已撤团支部", LAST), ("将撤团支部", AFTER)]:
        branch = add_organisation(place.root, name, "enterprise")
        branch.dissolved_on = day
        branch.save()
    branches = ["公司团支部", "公司联合团支部", "将撤团支部"]
    assert names(place, "without_cadre") == ["村团总支", *branches]
    assert names(place, "hollow_branch") == branches


def test_a_unit_counted_toward_the_task_was_founded_in_the_period(place):
    counted = {"task_year": YEAR, "league_form": "joint"}
    make_units(
        place,
        上年末建团=counted | {"league_founded_on": BEFORE},
        年初建团=counted | {"league_founded_on": FIRST},
        年末建团=counted | {"league_founded_on": LAST},
        下年建团=counted | {"league_founded_on": AFTER},
        未写日期=counted,
        年末迁走=counted | {"status": "moved", "status_on": LAST},
        下年迁走=counted | {"status": "moved", "status_on": AFTER},
        下年任务={"task_year": YEAR + 1},
    )
    assert told_one_by_one(year_scope(place.root), "founded_elsewhen") == [
        ("上年末建团", "计入 2017 年任务，建团日期为 2016-12-31"),
        ("未写日期", "计入 2017 年任务，没有建团日期"),
        ("下年建团", "计入 2017 年任务，建团日期为 2018-01-01"),
        ("下年迁走", "计入 2017 年任务，没有建团日期"),
    ]


def test_a_unit_founded_in_the_period_is_counted_toward_its_task(place):
    make_units(
        place,
        上年末建团={"league_founded_on": BEFORE},
        年初建团={"league_founded_on": FIRST},
        年末建团={"league_founded_on": LAST, "task_year": YEAR + 1},
        下年建团={"league_founded_on": AFTER},
        计入任务={"league_founded_on": LAST, "task_year": YEAR},
    )
    assert names(place, "founded_uncounted") == ["年初建团", "年末建团"]


def test_only_a_unit_that_cannot_be_reached_is_unreachable(place):
    make_units(
        place,
        正常单位={},
        迁走单位={"status": "moved", "status_on": LAST},
        失联单位={"status": "unreachable"},
        年末失联={"status": "unreachable", "status_on": LAST},
        下年失联={"status": "unreachable", "status_on": AFTER},
    )
    assert names(place, "unreachable_unit") == ["年末失联", "失联单位"]


@pytest.mark.parametrize(
    ("start", "until", "due"),
    [
        (FIRST, date(YEAR, 1, 30), 0),
        (FIRST, date(YEAR, 1, 31), 1),
        (FIRST, date(YEAR, 2, 27), 1),
        (FIRST, date(YEAR, 2, 28), 2),
        (FIRST, date(YEAR, 12, 30), 11),
        (FIRST, LAST, 12),
        (date(YEAR, 1, 15), date(YEAR, 2, 13), 0),
        (date(YEAR, 1, 15), date(YEAR, 2, 14), 1),
        (date(YEAR, 12, 2), LAST, 0),
        (date(YEAR, 12, 1), LAST, 1),
        (date(YEAR - 1, 12, 15), date(YEAR, 1, 14), 1),
        (AFTER, LAST, 0),
        (AFTER, FIRST, 0),
    ],
)
def test_an_assistance_is_due_with_each_whole_month(start, until, due):
    assert assistances_due(start, until) == due


def add_case(place, name, *months, **fields):
    """A youth in the register, helped on the 20th of these months."""
    begin = {"registered_on": date(YEAR, 10, 1)}
    youth = AssistedYouth.objects.create(
        person=Person.objects.create(name=name), organisation=place.branch, **begin | fields
    )
    for month in months:
        Assistance.objects.create(held_on=date(YEAR, month, 20), kind="culture").youths.set([youth])
    return youth


def test_a_youth_is_behind_below_one_assistance_a_month_since_the_registration(place):
    add_case(place, "甲一", 10, 11, 12)
    add_case(place, "乙二", 10, 11)
    words = "已帮扶 2 次，按每年 12 次应为 3 次"
    assert told_one_by_one(year_scope(place.root), "behind_pace") == [("乙*（槐荫社区团支部）", words)]


def test_a_plan_of_the_year_and_a_pairing_of_the_last_day_are_asked_for(place):
    volunteers = [Volunteer.objects.create(person=Person.objects.create(name=name)) for name in ("志一", "志二")]
    others = [add_case(place, "甲一"), add_case(place, "乙二")]
    for youth, volunteer, year, end in zip(others, volunteers, (YEAR - 1, YEAR), (LAST, AFTER), strict=True):
        ServicePlan.objects.create(youth=youth, year=year)
        Pairing.objects.create(youth=youth, volunteer=volunteer, started_on=FIRST, ended_on=end)
    assert names(place, "without_plan") == ["甲*（槐荫社区团支部）"]
    assert names(place, "without_volunteer") == ["甲*（槐荫社区团支部）"]


def test_help_on_the_first_and_the_last_day_of_the_register_lies_within_it(place):
    begin, end = date(YEAR, 5, 10), date(YEAR, 6, 10)
    for name, day in [("甲一", begin), ("乙二", end), ("丙三", date(YEAR, 5, 9)), ("丁四", date(YEAR, 6, 11))]:
        youth = add_case(place, name, registered_on=begin, removed_on=end)
        Assistance.objects.create(held_on=day, kind="culture").youths.set([youth])
    assert names(place, "help_outside_register") == ["丙*（槐荫社区团支部）", "丁*（槐荫社区团支部）"]
    found = ("帮扶", "逐人合计 14 次，帮扶总数 16 次")
    assert told_one_by_one(year_scope(place.root), "assistance_sum") == [found]


def test_help_for_all_reaches_those_who_stand_in_the_register_that_day(place):
    day = date(YEAR, 5, 10)
    for name, fields in {
        "甲一": {"registered_on": day},
        "乙二": {"registered_on": date(YEAR, 5, 11)},
        "丙三": {"registered_on": FIRST, "removed_on": day},
        "丁四": {"registered_on": FIRST, "removed_on": date(YEAR, 5, 11)},
    }.items():
        add_case(place, name, **fields)
    Assistance.objects.create(held_on=day, kind="culture", with_everyone=True)
    assert told_one_by_one(year_scope(place.root), "assistance_sum") == []


def test_what_was_bound_on_its_first_day_was_not_bound_early(place):
    AssistedYouth.objects.filter(pk=place.youth.pk).update(bound_on=place.youth.registered_on)
    Volunteer.objects.filter(pk=place.volunteer.pk).update(joined_on=FIRST, bound_on=FIRST)
    entry = {"subject": "organisation", "organisation": place.branch}
    for platform, entered_on, bound_on in [("共青云", FIRST, FIRST), ("志愿北京", AFTER, LAST)]:
        PlatformEntry.objects.create(**entry, platform=platform, entered_on=entered_on, bound_on=bound_on)
    volunteer = Volunteer.objects.create(
        person=Person.objects.create(name="志一"), joined_on=AFTER, bound_on=LAST, employer="清和科技"
    )
    assert (names(place, "early_binding"), names(place, "case_binding")) == ([], [])
    PlatformEntry.objects.filter(entered_on=AFTER).update(entered_on=LAST, bound_on=FIRST)
    Volunteer.objects.filter(pk=volunteer.pk).update(joined_on=LAST, bound_on=FIRST)
    assert [words for _, words in told_one_by_one(year_scope(place.root), "early_binding")] == [
        "绑定日期 2017-01-01 早于加入日期 2017-12-31",
        "绑定日期 2017-01-01 早于录入日期 2017-12-31",
    ]


def test_whoever_serves_on_the_last_day_is_never_too_old(place):
    for member, end in zip(place.members, (None, LAST, AFTER), strict=True):
        Person.objects.filter(pk=member.person_id).update(birth_date=date(1985, 1, 1))
        Post.objects.create(
            person=member.person, organisation=place.branch, title="委员", started_on=date(2016, 3, 1), ended_on=end
        )
    assert names(place, "over_age") == ["尹舟（槐荫社区团支部）"]


def test_a_cadre_without_a_standing_link_is_asked_for_links_and_for_no_contacts(place):
    cadre = add_post(place.branch, "沈青", "委员", link_quota=1).person
    Link.objects.create(
        cadre=cadre, youth=Person.objects.create(name="纪言"), started_on=date(YEAR - 1, 1, 1), ended_on=LAST
    )
    assert told_one_by_one(year_scope(place.root), "below_quota") == [("沈青", "联系青年 0 名，指标 1 名")]
    assert names(place, "without_contact") == []


def test_one_contact_in_any_month_of_a_quarter_will_do(place):
    Contact.objects.exclude(held_on__month__in=[1, 5, 9, 12]).delete()
    for month, day in [(1, FIRST), (12, LAST)]:
        Contact.objects.filter(held_on__month=month).update(held_on=day)
    assert names(place, "without_contact") == []


@pytest.mark.parametrize(
    ("start", "words"),
    [
        (FIRST, "2017年一季度、2017年二季度、2017年三季度、2017年四季度没有联系记录"),
        (date(YEAR - 1, 10, 1), "2016年四季度、2017年一季度、2017年二季度、2017年三季度等 5 个季度没有联系记录"),
        (date(YEAR - 1, 10, 2), "2017年一季度、2017年二季度、2017年三季度、2017年四季度没有联系记录"),
    ],
)
def test_four_silent_quarters_are_named_and_more_are_counted(place, start, words):
    Contact.objects.all().delete()
    assert told_one_by_one(Scope(place.root, Period(start, LAST)), "without_contact") == [("程川", words)]


def test_of_a_quarter_of_which_a_part_lies_in_the_period_nothing_is_asked(place):
    Contact.objects.all().delete()
    periods = [Period(FIRST, date(YEAR, 3, 30)), Period(FIRST, date(YEAR, 3, 31)), Period(date(YEAR, 1, 2), LAST)]
    told = [words for one in periods for _, words in told_one_by_one(Scope(place.root, one), "without_contact")]
    assert told == ["2017年一季度没有联系记录", "2017年二季度、2017年三季度、2017年四季度没有联系记录"]


def test_a_contact_on_the_first_or_the_last_day_of_a_link_lies_within_it(place):
    youth = Person.objects.create(name="江岸")
    link = Link.objects.create(
        cadre=place.cadre.person, youth=youth, started_on=date(YEAR, 5, 10), ended_on=date(YEAR, 6, 10)
    )
    for month, day in [(5, 9), (5, 10), (6, 10), (6, 11)]:
        Contact.objects.create(cadre=place.cadre.person, held_on=date(YEAR, month, day), form="visit").links.set([link])
    everyone = Contact.objects.create(cadre=place.cadre.person, held_on=LAST, form="visit", with_everyone=True)
    everyone.links.set([link])
    assert names(place, "contact_outside_link") == ["2017-05-09 程川 走访", "2017-06-11 程川 走访"]


def test_one_reason_is_offered_for_two_findings_and_not_for_one(place):
    def offered():
        scope = year_scope(place.root)
        [group] = groups(scope, results(scope), checks=[BY_KEY["over_age"]])
        return len(group.findings), group.is_shared, group.open_count, group.explained_count

    Person.objects.filter(pk=place.members[0].person_id).update(birth_date=date(1985, 1, 1))
    assert offered() == (1, False, 1, 0)
    Person.objects.filter(pk=place.members[1].person_id).update(birth_date=date(1985, 1, 1))
    assert offered() == (2, True, 2, 0)


@pytest.mark.parametrize(
    ("text", "place", "expected"),
    [
        ("甲" * 56, (0, 2), "甲" * 56),
        ("甲" * 57, (0, 2), "甲" * 56 + "…"),
        ("甲" * 57, (55, 57), "…" + "甲" * 56),
        ("甲" * 27 + "12" + "乙" * 28, (27, 29), "甲" * 27 + "12" + "乙" * 27 + "…"),
        ("甲" * 28 + "12" + "乙" * 27, (28, 30), "…" + "甲" * 27 + "12" + "乙" * 27),
        ("甲" * 40 + "12" + "乙" * 40, (40, 42), "…" + "甲" * 27 + "12" + "乙" * 27 + "…"),
    ],
)
def test_a_long_sentence_is_quoted_around_its_number(text, place, expected):
    assert excerpt(text, *place) == expected


def test_a_sentence_is_quoted_once_for_each_figure_in_it(db):
    sessions, members = Number("sessions", "2场", ""), Number("members", "3名", "")
    block = Block(0, ("开头。举办", sessions, "，又", sessions, "；团员", members, "。没有数字。其后", members))
    assert sentences_by_figure([block, block]) == {
        "sessions": ["举办2场，又2场；"],
        "members": ["团员3名。", "其后3名"],
    }


def test_members_who_leave_on_the_last_day_are_on_no_roll_of_it(place):
    add_member(place.branch, "于飞", left_on=AFTER, status="resigned")
    assert names(place, "roll_balance") == []


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("start", "contact", "last", "is_found"),
    [
        pytest.param(date(YEAR, 9, 30), None, LAST, True, id="link of the quarter before"),
        pytest.param(date(YEAR, 10, 1), None, LAST, False, id="link of the last quarter"),
        pytest.param(BEFORE, FIRST, LAST, False, id="reached on the first day"),
        pytest.param(BEFORE, BEFORE, LAST, True, id="reached the day before the year"),
        pytest.param(BEFORE, LAST, LAST, False, id="reached on the last day"),
        pytest.param(BEFORE, LAST, date(YEAR, 12, 30), True, id="reached after the last day"),
        pytest.param(BEFORE, None, date(YEAR, 3, 1), True, id="first quarter's last month"),
        pytest.param(BEFORE, None, date(YEAR, 2, 28), False, id="too early to say"),
    ],
)
def test_a_youth_is_never_reached_in_a_year_or_once(place, start, contact, last, is_found):
    cadre, youth = place.cadre.person, Person.objects.create(name="江岸")
    link = Link.objects.create(cadre=cadre, youth=youth, started_on=start)
    if contact:
        Contact.objects.create(cadre=cadre, held_on=contact, form="phone").links.set([link])
    found_now = names(place, "youths_never_reached", Scope(place.root, Period(FIRST, last)))
    assert found_now == ["程川"] * is_found
