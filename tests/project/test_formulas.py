"""No cell of an exported list can be executed as a formula, whatever its text; every text survives a round trip."""

import csv
import io
import re
import zipfile

import pytest
from django.utils import timezone

from reports.ledger.kinds import KINDS
from tests.made_once import made_once
from tests.viewers import district, records
from yl_district.privacy.encryption import EncryptedMixin
from yl_district.sheets.columns import Book
from yl_district.sheets.raw_rows import resolve_field
from yl_district.sheets.text_widgets import TextWidget
from yl_district.spreadsheets import formulas
from yl_district.spreadsheets.long_sheets import write_csv, write_long_sheet
from yl_district.spreadsheets.workbooks import read_workbook

pytestmark = pytest.mark.django_db

SIGNS = "=+-@＝＋－＠﹢﹣﹦﹫"
LEADS = [f"{sign}SUM(1)" for sign in SIGNS]
LEADS += [f"'{sign}1" for sign in SIGNS] + [f"''{sign}1" for sign in "=+-@"]
LEADS += ["\t=1", "\r=1", "\n=1", " =1", "=cmd|' /C calc'!A0", "@SUM(1)*cmd|' /C calc'!A0", '=HYPERLINK("x","y")']
LEADS += ["-2+3+cmd", "+1;1", '"=1', "=1,=2", "=", "'"]
RUNS = re.compile(f"[{re.escape(SIGNS)}\t\r\n]")
# Earlier states are written with the ledger alone, and hold no text of their own.
LISTED = [kind.resource for kind in KINDS.values() if not (kind.is_case or kind.resource.is_of_earlier)]


@made_once
def one_of_each():
    """A record of each kind."""
    records(district(), "own", with_cases=False)


def text_items(resource):
    """The columns of a sheet that hold free text of the records themselves."""
    for item in resource.fields.values():
        if isinstance(item.widget, TextWidget) and item.attribute and item.lookup == item.attribute:
            field = resolve_field(resource._meta.model, item.attribute)
            if not isinstance(field, EncryptedMixin) and hasattr(field, "max_length"):
                yield item


def rows_with_leads(resource):
    """The rows of one record, each with another lead in every column of text, and these rows' texts as stored."""
    record = resource.rows_for_export(resource._meta.model.objects.all()).first()
    for lead in LEADS:
        for item in text_items(resource):
            *path, name = item.attribute.split("__")
            holder = record
            for step in path:
                holder = getattr(holder, step)
            holder.__dict__[name] = lead
        yield resource.export_row(record)


@pytest.mark.parametrize("kind", LISTED, ids=[kind.__name__ for kind in LISTED])
def test_no_cell_of_a_list_can_run(kind, one_of_each):
    resource = kind(Book(timezone.localdate(), masks=True, with_cases=False))
    rows, headings = list(rows_with_leads(resource)), [item.heading for item in resource.columns]
    book, text = io.BytesIO(), io.BytesIO()
    write_long_sheet(book, kind.sheet, headings, rows)
    write_csv(text, headings, rows)
    sheet = zipfile.ZipFile(book).read("xl/worksheets/sheet1.xml").decode()
    assert re.findall(r"<f[ >]|<c [^>]*\bt=\"(?!inlineStr\"|s\")", sheet) == []
    written = list(csv.reader(io.StringIO(text.getvalue().decode("utf-8-sig"), newline=""), strict=True))[1:]
    assert [cell for row in written for cell in row if RUNS.match(cell)] == []
    assert [[formulas.restored(cell) for cell in row] for row in written] == rows
    assert [[cell or "" for cell in row] for row in read_workbook(book.getvalue())[0].rows[1:]] == [
        list(filled(row)) for row in rows
    ]
    assert len(rows) == len(LEADS) >= 40


def filled(row):
    """A row as it is read: without the empty cells at its end."""
    while row and row[-1] == "":
        row = row[:-1]
    return row


def test_the_twin_without_the_apostrophe_lets_cells_run(monkeypatch):
    monkeypatch.setattr("yl_district.spreadsheets.long_sheets.neutralised", lambda text: text)
    stream = io.BytesIO()
    write_csv(stream, [], [["=1+1"]])
    assert RUNS.match(stream.getvalue().decode("utf-8-sig").splitlines()[-1])


@pytest.mark.parametrize("text", [*LEADS, "", "章程", "13800138000", "'章程'", "2017-05-04", "a=1"])
def test_a_neutralised_text_is_restored(text):
    assert formulas.restored(formulas.neutralised(text)) == text
    assert not RUNS.match(formulas.neutralised(text))


@pytest.mark.parametrize("text", ["章程", "13800138000", "'", "'章程'", "a=1", "''"])
def test_what_no_spreadsheet_would_run_stays_as_it_is(text):
    assert formulas.neutralised(text) == formulas.restored(text) == text
