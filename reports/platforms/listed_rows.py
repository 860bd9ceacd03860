"""Reads a list that was exported from a platform: its headings wherever they stand, its columns in any order."""

from typing import NamedTuple

from django.core.exceptions import ValidationError

from yl_district.recognition.headings import heading_key
from yl_district.sheets.cells import cell_at, full_text, is_blank, text_key
from yl_district.validators import problem

# Rows among which the headings are looked for.
ROWS_LOOKED_AT = 30
# The share of another form's columns from which on the list may be that form's.
SHARE_OF_ANOTHER = 0.75
SUMS = frozenset({"合计", "总计", "小计", "共计"})


class ListedRow(NamedTuple):
    """A row of the list: where it stands, and what it says by the label of our field; "" for a blank cell."""

    place: str
    texts: dict


class Headings(NamedTuple):
    """A row of headings: its number from 0, and {label: place of the column}."""

    row: int
    places: dict


def listed_rows(layout, sheets, others=()):
    """The rows of all sheets that have the form's headings; raises ValidationError where none has.

    `others` are forms of which it may be the list instead.
    """
    found, is_table = [], False
    for sheet in sheets:
        headings = list_headings(layout, sheet)
        if fits(layout, headings):
            is_table = True
            found.extend(rows_below(layout, sheet, headings))
    if not is_table:
        raise wrong_list(layout, sheets, others)
    if not found:
        raise problem("表头下面的名单", "表头下面没有内容，请核对是否导出了全部记录")
    return found


def list_headings(layout, sheet):
    """The row of the sheet in which most of the form's headings stand."""
    best = Headings(0, {})
    for number, row in enumerate(sheet.rows[:ROWS_LOOKED_AT]):
        places = {}
        for place, cell in enumerate(row):
            if key := heading_key(cell):
                places.setdefault(key, place)
        found = {}
        for column in layout.listed_columns:
            keys = (heading_key(column.heading), heading_key(column.label))
            place = next((places[key] for key in keys if key in places), None)
            if place is not None and place not in found.values():
                found[column.label] = place
        if len(found) > len(best.places):
            best = Headings(number, found)
    return best


def fits(layout, headings):
    """Whether the name and at least half of the columns are there."""
    return layout.name_label in headings.places and 2 * len(headings.places) >= len(layout.listed_columns)


def share_found(layout, sheets):
    """Which share of a form's columns some sheet has."""
    return max((len(list_headings(layout, sheet).places) for sheet in sheets), default=0) / len(layout.listed_columns)


def rows_below(layout, sheet, headings):
    """Yields the rows below the headings, without blank ones, sums, and headings that are repeated."""
    repeated = heading_key(cell_at(sheet.rows[headings.row], headings.places[layout.name_label]))
    for number, row in enumerate(sheet.rows[headings.row + 1 :], headings.row + 2):
        if all(is_blank(cell) for cell in row):
            continue
        texts = {label: full_text(cell_at(row, place)).strip() for label, place in headings.places.items()}
        name = texts[layout.name_label]
        is_sum = any(isinstance(cell, str) and text_key(cell) in SUMS for cell in row[:2])
        if not is_sum and heading_key(name) != repeated:
            yield ListedRow(f"“{sheet.name}”第 {number} 行" if sheet.name else f"第 {number} 行", texts)


def wrong_list(layout, sheets, others):
    """The error that says what was found in place of the form's headings."""
    wanted = [column.heading for column in layout.listed_columns]
    found = max((list_headings(layout, sheet) for sheet in sheets), key=lambda one: len(one.places), default=None)
    there = found.places if found else {}
    missing = [column.heading for column in layout.listed_columns if column.label not in there]
    like = max(others, key=lambda one: share_found(one, sheets), default=None)
    is_like = like and share_found(like, sheets) >= SHARE_OF_ANOTHER
    told = f"这份名单更像“{like}”的名单" if is_like else "请核对是不是这个平台的这种名单，表头有没有改过"
    said = f"只找到 {len(there)} 栏，缺少：{'、'.join(missing)}" if there else "没有找到这样的表头"
    return ValidationError(problem(f"有“{layout}”表头的名单（{'、'.join(wanted)}）", f"{said}。{told}"))
