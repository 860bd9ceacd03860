"""Columns of the ledger's sheets, derived from model fields, and the state that the sheets of one workbook share."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from typing import Any, TypeAlias, TypeVar, cast

from django.db import models
from django.db.models.constants import LOOKUP_SEP
from import_export.fields import Field
from import_export.widgets import Widget

from ..fields import MonthField, PartialDateField, YearField, is_masked
from ..partial_dates import is_vaguer
from ..spreadsheets.workbooks import Heading, as_text
from . import cells
from .asked_values import AskedValues, Records
from .choice_widgets import ChoiceWidget, YesNoWidget
from .code_lists import NOT_TAKEN, CodeList, yes_no_codes
from .date_widgets import DayWidget, MonthWidget, PartialDateWidget, TimeWidget
from .doubts import Candidate, Doubt, doubt_of
from .number_widgets import DecimalWidget, IntegerWidget, YearWidget
from .text_widgets import CodeWidget, TextWidget

REGISTER = "请核对名称，或先在系统中登记"  # remedy for an unknown name that the file cannot add
NOT_HERE = "请核对名称；其他单位的内容，须由上级团委机关导入"
# What to do about a name whose row is not taken.
WRONG_FIRST, ANSWER_FIRST = "那一行有误，请先改正那一行", "那一行可能是已登记的，请先答复"
EXPLAINED_BY_BASIS = ("人次", "场次")  # their sheets have a column 数字口径
QUALIFIED = EXPLAINED_BY_BASIS[0]  # the number that 数字口径 says to be exact or not
PEOPLE = "人 人次 名 位".split()
# What the numbers of a column count, where that is not people.
COUNTED_BY_UNIT = {
    "场次": "场 场次 次".split(),
    "数量": "个 件 份 套 本 册 箱 包 盒 袋 瓶 台 张 支 把 条 块 只 双 对 元".split(),
    "目标值": [*PEOPLE, *"个 家 场 场次 次 份 件 元".split()],
}

STATE_DAY = "state_day"  # the question from which day changed states hold
ADDITIONS = "additions"  # the question whether rows that repeat others are to fill what these leave empty
ADD, LEAVE = "add", "leave"

# (sheet, row number).
SheetRow: TypeAlias = tuple[str, int]
# The first row that repeats stored values of a record, and the attributes repeated.
Agreed: TypeAlias = tuple[SheetRow, frozenset[str]]
# The class of an object shared by all sheets of a book.
Shared = TypeVar("Shared")


class Column(Field):
    """A column of a sheet; `attribute` is what it sets on the record, None where the resource reads it itself.

    In a list, a required column may be blank or missing where the column `unless` is filled. The values of a column
    that `is_masked` are masked wherever they are shown. `codes` are numbers that usually
    stand for its choices. A column that `names_others` refers to records by names, of
    which a masked list shows less. A column of no attribute can name several records, to which the many-to-many field
    `linked` leads; their resource links them itself.
    """

    unless = ""
    linked = ""
    names_others = False
    codes: CodeList | None = None

    def __init__(
        self,
        heading: str,
        attribute: str | None = None,
        widget: Widget | None = None,
        required: bool = False,
        choices: Sequence[str] = (),
        width: int = 14,
        is_masked: bool = False,
    ) -> None:
        super().__init__(attribute=attribute, column_name=heading, widget=widget or TextWidget())
        self.required, self.choices, self.width = required, choices, width
        self.is_masked = is_masked
        *path, self.name = (attribute or "").split("__")
        self.path = tuple(path)

    def resolve(self, book: Book, value: Any) -> Any:
        """Returns the value for the record, by default the cell's own; raises CellError."""
        return value

    @property
    def lookup(self) -> str:
        """The field lookup by which the database finds the value, empty where there is none."""
        return self.attribute or ""

    @property
    def heading(self) -> Heading:
        """The Heading with which workbooks are written."""
        return Heading(self.column_name, self.required, tuple(self.choices), self.width)


