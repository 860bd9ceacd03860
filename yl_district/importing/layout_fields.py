"""Fields by which a person says where the table of a sheet is: its headings, its last row, and rows to leave out."""

from __future__ import annotations

import re
from typing import Any

from django import forms

from ..recognition.layout import LOOKED_AT, known_keys
from ..recognition.mapping import SheetMapping
from ..recognition.row_words import has_own_number
from ..sheets.cells import full_text, is_blank
from ..spreadsheets.workbooks import column_letters
from .kinds import vocabulary_of
from .left_out_rows import UnreadableRows, left_out_ranges, row_numbers_in, rows_in_words, rows_saying
from .models import ImportBatch
from .proposal import SAMPLED

LAST_ROW = 1_048_576
ROWS_OF_HEADINGS = re.compile(r"([0-9]{1,7})(?:[-–—~至到]([0-9]{1,7}))?")
MOST_HEADING_ROWS_BY_HAND = 5
NO_HEADINGS = "无"
# (first, last) row of headings, numbered from 0.
HeadingRows = tuple[int, int]


class LayoutFields:
    """The fields about one sheet of a form; after `read`, `heading_rows` are those to be read anew, None for as before.

    Without headings, the last row is that before the data.
    """

    def __init__(self, form: Any, sheet: SheetMapping, *, is_table: bool) -> None:
        self.form, self.sheet, self.is_table = form, sheet, is_table
        self.heading_rows: HeadingRows | None = None
        is_headed = sheet.first_heading_row <= sheet.last_heading_row
        first, last = sheet.first_heading_row + 1, sheet.last_heading_row + 1
        at = (f"{first}" if first == last else f"{first}-{last}") if is_headed else NO_HEADINGS
        if not is_table:
            self._add("use", forms.BooleanField(required=False), label="按下面的说明导入此表")
        self._add("headings", forms.CharField(required=False, max_length=20, initial=at), label="标题在第几行")
        begins = None if is_headed else sheet.last_heading_row + 2
        self._add("begins", row_field(begins), label="没有标题时，数据从第几行开始")
        self._add("until", row_field(sheet.until or None), label="到第几行为止")
        rows = rows_in_words(sheet.left_out)
        self._add("rows", forms.CharField(required=False, initial=rows, max_length=60_000), label="不导入的行号")
        if is_table:
            places = range(len(sheet.headings))
            choices = [(str(place), column_title(sheet.headings[place], place)) for place in places]
            where = forms.ChoiceField(choices=[("", "—"), *choices], required=False)
            self._add("where", where, label="不导入这一列")
            self._add("equals", forms.CharField(required=False, max_length=100), label="写着……的行")

    def _add(self, name: str, field: Any, *, label: str) -> None:
        field.label = label
        if name in ("headings", "rows", "equals"):
            field.widget.attrs["autocomplete"] = "off"
        self.form.fields[self.name(name)] = field

    def name(self, name: str) -> str:
        """The name of a field in the form."""
        return f"{name}-{self.sheet.number}"

    def bound(self, *names: str) -> list[forms.BoundField]:
        """The fields of these names that there are."""
        return [self.form[self.name(name)] for name in names if self.name(name) in self.form.fields]

    def read(self, batch: ImportBatch, sheet: SheetMapping) -> None:
        """Takes over into the sheet what the valid form says of it; adds errors to the form."""
        if self.name("headings") not in self.form.data:
            return
        said = {name: self.form.cleaned_data.get(self.name(name)) for name in ("use", "begins", "until", "where")}
        sheet.until = said["until"] or 0
        try:
            self._leave_out(batch, sheet, said["where"])
            rows = next(one["rows"] for one in batch.sheets if one["number"] == sheet.number)
            stated = self._stated_rows(said["begins"], min(rows, LOOKED_AT + SAMPLED))
            if stated != (self.sheet.first_heading_row, self.sheet.last_heading_row):
                self._refuse_data(*stated)
        except UnreadableRows as error:
            self.form.add_error(None, f"{in_words(sheet)}：{error}")
            return
        if stated != (sheet.first_heading_row, sheet.last_heading_row) if self.is_table else said["use"]:
            self.heading_rows = stated

    def _leave_out(self, batch: ImportBatch, sheet: SheetMapping, where: str | None) -> None:
        rows, text = row_numbers_in(self._text("rows")), self._text("equals").strip()
        if where and text:
            found = rows_saying(batch, sheet.number, int(where), text)
            if not found:
                raise UnreadableRows(
                    f"“{column_title(sheet.headings[int(where)], int(where))}”列中没有写着“{text}”的行，请核对。"
                )
            rows |= found
        elif where or text:
            raise UnreadableRows("按内容不导入时，请既选择列，又填写内容。")
        sheet.left_out = left_out_ranges(rows)

    def _refuse_data(self, first: int, last: int) -> None:
        """Raises UnreadableRows where the rows of headings hold data, which would be kept in plain text as headings."""
        rows = self.form.proposal.rows.get(self.sheet.number, [])[first : last + 1]
        filled = [cell for row in rows for cell in row if not is_blank(cell)]
        known = vocabulary_of(self.sheet.kind, self.form.batch.organisation).known_now()
        texts = [full_text(cell) for cell in filled]
        if filled and (any(map(has_own_number, filled)) or not known_keys(texts, known)):
            words = "没有认得出的标题，或有身份证号、手机号码，像是一条记录"
            raise UnreadableRows(
                f"第 {first + 1} 行{words}：请核对；没有标题的写“{NO_HEADINGS}”，并说明数据从第几行开始。"
            )

    def _text(self, name: str) -> str:
        return str(self.form.cleaned_data.get(self.name(name)) or "")

    def _stated_rows(self, begins: int | None, most: int) -> HeadingRows:
        text = "".join(self._text("headings").split()).removeprefix("第").removesuffix("行")
        if text in ("", "0", NO_HEADINGS):
            first = (begins or 1) - 1
            return first, first - 1
        match = ROWS_OF_HEADINGS.fullmatch(text)
        first = int(match[1]) if match else 0
        last = int(match[2] or first) if match else 0
        if not 0 < first <= last < first + MOST_HEADING_ROWS_BY_HAND:
            rows = f"请写成 3 或 3-4（至多 {MOST_HEADING_ROWS_BY_HAND} 行）；没有标题的写“{NO_HEADINGS}”"
            raise UnreadableRows(f"标题行“{text}”不是行号，{rows}。")
        if last > most:
            raise UnreadableRows(f"标题行“{text}”太靠下，标题须在前 {most} 行中，请核对。")
        return first - 1, last - 1


def row_field(initial: int | None) -> forms.IntegerField:
    """A field for the number of a row."""
    words = {"invalid": "行号请只写数字。", "min_value": "行号从 1 开始。", "max_value": f"行号不超过 {LAST_ROW}。"}
    return forms.IntegerField(required=False, initial=initial, min_value=1, max_value=LAST_ROW, error_messages=words)


def column_title(heading: str, place: int) -> str:
    """A heading; for a column without one, the column's letter."""
    return heading or f"{column_letters(place)} 列（无标题）"


def in_words(sheet: SheetMapping) -> str:
    """A sheet in words."""
    return f"工作表《{sheet.name}》" if sheet.name else "表"
