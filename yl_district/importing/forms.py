"""Forms of an import's pages: upload, mapping of columns, correction of a row, meaning of a text."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.template.defaultfilters import filesizeformat
from xlsxwriter.utility import xl_col_to_name

from ..pages.forms import ActionForm, prepare_field
from ..recognition.headings import EXPORT_MARK, Recognised
from ..recognition.mapping import Mapping, SheetMapping
from ..sheets.cells import full_text, quoted_cell, text_key
from ..sheets.columns import Column
from ..spreadsheets.workbooks import UnreadableWorkbook, stream_pasted, stream_workbook
from .kinds import import_kinds
from .models import ImportBatch
from .outcomes import ShownRow, known_names
from .proposal import MappingProposal, missing_columns
from .questions import ANOTHER_DAY, Question
from .steps import ReadFile, open_import, read_file

PASTED = "粘贴的内容.txt"
MOST_PASTED = 500_000
# Why a sheet cannot be taken.
NO_TABLES = {
    "empty": "空表",
    "form": "逐项填写的表格，不是名单",
    "other": "没有认出这类名单的标题",
    "unknown": "不是台账的工作表",
    "closed": "含有帮扶个案，只能由兼任个案专员的委机关专干导入",
}
TAKEN_ENDINGS = ".xlsx,.xlsm,.xls,.ods,.csv,.txt"


class ImportForm(ActionForm):
    """A kind of records, and a file or cells pasted from a spreadsheet."""

    rechecks_reach = False
    fields: dict[str, Any]
    instance: ImportBatch
    proposal: MappingProposal
    content: tuple[bytes, str, ReadFile]
    kind = forms.ChoiceField(label="种类")
    file = forms.FileField(
        label="文件",
        required=False,
        error_messages={
            "empty": "这是一个空文件，请确认文件已保存完整。",
            "missing": "没有收到文件，请重新选择后上传。",
        },
        widget=forms.FileInput({"class": "form-control", "accept": TAKEN_ENDINGS}),
    )
    pasted = forms.CharField(
        label="粘贴的内容", required=False, strip=False, max_length=MOST_PASTED, widget=forms.Textarea
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["kind"].choices = [(kind.key, kind.label) for kind in import_kinds().on_pages(self.user)]
        self.fields["kind"].widget.attrs["class"] = "form-select"
        self.fields["pasted"].widget.attrs |= {"rows": 6, "class": "form-control", "spellcheck": "false"}
        self.instance = self.proposal = self.content = None  # type: ignore[assignment]

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file and file.size > settings.UPLOAD_LIMIT:
            found, limit = filesizeformat(file.size), filesizeformat(settings.UPLOAD_LIMIT)
            raise ValidationError(f"文件有 {found}，上限为 {limit}。请删去多余的工作表或图片后重新上传。")
        return file

    def clean(self) -> dict[str, Any]:
        super().clean()
        data = self.cleaned_data
        has_text = bool(data.get("pasted", "").strip())
        if data.get("file") and has_text:
            self.add_error("pasted", "既选择了文件，又粘贴了内容。请只留其中一项。")
        elif not self.errors and not data.get("file") and not has_text:
            self.add_error("file", "请选择要导入的文件，或在下面粘贴表格内容。")
        return data

    def read(self) -> None:
        """Parses the file or text of the valid form into `content`; adds a form error where it is unreadable."""
        file = self.cleaned_data["file"]
        if file:
            data, name = file.read(), file.name
        else:
            data, name = self.cleaned_data["pasted"].encode("utf-8", "replace"), PASTED
        try:
            # Cells copied from a spreadsheet are separated by tabs; text without tabs is that of a csv file.
            is_copied = not file and b"\t" in data
            parts = stream_pasted(self.cleaned_data["pasted"]) if is_copied else stream_workbook(data, name)
            self.content = data, name, read_file(parts)
        except UnreadableWorkbook as error:
            self.add_error("file" if file else "pasted", str(error))

    def save_as(self, content: tuple[bytes, str, ReadFile]) -> None:
        """Opens an import with the `content` of `read`; raises ValidationError where it has no table of the kind."""
        data, name, file = content
        try:
            kind = import_kinds().named(self.cleaned_data["kind"])
            self.instance, self.proposal = open_import(kind, data, name, self.user, file)
        except UnreadableWorkbook as error:
            raise ValidationError({"file" if self.cleaned_data["file"] else "pasted": str(error)}) from None

    @property
    def http_status(self) -> int:
        return 422 if self.errors and super().http_status == 200 else super().http_status


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
        self.kept = Mapping.from_json(batch.mapping)
        tables = [sheet for sheet in self.kept.sheets if sheet.number in proposal.recognised]
        first: dict[tuple[str, ...], int] = {}
        self.like = {sheet.number: first.setdefault((sheet.kind, *sheet.headings), sheet.number) for sheet in tables}
        for sheet in tables:
            for one in proposal.recognised[sheet.number] if self.like[sheet.number] == sheet.number else ():
                self._add_column(sheet, one)
            self.fields[f"sheet-{sheet.number}"] = forms.BooleanField(initial=sheet.is_taken, required=False)
        if self.group:
            self._add_group()
        for field in self.fields.values():
            field.widget.attrs["class"] = self.STYLES[type(field)]

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
        field.widget.attrs["aria-label"] = f"“{title(one.heading, one.place)}”的含义"
        self.fields[f"column-{sheet.number}-{one.place}"] = field

    def _add_group(self) -> None:
        self.fields["group_from"] = forms.ChoiceField(choices=self.SOURCES, initial=self.kept.group_from)
        self.fields["group_value"] = forms.CharField(initial=self.kept.group_value, required=False, max_length=100)
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
        if self.group:
            mapping.group_from, mapping.fill_down = data["group_from"], data["fill_down"]
            mapping.group_value = self._group_value(data) if mapping.group_from == "fixed" else ""
        self._check(mapping)
        self.mapping = mapping
        return data

    def _chosen(self, number: int) -> dict[int, str]:
        """{place: choice} of a sheet: a column, or LEFT_OUT or NEVER."""
        found = self.proposal.recognised.get(number, ())
        return {one.place: self.cleaned_data[f"column-{self.like[number]}-{one.place}"] for one in found}

    def _meant(self, number: int) -> dict[int, str]:
        """{place: column, "" where left out once or always} of a sheet."""
        return {place: "" if said == self.NEVER[0] else said for place, said in self._chosen(number).items()}

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
                titles = [title(sheet.headings[place], place) for place, one in sheet.columns.items() if one == column]
                if len(titles) > 1:
                    said = "”“".join(titles)
                    remedy = "一列只能有一个来源：请只留一个，其余选“不导入”。"
                    self.add_error(None, f"{at}中“{said}”都对应“{column}”，{remedy}")
        for _, name, column in missing_columns(mapping):
            at = f"工作表《{name}》" if name else "表"
            is_group = column == mapping.group_column
            otherwise = "或在“归属”一栏说明它写在哪里" if is_group else "表中没有时，请补上后重新上传"
            self.add_error(None, f"{at}缺少必需的列“{column}”：请选出它对应的标题；{otherwise}。")

    @property
    def group_names(self) -> dict[str, str]:
        """{normalised text: name} of the valid groups."""
        columns = import_kinds()[self.batch.kind].resource.columns
        return known_names(next(item for item in columns if item.column_name == self.group))

    @property
    def asked(self) -> dict[int, list[int]]:
        """{sheet: [place]} of the headings whose meaning the user changed, to be remembered.

        Leaving a column out just once is not remembered.
        """
        return {
            number: [
                one.place
                for one in found
                if self._chosen(number)[one.place] not in ("", one.column)
                and (one.how != "ignored" or self._meant(number)[one.place])
            ]
            for number, found in self.proposal.recognised.items()
            if self.cleaned_data.get(f"sheet-{number}")
        }

    @property
    def sheets(self) -> list[ShownSheet]:
        """The ShownSheets of the page."""
        return [ShownSheet(self, sheet) for sheet in self.kept.sheets]


class ShownSheet:
    """A sheet on the page, with its fields for columns to be confirmed (`asked`) and for recognised ones (`clear`)."""

    def __init__(self, form: MappingForm, sheet: SheetMapping) -> None:
        self.sheet, self.what = sheet, NO_TABLES.get(sheet.what, "")
        found = form.proposal.recognised.get(sheet.number)
        self.is_table = found is not None
        self.taken = form[f"sheet-{sheet.number}"] if self.is_table else None
        self.asked: list[dict[str, Any]] = []
        self.clear: list[dict[str, Any]] = []
        self.missing = [column for number, _, column in missing_columns(form.kept) if number == sheet.number]
        first = form.like.get(sheet.number)
        self.same_as = "" if first in (None, sheet.number) else form.kept.sheets[first].name
        for one in found or () if not self.same_as else ():
            is_open = one.how in ("unknown", "ambiguous")
            row = {
                "title": title(one.heading, one.place),
                "letter": xl_col_to_name(one.place),
                "samples": [quoted_cell(sample)[:24] for sample in one.samples],
                "field": form[f"column-{sheet.number}-{one.place}"],
                "hint": hint(one),
            }
            (self.asked if is_open else self.clear).append(row)
        rows = next(kept["rows"] for kept in form.batch.sheets if kept["number"] == sheet.number)
        self.row_count = rows
        is_single = len(set(form.like.values())) == 1
        # In a workbook of many tables, only those are opened in which something must be chosen.
        self.is_open = not self.asked and (is_single or bool(self.missing))

    @property
    def headings_at(self) -> str:
        """The rows of the headings, numbered as in Excel, in words."""
        first, last = self.sheet.first_heading_row + 1, self.sheet.last_heading_row + 1
        return f"第 {first} 行" if first == last else f"第 {first} 至 {last} 行"


def hint(one: Recognised) -> str:
    """Why the meaning of a heading must be confirmed; "" where it is recognised."""
    if one.how == "ambiguous" and one.choices:
        return f"可能是{'、'.join(f'“{choice}”' for choice in one.choices)}"
    return "未识别" if one.how == "unknown" else ""


def title(heading: str, place: int) -> str:
    """A heading; for a column without one, the column's letter."""
    return heading or f"{xl_col_to_name(place)} 列（无标题）"


