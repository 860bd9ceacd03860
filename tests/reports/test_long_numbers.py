"""Numbers that have lost their last digits are refused in every column of every kind of list."""

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from members.models import Member
from tests.reports.test_import_marks import exported
from tests.rosters import BRANCH, make_branches, problems, take, tally, written
from yl_district.importing.kinds import import_kinds
from yl_district.sheets.cells import CellError
from yl_district.sheets.columns import Book
from yl_district.sheets.lost_digits import is_rounded

COLUMNS = [(kind.resource, item) for kind in import_kinds().kinds for item in kind.resource.columns]
LONG_NUMBERS = st.integers(10**15, 10**30)
SHOWN_BY_EXCEL = st.from_regex(r"[1-9](\.[0-9]{1,14})?E\+[1-9][0-9]", fullmatch=True)


def is_read(resource, item, cell, without_types):
    """Whether a column reads a cell."""
    sheet = resource(Book(date(2018, 3, 1)))
    sheet.without_types = without_types
    try:
        sheet.read(item.column_name, item, cell, {})
    except CellError:
        return False
    return True


@pytest.mark.cpu(4)
@given(LONG_NUMBERS, SHOWN_BY_EXCEL)
@example(110105123456789000, "2.01601E+11")
@example(10**15, "1E+15")
@example(1234567890123456, " 1.10105e+14 ")
@example(16512399001 * 10**6, "１．１０１０５Ｅ＋１４")
def test_a_number_that_has_lost_digits_is_read_in_no_column_of_any_kind(number, shown):
    cells = [(number, False), (float(number), False), (-float(number), False), (shown, False), (shown, True)]
    read = [
        (resource.sheet, item.column_name, cell)
        for resource, item in COLUMNS
        for cell, without_types in cells
        if is_read(resource, item, cell, without_types)
    ]
    assert read == []


@pytest.mark.parametrize(
    "text", ["2E12", "3E5", "E座+12", "5E", "100000000000000000", "1.5E", "A1E+15", "15E+1", "1e5室"]
)
def test_a_text_that_no_rounded_number_is_shown_as_is_none(text):
    assert not is_rounded(text)


@pytest.mark.parametrize("number", [999_999_999_999_999, 16512399001, 0, -5, 2.5, True])
def test_a_number_with_all_its_digits_is_taken(number):
    assert not is_rounded(number)


@pytest.mark.django_db
def test_a_list_says_which_codes_have_lost_digits():
    make_branches()
    row = {"姓名": "步安", "性别": "男", "出生日期": "2001-01-01", "入团年月": "2016-05", "所在团支部": BRANCH}
    lost = {"发展团员编号": "2.01601E+11", "志愿者编号": 1101051234567890, "微信号": "1.65124E+10"}
    remedy = "Excel 只保留 15 位有效数字，或只显示前几位，末几位已经丢失：请把该列设为文本格式，对照原件重新输入"
    assert problems(take("members", [row | lost])) == [
        ("团员", 2, column, found, "文本格式的完整号码或文字", remedy)
        for column, found in [
            ("微信号", "1.65124E+10"),
            ("发展团员编号", "2.01601E+11"),
            ("志愿者编号", "1101051234567890"),
        ]
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("format", ["xlsx", "csv"])
def test_what_was_stored_before_is_taken_again_from_its_own_export_but_nowhere_else(format):
    make_branches()
    row = {"姓名": "步安", "性别": "男", "出生日期": "2001-01-01", "入团年月": "2016-05", "所在团支部": BRANCH}
    written("members", [row])
    Member.objects.update(volunteer_no="1.10105E+14")
    data = exported("members", format)
    found = take("members", data, f"团员.{format}")
    assert (problems(found), tally(found.batch)) == ([], {"same": 1})
    Member.objects.update(volunteer_no="110105123456789")
    assert [one.column for one in take("members", data, f"团员.{format}").errors] == ["志愿者编号"]
