"""The ledger sheet 走访: visits of the fixed volunteer, planned and done."""

from datetime import date

import pytest

from assistance.models import Pairing, Visit
from tests.assistance.test_resources import BASE, again, case
from tests.workbooks import exported_rows, problems, take_in, tally

pytestmark = pytest.mark.django_db

PAIRED = BASE | {"帮扶对象": [case(固定志愿者="顾清")]}


def visit(**cells):
    """A visit's row."""
    return {"帮扶对象": "白露"} | cells


def test_visits_come_in_with_the_youths_whom_they_were_paid_and_go_out_again():
    rows = [
        visit(计划日期="2017-03-01", 走访日期="2017-03-04", 方式="入户", 走访情况="近况良好", 发现的需求="补课"),
        visit(走访日期="2017-04-04", 方式="电话"),
        visit(走访日期="2017-04-04", 方式="电话"),
        visit(计划日期="2017-05-01", 取消日期="2017-04-30", 取消原因="外出"),
    ]
    sheets = PAIRED | {"走访": rows}
    take_in(sheets)
    assert {one.pairing for one in Visit.objects.all()} == {Pairing.objects.get()}
    assert [(one.done_on, one.way, one.wishes) for one in Visit.objects.order_by("pk")[:2]] == [
        (date(2017, 3, 4), "visit", "补课"),
        (date(2017, 4, 4), "phone", ""),
    ]
    assert again(sheets)
    assert [row.get("走访情况") for row in exported_rows()["走访"]] == ["近况良好", None, None, None]


def test_a_row_that_says_when_a_planned_visit_was_done_completes_it():
    take_in(PAIRED | {"走访": [visit(计划日期="2017-03-01")]})
    report = take_in(PAIRED | {"走访": [visit(计划日期="2017-03-01", 走访日期="2017-03-04", 方式="线上")]})
    assert (tally(report)["走访"], Visit.objects.get().done_on) == ((0, 1, 0), date(2017, 3, 4))


@pytest.mark.parametrize(
    ("cells", "heading", "expected"),
    [
        ({"方式": "电话"}, "走访日期", "计划日期或走访日期"),
        ({"走访日期": "2017-01-04", "方式": "电话"}, "走访日期", "不早于结对日期（2017-01-05）的日期"),
        ({"走访日期": "2017-03-04"}, "方式", "走访入户、电话、面对面或线上"),
        ({"计划日期": "2017-03-04", "取消日期": "2017-03-01"}, "取消原因", "取消的原因"),
    ],
)
def test_a_wrong_row_names_its_cell(cells, heading, expected):
    found = problems(PAIRED | {"走访": [visit(**cells)]})
    assert [(sheet, head, said) for sheet, _, head, _, said, _ in found] == [("走访", heading, expected)]


def test_a_youth_without_a_fixed_volunteer_has_no_visits():
    found = problems(BASE | {"帮扶对象": [case()], "走访": [visit(计划日期="2017-03-01")]})
    assert [(head, said) for _, _, head, _, said, _ in found] == [("帮扶对象", "有固定志愿者的帮扶对象")]


def test_a_visit_after_another_volunteer_was_fixed_belongs_to_the_new_pairing():
    take_in(PAIRED)
    sheets = BASE | {"帮扶对象": [case(固定志愿者="陆远")]}
    take_in(sheets | {"走访": [visit(走访日期="2017-02-01", 方式="电话")]})
    assert str(Visit.objects.get().pairing.volunteer) == "顾清"