class ReferenceColumn(Column):
    """A column with names that the resource resolves itself, since other cells tell whose names they are."""

    names_others = True


class RecordNameColumn(Column):
    """A column with the name of a record of `model`, which is in the system or in the sheet `sheet`.

    Without `sheet` the workbook cannot add such records, and the error for an unknown name lists the existing ones.
    `others` are {model: its sheet} of records that offices write there as well, and whose resource takes them.
    """

    def __init__(
        self,
        heading: str,
        attribute: str,
        model: type[models.Model],
        sheet: str | None = None,
        required: bool = False,
        others: Mapping[type[models.Model], str] | None = None,
    ) -> None:
        super().__init__(heading, attribute, required=required, width=24)
        self.model, self.sheet, self.others = model, sheet, others or {}

    @property
    def lookup(self) -> str:
        return f"{self.attribute}__name" if self.attribute else ""

    def resolve(self, book: Book, value: Any) -> models.Model:
        try:
            return book.refer(self.model, value, self.sheet)
        except cells.CellError:
            for model, sheet in self.others.items():
                with suppress(cells.CellError):
                    return book.refer(model, value, sheet)
            raise


def column(
    model: type[models.Model],
    name: str,
    required: bool = False,
    heading: str | None = None,
    prefix: str = "",
    widget: Widget | None = None,
    aliases: Mapping[str, str] | None = None,
    codes: CodeList | None = None,
) -> Column:
    """Returns the Column of a model field, with its `verbose_name` as heading and the widget for its type."""
    source: Any = model._meta.get_field(name)
    heading = heading or str(source.verbose_name)
    choices = tuple(str(label) for value, label in source.flatchoices if value != "")
    if isinstance(source, models.BooleanField):
        choices = ("是", "否")
    width = 30 if isinstance(source, models.TextField) else max(10, 2 * len(heading) + 4)
    widget = widget or widget_for(source, heading, aliases)
    found = Column(heading, prefix + name, widget, required, choices, width, is_masked(source))
    found.codes = codes or (yes_no_codes(name, heading) if isinstance(source, models.BooleanField) else None)
    return found


def widget_for(source: Any, heading: str, aliases: Mapping[str, str] | None = None) -> Widget:
    """Returns the widget that reads cells of a model field."""
    validators = source._validators
    if source.flatchoices:
        return ChoiceWidget(source.flatchoices, aliases)
    if isinstance(source, MonthField):
        return MonthWidget()
    if isinstance(source, PartialDateField):
        return PartialDateWidget()
    if isinstance(source, models.DateField):
        return DayWidget()
    if isinstance(source, models.TimeField):
        return TimeWidget()
    if isinstance(source, models.BooleanField):
        return YesNoWidget()
    if isinstance(source, YearField):
        return YearWidget(validators)
    if isinstance(source, models.IntegerField):
        return number_widget(heading)
    if isinstance(source, models.DecimalField):
        return DecimalWidget()
    if validators:
        return CodeWidget(validators)
    return TextWidget(source.max_length, has_lines=isinstance(source, models.TextField))


def number_widget(heading: str) -> Widget:
    """Returns the widget that reads cells of an IntegerField."""
    units = COUNTED_BY_UNIT.get(heading, PEOPLE)
    if heading in EXPLAINED_BY_BASIS:
        remedy = "请只填写数字，单位、“余”“约”等字写在备注或数字口径中"
        return IntegerWidget(remedy=remedy, units=units, takes_about=heading == QUALIFIED)
    return IntegerWidget(units=units)


def resolve_field(model: type[models.Model], lookup: str) -> Any:
    """Returns the model field at the end of a lookup."""
    *steps, name = lookup.split(LOOKUP_SEP)
    for step in steps:
        model = cast("type[models.Model]", model._meta.get_field(step).related_model)
    return model._meta.get_field(name)


