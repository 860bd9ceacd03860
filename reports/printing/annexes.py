"""The annexes of the summary as one workbook, ready for printing, in which no text can run as a formula."""

from datetime import date

import xlsxwriter

from orgs.roles import RoleKind

from ..figures.counting import results
from ..figures.readers import may_know_cases
from .annex_charts import (
    HUB_ANNEXES,
    drawn_assistance_totals,
    drawn_member_changes,
    insert_charts,
    month_table,
    target_table,
    type_table,
)
from .annex_of_doubts import doubt_table, nameless_doubt_table, open_doubt_table
from .annex_tables import Amount, FormulaCell, activity_table, assistance_table, figure_table, link_table, unit_table

PEOPLE_TABLES = [drawn_member_changes, unit_table, link_table]
ACTIVITY_TABLES = [activity_table, month_table, type_table, target_table]
OPEN_TABLES = [figure_table, *PEOPLE_TABLES, *ACTIVITY_TABLES, open_doubt_table]
# By reader. Individual cases are only for the command line, whose user has the database anyway; no page exports them.
ANNEXES = {
    "command line": [
        figure_table,
        *PEOPLE_TABLES,
        assistance_table,
        *ACTIVITY_TABLES,
        doubt_table,
    ],
    RoleKind.STAFF: [*OPEN_TABLES, drawn_assistance_totals],
    RoleKind.LEADER: [
        figure_table,
        drawn_member_changes,
        unit_table,
        drawn_assistance_totals,
        *ACTIVITY_TABLES,
        nameless_doubt_table,
    ],
    RoleKind.CADRE: OPEN_TABLES,
}


# These are counted as of today while the period is running.
DATED = {doubt_table, open_doubt_table, nameless_doubt_table}


def annexes_for(user, scope):
    """The annexes for the user's roles in the scope: cases only as totals, and no people's names for a leader.

    A hub has only the annexes on activities, for every reader.
    """
    if scope.hub:
        return HUB_ANNEXES
    if user is None:
        return ANNEXES["command line"]
    for kind in (RoleKind.STAFF, RoleKind.LEADER):
        if user.reaches_as(scope.organisation, kind):
            return ANNEXES[kind]
    return ANNEXES[RoleKind.CADRE]


A4 = 9
HEADING_ROW = 2
LINE_HEIGHT = 18
WRAPPED = {"text_wrap": True, "valign": "vcenter"}


def write_annexes(scope, stream, today, user=None):
    """Writes the workbook, counted `today`, to a binary stream, as far as `user` may read it, or for None all of it."""
    numbers = results(scope, with_cases=not user or may_know_cases(user, scope))
    book = xlsxwriter.Workbook(stream, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
    formats = {
        "title": book.add_format({"bold": True, "font_size": 16}),
        "heading": book.add_format({"bold": True, "border": 1, "bg_color": "#F1F5F9", "align": "center"} | WRAPPED),
        "text": book.add_format({"border": 1, "num_format": "@"} | WRAPPED),
        "amount": book.add_format({"border": 1, "num_format": "@", "align": "right"} | WRAPPED),
        "number": book.add_format({"border": 1} | WRAPPED),
        "date": book.add_format({"border": 1, "num_format": "yyyy-mm-dd", "align": "left"} | WRAPPED),
        "total": book.add_format({"border": 1, "bold": True} | WRAPPED),
        "total_amount": book.add_format({"border": 1, "bold": True, "align": "right"} | WRAPPED),
    }
    caption = f"{scope.name}　{scope.days}"
    for make in annexes_for(user, scope):
        annex = make(scope, numbers, today) if make in DATED else make(scope, numbers)
        if annex:
            write_sheet(book, annex, caption, formats)
    book.close()


def write_sheet(book, annex, caption, formats):
    """Writes one annex: title, caption, headings that stay visible and repeat on every page, rows and charts."""
    sheet = book.add_worksheet(annex.name)
    sheet.write_string(0, 0, annex.title, formats["title"])
    sheet.write_string(1, 0, f"{caption}　　{annex.note}" if annex.note else caption)
    for column, (heading, width) in enumerate(annex.columns):
        sheet.set_column(column, column, width)
        sheet.write_string(HEADING_ROW, column, heading, formats["heading"])
    first = HEADING_ROW + 1
    for number, row in enumerate(annex.rows, first):
        sheet.set_row(number, LINE_HEIGHT * line_count(row, annex.columns))
        is_total = annex.has_total and number == first + len(annex.rows) - 1
        for column, value in enumerate(row):
            write_cell(sheet, (number, column), value, cell_format(value, is_total, formats))
    insert_charts(book, sheet, annex, first)
    sheet.freeze_panes(first, 1)
    sheet.repeat_rows(0, HEADING_ROW)
    sheet.set_paper(A4)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.6, right=0.6, top=0.7, bottom=0.7)
    sheet.set_footer("&C— &P —")


def line_count(row, columns):
    """The number of lines that the row's longest text needs; programs other than Excel do not compute it themselves."""
    texts = [(value, width) for value, (_, width) in zip(row, columns, strict=True) if isinstance(value, str) and value]
    widths = [(sum(1 if character.isascii() else 2 for character in text), width) for text, width in texts]
    return max((-(-length // (width - 1)) for length, width in widths), default=1)


def cell_format(value, is_total, formats):
    """The cell format for a value's type."""
    if is_total:
        return formats["total_amount" if isinstance(value, Amount) else "total"]
    kinds = {Amount: "amount", int: "number", date: "date"}
    return formats[kinds.get(type(value), "text")]


def write_cell(sheet, place, value, style):
    """Writes a value by its type; text is always written as text."""
    if value is None:
        sheet.write_blank(*place, None, style)
    elif isinstance(value, FormulaCell):
        sheet.write_formula(*place, value.formula.format(row=place[0] + 1), style, value.value)
    elif isinstance(value, date):
        sheet.write_datetime(*place, value, style)
    elif isinstance(value, int):
        sheet.write_number(*place, value, style)
    else:
        sheet.write_string(*place, value, style)