class MendForm(forms.Form):
    """The cells of one row of an import as texts, wrong ones first."""

    fields: dict[str, Any]

    def __init__(
        self,
        data: Any = None,
        *,
        row: ShownRow,
        texts: Sequence[object],
        items: dict[str, Column],
    ) -> None:
        super().__init__(data, auto_id=f"id_{row.part}-{row.place}_%s")
        self.row = row
        self.names: dict[str, str] = {}
        problems = {problem["column"]: problem for problem in row.told.get("problems", ())}
        for place, column in sorted(row.columns.items(), key=lambda one: (one[1] not in problems, one[0])):
            if column == EXPORT_MARK:
                continue
            text = full_text(texts[place]) if place < len(texts) else ""
            field: Any = forms.CharField(label=column, required=False, initial=text, strip=False, max_length=5_000)
            if "\n" in text:
                field.widget = forms.Textarea({"rows": 3})
            field.widget.attrs |= {"class": "form-control", "autocomplete": "off"}
            field.options = list(known_names(items.get(column)).values()) if column in problems else []
            if field.options:
                field.widget.attrs["list"] = f"names-{row.part}-{row.place}-{place}"
            field.problem, field.place = problems.get(column), place
            name = f"cell-{place}"
            self.fields[name], self.names[name] = field, column
        if self.fields:
            next(iter(self.fields.values())).widget.attrs["autofocus"] = True

    @property
    def wrong(self) -> list[forms.BoundField]:
        """Fields of the cells with problems."""
        return [self[name] for name, field in self.fields.items() if field.problem]

    @property
    def others(self) -> list[forms.BoundField]:
        """Fields of the other cells."""
        return [self[name] for name, field in self.fields.items() if not field.problem]

    @property
    def texts(self) -> dict[str, str]:
        """{column: submitted text}."""
        return {column: self.cleaned_data[name] for name, column in self.names.items()}


