"""The first steps of an import: storing the rows of a file."""

import pytest
from django.db import connection

from yl_district.importing.models import ImportBatch, ImportPart
from yl_district.importing.steps import SHOWN_AT_ONCE, keep_file, read_file
from yl_district.spreadsheets.limits import PART_ROWS
from yl_district.spreadsheets.workbooks import SheetPart, UnreadableWorkbook

pytestmark = pytest.mark.both


def rows(first, count):
    """`count` rows of one cell each."""
    return [[f"第{number}行"] for number in range(first, first + count)]


def kept(parts):
    """(sheet, first row, rows) of each part stored for these, in order."""
    batch = ImportBatch(kind="members", file_name="a.xlsx")
    keep_file(batch, read_file(parts))
    return [(part.sheet, part.first_row, part.rows) for part in batch.parts.order_by("number")]


@pytest.mark.django_db
def test_a_long_sheet_begins_with_a_short_part_so_that_its_first_rows_are_soon_checked():
    long = SheetPart(0, "团员", (), 0, rows(0, PART_ROWS))
    rest = SheetPart(0, "团员", (), PART_ROWS, rows(PART_ROWS, 3))
    assert kept([long, rest]) == [
        (0, 0, rows(0, SHOWN_AT_ONCE)),
        (0, SHOWN_AT_ONCE, rows(SHOWN_AT_ONCE, PART_ROWS - SHOWN_AT_ONCE)),
        (0, PART_ROWS, rows(PART_ROWS, 3)),
    ]


@pytest.mark.django_db
def test_a_short_sheet_is_kept_in_one_part():
    assert kept([SheetPart(0, "团员", (), 0, rows(0, 3))]) == [(0, 0, rows(0, 3))]


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_the_file_is_read():
    found = []

    def reading():
        for number in range(3):
            found.append(connection.in_atomic_block)
            yield SheetPart(number, "团员", (), 0, rows(0, 1))

    kept(reading())
    assert found == [False, False, False]


@pytest.mark.django_db
def test_of_a_file_that_cannot_be_read_to_its_end_nothing_is_kept():
    def breaking_off():
        yield SheetPart(0, "团员", (), 0, rows(0, 1))
        raise UnreadableWorkbook("损坏的工作簿", "工作簿", "请重新保存")

    with pytest.raises(UnreadableWorkbook):
        kept(breaking_off())
    assert (ImportBatch.objects.count(), ImportPart.objects.count()) == (0, 0)


@pytest.mark.django_db
def test_control_characters_in_the_name_of_a_sheet_are_left_out():
    batch = ImportBatch(kind="members", file_name="a.xlsx")
    keep_file(batch, read_file([SheetPart(0, "花\x00名\x1f册", (), 0, rows(0, 2))]))
    assert [sheet["name"] for sheet in ImportBatch.objects.get().sheets] == ["花名册"]
