"""The form of an import's mapping: its sheets, their columns, and what the file does not say in a column."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from ..recognition.headings import EXPORT_MARK, Recognised
from ..recognition.mapping import Mapping, SheetMapping
from ..sheets.cells import cell_at, full_text, quoted_cell, text_key
from ..sheets.columns import Column
from ..spreadsheets.workbooks import column_letters
from .fixed_values import LONGEST, fixable_columns, fixed_field, problem_with, stated_cell
from .kinds import import_kinds
from .layout_fields import HeadingRows, LayoutFields, column_title
from .models import LEDGER, ImportBatch
from .outcomes import known_names
from .proposal import HIDDEN_OTHER, TO_CONFIRM, MappingProposal, missing_columns
from .titled_groups import fix_group, fixed_group, release_group, titles_read

# The rows, columns and characters of a cell that the page shows of a sheet.
GRID_ROWS, GRID_COLUMNS, GRID_TEXT = 12, 40, 18
TYPED = ("fixed-", "begins-", "until-", "headings-", "rows-", "equals-")

# Why a sheet cannot be taken.
NO_TABLES = {
    "empty": "空表",
    "form": "逐项填写的表格，不是名单",
    "other": "没有认出这类名单的标题",
    "hidden_table": "隐藏的工作表，缺少必需的列",
    "unknown": "不是台账的工作表",
    "closed": "含有帮扶个案，只能由兼任个案专员的委机关专干导入",
}


class MappingForm(forms.Form):
    """The user's mapping of an import's sheets and columns; a valid form has it as `mapping`.

    Sheets with the same headings share one set of fields: `like` is {sheet: the first sheet with the same headings}.
    """

    LEFT_OUT = ("", "— 这次不导入 —")
    NEVER = ("-", "不导入，以后不再问")
    STYLES = {
        forms.BooleanField: "form-check-input",
        forms.ChoiceField: "form-select",
        forms.CharField: "form-control",
        forms.IntegerField: "form-control",
    }
    SOURCES = [
        ("column", "表中的列"),
        ("sheet", "工作表名称"),
        ("section", "分段标题"),
        ("fixed", "统一为……"),
    ]

    def __init__(self, data: Any = None, *, batch: ImportBatch, proposal: MappingProposal) -> None:
        super().__init__(data)
        self.batch, self.proposal = batch, proposal
        self.kept = self.mapping = Mapping.from_json(batch.mapping)
        resource = None if batch.kind == LEDGER else import_kinds()[batch.kind].resource
        self.titled: Any = resource.titled_groups(batch.user, batch.organisation) if resource else None
        tables = [sheet for sheet in self.kept.sheets if sheet.number in proposal.recognised]
        self.fixable: dict[int, list[Column]] = {}
        self.layouts: dict[int, LayoutFields] = {}
        first: dict[tuple[str, ...], int] = {}
        self.like = {sheet.number: first.setdefault((sheet.kind, *sheet.headings), sheet.number) for sheet in tables}
        for sheet in tables:
            for one in proposal.recognised[sheet.number] if self.like[sheet.number] == sheet.number else ():
                self._add_column(sheet, one)
            self.fields[f"sheet-{sheet.number}"] = forms.BooleanField(initial=sheet.is_taken, required=False)
            if self.like[sheet.number] == sheet.number:
                self._add_fixed(sheet)
        if self.group:
            self._add_group()
        for sheet in self.kept.sheets if self.batch.kind != LEDGER else tables:
            if sheet.what != "empty":
                is_table = sheet.number in proposal.recognised
                self.layouts[sheet.number] = LayoutFields(self, sheet, is_table=is_table)
        for field in self.fields.values():
            field.widget.attrs.setdefault("class", self.STYLES[type(field)])

    @property
    def group(self) -> str:
        """The column whose value may be given once for many rows."""
        return self.kept.group_column

    def _add_column(self, sheet: SheetMapping, one: Recognised) -> None:
        names = [item.column_name for item in import_kinds()[sheet.kind].resource.columns]
        choices = [self.LEFT_OUT, self.NEVER, *((name, name) for name in names)]
        mark = [(EXPORT_MARK, "导出标记（用于认出原记录）")] if one.how == "mark" else []
        field = forms.ChoiceField(choices=choices + mark, required=False)
        field.initial = sheet.columns.get(one.place, self.NEVER[0] if one.how == "ignored" else "")
        field.widget.attrs["aria-label"] = f"“{column_title(one.heading, one.place)}”的含义"
        self.fields[f"column-{sheet.number}-{one.place}"] = field

    def _add_fixed(self, sheet: SheetMapping) -> None:
        """Adds the fields of what is stated once: for all columns that can be, of several tables only required ones."""
        is_single = len(set(self.like.values())) == 1
        columns = fixable_columns(sheet.kind, self.group)
        self.fixable[sheet.number] = [item for item in columns if is_single or item.required]
        for place, item in enumerate(self.fixable[sheet.number]):
            field = fixed_field(item, f"fixed-names-{sheet.number}-{place}", self.batch.organisation)
            field.initial = sheet.fixed.get(item.column_name, "")
            self.fields[f"fixed-{sheet.number}-{place}"] = field
            if sheet.name:
                named = forms.BooleanField(initial=item.column_name in sheet.named, required=False)
                named.widget.attrs["aria-label"] = f"“{item.column_name}”用工作表名称"
                self.fields[f"named-{sheet.number}-{place}"] = named

    def _add_group(self) -> None:
        self.fields["group_from"] = forms.ChoiceField(choices=self.SOURCES, initial=self.kept.group_from)
        value = fixed_group(self.kept, self.titled) if self.titled else self.kept.group_value
        self.fields["group_value"] = forms.CharField(initial=value, required=False, max_length=LONGEST)
        self.fields["group_value"].widget.attrs |= {"list": "groups", "autocomplete": "off"}
        self.fields["fill_down"] = forms.BooleanField(initial=self.kept.fill_down, required=False)

    def clean(self) -> dict[str, Any]:
        super().clean()
        data, mapping = self.cleaned_data, Mapping.from_json(self.batch.mapping)
        if self.errors:
            return data
        for sheet in mapping.sheets:
            sheet.is_taken = data.get(f"sheet-{sheet.number}", False)
            chosen = self._meant(sheet.number)
            sheet.columns = {place: column for place, column in chosen.items() if column}
            sheet.ignored = [place for place, column in chosen.items() if not column]
            sheet.fixed, sheet.named = self._stated_once(sheet)
            if sheet.number in self.layouts:
                self.layouts[sheet.number].read(self.batch, sheet)
        if self.group:
            mapping.group_from, mapping.fill_down = data["group_from"], data["fill_down"]
            value = self._group_value(data) if mapping.group_from == "fixed" else ""
            mapping.group_value = "" if self.titled else value
            if self.titled:
                release_group(mapping, self.titled, fixed_group(self.kept, self.titled))
            if self.titled and value:
                fix_group(mapping, self.titled, value)
        self.mapping = mapping
        if not self.heading_rows:
            self._check(mapping)
        return data

    @property
    def is_read(self) -> bool:
        """Whether what was sent could be read into `mapping`, even if more must be said before the rows are checked."""
        return not self.errors or self.mapping is not self.kept

    @property
    def heading_rows(self) -> dict[int, HeadingRows]:
        """{sheet: (first, last) row of headings} of those to be read anew before their columns can be confirmed."""
        rows = {number: fields.heading_rows for number, fields in self.layouts.items()}
        return {number: found for number, found in rows.items() if found}

    def _chosen(self, number: int) -> dict[int, str]:
        """{place: choice} of a sheet: a column, or LEFT_OUT or NEVER."""
        found = self.proposal.recognised.get(number, ())
        return {one.place: self.cleaned_data[f"column-{self.like[number]}-{one.place}"] for one in found}

    def _meant(self, number: int) -> dict[int, str]:
        """{place: column, "" where left out once or always} of a sheet."""
        return {place: "" if said == self.NEVER[0] else said for place, said in self._chosen(number).items()}

    def _stated_once(self, sheet: SheetMapping) -> tuple[dict[str, str], list[str]]:
        """What the fields state for all rows of a sheet: {column: text}, and the columns with the sheet's name."""
        if sheet.number not in self.like:
            return {}, []
        fixed, named, first = {}, [], self.like[sheet.number]
        for place, item in enumerate(self.fixable[first]):
            text = " ".join(self.cleaned_data.get(f"fixed-{first}-{place}", "").split())
            if self.cleaned_data.get(f"named-{first}-{place}"):
                named.append(item.column_name)
            elif text and (problem := problem_with(item, text, self.batch.organisation)):
                if first == sheet.number:
                    self.add_error(f"fixed-{first}-{place}", problem)
            elif text:
                fixed[item.column_name] = stated_cell(item, text, self.batch.organisation)
        return fixed, named

    def _group_value(self, data: dict[str, Any]) -> str:
        known, found = self.group_names, text_key(data["group_value"])
        if found not in known:
            said = f"“{self.group}”统一为“{data['group_value']}”"
            self.add_error(None, f"{said}：系统中没有这一名称，请从列出的名称中选择。")
        return known.get(found, "")

    def _check(self, mapping: Mapping) -> None:
        taken = [sheet for sheet in mapping.sheets if sheet.is_taken]
        if not taken:
            self.add_error(None, "没有选择要导入的工作表，请至少勾选一张。")
        for sheet in taken:
            at = f"工作表《{sheet.name}》" if sheet.name else "表"
            for column in dict.fromkeys(sheet.columns.values()):
                titles = [
                    column_title(sheet.headings[place], place) for place, one in sheet.columns.items() if one == column
                ]
                if len(titles) > 1:
                    said = "”“".join(titles)
                    remedy = "一列只能有一个来源：请只留一个，其余选“不导入”。"
                    self.add_error(None, f"{at}中“{said}”都对应“{column}”，{remedy}")
        for _, name, column in missing_columns(mapping):
            at = f"工作表《{name}》" if name else "表"
            is_group = column == mapping.group_column
            otherwise = "或在“归属”一栏说明它写在哪里" if is_group else "表中没有时，请填写“整份文件统一为”"
            self.add_error(None, f"{at}缺少必需的列“{column}”：请选出它对应的标题；{otherwise}。")

    @property
    def group_names(self) -> dict[str, str]:
        """{normalised text: name} of the valid groups."""
        if self.titled:
            return {text_key(name): name for name in self.titled.labels.values()}
        columns = import_kinds()[self.batch.kind].resource.columns
        item = next(item for item in columns if item.column_name == self.group)
        return known_names(item, self.batch.organisation)

    @property
    def groups_offered(self) -> list[str]:
        """The names of groups that the page offers."""
        return self.titled.names if self.titled else list(self.group_names.values())

    @property
    def titles(self) -> list[str]:
        """All titles of the list that may say of which group its rows are."""
        return titles_read(self.batch, self.kept, self.proposal.rows)

    @property
    def asked(self) -> dict[int, list[int]]:
        """{sheet: [place]} of the headings whose meaning the user changed or confirmed, to be remembered.

        Leaving a column out just once is not remembered.
        """
        return {
            number: [
                one.place
                for one in found
                if self._chosen(number)[one.place] not in ("", "" if one.how == "guessed" else one.column)
                and (one.how != "ignored" or self._meant(number)[one.place])
            ]
            for number, found in self.proposal.recognised.items()
            if self.cleaned_data.get(f"sheet-{number}")
        }

    @property
    def problems(self) -> list[str]:
        """All that is wrong, in words; a choice that is not offered is not quoted."""
        found = [str(error) for error in self.non_field_errors()]
        for name, errors in self.errors.items():
            if name.startswith(TYPED) and not isinstance(self.fields[name], forms.ChoiceField):
                found += map(str, errors)
        return found or ["有的选项不在列表中，请重新选择。"]

    @property
    def sheets(self) -> list[ShownSheet]:
        """The ShownSheets of the page."""
        return [ShownSheet(self, sheet) for sheet in self.kept.sheets if sheet.what != HIDDEN_OTHER]


