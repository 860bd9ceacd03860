"""Ledger workbooks for tests, and the outcome of importing them."""

import io
from datetime import date, datetime

import xlsxwriter
from django.apps import apps

from reports.ledger.workbook import export_ledger, import_ledger
from yl_district.audit.models import AccessEntry
from yl_district.kept.models import RegisterChange
from yl_district.spreadsheets.workbooks import read_workbook

TODAY = date(2018, 3, 1)


def workbook(sheets):
    """The bytes of a workbook; a sheet is a list of dicts by heading, or of lists that are written as they stand."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False}) as book:
        days = book.add_format({"num_format": "yyyy-mm-dd"})
        for name, rows in sheets.items():
            page = book.add_worksheet(name)
            for number, row in enumerate(as_lists(rows)):
                for column, cell in enumerate(row):
                    write_cell(page, number, column, cell, days)
    return stream.getvalue()


def as_lists(rows):
    """The rows with their headings above them, where they are dicts."""
    if not rows or not isinstance(rows[0], dict):
        return rows
    headings = list(dict.fromkeys(heading for row in rows for heading in row))
    return [headings, *[[row.get(heading) for heading in headings] for row in rows]]


def write_cell(page, number, column, cell, days):
    """Writes a cell in the kind of its value."""
    if isinstance(cell, bool):
        page.write_boolean(number, column, cell)
    elif isinstance(cell, (date, datetime)):
        page.write_datetime(number, column, cell, days)
    elif isinstance(cell, str):
        page.write_string(number, column, cell)
    elif cell is not None:
        page.write_number(number, column, cell)


def take_in(sheets, check=False, name="台账.xlsx", **options):
    """The report of importing `sheets`, given as for `workbook` or as bytes."""
    data = sheets if isinstance(sheets, bytes) else workbook(sheets)
    return import_ledger(data, name, TODAY, check=check, **options)


def problems(sheets):
    """What is wrong with `sheets`, each as (sheet, row, column, found, expected, remedy); nothing is written."""
    before = counts()
    report = take_in(sheets)
    assert counts() == before
    assert not report.written
    return [tuple(problem.as_dict().values()) for problem in report.errors]


def put_aside(sheets):
    """What is put aside of `sheets`, each as (sheet, row, column, found, expected, remedy); no row is wrong."""
    report = take_in(sheets, check=True)
    assert report.errors == []
    return [tuple(problem.as_dict().values()) for problem in report.pending]


def tally(report):
    """New, changed and the same by sheet, of a report without errors."""
    assert report.errors == []
    return {name: (sheet.new, sheet.changed, sheet.same) for name, sheet in report.sheets.items()}


def counts():
    """The number of rows of every table but the access log, in which every import leaves its line.

    Nor of the notes which statements a register saw, also of those that change no row.
    """
    without = (AccessEntry, RegisterChange)
    models = [model for model in apps.get_models(include_auto_created=True) if model not in without]
    return {model._meta.db_table: model._default_manager.count() for model in models}


def exported(year=None):
    """The bytes of the ledger as the system writes it."""
    stream = io.BytesIO()
    export_ledger(stream, TODAY, year)
    return stream.getvalue()


def exported_rows(year=None):
    """The ledger as the system writes it: each sheet's rows as dicts of the cells that are filled."""
    sheets = {}
    for sheet in read_workbook(exported(year)):
        headings, *rows = sheet.rows
        sheets[sheet.name] = [
            {heading: cell for heading, cell in zip(headings, row, strict=False) if cell is not None} for row in rows
        ]
    return sheets
