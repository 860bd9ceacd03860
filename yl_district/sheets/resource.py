"""Import of sheets into records: the base classes of every `<app>/resources.py`.

A resource imports one sheet. It reads each row's cells, finds the record that the row means or starts one, and
compares; nothing is written before every row has been checked. All sheets of a workbook share one `Book`, so that a
name in one sheet can refer to a row of another.
"""

from collections import Counter, defaultdict
from datetime import date
from functools import partial

from django.core.exceptions import NON_FIELD_ERRORS, FieldDoesNotExist, ValidationError
from import_export.resources import ModelResource
from import_export.results import RowResult

from ..privacy.encryption import Sealed
from ..privacy.masking import masked, masked_name
from . import cells
from .columns import REGISTER, Named, References
from .export_recall import Recalling
from .exporting_rows import SheetExport
from .problems import RowProblems, row_problem

ROW_NUMBER = "\0row"  # key of the row's number, which no heading can equal
MOST_REMEMBERED = 2_000  # texts of each column whose values are cached
GROUP_ELSEWHERE = "请核对名称，或在“重新选择列”中更改归属的来源，或先在系统中登记"


class PlainRowResult(RowResult):
    """The result of a row, without the unused text description of its record."""

    def add_instance_info(self, instance):
        self.object_id = None


