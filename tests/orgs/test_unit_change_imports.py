"""Changes of two-new organisations in ledgers: by their own sheet, and by what a unit's row says of its state."""

from datetime import date

import pytest

from orgs.models import Unit, UnitChange
from tests.factories import make_unit, make_unit_change, make_user
from tests.reports.test_import_undo import undone
from tests.rosters import make_branches, records, written
from tests.workbooks import TODAY, exported, problems, take_in, tally

pytestmark = pytest.mark.django_db

NAME, UNITS, CHANGES, UNLISTED = "清和科技有限公司", "两新组织", "两新变更", "不再列为区级联系点"
MARCH, MAY = date(2017, 3, 1), date(2017, 5, 1)


def unit_row(**cells):
    """The row of a unit."""
    return {"单位名称": NAME, "类别": "非公企业", "状态": "正常"} | cells


def change_row(day, kind, **cells):
    """The row of a change."""
    return {"单位名称": NAME, "日期": day, "事项": kind} | cells


def spans():
    """All changes as (kind, day, day of the next of its line)."""
    return [(one.kind, one.happened_on, one.ended_on) for one in UnitChange.objects.in_order()]


def state():
    """What the unit itself says."""
    return Unit.objects.values_list("status", "status_on", "is_contact_point").get()


# The sheet 两新变更


def test_changes_come_in_any_order_with_their_unit():
    rows = [
        change_row("2018-02-01", "不再列为区级联系点"),
        change_row("2017-05-01", "注销", 备注="吊销后注销"),
        change_row("2017-03-01", "迁址"),
        change_row("2017-01-01", "列为区级联系点"),
    ]
    row = unit_row(状态="注销", 状态日期="2017-05-01", 区级联系点="否")
    assert tally(take_in({UNITS: [row], CHANGES: rows})) == {UNITS: (1, 0, 0), CHANGES: (4, 0, 0)}
    assert spans() == [
        ("listed", date(2017, 1, 1), date(2018, 2, 1)),
        ("moved", MARCH, MAY),
        ("deregistered", MAY, None),
        ("unlisted", date(2018, 2, 1), None),
    ]
    assert state() == ("deregistered", MAY, False)


def test_a_list_of_changes_alone_tells_the_state_of_its_units():
    unit = make_unit(NAME)
    written("unit_changes", [change_row("2017-03-01", "联系不上"), change_row("2017-05-01", "恢复联系")])
    assert (state(), spans()) == (("normal", MAY, None), [("unreachable", MARCH, MAY), ("reachable", MAY, None)])
    written("unit_changes", [change_row("2017-05-01", "恢复联系", 备注="新电话")])
    assert unit.changes.get(kind="reachable").remark == "新电话"


@pytest.mark.cpu(4)
def test_the_whole_ledger_with_changes_comes_back_the_same():
    ended = make_unit(NAME, is_contact_point=True)
    make_unit_change(ended, "unlisted", happened_on=MAY)
    gone = make_unit("春晖软件有限公司", status="unreachable", is_contact_point=True)
    make_unit_change(gone, "reachable", happened_on=MARCH)
    make_unit_change(gone, "moved", happened_on=MAY)
    make_unit("望湖餐饮有限公司", status="unreachable", is_contact_point=True)
    said = sorted((one.unit.name, one.kind, one.happened_on, one.ended_on) for one in UnitChange.objects.all())
    ledger = exported()
    assert tally(take_in(ledger))[CHANGES] == (0, 0, 5)
    UnitChange.objects.all().delete()
    Unit.objects.all().delete()
    assert tally(take_in(ledger))[CHANGES] == (5, 0, 0)
    again = sorted((one.unit.name, one.kind, one.happened_on, one.ended_on) for one in UnitChange.objects.all())
    assert again == said
    assert tally(take_in(ledger)) == tally(take_in(exported()))


def test_the_export_of_a_year_keeps_every_change_so_that_it_agrees_with_the_units():
    make_unit_change(make_unit(NAME), "moved", happened_on=MARCH)
    written("unit_changes", [change_row("2018-02-01", "注销")])
    assert tally(take_in(exported(2017)))[CHANGES] == (0, 0, 2)


