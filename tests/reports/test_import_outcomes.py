"""The commit does exactly what the check announced, for every kind of list, in any order, and when repeated."""

from collections import Counter
from datetime import date
from random import Random

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from activities.models import Activity, SignIn
from assistance.models import AssistedYouth, Pairing
from members.models import Member, Person, Post, Volunteer
from orgs.models import Unit
from outreach.models import Link
from tests.factories import (
    make_activity,
    make_assisted_youth,
    make_hub,
    make_link,
    make_member,
    make_person,
    make_post,
    make_unit,
    make_volunteer,
)
from tests.rosters import (
    BRANCH,
    OTHER_BRANCH,
    histories,
    identity_number,
    in_trial,
    make_branches,
    member_row,
    records,
    take,
    tally,
)
from yl_district.importing.models import ImportBatch, ImportPart

pytestmark = [pytest.mark.django_db, pytest.mark.both]

REFUSED = {"wrong", "duplicate", "elsewhere"}
random_lists = settings(
    max_examples=settings.default.max_examples // 15,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def make_district():
    """Two branches with somebody known in every capacity."""
    branches = make_branches()
    branch, other = branches[BRANCH], branches[OTHER_BRANCH]
    make_hub(branch, "春晖青年汇")
    make_hub(branch, "清河青年汇")
    for number in range(4):
        person = make_person(
            f"旧人{'一二三四'[number]}", mobile=f"1380000000{number}", identity_number=identity_number(number)
        )
        person.full_clean()
        person.save()
        make_member(person=person, branch=branch if number < 3 else other, remark="原有")
        make_post(person=person, organisation=branch)
        make_unit(f"旧单位{number}", employees=5)
        make_volunteer(None, "", person)
        make_activity(branch, f"旧活动{number}")
        make_assisted_youth(branch, person=person, needs="原有")
    *youths, cadre = Person.objects.filter(name__in=OLD).order_by("pk")
    for youth in youths:
        make_link(cadre, youth=youth, started_on=date(2017, 1, 10))


OLD = ["旧人一", "旧人二", "旧人三", "旧人四"]


def old(number):
    """The cells by which somebody known is known again."""
    return {"姓名": OLD[number], "手机号码": f"1380000000{number}"}


def plain(number, **cells):
    """A member of the district as stored."""
    row = old(number) | {"性别": "男" if int(identity_number(number)[16]) % 2 else "女", "出生日期": "1998-05-04"}
    return row | {"所在团支部": BRANCH, "备注": "原有"} | cells


def old_activity(n):
    """The name of an activity of the district."""
    return f"旧活动{n % 3}"


# For each kind, rows by what the check must find in each when it stands alone.
ROWS = {
    "members": {
        "new": lambda n: member_row(n),
        "changed": lambda n: plain(n % 3, 备注=f"改{n}"),
        "same": lambda n: plain(n % 3),
        "elsewhere": lambda n: plain(3),
        "wrong": lambda n: member_row(n, 性别="M"),
    },
    "posts": {
        "new": lambda n: {
            "姓名": f"新人{'甲乙丙丁'[n % 4]}",
            "所在组织": BRANCH,
            "职务": f"委员{n}",
            "任职年月": "2017-01",
        },
        "changed": lambda n: old(n % 3) | {"所在组织": BRANCH, "职务": "书记", "任职年月": "2016-09", "职责": f"改{n}"},
        "same": lambda n: old(n % 3) | {"所在组织": BRANCH, "职务": "书记", "任职年月": "2016-09"},
        "wrong": lambda n: {"姓名": "新人", "所在组织": "没有的支部", "职务": "书记", "任职年月": "2016-09"},
    },
    "units": {
        "new": lambda n: {"单位名称": f"新单位{n}", "类别": "非公企业", "状态": "正常", "团支部": BRANCH},
        "changed": lambda n: {"单位名称": f"旧单位{n % 3}", "类别": "非公企业", "状态": "正常", "职工总数": 100 + n},
        "same": lambda n: {"单位名称": f"旧单位{n % 3}", "类别": "非公企业", "状态": "正常", "职工总数": 5},
        "wrong": lambda n: {"单位名称": f"新单位{n}", "类别": "非公企业", "状态": "正常", "区级联系点": "约"},
    },
    "links": {
        "new": lambda n: {"团干部": "旧人四", "姓名": f"青年{n}", "手机号码": f"139{n:08}", "起始日期": "2017-03-01"},
        "changed": lambda n: {"团干部": "旧人四"} | old(n % 3) | {"起始日期": "2017-01-10", "备注": f"改{n}"},
        "same": lambda n: {"团干部": "旧人四"} | old(n % 3) | {"起始日期": "2017-01-10"},
        "wrong": lambda n: {"团干部": "没有的人", "姓名": f"青年{n}", "起始日期": "2017-03-01"},
    },
    "volunteers": {
        "new": lambda n: {"姓名": f"志愿{n}", "手机号码": f"139{n:08}", "志愿者队伍": "春晖青年汇"},
        "changed": lambda n: old(n % 3) | {"志愿者队伍": "清河青年汇"},
        "same": lambda n: old(n % 3),
        "wrong": lambda n: {"姓名": f"志愿{n}", "志愿者队伍": "没有的青年汇"},
    },
    "assisted": {
        "new": lambda n: {"姓名": f"少年{n}", "所在组织": BRANCH, "入库日期": "2017-02-01", "固定志愿者": "旧人一"},
        "changed": lambda n: {
            "姓名": OLD[n % 3],
            "身份证号": identity_number(n % 3),
            "所在组织": BRANCH,
            "入库日期": "2017-01-05",
            "需求": f"改{n}",
            "固定志愿者": "旧人二",
        },
        "same": lambda n: {
            "姓名": OLD[n % 3],
            "身份证号": identity_number(n % 3),
            "所在组织": BRANCH,
            "入库日期": "2017-01-05",
        },
        "wrong": lambda n: {"姓名": f"少年{n}", "所在组织": BRANCH, "入库日期": "2017-02-30", "固定志愿者": "旧人一"},
    },
    "activities": {
        "new": lambda n: {
            "活动名称": f"新活动{n}",
            "日期": "2017-05-01",
            "类型": "阳光体育",
            "主办组织": BRANCH,
            "人次": n,
        },
        "changed": lambda n: {
            "活动名称": old_activity(n),
            "日期": "2017-04-08",
            "类型": "阳光体育",
            "主办组织": BRANCH,
            "人次": 10 + n,
        },
        "same": lambda n: {"活动名称": old_activity(n), "日期": "2017-04-08", "类型": "阳光体育", "主办组织": BRANCH},
        "wrong": lambda n: {"活动名称": f"新活动{n}", "日期": "2017-05-01", "类型": "没有的类型", "主办组织": BRANCH},
    },
    "signins": {
        "new": lambda n: {
            "活动名称": old_activity(n),
            "日期": "2017-04-08",
            "姓名": f"来宾{n}",
            "手机号码": f"139{n:08}",
        },
        "wrong": lambda n: {
            "活动名称": old_activity(n),
            "日期": "2017-04-09",
            "姓名": f"来宾{n}",
            "手机号码": f"139{n:08}",
        },
    },
}
MODELS = {
    "members": Member,
    "posts": Post,
    "units": Unit,
    "links": Link,
    "volunteers": Volunteer,
    "assisted": AssistedYouth,
    "activities": Activity,
    "signins": SignIn,
}


def meant(row):
    """What a row (verdict, number) is about, which no other of its list may be about."""
    verdict, number = row
    return (3,) if verdict == "elsewhere" else (number % 3,) if verdict in ("changed", "same") else number


def lists(kind):
    """Lists of rows of a kind, each with what the check must find in it."""
    one = st.tuples(st.sampled_from(list(ROWS[kind])), st.integers(0, 8))
    rows = st.lists(one, min_size=1, max_size=8, unique_by=meant)
    return rows.map(lambda found: [(verdict, ROWS[kind][verdict](number)) for verdict, number in found])


def keys(kind):
    return set(MODELS[kind].objects.values_list("pk", flat=True))


@pytest.mark.sampled(3)
@pytest.mark.in_turn
@pytest.mark.cpu(6)
@pytest.mark.parametrize("kind", ROWS)
def test_the_check_says_what_the_commit_does(kind):
    make_district()
    outcomes = Counter()

    @random_lists
    @given(lists(kind), st.booleans(), st.randoms(use_true_random=False))
    @example([("wrong", ROWS[kind]["wrong"](0))], False, Random(1))
    @example([("new", ROWS[kind]["new"](0)), ("wrong", ROWS[kind]["wrong"](1))], True, Random(1))
    def run(rows, only_right, chance):
        expected = dict(Counter(verdict for verdict, _ in rows))
        in_trial(lambda: assert_one_import(kind, [row for _, row in rows], expected, only_right, chance))
        outcomes[only_right or not REFUSED & set(expected)] += 1

    run()
    assert set(outcomes) == {True, False}


def assert_one_import(kind, rows, expected, only_right, chance):
    """Takes a list in, and compares what was told with what was done."""
    before, former = records(), keys(kind)
    found = take(kind, rows, check=True)
    assert (tally(found.batch), records()) == (expected, before)
    assert not ImportBatch.objects.exists()
    found = take(kind, rows, only_right=only_right)
    assert tally(found.batch) == expected
    is_wanted = only_right or not REFUSED & set(expected)
    assert found.is_written == is_wanted
    if not is_wanted:
        assert (records(), ImportBatch.objects.count(), ImportPart.objects.count()) == (before, 0, 0)
        return
    assert len(keys(kind) - former) == expected.get("new", 0)
    after, kept = records(), histories()
    assert_same_again(kind, rows, expected, after, kept)
    chance.shuffle(rows)
    assert_same_again(kind, rows, expected, after, kept)


def assert_same_again(kind, rows, expected, after, kept):
    """The same list changes nothing, in whatever order."""
    right = sum(count for verdict, count in expected.items() if verdict not in REFUSED)
    again = take(kind, rows, only_right=True)
    told = {"same": right} | {verdict: count for verdict, count in expected.items() if verdict in REFUSED}
    assert tally(again.batch) == {verdict: count for verdict, count in told.items() if count}
    assert (records(), histories()) == (after, kept)


NEW_CASE = {"姓名": "少年", "所在组织": BRANCH, "入库日期": "2017-02-01"}
TRACES = {
    "values of a person": (
        "members",
        plain(0, 身份证号=identity_number(0), 手机号码="13911111111", 离开日期="2018-01-01"),
        plain(0, 微信号="wx1"),
    ),
    "a person begun": ("members", member_row(1, 离开日期="2018-01-01"), member_row(1, 手机号码="13911111111")),
    "a branch left": (
        "members",
        plain(3, 所在团支部=OTHER_BRANCH, 离开日期="2018-01-01"),
        plain(3, 所在团支部=OTHER_BRANCH),
    ),
    "a claimed number": (
        "members",
        member_row(1, 发展团员编号="A1", 离开日期="2018-01-01"),
        member_row(2, 发展团员编号="A1"),
    ),
    "a name": (
        "units",
        {"单位名称": "旧单位0", "类别": "非公企业", "状态": "正常", "职工总数": 1, "青年数": 2},
        {"单位名称": "旧单位0", "类别": "非公企业", "状态": "正常"},
    ),
    "a link ended": (
        "links",
        {"团干部": "旧人四"} | old(1) | {"起始日期": "2017-01-10", "结束日期": "2016-01-10"},
        {"团干部": "旧人四"} | old(1) | {"起始日期": "2017-01-10", "备注": "改"},
    ),
    "a pairing": ("assisted", NEW_CASE | {"固定志愿者": "旧人一", "出库日期": "2017-01-01"}, NEW_CASE),
    "a pairing replaced": (
        "assisted",
        {
            "姓名": OLD[0],
            "身份证号": identity_number(0),
            "所在组织": BRANCH,
            "入库日期": "2017-01-05",
            "固定志愿者": "旧人二",
            "出库日期": "2017-01-01",
        },
        {"姓名": OLD[0], "身份证号": identity_number(0), "所在组织": BRANCH, "入库日期": "2017-01-05", "需求": "改"},
    ),
    "person-times": (
        "activities",
        {"活动名称": old_activity(0), "日期": "2017-04-08", "类型": "阳光体育", "主办组织": BRANCH, "人次": 2_000_000},
        {"活动名称": old_activity(0), "日期": "2017-04-08", "类型": "阳光体育", "主办组织": BRANCH, "地点": "河滨"},
    ),
}


@pytest.mark.sampled(3)
@pytest.mark.in_turn
@pytest.mark.parametrize(("kind", "wrong", "right"), TRACES.values(), ids=TRACES)
def test_a_wrong_row_leaves_no_trace_in_those_that_follow(kind, wrong, right):
    make_district()
    Pairing.objects.create(youth=AssistedYouth.objects.first(), volunteer=Volunteer.objects.first())
    alone = after(kind, [right])
    assert alone[0] in ({"new": 1}, {"changed": 1}, {"same": 1})
    for rows in ([wrong, right], [wrong, wrong, right], [right, wrong]):
        told, stored = after(kind, rows)
        refused = sum(told.pop(verdict, 0) for verdict in REFUSED)
        assert (told, refused) == (alone[0], len(rows) - 1)
        assert stored == alone[1]


def after(kind, rows):
    """What the check of a list tells, and what the database then holds; it is as before afterwards."""
    point = transaction.savepoint()
    found = take(kind, rows, only_right=True)
    stored = [values | dict.fromkeys(UNLIKE, None) for values in records().values()]
    transaction.savepoint_rollback(point)
    return tally(found.batch), sorted(map(str, stored))


# Keys, which differ from time to time.
UNLIKE = ("id", "seal", "person_id", "person_key", "student_key", "youth_key", "member_id", "youth_id", "volunteer_id")