class SheetResource(Recalling, SheetExport, ModelResource):
    """Imports one sheet row by row; all changes made by a wrong row are rolled back.

    A subclass sets `sheet`, `columns` and `known_by`, and defines `load`, `find` and, if need be, `start`. Without
    `known_by` or `load` it raises TypeError.

    - `known_by`: the headings whose cells identify a record in rows without an export mark.
    - `shared`: attributes that several rows may state; they must agree.
    - `called`: the heading of the name by which other sheets refer to a record, by default the first column.
    - `kept`: attributes of stored records that a row creating another record may fill but not change.
    - `begins`, `ends`: the headings of the first and last day of a row's validity; rows with an end are imported first,
      so that the end is known before the successor is checked.
    - `synonyms`: {column: other headings that offices use, separated by spaces}; a synonym of two columns is ambiguous.
    - `settled_by`: a foreign key to records that store data derived from the rows that refer to them; see `settle`.
    - `group`: the column that a file may state once for many rows, by the sheet's name or a section.
    - `relies_on_all`: whether any change to records of the model since the check may change the outcome, as where
      somebody has entered the same record meanwhile, which is found neither by name nor by owner.
    """

    sheet = ""
    known_by = ()
    columns = ()
    shared = ()
    kept = ()
    called = ""
    begins = ()
    ends = ()
    synonyms = {}
    relies_on_all = False
    settled_by = ""
    group = ""
    without_types = False  # whether the file is text, which does not preserve the types of cells

    def __init_subclass__(cls, **options):
        super().__init_subclass__(**options)
        unknown = set(cls.known_by) - {item.column_name for item in cls.columns}
        if cls.sheet and (not cls.known_by or unknown or cls.load is SheetResource.load):
            raise TypeError(f"{cls.__name__} must say by `known_by` and `load` how it knows its records again")

    class Meta:
        fields = ()
        import_id_fields = ()
        skip_diff = True
        use_transactions = False

    def __init__(self, book=None):
        super().__init__()
        self.book = book
        self.fields = {item.column_name: item for item in self.columns}
        self.naming = [heading for heading, item in self.fields.items() if item.names_others]
        self.called = self.called or self.columns[0].column_name
        self.row = {}
        self.row_number = self.place = self.instance = None
        self.row_at = None
        self.changes, self.changes_beside = [], []
        self.matched, self.dirty = {}, {}
        self.beside, self.linked, self.trail = [], {}, []
        self.stored, self.marked, self.outdated, self.is_outdated = None, None, 0, False
        self.aliases, self.spelled, self.unmasked, self.compared = {}, [], {}, Counter()
        self.standing = {}
        self.memory = {heading: {} for heading in self.fields}

    @classmethod
    def get_display_name(cls):
        return cls.sheet

    @classmethod
    def note(cls, book):
        """Adds stored records that other sheets need to the book; nothing by default."""

    # Hooks for subclasses

    def load(self):
        """Loads what `find` needs, and all records that marks can name into `stored`, {key: record}."""
        raise NotImplementedError

    @property
    def early_headings(self):
        """Headings that make a row early when filled: such rows are imported first, by default those that end."""
        return self.ends

    def in_order(self, rows):
        """Returns the early rows, {heading: cell} each, in import order."""
        return sorted(rows, key=self.begin_of)

    def begin_of(self, row):
        """Returns the first day of a row's validity, `date.min` where it has none."""
        for heading in self.begins:
            if not cells.is_blank(row.get(heading)):
                try:
                    return self.fields[heading].widget.clean(row[heading])
                except cells.CellError:
                    continue
        return date.min

    def find(self, row):
        """Returns the record that the row means, or None; raises CellError where it could be several."""
        raise NotImplementedError

    def recall(self, record):
        """Returns the record named by the row's mark; subclasses also set here what `find` sets.

        Raises RowProblems where the row's other cells identify another record.
        """
        self._refuse_slipped(record)
        return record

    def start(self, row):
        """Returns a new record for a row that means no known one."""
        return self._meta.model()

    def apply(self, record, row):
        """Sets values that plain columns cannot; returns the changes as [(heading, old, new)]."""
        return []

    def watched(self):
        """Returns the models that the check relies on: those compared with rows, and those that rows refer to."""
        own = self._meta.model
        beside = [own._meta.get_field(item.path[0]).related_model for item in self.columns if item.path]
        named = [item.model for item in self.columns if isinstance(item, Named)]
        return list(dict.fromkeys([own, *beside, *named]))

    def is_closed(self, row):
        """Whether a row, {heading: cell}, is confidential to whoever sent the file, and so set aside."""
        return False

    def doubts(self):
        """Returns warnings about valid rows, to be confirmed before the commit."""
        return []

    def write_beside(self, record, names=()):
        """Adds a record to be written with the current row's: a new one, or the named fields of a stored one."""
        self.beside.append((record, names))
        self.trail.append(self.beside.pop)

    @classmethod
    def settle(cls, keys):
        """Updates derived data after records were written, or undone, in bulk.

        `keys` are those of the records that the written ones refer to by `settled_by`.
        """

    def late_problems(self):
        """Returns problems that show only once every row of the file has been read.

        Each is (the row's `row_at`, column, found, expected, remedy).
        """
        return []

    def change(self, record, name, value):
        """Sets a field of the current row's record that no column states by itself."""
        self.trail.append(partial(setattr, record, name, getattr(record, name)))
        setattr(record, name, value)
        if not self.has_begun(record):
            self._touch(record, name)

    def link(self, record, name, others):
        """Replaces the links of a many-to-many field of the current row's record; returns whether they differ."""
        stored = {one.pk for one in getattr(record, name).all()} if record.pk else set()
        if stored == {one.pk for one in others}:
            return False
        self.linked[name] = list(others)
        return True

    def rows_for_export(self, records):
        """Returns the QuerySet of records with the relations that `export_row` reads, to save queries."""
        return records

    # The steps of a row, in the order in which django-import-export calls them

    def before_import(self, dataset, **options):
        self.load()

    def before_import_row(self, row, **options):
        self.row_number, self.row, problems = row[ROW_NUMBER], {}, []
        self.spelled, self.unmasked = [], {}
        self.place = (self.sheet, self.row_number)
        self.linked = {}
        self.marked, row = self._recalled(row)
        for heading, item in self.fields.items():
            value = row.get(heading)
            if value is None or cells.is_blank(value):
                if item.required and not self.is_said_elsewhere(item, row):
                    problems.append((heading, None, "必填内容", f"请填写{heading}"))
                continue
            try:
                self.row[heading] = self._resolved(heading, item, value, row)
            except cells.CellError as error:
                problems.append(self._cell_problem(heading, value, error))
        if problems:
            raise RowProblems(problems)

    def _resolved(self, heading, item, value, row):
        """Returns the value of a cell, else that of its remembered meaning; raises CellError."""
        if heading in self.standing and not isinstance(item, References):
            return self.standing[heading]
        try:
            return item.resolve(self.book, self.read(heading, item, value, row))
        except cells.CellError:
            meanings = self.aliases.get(heading, {}) if isinstance(value, str) else {}
            meant = meanings.get(cells.text_key(value)) if meanings else None
            if meant is None:
                raise
        found = item.resolve(self.book, self.read(heading, item, meant, row))
        self.spelled.append((heading, cells.quoted_cell(value), meant))
        return found

    def _cell_problem(self, heading, value, error):
        """Returns the problem of a cell; for a masked cell it does not reveal the stored value."""
        if heading in self.unmasked:
            return heading, self.unmasked[heading], "完整的内容", "导出时隐去的部分不能据以核对，请填写完整的内容"
        remedy = GROUP_ELSEWHERE if (heading, error.remedy) == (self.group, REGISTER) else error.remedy
        return heading, value, error.expected, remedy

    def is_said_elsewhere(self, item, row):
        """Whether the column's alternative, `unless`, is filled in the row."""
        return item.unless and not cells.is_blank(row.get(item.unless))

    def read(self, heading, item, value, row):
        """Returns the value that the column's widget reads, cached by text; raises CellError."""
        known = self.memory[heading]
        if type(value) is str and value in known:
            return known[value]
        cells.check_formula(value)
        if self.without_types and not self._is_stored(heading, item, value):
            cells.check_digits(item.widget, value)
        read = item.widget.clean(value, row)
        if type(value) is str and len(known) < MOST_REMEMBERED:
            known[value] = read
        return read

    def _is_stored(self, heading, item, text):
        """Whether the cell of an exported row still equals the stored value."""
        return self.marked is not None and self.exported_text(self.marked, heading, item) == text

    def import_row(self, row, instance_loader, **options):
        self.trail = []
        result = super().import_row(row, instance_loader, **options)
        if result.errors:
            self.set_back()
            name = row.get(self.called)
            if isinstance(name, str):
                self.book.fail(type(self).sheet, name, self.row_number)
        return result

    def set_back(self):
        """Rolls back the values, claims and records of the current row."""
        for undo in reversed(self.trail):
            undo()
        self.trail = []

    @classmethod
    def get_row_result_class(cls):
        return PlainRowResult

    def get_or_init_instance(self, instance_loader, row):
        record = self.recall(self.marked) if self.marked else self._located(row, lambda: self.find(self.row))
        if record is None:
            return self._located(row, lambda: self.start(self.row)), True
        if id(record) in self.matched:
            remedy = f"与{self.place_of(record)}重复：请删去一行；如不是同一记录，请补充能区分二者的号码、日期或名称"
            kind = RowProblems.DUPLICATE
            raise row_problem(self.called, row.get(self.called), "每条记录只占一行", remedy, kind)
        return record, False

    def place_of(self, record):
        """Returns the position of the row that means a record, with its sheet's name where that is another one."""
        number, _, sheet = self.matched[id(record)]
        return f"第 {number} 行" if sheet == self.sheet else f"《{sheet}》第 {number} 行"

    def _located(self, row, act):
        """Returns the result of `act`; turns its CellError into RowProblems of the column that the error names."""
        try:
            return act()
        except cells.CellError as error:
            heading = error.column or self.called
            raise RowProblems([(heading, row.get(heading), error.expected, error.remedy)]) from None

    def import_instance(self, instance, row, **options):
        self.changes, self.changes_beside, problems = [], [], []
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

    def _set(self, instance, heading, item, value):
        target, name = instance, item.name
        for step in item.path:
            target = getattr(target, step)
        if self.book.closed and (type(target), target.pk) in self.book.closed:
            return
        is_begun = self.has_begun(target)
        if item.attribute in self.shared:
            self._claim(target, name, value, partial(self._quoted, item, target, name), is_begun)
        if is_begun:
            setattr(target, name, value)
            return
        old = getattr(target, name, None)
        self.compared[heading] += old not in ("", None)
        if old == value or (isinstance(item.widget, cells.TextWidget) and item.widget.render(old) == value):
            return
        change = (heading, *self._masked_texts(item, target, name, old, value))
        is_beside = instance.pk is None and target.pk is not None
        if is_beside and item.attribute in self.kept and old not in ("", None):
            remedy = "请核对；确为登记有误时，先在人员资料中改正"
            raise cells.CellError(f"与已登记一致的{heading} {change[1]}", remedy)
        self.trail.append(partial(setattr, target, name, old))
        setattr(target, name, value)
        self._touch(target, name)
        self.changes.append(change)
        if is_beside:
            self.changes_beside.append((target, *change))

    def has_begun(self, record):
        """Whether the current row itself creates the record, so that no other row knows it yet."""
        return record.pk is None and id(record) not in self.book.begun

    def _claim(self, target, name, value, shown, is_begun):
        """Claims a shared value; raises CellError where rows that describe the same record do not agree."""
        if is_begun:
            return  # its values are all from this row
        place = self.place
        if target.pk and not self.book.has_claim(target, name):
            stored = getattr(target, name)
            if stored == value:
                self.trail.append(partial(self.book.disagree, target, self.book.agree(target, name, place)))
                return
            self.book.check_agreed(target, name, shown(stored))
        if target.pk is None and getattr(target, name) not in ("", None):
            self.book.claimed(target).setdefault(name, (getattr(target, name), self.book.begun[id(target)]))
        if self.book.claim(target, name, value, place, shown):
            self.trail.append(partial(self.book.disclaim, target, name))

    def _quoted(self, item, target, name, value):
        """Returns a value for a problem, masked, since it may be a stored one that the sender does not know."""
        [text] = self._masked_texts(item, target, name, value)
        return text

    def _masked_texts(self, item, target, name, *values):
        """Returns values as texts for the report of changes, with numbers and minors' names masked."""
        texts = [item.widget.render(value) for value in values]
        if item.is_masked:
            return map(masked, texts)
        is_hidden_name = name == "name" and getattr(target, "shown_name", target.name) != target.name
        return map(masked_name, texts) if is_hidden_name else texts

    def _touch(self, record, name):
        names = self.dirty.setdefault(id(record), (record, set()))[1]
        if name not in names:
            names.add(name)
            self.trail.append(partial(names.discard, name))

    def skip_row(self, instance, original, row, import_validation_errors=None):
        self.matched[id(instance)] = (self.row_number, instance, self.sheet)
        self.trail.append(partial(self.matched.pop, id(instance)))
        return bool(instance.pk) and not self.changes

    def validate_instance(self, instance, import_validation_errors=None, validate_unique=True):
        problems = []
        for record in self.records_of(instance):
            before = None if self.has_begun(record) else dict(record.__dict__)
            try:
                record.clean()
            except ValidationError as error:
                problems += self._problems_of(error, record)
            if before:
                self._touch_derived(record, before)
        if problems:
            raise RowProblems(problems)

    def _touch_derived(self, record, before):
        """Marks fields that `clean` has changed as dirty; merely decrypting a cell is no change."""
        for name, old in before.items():
            value = record.__dict__[name]
            if value is not old and not isinstance(old, Sealed) and value != old:
                self.trail.append(partial(setattr, record, name, old))
                self._touch(record, name)

    def records_of(self, instance):
        """Returns the records that one row writes, in the order in which they must be created."""
        return [instance]

    def _problems_of(self, errors, record):
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

    def _heading_of(self, record, name):
        for heading, item in self.fields.items():
            if item.attribute and item.attribute.split("__")[-1] == name:
                return heading
        try:
            return str(record._meta.get_field(name).verbose_name)
        except FieldDoesNotExist:
            return self.called

    def save_instance(self, instance, is_create, row, **options):
        for record in self.records_of(instance):
            if record.pk is None:
                self.book.begun[id(record)] = (self.sheet, self.row_number)
        self.accept(instance)
        self.instance = instance

    def accept(self, record):
        """Makes a new or changed record known to the rows that follow; nothing by default."""

    def save_m2m(self, instance, row, **options):
        """Does nothing: links are written with their records when the import is committed."""


class LogResource(SheetResource):
    """A sheet whose rows are events: a row means the record that is equal in every cell.

    Equal rows mean as many events. A row that differs from all records is a new event, unless its mark names a record.
    """

    relies_on_all = True

    def __init_subclass__(cls, **options):
        cls.known_by = tuple(item.column_name for item in cls.columns)
        super().__init_subclass__(**options)

    def load(self):
        self.stored, self.waiting = {}, defaultdict(list)
        for record in self.rows_for_export(self._meta.model.objects.order_by("pk")):
            self.stored[record.pk] = record
            self.waiting[tuple(self.export_row(record))].append(record)

    def find(self, row):
        said = tuple(
            "" if row.get(heading) is None else self.render(heading, item, row[heading])
            for heading, item in self.fields.items()
        )
        waiting = self.waiting[said]
        return self._taken(waiting, waiting[0]) if waiting else None

    def recall(self, record):
        waiting = self.waiting[tuple(self.export_row(record))]
        return self._taken(waiting, record) if record in waiting else record

    def _taken(self, waiting, record):
        """Returns the record, and removes it from those that further rows can mean."""
        self.trail.append(partial(waiting.insert, waiting.index(record), record))
        waiting.remove(record)
        return record
