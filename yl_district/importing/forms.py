"""Forms of an import's pages: upload, correction of a row, answers, meaning of a text."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import cached_property
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.template.defaultfilters import filesizeformat

from ..pages.forms import ActionForm, prepare_field
from ..pages.record_choices import KEY_DIGITS
from ..recognition.headings import EXPORT_MARK
from ..sheets.cells import full_text, text_key
from ..sheets.columns import Column
from ..spreadsheets.numbered_entries import numbered_rows
from ..spreadsheets.workbooks import UnreadableWorkbook, stream_pasted, stream_workbook
from .kinds import import_kinds
from .models import ImportBatch
from .outcomes import ShownRow, known_names
from .proposal import MappingProposal, state_group
from .questions import ANOTHER_DAY, Question
from .steps import ReadFile, open_import, read_file

PASTED = "粘贴的内容.txt"
MOST_PASTED = 500_000
TAKEN_ENDINGS = ".xlsx,.xlsm,.xls,.ods,.csv,.txt,.docx"


class ImportForm(ActionForm):
    """A kind of records, and a file or cells pasted from a spreadsheet."""

    rechecks_reach = False
    fields: dict[str, Any]
    instance: ImportBatch
    proposal: MappingProposal
    content: tuple[bytes, str, ReadFile]
    kind = forms.ChoiceField(label="种类")
    committee = forms.ChoiceField(label="为哪个团委导入")
    file = forms.FileField(
        label="文件",
        required=False,
        error_messages={
            "empty": "这是一个空文件，请确认文件已保存完整。",
            "missing": "没有收到文件，请重新选择后上传。",
        },
        widget=forms.FileInput({"class": "form-control", "accept": TAKEN_ENDINGS}),
    )
    about = forms.IntegerField(required=False, min_value=1, max_value=2**31, widget=forms.HiddenInput)
    pasted = forms.CharField(
        label="粘贴的内容", required=False, strip=False, max_length=MOST_PASTED, widget=forms.Textarea
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["kind"].choices = [(kind.key, kind.label) for kind in import_kinds().on_pages(self.user)]
        self.committees = {str(one.pk): one for one in self.user.committees}
        self.fields["committee"].choices = [(key, one.name) for key, one in self.committees.items()]
        if len(self.committees) < 2:
            del self.fields["committee"]
        elif not self.is_bound:
            self.initial.setdefault("committee", next(filter(self._group_of, self.committees), None))
        for name in {"kind", "committee"} & self.fields.keys():
            self.fields[name].widget.attrs["class"] = "form-select"
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
        if data.get("about") and not self.group_name:
            self.add_error(None, "没有找到这份名单所属的记录，可能已被删除。请返回后重新打开。")
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
            is_copied = not file and (b"\t" in data or numbered_rows(self.cleaned_data["pasted"]) is not None)
            parts = stream_pasted(self.cleaned_data["pasted"]) if is_copied else stream_workbook(data, name)
            self.content = data, name, read_file(parts)
        except UnreadableWorkbook as error:
            self.add_error("file" if file else "pasted", str(error))

    def save_as(self, content: tuple[bytes, str, ReadFile]) -> None:
        """Opens an import with the `content` of `read`; raises ValidationError where it has no table of the kind."""
        data, name, file = content
        try:
            kind = import_kinds().named(self.cleaned_data["kind"])
            self.instance, self.proposal = open_import(
                kind, data, name, self.user, file, guesses=True, committee=self.own_committee
            )
            if self.group_name:
                state_group(self.instance, self.proposal, self.group_name)
        except UnreadableWorkbook as error:
            raise ValidationError({"file" if self.cleaned_data["file"] else "pasted": str(error)}) from None

    @property
    def _chosen(self) -> str:
        """The key of the committee chosen, else of the first one of the user's."""
        chosen = str(self["committee"].value() or "") if "committee" in self.fields else ""
        return chosen if chosen in self.committees else next(iter(self.committees))

    @property
    def own_committee(self) -> Any:
        """The committee below the root for which the file is imported; None for the district."""
        return self._below_root(self._chosen)

    def _below_root(self, key: str) -> Any:
        """The committee with this key, None for the district's."""
        return None if self.committees[key].is_root() else self.committees[key]

    @cached_property
    def group_name(self) -> str:
        """What all rows are about, chosen by its key before the upload; "" for nothing, or what the user cannot see."""
        return self._group_of(self._chosen)

    def _group_of(self, key: str) -> str:
        """What all rows are about where the committee with this key keeps it, "" otherwise."""
        about, kind = self["about"].value(), self["kind"].value()
        is_key = str(about or "").isdecimal() and len(str(about)) <= KEY_DIGITS
        if not is_key or kind not in import_kinds():
            return ""
        groups = import_kinds()[kind].resource.titled_groups(self.user, self._below_root(key))
        return groups.label_of(int(about)) if groups else ""

    @property
    def http_status(self) -> int:
        return 422 if self.errors and super().http_status == 200 else super().http_status


class MendForm(forms.Form):
    """The cells of one row of an import of a committee as texts, wrong ones first."""

    fields: dict[str, Any]

    def __init__(
        self,
        data: Any = None,
        *,
        row: ShownRow,
        texts: Sequence[object],
        items: dict[str, Column],
        committee: Model | None,
    ) -> None:
        super().__init__(data, auto_id=f"id_{row.part}-{row.place}_%s")
        self.row = row
        self.names: dict[str, str] = {}
        told = [*row.told.get("problems", ()), *row.told.get("pending", ())]
        problems = {problem["column"]: problem for problem in told}
        for place, column in sorted(row.columns.items(), key=lambda one: (one[1] not in problems, one[0])):
            if column == EXPORT_MARK:
                continue
            text = full_text(texts[place]) if place < len(texts) else ""
            field: Any = forms.CharField(label=column, required=False, initial=text, strip=False, max_length=5_000)
            if "\n" in text:
                field.widget = forms.Textarea({"rows": 3})
            field.widget.attrs |= {"class": "form-control", "autocomplete": "off"}
            field.options = list(known_names(items.get(column), committee).values()) if column in problems else []
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
                required=not one.is_foreseen,
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
            if answer:
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