def rows_kept(model: type[models.Model], committee: models.Model | None) -> Any:
    """Returns the records of `model` that a committee below the root keeps; all for None, and of models of no place."""
    rows: Any = model._default_manager.all()
    return rows.kept_at(committee) if committee is not None and hasattr(rows, "kept_at") else rows


def key_of(record: models.Model) -> int:
    """Returns the record's primary key; for one without, a negative number unique during its lifetime."""
    return -id(record) if record.pk is None else record.pk


class Book:
    """State shared by the sheets of one workbook while it is imported or exported.

    In an export, `masks` masks numbers and minors' names, and without `with_cases` nothing shows who is assisted. In an
    import, the records in `closed`, as pairs of model and key, can be referred to but not changed; `sheets` are the
    names of those that the file can bring, `answers` is {id of a question about it: answer}, and `begun` is {id of a
    record that the file creates: its sheet and row}. `tells_apart` says whether names must identify people. For a
    `committee` below the root it has only what the staff there keep. One that `asks` asks the database for what its
    rows need; otherwise all that they can need is read first.
    """

    def __init__(
        self,
        today: date,
        masks: bool = False,
        with_cases: bool = True,
        closed: Records = frozenset(),
        sheets: Iterable[str] = (),
        answers: Mapping[str, str] | None = None,
        committee: models.Model | None = None,
        asks: bool = False,
    ) -> None:
        self.today, self.committee, self.asks = today, committee, asks
        self.masks, self.with_cases, self.closed = masks, with_cases, closed
        # Masked names need not identify people, except in case files.
        self.tells_apart = not masks or with_cases
        self.sheets, self.answers = frozenset(sheets), answers or {}
        self.state_changes: dict[SheetRow, None] = {}
        self.coded: dict[str, tuple[CodeList, dict[SheetRow, bool]]] = {}
        self.additions: dict[SheetRow, None] = {}
        self.doubts: dict[str, dict[SheetRow, tuple[str, Doubt]]] = {}
        self.begun: dict[int, SheetRow] = {}
        self.claims: dict[int, tuple[models.Model, dict[str, tuple[Any, SheetRow]]]] = {}
        self.agreed: dict[int, Agreed | None] = {}
        self._sets: dict[frozenset[str], frozenset[str]] = {}
        self._failed: dict[tuple[str, str], tuple[int, str]] = {}
        self._names: dict[type[models.Model], dict[str, Any]] = {}
        self._keyed: dict[type[models.Model], tuple[int, dict[int, Any]]] = {}
        self._alike: dict[type[models.Model], tuple[int, dict[str, list[Any]]]] = {}
        self._only: dict[Callable[[Book], Any], Any] = {}
        self._elsewhere: dict[tuple[type[models.Model], str], frozenset[Any] | AskedValues] = {}

    @property
    def is_list(self) -> bool:
        """Whether the imported file is a list of one kind, not a ledger."""
        return len(self.sheets) == 1

    @property
    def state_day(self) -> date:
        """The day from which changed states of stored records hold where no column says it: the answer, else today."""
        answer = self.answers.get(STATE_DAY)
        return date.fromisoformat(answer) if answer else self.today

    def note_state_change(self, sheet: str, row: int) -> None:
        """Notes that a row changes a state from `state_day` on, so that the day is asked; a wrong row is forgotten."""
        self.state_changes[sheet, row] = None

    def note_code(self, codes: CodeList, place: SheetRow, is_evident: bool) -> bool:
        """Notes a row that has a code, so that it is asked what it means; returns whether it is to be taken."""
        self.coded.setdefault(codes.name, (codes, {}))[1][place] = is_evident
        return self.answers.get(codes.question) != NOT_TAKEN

    def settle_doubt(self, about: str, place: SheetRow, key: str, candidates: Sequence[Candidate]) -> Doubt:
        """Returns the Doubt of the row at a place, and notes it, so that it is asked or its answer can be changed."""
        doubt = doubt_of(self.answers, about, key, candidates)
        self.doubts.setdefault(about, {})[place] = key, doubt
        return doubt

    @contextmanager
    def masking(self) -> Iterator[None]:
        """Masks exported values in the block, as in a masked list."""
        masks, self.masks = self.masks, True
        try:
            yield
        finally:
            self.masks = masks

    def only(self, kind: Callable[[Book], Shared]) -> Shared:
        """Returns the object of the class `kind` that all sheets share, created on first use."""
        if kind not in self._only:
            self._only[kind] = kind(self)
        return self._only[kind]

    def rows(self, model: type[models.Model]) -> Any:
        """Returns the records of `model` that the workbook can be about."""
        return rows_kept(model, self.committee)

    def hold(self, kind: Callable[[Book], Shared], shared: Shared) -> None:
        """Has `only` return an object for the class `kind` that behaves like one of it."""
        self._only[kind] = shared

    def elsewhere(self, model: type[models.Model], name: str) -> frozenset[Any] | AskedValues:
        """Returns the values of a unique field that other committees' records have, and no record here can."""
        if self.committee is None:
            return frozenset()
        if (model, name) not in self._elsewhere:
            others = model._default_manager.exclude(pk__in=self.rows(model).order_by().values("pk"))
            self._elsewhere[model, name] = (
                AskedValues(others, name)
                if self.asks
                else frozenset(others.order_by().values_list(name, flat=True)) - {None, ""}
            )
        return self._elsewhere[model, name]

    def named(self, model: type[models.Model]) -> dict[str, Any]:
        """Returns {name: record} of `model`, queried once; sheets add the records they create."""
        if model not in self._names:
            records: Iterable[Any] = self.rows(model)
            self._names[model] = {" ".join(record.name.split()): record for record in records}
        return self._names[model]

    def attach(self, records: Collection[models.Model], attribute: str, model: type[models.Model]) -> None:
        """Sets a foreign key of the records to objects of the book, which saves a query for each record.

        What other committees keep is set as well, though it cannot be named.
        """
        key = f"{attribute}_id"
        known = self._by_key(model)
        if self.committee is not None:
            known = known | model._default_manager.in_bulk({getattr(one, key) for one in records} - {None, *known})
        for record in records:
            if getattr(record, key):
                setattr(record, attribute, known[getattr(record, key)])

    def _by_key(self, model: type[models.Model]) -> dict[int, Any]:
        named = self.named(model)
        size, known = self._keyed.get(model, (-1, {}))
        if size != len(named):
            known = {record.pk: record for record in named.values()}
            self._keyed[model] = len(named), known
        return known

    def refer(self, model: type[models.Model], name: str, sheet: str | None) -> Any:
        """Returns the record of `model` with this name; raises CellError where there is none."""
        record = self.named(model).get(name) or self._named_alike(model, name)
        if record is None:
            raise self.nobody(name, sheet) if sheet else self.no_choice(model)
        return record

    def _named_alike(self, model: type[models.Model], name: str) -> Any:
        """Returns the only record whose name has the same `text_key`, None for none or several."""
        known = self.named(model)
        size, alike = self._alike.get(model, (0, {}))
        if size != len(known):
            alike = defaultdict(list)
            for record in known.values():
                alike[cells.text_key(record.name)].append(record)
            self._alike[model] = len(known), alike
        matches = alike[cells.text_key(name)] if known else []
        return matches[0] if len(matches) == 1 else None

    def fail(self, sheet: str, name: str, row: int, why: str = WRONG_FIRST) -> None:
        """Notes that the row which would have added a name is wrong, or waits for an answer."""
        self._failed.setdefault((sheet, cells.text_key(name)), (row, why))

    def has_failed(self, sheet: str, name: str) -> bool:
        """Whether the row which would have added a name is wrong, or waits for an answer."""
        return (sheet, cells.text_key(name)) in self._failed

    def nobody(self, name: str, sheet: str, expected: str | None = None, remedy: str | None = None) -> cells.CellError:
        """Returns the CellError for an unknown name; points to the wrong row that would have added it."""
        is_brought = sheet in self.sheets
        if self.committee is not None:
            expected, remedy = expected or "本单位及下级已登记的名称", remedy or NOT_HERE
        expected = expected or (f"《{sheet}》表或系统中已有的名称" if is_brought else "系统中已有的名称")
        failed = self._failed.get((sheet, cells.text_key(name)))
        if failed:
            return cells.CellError(expected, f"该名称在《{sheet}》第 {failed[0]} 行，{failed[1]}")
        otherwise = f"请核对名称，或先在《{sheet}》表中加入" if is_brought else REGISTER
        return cells.CellError(expected, remedy or otherwise)

    def no_choice(self, model: type[models.Model]) -> cells.CellError:
        """Returns the CellError for an unknown name of a record that the workbook cannot add."""
        label = model._meta.verbose_name
        return cells.CellError(cells.one_of(self.named(model)), f"请从中选择一项；新的{label}须先在系统中增加")

    def agree(self, record: models.Model, attribute: str, place: SheetRow) -> Agreed | None:
        """Notes that this file repeats a stored value of a record, and returns what was noted before.

        `place` is (sheet, row).
        """
        # Most rows of most files repeat stored values, so that only the first place and the attributes are kept.
        known = self.agreed.get(id(record))
        first, attributes = known or (place, frozenset())
        attributes |= {attribute}
        self.agreed[id(record)] = first, self._sets.setdefault(attributes, attributes)
        return known

    def repeats(self, record: models.Model, attribute: str) -> bool:
        """Whether a row of this file repeats the stored value of a record."""
        return attribute in (self.agreed.get(id(record)) or ("", frozenset()))[1]

    def disagree(self, record: models.Model, known: Agreed | None) -> None:
        """Undoes `agree` for a wrong row; `known` is what `agree` returned."""
        self.agreed[id(record)] = known

    def check_agreed(self, record: models.Model, attribute: str, stored: str) -> None:
        """Raises CellError for a row that changes a value which an earlier row of this file repeats as stored."""
        place, attributes = self.agreed.get(id(record)) or (None, frozenset())
        if place and attribute in attributes:
            raise self.differing(stored, place)

    @staticmethod
    def differing(shown: str, place: SheetRow) -> cells.CellError:
        """Returns the CellError for a cell that contradicts the row at `place` about the same record."""
        sheet, row = place
        expected = f"与《{sheet}》第 {row} 行一致的“{shown}”"
        return cells.CellError(expected, "同一人或同一单位的两处填写不一致，请核对")

    def claimed(self, record: models.Model) -> dict[str, tuple[Any, SheetRow]]:
        """Returns the values that this file sets on a record as {attribute: (value, place)}."""
        return self.claims.setdefault(id(record), (record, {}))[1]

    def has_claim(self, record: models.Model, attribute: str) -> bool:
        """Whether this file sets an attribute of a record."""
        return id(record) in self.claims and attribute in self.claimed(record)

    def claim(
        self, record: models.Model, attribute: str, value: Any, place: SheetRow, shown: Callable[[Any], str] = as_text
    ) -> tuple[Any, SheetRow] | None:
        """Notes that a row sets a value, and returns what was noted before, None for the first such row.

        Raises CellError where an earlier row sets another value, unless that was a vaguer date.
        """
        claimed = self.claimed(record)
        known = claimed.get(attribute)
        if known is None or is_vaguer(known[0], value):
            claimed[attribute] = value, place
        elif known[0] != value:
            raise self.differing(shown(known[0]), known[1])
        return known

    def disclaim(self, record: models.Model, attribute: str, known: tuple[Any, SheetRow] | None) -> None:
        """Undoes `claim` for a wrong row; `known` is what `claim` returned."""
        if known:
            self.claimed(record)[attribute] = known
        else:
            self.claimed(record).pop(attribute, None)