class ShownSheet:
    """A sheet on the page, with its fields for columns to be confirmed (`asked`) and for recognised ones (`clear`)."""

    def __init__(self, form: MappingForm, sheet: SheetMapping) -> None:
        self.sheet, self.what = sheet, NO_TABLES.get(sheet.what, "")
        found = form.proposal.recognised.get(sheet.number)
        self.is_table = found is not None
        self.taken = form[f"sheet-{sheet.number}"] if self.is_table else None
        layout = form.layouts.get(sheet.number)
        self.use = layout.bound("use") if layout else []
        self.where = layout.bound("headings", "begins", "until", "rows", "where", "equals") if layout else []
        self.is_by_hand = sheet.by_hand
        self.grid = grid_of(form.proposal.rows.get(sheet.number, []))
        self.asked: list[dict[str, Any]] = []
        self.clear: list[dict[str, Any]] = []
        self.missing = [column for number, _, column in missing_columns(form.mapping) if number == sheet.number]
        first = form.like.get(sheet.number)
        self.lacking: list[dict[str, Any]] = []
        self.others: list[dict[str, Any]] = []
        self.same_as = "" if first in (None, sheet.number) else form.kept.sheets[first].name
        for one in found or () if not self.same_as else ():
            is_open = one.how in TO_CONFIRM
            row = {
                "title": column_title(one.heading, one.place),
                "letter": column_letters(one.place),
                "samples": [quoted_cell(sample)[:24] for sample in one.samples],
                "field": form[f"column-{sheet.number}-{one.place}"],
                "hint": hint(one),
            }
            (self.asked if is_open else self.clear).append(row)
        current = next(one for one in form.mapping.sheets if one.number == sheet.number)
        for place, item in enumerate(form.fixable.get(sheet.number, ())):
            named = f"named-{sheet.number}-{place}"
            field = form[f"fixed-{sheet.number}-{place}"]
            shown = {"column": item.column_name, "field": field, "named": form[named] if named in form.fields else None}
            is_stated = item.column_name in (*current.given, *self.missing) or field.errors
            if is_stated:
                self.lacking.append(shown)
            else:
                self.others.append(shown)
        [kept] = [kept for kept in form.batch.sheets if kept["number"] == sheet.number]
        self.row_count = kept["rows"]
        block = kept.get("marks", {}).get("block")
        self.block = f"{block} 列" if block else ""
        is_single = len(set(form.like.values())) == 1
        # In a workbook of many tables, only those are opened in which something must be chosen.
        self.is_open = not self.asked and (is_single or bool(self.missing))

    @property
    def headings_at(self) -> str:
        """Where the headings are, in words; rows are numbered as in Excel."""
        first, last = self.sheet.first_heading_row + 1, self.sheet.last_heading_row + 1
        if last < first:
            return f"没有标题，数据从第 {first} 行开始"
        return f"标题在第 {first} 行" if first == last else f"标题在第 {first} 至 {last} 行"


def hint(one: Recognised) -> str:
    """Why the meaning of a heading must be confirmed; "" where it is recognised."""
    if one.how == "ambiguous" and one.choices:
        return f"可能是{'、'.join(f'“{choice}”' for choice in one.choices)}"
    return {"unknown": "未识别", "guessed": "按内容建议，请核对"}.get(one.how, "")


def grid_of(rows: Sequence[Sequence[Any]]) -> dict[str, Any]:
    """The first rows of a sheet as a spreadsheet shows them: the letters of its columns, and its rows as texts."""
    shown = rows[:GRID_ROWS]
    width = min(max((len(row) for row in shown), default=0), GRID_COLUMNS)
    texts = [[full_text(cell_at(row, place))[:GRID_TEXT] for place in range(width)] for row in shown]
    return {"letters": [column_letters(place) for place in range(width)], "rows": list(enumerate(texts, 1))}
