"""The machinery under every sheet: columns from model fields, names shared by sheets, and writing in bulk."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orgs.models import Organisation, Supply, Unit, UnitContact
from orgs.resources import SupplyResource, UnitContactResource, UnitResource
from tests.factories import make_organisation, make_unit
from tests.workbooks import TODAY
from yl_district import cells
from yl_district.bulk_records import update_stored
from yl_district.cells import CellError
from yl_district.columns import Book, Named, column
from yl_district.problems import problem_at
from yl_district.sheet_taking import take_in

pytestmark = pytest.mark.both

UNIT_HEADINGS = ["单位名称", "类别", "状态"]


@pytest.mark.parametrize(
    ("model", "name", "widget", "choices"),
    [
        (Unit, "name", cells.TextWidget, ()),
        (Unit, "credit_code", cells.CodeWidget, ()),
        (Unit, "status", cells.ChoiceWidget, ("正常", "迁址", "注销", "联系不上")),
        (Unit, "has_party_branch", cells.YesNoWidget, ("是", "否")),
        (Unit, "employees", cells.IntegerWidget, ()),
        (Unit, "task_year", cells.YearWidget, ()),
        (Unit, "status_on", cells.DayWidget, ()),
        (Unit, "remark", cells.TextWidget, ()),
    ],
)
def test_a_column_takes_heading_widget_and_choices_from_its_field(model, name, widget, choices):
    made = column(model, name)
    assert (made.column_name, type(made.widget), made.choices) == (
        model._meta.get_field(name).verbose_name,
        widget,
        choices,
    )


def test_a_text_is_as_long_as_its_field_and_has_lines_where_the_field_has_them():
    name, remark = column(Unit, "name").widget, column(Unit, "remark").widget
    assert (name.max_length, name.has_lines, remark.has_lines) == (100, False, True)


@pytest.mark.django_db
def test_a_book_reads_each_kind_once():
    make_unit("清和科技")
    book = Book(TODAY)
    with CaptureQueriesContext(connection) as captured:
        known = [book.refer(Unit, "清和科技", "两新组织") for _ in range(3)]
    assert len(captured) == 1
    assert known[0] is known[1] is known[2]


@pytest.mark.django_db
def test_a_name_that_fits_nobody_is_answered_by_where_it_could_come_from():
    book = Book(TODAY)
    book.fail("两新组织", "清 和科技", 7)
    answers = {}
    for name in ("清和科技", "唯美餐饮"):
        with pytest.raises(CellError) as refused:
            Named("单位名称", "unit", Unit, "两新组织").resolve(book, name)
        answers[name] = refused.value.remedy
    assert answers == {
        "清和科技": "该名称在《两新组织》第 7 行，那一行有误，请先改正那一行",
        "唯美餐饮": "请核对名称，或先在《两新组织》表中加入",
    }


def test_two_rows_that_claim_different_values_of_one_record_contradict_each_other():
    book, unit = Book(TODAY), Unit()
    book.claim(unit, "name", "甲", ("两新组织", 2))
    book.claim(unit, "name", "甲", ("两新联络", 3))
    with pytest.raises(CellError) as refused:
        book.claim(unit, "name", "乙", ("两新联络", 4))
    assert refused.value.expected == "与《两新组织》第 2 行一致的“甲”"


def test_a_problem_quotes_its_cell():
    assert problem_at("团员", 2, "性别", 1.0, "男", "改正").as_dict() == {
        "sheet": "团员",
        "row": 2,
        "column": "性别",
        "found": "1",
        "expected": "男",
        "remedy": "改正",
    }


@pytest.mark.django_db
def test_one_sheet_is_taken_in_by_its_resource():
    rows = [(5, ["清和科技", "非公企业", "正常"]), (9, ["唯美餐饮", "非公企业", "停业"])]
    report = take_in(UnitResource(Book(TODAY)), UNIT_HEADINGS, rows)
    assert (report.new, [(one.row, one.column) for one in report.errors]) == (1, [(9, "状态")])
    assert Unit.objects.get().name == "清和科技"


@pytest.mark.django_db
def test_a_fault_in_the_program_is_no_error_of_a_row():
    class Faulty(UnitResource):
        def find(self, row):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        take_in(Faulty(Book(TODAY)), UNIT_HEADINGS, [(2, ["清和科技", "非公企业", "正常"])])


@pytest.mark.django_db
def test_happenings_are_told_by_all_their_cells():
    unit = make_unit("清和科技")
    headings, row = ["单位名称", "日期", "方式", "内容"], ["清和科技", "2017-06-01", "电话", "慰问"]
    other = [*row[:3], "回访"]
    take_in(UnitContactResource(Book(TODAY)), headings, [(2, row)])
    report = take_in(UnitContactResource(Book(TODAY)), headings, [(2, row), (3, row), (4, other)])
    assert (report.new, report.same) == (2, 1)
    assert list(UnitContact.objects.filter(unit=unit).order_by("pk").values_list("content", flat=True)) == [
        "慰问",
        "慰问",
        "回访",
    ]


@pytest.mark.django_db
def test_stored_records_are_updated_in_named_fields_and_search_column_only():
    units = [make_unit(f"清和科技{number}", address="原址") for number in range(3)]
    for unit in units:
        unit.name, unit.address = unit.name.replace("科技", "智能"), "别处"
    with CaptureQueriesContext(connection) as captured:
        update_stored(units, {"name"})
    assert len(captured) == 2  # the records and their history
    assert list(Unit.objects.values_list("name", "search_text", "address")) == [
        (f"清和智能{number}", f"清和智能{number} qinghezhineng qhzn", "原址") for number in range(3)
    ]


@pytest.mark.django_db
def test_rows_are_stored_in_the_order_of_the_sheet():
    make_organisation("地区团工委")
    rows = [(number, ["2017-05-04", "地区团工委", item, 1]) for number, item in enumerate(["团徽", "团旗", "奖状"], 2)]
    take_in(SupplyResource(Book(TODAY)), ["日期", "组织", "物资", "数量"], rows)
    assert list(Supply.objects.order_by("pk").values_list("item", flat=True)) == ["团徽", "团旗", "奖状"]
    assert Organisation.objects.count() == 1
