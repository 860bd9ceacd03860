"""Import of sheets into records: the base classes of every `<app>/resources.py`.

A resource imports one sheet. It reads each row's cells, finds the record that the row means or starts one, and
compares; nothing is written before every row has been checked. All sheets of a workbook share one `Book`, so that a
name in one sheet can refer to a row of another.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial, reduce
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, FieldDoesNotExist, ValidationError
from django.db.models import Model
from import_export.resources import ModelResource
from import_export.results import RowResult

from ..days import check_days
from ..partial_dates import is_vaguer
from . import cells
from .cell_reading import CellReading
from .columns import (
    ADD,
    ADDITIONS,
    ANSWER_FIRST,
    WRONG_FIRST,
    Book,
    Column,
    RecordNameColumn,
)
from .committee_reach import CommitteeReach
from .day_texts import TitleDay
from .doubts import Candidate, Doubt
from .problems import CellProblem, RowCells, RowProblems, row_problem
from .value_changes import CellChange, ValueChanges


class PlainRowResult(RowResult):
    """The result of a row, without the unused text description of its record."""

    def add_instance_info(self, instance: Any) -> None:
        self.object_id = None


class SheetResource(CellReading, ValueChanges, CommitteeReach, ModelResource):
    """Imports one sheet row by row; all changes made by a wrong row are rolled back.

    Bad cells that decide neither identity nor a figure are put aside as `awaited`, and the row is imported without.

    A subclass sets `sheet`, `columns` and `known_by`, and defines `load`, `find` and, if need be, `start`. Without
    `known_by` or `load` it raises TypeError.

    - `known_by`: the headings whose cells identify a record in rows without an export mark.
    - `shared`: attributes that several rows may state; they must agree.
    - `called`: the heading of the name by which other sheets refer to a record, by default the first column.
    - `kept`: attributes of stored records that a row creating another record may fill but not change; a day may take
      the place of its month or year, and never the other way round.
    - `begins`, `ends`: the headings of the first and last day of a row's validity; rows with an end are imported first,
      so that the end is known before the successor is checked.
    - `synonyms`: {column: other headings that offices use, separated by spaces}; a synonym of two columns is ambiguous.
    - `settled_by`: a foreign key to records that store data derived from the rows that refer to them, or the primary
      key, where the row's own records do; see `settle`.
    - `never_aside`: headings whose bad cells are not put aside, since the form of the record does not have them.
    - `is_announced`: whether `announce` is called with each row before any sheet of the file is checked.
    - `is_of_earlier`: whether the rows are earlier states, for which a ledger without any has no sheet.
    - `stated`: the columns that the file has, which cells left blank do not tell.
    - `state_column`: the column whose value the title of a section or sheet may give to its rows, such as 团籍状态;
      `state_synonyms` are words of such titles, {choice: "words"}, first those of records that stand, with "" for words
      that say no choice; `state_days` is {choice: the column of the day since when}.
    - `noted_column`: the column whose value is also noted in cells below the headings `noted_under`, separated by
      spaces; `noted_words` is {value: pattern of what is written there}.
    - `passed_over`: headings that such lists have and nobody is asked about, separated by spaces.
    - `group`: the column that a file may state once for many rows, by the sheet's name or a section; `group_page` is
      the page that registers such a group from the import, (URL name, words).
    - `relies_on_all`: whether any change to records of the model since the check may change the outcome, as where
      somebody has entered the same record meanwhile, which is found neither by name nor by owner.
    - `rests_on`: other models of which the same is true.
    - `asks`: whether a list of the kind alone asks the database for what its rows need; see `ask_as_needed`.
    """

    sheet = ""
    known_by: Sequence[str] = ()
    columns: Sequence[Column] = ()
    shared: Collection[str] = ()
    kept: Collection[str] = ()
    called = ""
    begins: Sequence[str] = ()
    ends: Sequence[str] = ()
    synonyms: Mapping[str, str] = {}
    relies_on_all = False
    rests_on: Sequence[type[Model]] = ()
    asks = False
    settled_by = ""
    never_aside: Collection[str] = ()
    is_announced = False
    group = ""
    group_page = ("", "")
    passed_over = ""
    state_column = ""
    state_synonyms: Mapping[str, str] = {}
    state_days: Mapping[str, str] = {}
    noted_column = ""
    noted_under = ""
    noted_words: Mapping[str, str] = {}
    is_of_earlier = False
    stated: Collection[str] = ()
    without_types = False  # whether the file is text, which does not preserve the types of cells

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        unknown = set(cls.known_by) - {item.column_name for item in cls.columns}
        if cls.sheet and (not cls.known_by or unknown or cls.load is SheetResource.load):
            raise TypeError(f"{cls.__name__} must say by `known_by` and `load` how it knows its records again")

    class Meta:
        fields = ()
        import_id_fields = ()
        skip_diff = True
        use_transactions = False

    def __init__(self, book: Book) -> None:
        super().__init__()
        self.book = book
        self.fields = {item.column_name: item for item in self.columns}
        self.naming = [heading for heading, item in self.fields.items() if item.names_others]
        self.called = self.called or self.columns[0].column_name
        self.row, self.row_number, self.place = {}, 0, ("", 0)
        self.instance: Any = None
        self.row_at: Any = None
        self.row_key = ""
        self.doubt: Doubt | None = None
        self.changes: list[CellChange] = []
        self.changes_beside: list[tuple[Any, str, str, str]] = []
        self.matched: dict[int, tuple[int, Any, str]] = {}
        self.dirty: dict[int, tuple[Any, set[str]]] = {}
        self.beside: list[tuple[Any, Sequence[str]]] = []
        self.linked: dict[str, list[Any]] = {}
        self.trail: list[Callable[[], Any]] = []
        self.stored, self.marked, self.outdated, self.is_outdated = {}, None, 0, False
        self.aliases: dict[str, dict[str, str]] = {}
        self.spelled: list[tuple[str, str, str]] = []
        self.unmasked, self.standing = {}, {}
        self.awaited, self.year = [], 0
        self.unreadable, self.left_alone = set(), {}
        self.notes: list[str] = []
        self.compared: Counter[str] = Counter()
        replaced = {item.name for item in self.columns if not item.path}
        self.lasting = frozenset(item.path for item in self.columns if item.path and item.path[0] not in replaced)
        self.targets = {}
        self.begun: dict[int, bool] = {}  # whether the row `has_begun` the records that its cells set, by their id()
        self._forget_texts()

    @classmethod
    def get_display_name(cls) -> str:
        return cls.sheet

    @classmethod
    def note(cls, book: Book, keys: Collection[int] | None = None) -> None:
        """Adds stored records that other sheets need to the book, of people with these keys; nothing by default."""

    # Hooks for subclasses

    @classmethod
    def ask_as_needed(cls, book: Book, noting: Collection[type["SheetResource"]]) -> None:
        """Prepares a book that `asks`; `noting` are the resources whose `note` tells of the records that are read."""

    def foresee(self, rows: Sequence[RowCells]) -> None:
        """Asks the database together for what rows, {heading: cell} each, will need one by one; nothing by default."""

    @classmethod
    def titled_groups(cls, user: Any, committee: Any = None) -> Any:
        """Returns what a file's titles can say of its rows beside the `group`; None where that is no more.

        The object has the `names` of the groups that the user's lists can be about, `label_of(key)`, `told_by(title)`
        and `likely(title)` one of them, `cells(name)` the {column: text} of its rows, and `label_of_cells(cells)` the
        way back. `may_name(title)` is whether a title looks like that of one, registered or not.
        """
        return None

    def load(self) -> None:
        """Loads what `find` needs, and all records that marks can name into `stored`, {key: record}."""
        raise NotImplementedError

    @property
    def early_headings(self) -> Sequence[str]:
        """Headings that make a row early when filled: such rows are imported first, by default those that end."""
        return self.ends

    def in_order(self, rows: Iterable[RowCells]) -> list[RowCells]:
        """Returns the early rows, {heading: cell} each, in import order."""
        return sorted(rows, key=self.begin_of)

    def begin_of(self, row: RowCells) -> date:
        """Returns the first day of a row's validity, `date.min` where it has none."""
        for heading in self.begins:
            if not cells.is_blank(row.get(heading)):
                try:
                    return self.fields[heading].widget.clean(row[heading])
                except cells.CellError:
                    continue
        return date.min

    def find(self, row: RowCells) -> Any:
        """Returns the record that the row means, or None; raises CellError where it could be several."""
        raise NotImplementedError

    def recall(self, record: Any) -> Any:
        """Returns the record named by the row's mark; subclasses also set here what `find` sets.

        Raises RowProblems where the row's other cells identify another record.
        """
        self._refuse_slipped(record)
        return record

    def start(self, row: RowCells) -> Any:
        """Returns a new record for a row that means no known one."""
        return self._meta.model()

    def apply(self, record: Any, row: RowCells) -> list[CellChange]:
        """Sets values that plain columns cannot; returns the changes as [(heading, old, new)]."""
        return []

    def watched(self) -> list[type[Model]]:
        """Returns the models that the check relies on: those compared with rows, and those that rows refer to."""
        own = self._meta.model
        beside = [own._meta.get_field(item.path[0]).related_model for item in self.columns if item.path]
        named = [item.model for item in self.columns if isinstance(item, RecordNameColumn)]
        return list(dict.fromkeys([own, *beside, *named]))

    def is_closed(self, row: RowCells) -> bool:
        """Whether a row, {heading: cell}, is confidential to whoever sent the file, and so set aside."""
        return False

    def doubts(self) -> Iterable[str]:
        """Returns warnings about valid rows, to be confirmed before the commit."""
        return []

    def questions(self) -> Iterable[Any]:
        """Returns the Questions of `importing.questions` that the checked rows leave open, answered ones included."""
        return []

    @classmethod
    def settle(cls, keys: Collection[int]) -> None:
        """Updates derived data after records were written, or undone, in bulk.

        `keys` are those that the written records have in the field `settled_by`.
        """

    def announce(self, row: RowCells) -> None:
        """Notes what sheets checked earlier must know of a row, {heading: cell as written}; nothing by default."""

    def conclude(self) -> None:
        """Adds by `write_beside` what follows once every row of the file has been read; nothing by default."""

    def late_problems(self) -> Iterable[tuple[Any, ...]]:
        """Returns problems that show only once every row of the file has been read.

        Each is (the row's `row_at`, column, found, expected, remedy).
        """
        return []

    def ask(self, about: str, candidates: Sequence[Candidate]) -> Any:
        """Returns the record that the current row is answered to mean, None for another one.

        A row with an export mark is not asked about. Raises RowProblems, of the kind DOUBTFUL, without an answer.
        """
        if self.marked:
            return None
        self.doubt = self.book.settle_doubt(about, self.place, self.row_key, candidates)
        if not self.doubt.answer:
            raise RowProblems([], RowProblems.DOUBTFUL)
        return self.doubt.meant

    # The steps of a row, in the order in which django-import-export calls them

    def before_import(self, dataset: Any, **options: Any) -> None:
        self.load()

    def import_row(self, row: RowCells, instance_loader: Any, **options: Any) -> RowResult:
        result = self._imported(row, instance_loader, **options)
        name = row.get(self.called)
        if result.errors and isinstance(name, str):
            is_asked = self.doubt is not None and not self.doubt.answer
            why = ANSWER_FIRST if is_asked else WRONG_FIRST
            self.book.fail(type(self).sheet, name, self.row_number, why)
        return result

    def _imported(self, row: RowCells, instance_loader: Any, **options: Any) -> RowResult:
        """Imports a row, again without its bad cells as long as those that remain may wait."""
        aside: list[CellProblem] = []
        while True:
            self.trail, self.awaited, self.unreadable = [], list(aside), set()
            result = super().import_row(row, instance_loader, **options)
            if not result.errors:
                return result
            self.set_back()
            found = self.that_can_wait(result.errors[0].error, row)
            if not found:
                result.errors[0].error = self.with_those_aside(result.errors[0].error, aside)
                return result
            aside += found
            headings = {heading for heading, *_ in found}
            row = {heading: cell for heading, cell in row.items() if heading not in headings}

    def set_back(self) -> None:
        """Rolls back the values, claims and records of the current row."""
        for undo in reversed(self.trail):
            undo()
        self.trail = []
        self.book.state_changes.pop(self.place, None)

    @classmethod
    def get_row_result_class(cls) -> type[RowResult]:
        return PlainRowResult

    def get_or_init_instance(self, instance_loader: Any, row: RowCells) -> tuple[Any, bool]:
        record = self.recall(self.marked) if self.marked else self._located(row, lambda: self.find(self.row))
        if record is None:
            self.refuse_of_no_place()
            return self._located(row, lambda: self.start(self.row)), True
        self.refuse_kept_elsewhere(record, row)
        if id(record) in self.matched and not self._supplements(record):
            remedy = f"与{self.place_of(record)}重复：请删去一行；如不是同一记录，请补充能区分二者的号码、日期或名称"
            kind = RowProblems.DUPLICATE
            raise row_problem(self.called, row.get(self.called), "每条记录只占一行", remedy, kind)
        return record, False

    def _supplements(self, record: Any) -> bool:
        """Whether the row repeats an earlier one of the file, and what it says more is to be taken.

        That is asked, unless the row itself is answered to mean the same; a row that contradicts is never taken.
        """
        added = self._added(record)
        if added is None:
            return False
        is_said = self.doubt is not None and self.doubt.meant is not None
        if added and not is_said:
            self.book.additions[self.place] = None
            is_said = self.book.answers.get(ADDITIONS) == ADD
        return is_said

    def is_repeated(self, record: Any, heading: str, value: Any) -> bool:
        """Whether a cell of no field of the record says again what an earlier row of the file did."""
        return heading in self.known_by

    def _added(self, record: Any) -> bool | None:
        """Whether the row fills what is empty or vague in a record, None where it says anything else."""
        added = False
        for heading, value in self.row.items():
            item = self.fields[heading]
            if item.attribute is None:
                if not self.is_repeated(record, heading, value):
                    return None
                continue
            target = reduce(getattr, item.path, record)
            old = getattr(target, item.name, None)
            if old in ("", None) or is_vaguer(old, value):
                added = True
            elif old != value and not is_vaguer(value, old):
                return None
        return added

    def place_of(self, record: Any) -> str:
        """Returns the position of the row that means a record, with its sheet's name where that is another one."""
        number, _, sheet = self.matched[id(record)]
        return f"第 {number} 行" if sheet == self.sheet else f"《{sheet}》第 {number} 行"

    def _located(self, row: RowCells, act: Callable[[], Any]) -> Any:
        """Returns the result of `act`; turns its CellError into RowProblems of the column that the error names."""
        try:
            return act()
        except cells.CellError as error:
            heading = error.column or self.called
            raise RowProblems([(heading, row.get(heading), error.expected, error.remedy)]) from None

    def import_instance(self, instance: Any, row: RowCells, **options: Any) -> None:
        self.instance = instance
        self.changes, self.changes_beside, problems = [], [], []
        self.refuse_unsure(instance)
        if instance.pk:
            self._keep_since(instance, row)
        self._add_notes(instance)
        stored = self._dated_values(instance)
        self.begun, self.targets = {}, {}
        for heading, item in self.fields.items():
            if item.attribute is None or heading not in self.row:
                continue
            try:
                self._set(instance, heading, item, self.row[heading])
            except cells.CellError as error:
                problems.append((heading, row.get(heading), error.expected, error.remedy))
        if problems:
            raise RowProblems(problems)
        self.changes += self._located(row, lambda: self.apply(instance, self.row)) or []
        if stored and stored != instance.__dict__:
            self._located(row, lambda: self._date_states(instance, stored))

    def _keep_since(self, instance: Any, row: RowCells) -> None:
        """Leaves alone the day of a stored state that a title only repeats."""
        for heading in set(self.state_days.values()):
            state = self.fields[self.state_column].name
            is_repeated = getattr(instance, state) == self.row.get(self.state_column)
            if type(row.get(heading)) is TitleDay and is_repeated and getattr(instance, self.fields[heading].name):
                self.row.pop(heading, None)

    def _add_notes(self, instance: Any) -> None:
        """Adds what cells said beside their values to the row's remark, unless it is there already."""
        if not self.notes:
            return
        said = self.row.get(self.remark) or getattr(instance, self.fields[self.remark].name) or ""
        new = [note for note in self.notes if note not in said]
        self.row[self.remark] = "；".join(filter(None, [said, *new]))

    def skip_row(self, instance: Any, original: Any, row: RowCells, import_validation_errors: Any = None) -> bool:
        if id(instance) not in self.matched:
            self.matched[id(instance)] = (self.row_number, instance, self.sheet)
            self.trail.append(partial(self.matched.pop, id(instance)))
        return not self.has_begun(instance) and not self.changes

    def validate_instance(
        self, instance: Any, import_validation_errors: Any = None, validate_unique: bool = True
    ) -> None:
        problems: list[CellProblem] = []
        for record in self.records_of(instance):
            problems += self.taken_elsewhere(record)
            before = None if self.has_begun(record) else dict(record.__dict__)
            for check in (record.clean, partial(check_days, record, self.book.today)):
                try:
                    check()
                except ValidationError as error:
                    problems += self._problems_of(error, record)
            if before:
                self._touch_derived(record, before)
        if problems:
            raise RowProblems(problems)

    def records_of(self, instance: Any) -> list[Any]:
        """Returns the records that one row writes, in the order in which they must be created."""
        return [instance]

    def _problems_of(self, errors: ValidationError, record: Any) -> Iterator[CellProblem]:
        for name, found in errors.error_dict.items() if hasattr(errors, "error_dict") else [(NON_FIELD_ERRORS, errors)]:
            found = found if isinstance(found, list) else found.error_list
            heading = self._heading_of(record, name)
            for error in found:
                words = error.params or {}
                expected = words.get("expected") or "".join(error.messages)
                value = self.row.get(heading)
                widget = self.fields[heading].widget if heading in self.fields else None
                shown = widget.render(value) if widget and value is not None else value
                shown = self.unmasked.get(heading, shown)
                yield (heading, shown, expected, words.get("remedy") or "请改正后重新上传")

    def _heading_of(self, record: Any, name: str) -> str:
        for heading, item in self.fields.items():
            if item.attribute and item.attribute.split("__")[-1] == name:
                return heading
        try:
            return str(record._meta.get_field(name).verbose_name)
        except FieldDoesNotExist:
            return self.called

    def save_instance(self, instance: Any, is_create: bool, row: RowCells, **options: Any) -> None:
        for record in self.records_of(instance):
            if record.pk is None:
                self.book.begun[id(record)] = self.place
        self.accept(instance)

    def accept(self, record: Any) -> None:
        """Makes a new or changed record known to the rows that follow; nothing by default."""

    def save_m2m(self, instance: Any, row: RowCells, **options: Any) -> None:
        """Does nothing: links are written with their records when the import is committed."""