# What a unit's row says


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({}, []),
        ({"状态": "注销", "状态日期": "2017-05-01"}, [("deregistered", MAY, None)]),
        ({"状态": "联系不上"}, [("unreachable", None, None)]),
        ({"区级联系点": "是"}, [("listed", None, None)]),
        ({"区级联系点": "是", "建团日期": "2017-03-01"}, [("listed", MARCH, None)]),
        ({"区级联系点": "否"}, []),
    ],
)
def test_the_state_of_a_new_unit_holds_since_its_record_began(cells, expected):
    take_in({UNITS: [unit_row(**cells)]})
    assert spans() == expected
    assert tally(take_in({UNITS: [unit_row(**cells)]})) == {UNITS: (0, 0, 1)}


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"状态": "注销", "状态日期": "2017-05-01"}, [("unreachable", MARCH, MAY), ("deregistered", MAY, None)]),
        ({"状态": "正常"}, [("unreachable", MARCH, TODAY), ("reachable", TODAY, None)]),
        ({"状态": "联系不上", "状态日期": "2017-05-01"}, [("unreachable", MAY, None)]),
        ({"状态": "联系不上"}, [("unreachable", MARCH, None)]),
        ({"状态": "联系不上", "区级联系点": "是"}, [("unreachable", MARCH, None), ("listed", TODAY, None)]),
    ],
)
def test_a_changed_state_of_a_known_unit_adds_a_change_or_corrects_the_day_of_the_last(cells, expected):
    make_unit_change(make_unit(NAME), "unreachable", happened_on=MARCH)
    assert take_in({UNITS: [unit_row(**cells)]}).errors == []
    assert spans() == expected


def test_a_contact_point_that_a_later_file_no_longer_names_was_one_until_then():
    take_in({UNITS: [unit_row(区级联系点="是")]})
    take_in({UNITS: [unit_row(区级联系点="否")]})
    assert spans() == [("listed", None, TODAY), ("unlisted", TODAY, None)]


# Contradictions


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("unit", "changes", "problem"),
    [
        (
            {"状态": "注销", "状态日期": "2017-05-01"},
            [("2017-03-01", "迁址")],
            (UNITS, 2, "状态", "注销", "与最后一项变更一致的“迁址”"),
        ),
        (
            {"状态": "迁址", "状态日期": "2017-05-01"},
            [("2017-03-01", "迁址")],
            (UNITS, 2, "状态日期", "2017-05-01", "与最后一项变更一致的“2017-03-01”"),
        ),
        (
            {"区级联系点": "是"},
            [("2017-03-01", "列为区级联系点"), ("2017-05-01", "不再列为区级联系点")],
            (UNITS, 2, "区级联系点", "是", "与最后一项变更一致的“否”"),
        ),
        (
            {"状态": "注销", "状态日期": "2017-03-01"},
            [("2017-03-01", "迁址"), ("2017-03-01", "注销")],
            (CHANGES, 3, "日期", "2017-03-01", "同一单位同一天只有一项这类变更（当日已登记迁址）"),
        ),
        (
            {},
            [("2017-03-01", "恢复联系")],
            (CHANGES, 2, "事项", "恢复联系", "恢复联系之前为联系不上的单位（当时为正常）"),
        ),
        (
            {},
            [("2017-03-01", "不再列为区级联系点")],
            (
                CHANGES,
                2,
                "事项",
                "不再列为区级联系点",
                "不再列为区级联系点之前为区级联系点的单位（当时为非区级联系点）",
            ),
        ),
        (
            {"建团日期": "2017-05-01"},
            [("2017-03-01", "列为区级联系点")],
            (CHANGES, 2, "日期", "2017-03-01", "不早于建团日期（2017-05-01）的日期"),
        ),
        ({}, [(None, "迁址")], (CHANGES, 2, "日期", "（空）", "必填内容")),
        ({}, [(None, "列为区级联系点")], (CHANGES, 2, "日期", "（空）", "必填内容")),
        ({"状态": "注销"}, [], (UNITS, 2, "状态日期", "（空）", "状态为注销时填写状态日期")),
    ],
)
def test_a_contradiction_is_an_error_of_its_row(unit, changes, problem):
    sheets = {UNITS: [unit_row(**unit)]}
    if changes:
        sheets[CHANGES] = [change_row(*change) for change in changes]
    assert problem in [found[:5] for found in problems(sheets)]


@pytest.mark.parametrize(
    ("cells", "column", "expected"),
    [
        ({"状态": "迁址", "状态日期": "2017-03-01"}, "状态日期", "不早于最后一次变更（2017-05-01 注销）的日期"),
        ({"状态": "正常"}, "状态", "恢复联系之前为联系不上的单位（当时为注销）"),
    ],
)
def test_a_unit_row_that_cannot_follow_from_what_is_known_is_refused(cells, column, expected):
    make_unit_change(make_unit(NAME), "deregistered", happened_on=MAY)
    [found] = problems({UNITS: [unit_row(**cells)]})
    assert (found[2], found[4]) == (column, expected)


