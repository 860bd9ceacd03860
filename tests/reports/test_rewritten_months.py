"""Months of our own export that Excel has rewritten are read where these are stored, and refused elsewhere."""

import csv
import io
from datetime import date, timedelta

import pytest
import xlsxwriter
from django.utils import timezone

from members.models import Member
from reports.ledger.kinds import KINDS
from tests.factories import make_member, make_person
from tests.made_once import made_once
from tests.reports.test_import_marks import exported
from tests.rosters import BRANCH, make_branches, take, tally
from yl_district.importing.check import CHANGED, SAME, WRONG, RowCheck
from yl_district.importing.kinds import noted_book
from yl_district.importing.stage import Stage
from yl_district.pages.list_exports import marked_rows
from yl_district.sheets.columns import Book
from yl_district.sheets.day_texts import rewritten_month
from yl_district.sheets.export_marks import HEADING

pytestmark = pytest.mark.django_db


@made_once
def member():
    """A member who joined in May 2016, and whose birth is known to the month."""
    person = make_person("章程", gender="F", birth_date="1999-05", mobile="13800138000")
    branches = make_branches()
    return make_member(
        branch=branches[BRANCH], person=person, joined_league_on=date(2016, 5, 1), enrolled_on=date(2005, 1, 1)
    )


def exported_rows(**changed):
    """The rows of the export by heading, with other cells."""
    resource, moment = KINDS["members"].resource(book()), timezone.now() + timedelta(seconds=1)
    lines = marked_rows(resource, Member.objects.order_by("pk"), moment)
    return [dict(zip([*resource.fields, HEADING], cells, strict=True)) | changed for cells in lines]


def book():
    return noted_book(Book(timezone.localdate(), sheets=["团员"]))


def checked(rows):
    """What a check finds rows to be."""
    check = RowCheck(KINDS["members"].resource(book()), Stage())
    return [check.outcome((0, number), "团员", number, row) for number, row in enumerate(rows, 2)]


def outcome(**changed):
    """What a check finds the exported row with other cells to be, and its errors as (column, found, remedy)."""
    (found,) = checked(exported_rows(**changed))
    return found.tag, [(one.column, one.found, one.remedy) for one in found.problems]


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        *(("入团年月", cell) for cell in ("May-16", "16-May", date(2016, 5, 1), "2016年5月")),
        *(("入学年月", cell) for cell in ("Jan-05", "5-Jan", "05-Jan")),
        *(("出生日期", cell) for cell in ("May-99", "99-May", date(1999, 5, 1))),
    ],
)
def test_a_month_that_excel_has_rewritten_is_the_stored_one(member, column, cell):
    assert outcome(**{column: cell}) == (SAME, [])


@pytest.mark.parametrize(
    ("column", "cell", "written"),
    [
        ("入团年月", "May-17", "2017-05"),
        ("入团年月", "16-Jun", "2016-06"),
        ("出生日期", "May-98", "1998-05"),
        ("出生日期", "16-May", "2016-05"),
    ],
)
def test_another_month_is_refused_with_how_to_write_it(member, column, cell, written):
    remedy = f"可能是 Excel 改写的年月，请把该列设为文本格式，重新写成 {written} 的样子"
    assert outcome(**{column: cell}) == (WRONG, [(column, cell, remedy)])


def test_without_its_mark_no_rewritten_month_is_guessed(member):
    tag, errors = outcome(入团年月="May-16", **{HEADING: None})
    assert (tag, [one[:2] for one in errors]) == (WRONG, [("入团年月", "May-16")])


def test_a_day_is_no_rewritten_month(member):
    """A birth that is known to the day is corrected by another, and by no month."""
    member.person.birth_date = date(1999, 5, 2)
    member.person.save()
    assert outcome(出生日期="May-99")[0] == WRONG
    assert outcome(出生日期=date(1999, 5, 1))[0] == CHANGED


def test_what_one_row_means_is_not_taken_for_the_next(member):
    """The cells are equal, and only one of the rows had this month before."""
    person = make_person("章远", gender="F", birth_date="1998-04", mobile="13800138001")
    make_member(branch=member.branch, person=person, joined_league_on=date(2011, 9, 1))
    rows = exported_rows(入团年月="May-16")
    assert [one.tag for one in checked(dict(row) for row in rows)] == [SAME, WRONG]
    assert [one.tag for one in checked(rows[::-1])] == [WRONG, SAME]


def test_a_text_file_that_excel_has_saved_is_the_same(member):
    lines = list(csv.reader(io.StringIO(exported("members", "csv").decode("utf-8-sig"))))
    assert lines[1].count("2016-05") == 1
    again = [
        [{"2016-05": "May-16", "2005-01": "Jan-05", "1999-05": "May-99"}.get(cell, cell) for cell in line]
        for line in lines
    ]
    stream = io.StringIO()
    csv.writer(stream).writerows(again)
    found = take("members", stream.getvalue().encode("gb18030"), name="团员.csv")
    assert (tally(found.batch), found.errors) == ({"same": 1}, [])


def test_a_workbook_in_which_excel_shows_the_months_as_dates_is_the_same(member):
    (row,) = exported_rows()
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as workbook:
        page, shown = workbook.add_worksheet("团员"), workbook.add_format({"num_format": "mmm-yy"})
        page.write_row(0, 0, row)
        page.write_row(1, 0, row.values())
        for heading in ("入团年月", "入学年月", "出生日期"):
            year, month = map(int, row[heading].split("-"))
            page.write_datetime(1, [*row].index(heading), date(year, month, 1), shown)
    found = take("members", stream.getvalue())
    assert (tally(found.batch), found.errors, found.pending) == ({"same": 1}, [], [])


def test_each_month_is_known_again_in_both_ways():
    for year in (1930, 1999, 2000, 2005, 2029):
        for month, name in enumerate("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), 1):
            for text in (f"{name}-{year % 100:02}", f"{year % 100}-{name}", f"{year % 100:02}-{name}"):
                found = rewritten_month(text)
                assert found.may_be(year, month)
                assert not found.may_be(year + 1, month)
                assert not found.may_be(year, month % 12 + 1)
    assert [rewritten_month(text) for text in ("Mai-16", "May-2016", "May 16", "16-5", "May-6", "-May")] == [None] * 6