class AnswersForm(forms.Form):
    """The answers to the questions of an import, each a choice of what is proposed, or another day."""

    fields: dict[str, Any]
    another_day = ANOTHER_DAY

    def __init__(self, data: Any = None, *, questions: Sequence[Question], answers: dict[str, str]) -> None:
        super().__init__(data)
        self.questions = questions
        for one in questions:
            known = answers.get(one.id, "" if one.must else one.default)
            is_day = bool(known) and known not in one.proposals
            self.fields[f"answer-{one.id}"] = forms.ChoiceField(
                label=one.asked,
                choices=list(one.proposals.items()),
                initial=ANOTHER_DAY if is_day else known,
                widget=forms.RadioSelect({"class": "form-check-input"}),
                error_messages={"required": "请选择一项。"},
            )
            if ANOTHER_DAY in one.proposals:
                day = forms.DateField(label="日期", required=False, initial=known if is_day else None)
                prepare_field(day)
                day.widget.attrs |= {"class": "form-control", "max": one.latest, "aria-label": ANOTHER_DAY}
                self.fields[f"day-{one.id}"] = day

    def clean(self) -> dict[str, Any]:
        super().clean()
        self.answers = {}
        for one in self.questions:
            chosen = self.cleaned_data.get(f"answer-{one.id}", "")
            day = self.cleaned_data.get(f"day-{one.id}")
            answer = day.isoformat() if chosen == ANOTHER_DAY and day else chosen
            if chosen == ANOTHER_DAY and not day:
                self.add_error(f"answer-{one.id}", "选择其他日期时，请填写日期。")
            elif chosen and (problem := one.problem(answer)):
                self.add_error(f"answer-{one.id}", problem)
            self.answers[one.id] = answer
        return self.cleaned_data

    @property
    def shown(self) -> list[tuple[Question, Any, Any]]:
        """(question, field of its answer, field of another day or None) of each question."""
        names = [(one, f"answer-{one.id}", f"day-{one.id}") for one in self.questions]
        return [(one, self[answer], self[day] if day in self.fields else None) for one, answer, day in names]


class AliasForm(forms.Form):
    """The meaning of a text in a column; `asked` are the (kind, column, text) that the import does not know.

    `names_of(kind, column)` returns the names known for a column.
    """

    kind = forms.CharField(max_length=20)
    column = forms.CharField(max_length=40)
    found = forms.CharField(max_length=80)
    meant = forms.CharField(max_length=100)

    def __init__(
        self, data: Any, *, names_of: Callable[[str, str], dict[str, str]], asked: Collection[tuple[Any, Any, Any]]
    ) -> None:
        super().__init__(data)
        self.names_of, self.asked = names_of, asked

    def clean(self) -> dict[str, Any]:
        super().clean()
        data = self.cleaned_data
        if (data.get("kind"), data.get("column"), data.get("found")) not in self.asked:
            raise ValidationError("没有记住：这份文件中没有这一不认识的写法，请在下面的问题中选择。")
        known = self.names_of(data["kind"], data["column"])
        name = known.get(text_key(data.get("meant", "")))
        if not name:
            raise ValidationError("没有记住：请从列出的名称中选择一项。")
        return data | {"meant": name}