def test_a_row_before_a_known_change_is_taken_where_that_still_follows_and_else_refused():
    make_unit_change(make_unit(NAME), "deregistered", happened_on=MAY)
    assert tally(take_in({CHANGES: [change_row("2017-03-01", "迁址")]}, check=True)) == {CHANGES: (1, 0, 0)}
    rows = [change_row("2017-03-01", "联系不上"), change_row("2017-04-01", "恢复联系")]
    assert tally(take_in({CHANGES: rows}, check=True)) == {CHANGES: (2, 0, 0)}
    make_unit_change(Unit.objects.get(), "listed", happened_on=MAY)
    [found] = problems({CHANGES: [change_row("2017-03-01", "列为区级联系点")]})
    assert found[2:5] == ("事项", "列为区级联系点", "能与其后 2017-05-01 的列为区级联系点衔接的事项")


# Taken back


@pytest.mark.sampled(2)
@pytest.mark.in_turn
@pytest.mark.parametrize(
    ("kind", "rows"),
    [
        ("units", [unit_row(状态="注销", 状态日期="2017-05-01", 区级联系点="否")]),
        ("units", [unit_row(状态="联系不上", 状态日期="2017-05-01", 区级联系点="否")]),
        ("unit_changes", [change_row("2017-05-01", "注销"), change_row("2017-05-01", "不再列为区级联系点")]),
    ],
)
def test_an_import_of_changed_states_is_taken_back_without_a_trace(kind, rows):
    user = make_user("经办人", make_branches()["清河地区团工委"])
    make_unit_change(make_unit(NAME, is_contact_point=True), "unreachable", happened_on=MARCH)
    before = records()
    batch = written(kind, rows)
    assert records() != before
    undone(batch, user)
    assert records() == before


# Stages, recommendations and verifications


def test_stages_recommendations_and_verifications_come_with_way_and_by_whom():
    rows = [
        change_row("2017-01-01", "列为候选", 经办人="林知秋"),
        change_row("2017-03-01", "开始筹备"),
        change_row("2017-03-01", "核实", 方式="见面", 经办人="陆远"),
        change_row("2017-05-01", "推荐为区级联系点", 备注="活动经常"),
    ]
    found = take_in({UNITS: [unit_row(建团日期="2017-03-01", 团组织形式="单独组建")], CHANGES: rows})
    assert tally(found) == {UNITS: (1, 0, 0), CHANGES: (4, 0, 0)}
    told = UnitChange.objects.in_order().values_list("kind", "way", "handled_by", "remark")
    assert sorted(told) == [
        ("candidate", "", "林知秋", ""),
        ("preparing", "", "", ""),
        ("recommended", "", "", "活动经常"),
        ("verified", "meeting", "陆远", ""),
    ]
    unit = Unit.objects.get()
    assert (unit.verified_on, unit.is_contact_point) == (MARCH, False)


def test_the_last_verification_of_a_units_row_is_a_verification_once():
    for _ in range(2):
        take_in({UNITS: [unit_row(最近核实日期="2017-03-01")]})
    assert spans() == [("verified", MARCH, None)]
    take_in({UNITS: [unit_row(最近核实日期="2017-05-01")]})
    assert spans() == [("verified", MARCH, MAY), ("verified", MAY, None)]
    assert Unit.objects.get().verified_on == MAY


@pytest.mark.parametrize(
    ("row", "heading", "expected"),
    [
        ({"最近核实日期": "2017-03-01"}, "最近核实日期", "不早于最近一次核实（2017-05-01）的日期"),
        ({"建团日期": "2017-03-01", "团组织形式": "单独组建"}, "建团日期", "不早于开始筹备（2017-05-01）的建团日期"),
    ],
)
def test_what_a_units_row_says_does_not_precede_its_changes(row, heading, expected):
    unit = make_unit(NAME, verified_on=MAY)
    make_unit_change(unit, "preparing", happened_on=MAY)
    (found,) = problems({UNITS: [unit_row(**row)]})
    assert (found[2], expected in found[4]) == (heading, True)


def test_a_recommended_unit_is_listed_by_its_row():
    make_unit_change(make_unit(NAME), "recommended", happened_on=MARCH)
    take_in({UNITS: [unit_row(区级联系点="否")]})
    assert spans() == [("recommended", MARCH, None)]
    take_in({UNITS: [unit_row(区级联系点="是")]})
    assert spans() == [("recommended", MARCH, TODAY), ("listed", TODAY, None)]


def test_an_import_of_verifications_is_taken_back_without_a_trace():
    user = make_user("经办人", make_branches()["清河地区团工委"])
    make_unit(NAME, verified_on=MARCH)
    before = records()
    for kind, rows in [
        ("units", [unit_row(最近核实日期="2017-05-01")]),
        ("unit_changes", [change_row("2017-05-01", "核实"), change_row("2017-05-01", "列为候选")]),
    ]:
        batch = written(kind, rows)
        assert records() != before
        undone(batch, user)
        assert records() == before
