"""The base of all sheets: columns from model fields, names shared by sheets, and bulk writes."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orgs.models import Supply, Unit, UnitContact
from orgs.resources import UnitResource
from tests.factories import make_organisation, make_unit
from tests.rosters import tally, written
from tests.workbooks import TODAY
from yl_district.importing.check import RowCheck
from yl_district.importing.stage import Stage
from yl_district.sheets.cells import CellError
from yl_district.sheets.choice_widgets import ChoiceWidget, YesNoWidget
from yl_district.sheets.columns import Book, RecordNameColumn, column
from yl_district.sheets.date_widgets import DayWidget
from yl_district.sheets.number_widgets import IntegerWidget, YearWidget
from yl_district.sheets.problems import problem_at
from yl_district.sheets.resource import SheetResource
from yl_district.sheets.text_widgets import CodeWidget, TextWidget

pytestmark = pytest.mark.both


@pytest.mark.parametrize(
    ("model", "name", "widget", "choices"),
    [
        (Unit, "name", TextWidget, ()),
        (Unit, "credit_code", CodeWidget, ()),
        (Unit, "status", ChoiceWidget, ("正常", "迁址", "注销", "联系不上")),
        (Unit, "has_party_branch", YesNoWidget, ("是", "否")),
        (Unit, "employees", IntegerWidget, ()),
        (Unit, "task_year", YearWidget, ()),
        (Unit, "status_on", DayWidget, ()),
        (Unit, "remark", TextWidget, ()),
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
    book = Book(TODAY, sheets=["两新组织"])
    book.fail("两新组织", "清 和科技", 7)
    answers = {}
    for name in ("清和科技", "唯美餐饮"):
        with pytest.raises(CellError) as refused:
            RecordNameColumn("单位名称", "unit", Unit, "两新组织").resolve(book, name)
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
def test_a_fault_in_the_program_is_no_error_of_a_row():
    class Faulty(UnitResource):
        def find(self, row):
            raise ZeroDivisionError

    checking = RowCheck(Faulty(Book(TODAY)), Stage())
    with pytest.raises(ZeroDivisionError):
        checking.outcome((0, 1), "两新组织", 2, {"单位名称": "清和科技", "类别": "非公企业", "状态": "正常"})


@pytest.mark.django_db
def test_happenings_are_told_by_all_their_cells():
    unit = make_unit("清和科技")
    row = {"单位名称": "清和科技", "日期": "2017-06-01", "方式": "电话", "内容": "慰问"}
    written("unit_contacts", [row])
    batch = written("unit_contacts", [row, row, row | {"内容": "回访"}])
    assert tally(batch) == {"new": 2, "same": 1}
    contents = UnitContact.objects.filter(unit=unit).order_by("pk").values_list("content", flat=True)
    assert list(contents) == ["慰问", "慰问", "回访"]


@pytest.mark.django_db
def test_rows_are_stored_in_the_order_of_the_sheet():
    make_organisation("地区团工委")
    issued = {"日期": "2017-05-04", "组织": "地区团工委", "数量": 1}
    written("supplies", [issued | {"物资": item} for item in ["团徽", "团旗", "奖状"]])
    assert list(Supply.objects.order_by("pk").values_list("item", flat=True)) == ["团徽", "团旗", "奖状"]


NO_WAY_BACK = {
    "neither natural key nor stored records": {"sheet": "甲", "columns": [column(Unit, "name")]},
    "no stored records": {"sheet": "甲", "columns": [column(Unit, "name")], "known_by": ("单位名称",)},
    "a natural key of no column": {
        "sheet": "甲",
        "columns": [column(Unit, "name")],
        "known_by": ("名称",),
        "load": lambda self: None,
    },
}


@pytest.mark.parametrize("said", NO_WAY_BACK.values(), ids=NO_WAY_BACK)
def test_a_resource_that_does_not_say_how_it_knows_its_records_again_is_none(said):
    with pytest.raises(TypeError, match="known_by"):
        type("Forgetful", (SheetResource,), {**said, "Meta": type("Meta", (SheetResource.Meta,), {"model": Unit})})
