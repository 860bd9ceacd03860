"""Columns of the ledger's sheets, derived from model fields, and the state that the sheets of one workbook share."""

from collections import defaultdict
from contextlib import contextmanager

from django.db import models
from import_export.fields import Field

from ..fields import MonthField, YearField, is_masked
from ..spreadsheets.workbooks import Heading, as_text
from . import cells

REGISTER = "请核对名称，或先在系统中登记"  # remedy for an unknown name that the file cannot add
EXPLAINED_BY_BASIS = ("人次", "场次")  # their sheets have a column 数字口径


class Column(Field):
    """A column of a sheet; `attribute` is what it sets on the record, None where the resource reads it itself.

    In a list, a required column may be blank or missing where the column `unless` is filled. The values of a column
    that `is_masked` are masked wherever they are shown. A column that `names_others` refers to records by names, of
    which a masked list shows less.
    """

    unless = ""
    names_others = False

    def __init__(self, heading, attribute=None, widget=None, required=False, choices=(), width=14, is_masked=False):
        super().__init__(attribute=attribute, column_name=heading, widget=widget or cells.TextWidget())
        self.required, self.choices, self.width = required, choices, width
        self.is_masked = is_masked
        *self.path, self.name = attribute.split("__") if attribute else [None]

    def resolve(self, book, value):
        """Returns the value for the record, by default the cell's own; raises CellError."""
        return value

    @property
    def lookup(self):
        """The field lookup by which the database finds the value, None where there is none."""
        return self.attribute

    @property
    def heading(self):
        """The Heading with which workbooks are written."""
        return Heading(self.column_name, self.required, tuple(self.choices), self.width)


class References(Column):
    """A column with names that the resource resolves itself, since other cells tell whose names they are."""

    names_others = True


class Named(Column):
    """A column with the name of a record of `model`, which is in the system or in the sheet `sheet`.

    Without `sheet` the workbook cannot add such records, and the error for an unknown name lists the existing ones.
    """

    def __init__(self, heading, attribute, model, sheet=None, required=False):
        super().__init__(heading, attribute, required=required, width=24)
        self.model, self.sheet = model, sheet

    @property
    def lookup(self):
        return self.attribute and f"{self.attribute}__name"

    def resolve(self, book, value):
        return book.refer(self.model, value, self.sheet)


def column(model, name, required=False, heading=None, prefix="", widget=None, aliases=None):
    """Returns the Column of a model field, with its `verbose_name` as heading and the widget for its type."""
    source = model._meta.get_field(name)
    heading = heading or str(source.verbose_name)
    choices = tuple(str(label) for value, label in source.flatchoices if value != "")
    if isinstance(source, models.BooleanField):
        choices = ("是", "否")
    width = 30 if isinstance(source, models.TextField) else max(10, 2 * len(heading) + 4)
    widget = widget or widget_for(source, heading, aliases)
    return Column(heading, prefix + name, widget, required, choices, width, is_masked(source))


def widget_for(source, heading, aliases=None):
    """Returns the widget that reads cells of a model field."""
    if source.flatchoices:
        return cells.ChoiceWidget(source.flatchoices, aliases)
    if isinstance(source, MonthField):
        return cells.MonthWidget()
    if isinstance(source, models.DateField):
        return cells.DayWidget()
    if isinstance(source, models.BooleanField):
        return cells.YesNoWidget()
    if isinstance(source, YearField):
        return cells.YearWidget(source._validators)
    if isinstance(source, models.IntegerField):
        return number_widget(heading)
    if isinstance(source, models.DecimalField):
        return cells.DecimalWidget()
    if source._validators:
        return cells.CodeWidget(source._validators)
    return cells.TextWidget(source.max_length, has_lines=isinstance(source, models.TextField))


def number_widget(heading):
    """Returns the widget that reads cells of an IntegerField."""
    if heading in EXPLAINED_BY_BASIS:
        return cells.IntegerWidget(remedy="请只填写数字，单位、“余”“约”等字写在备注或数字口径中")
    return cells.IntegerWidget()


def key_of(record):
    """Returns the record's primary key; for one without, a negative number unique during its lifetime."""
    return -id(record) if record.pk is None else record.pk


class Book:
    """State shared by the sheets of one workbook while it is imported or exported.

    In an export, `masks` masks numbers and minors' names, and without `with_cases` nothing shows who is assisted. In an
    import, the records in `closed`, as pairs of model and key, can be referred to but not changed; `sheets` are the
    names of those that the file can bring, and `begun` is {id of a record that the file creates: its sheet and row}.
    `tells_apart` says whether names must identify people.
    """

    def __init__(self, today, masks=False, with_cases=True, closed=frozenset(), sheets=()):
        self.today = today
        self.masks, self.with_cases, self.closed = masks, with_cases, closed
        # Masked names need not identify people, except in case files.
        self.tells_apart = not masks or with_cases
        self.sheets, self.begun = frozenset(sheets), {}
        self.claims, self.agreed, self._sets = {}, {}, {}
        self._failed = {}
        self._names, self._alike, self._only = {}, {}, {}

    @contextmanager
    def masking(self):
        """Masks exported values in the block, as in a masked list."""
        masks, self.masks = self.masks, True
        try:
            yield
        finally:
            self.masks = masks

    def only(self, kind):
        """Returns the object of the class `kind` that all sheets share, created on first use."""
        if kind not in self._only:
            self._only[kind] = kind(self)
        return self._only[kind]

    def named(self, model):
        """Returns {name: record} of `model`, queried once; sheets add the records they create."""
        if model not in self._names:
            self._names[model] = {" ".join(record.name.split()): record for record in model.objects.all()}
        return self._names[model]

    def attach(self, records, attribute, model):
        """Sets a foreign key of the records to objects of the book, which saves a query for each record."""
        key = f"{attribute}_id"
        known = {record.pk: record for record in self.named(model).values()}
        for record in records:
            if getattr(record, key):
                setattr(record, attribute, known[getattr(record, key)])

    def refer(self, model, name, sheet):
        """Returns the record of `model` with this name; raises CellError where there is none."""
        record = self.named(model).get(name) or self._named_alike(model, name)
        if record is None:
            raise self.nobody(name, sheet) if sheet else self.no_choice(model)
        return record

    def _named_alike(self, model, name):
        """Returns the only record whose name has the same `text_key`, None for none or several."""
        known = self.named(model)
        size, alike = self._alike.get(model, (0, None))
        if size != len(known):
            alike = defaultdict(list)
            for record in known.values():
                alike[cells.text_key(record.name)].append(record)
            self._alike[model] = len(known), alike
        matches = alike[cells.text_key(name)] if known else []
        return matches[0] if len(matches) == 1 else None

    def fail(self, sheet, name, row):
        """Notes that the row which would have added a name is wrong."""
        self._failed.setdefault((sheet, cells.text_key(name)), row)

    def nobody(self, name, sheet, expected=None, remedy=None):
        """Returns the CellError for an unknown name; points to the wrong row that would have added it."""
        is_brought = sheet in self.sheets
        expected = expected or (f"《{sheet}》表或系统中已有的名称" if is_brought else "系统中已有的名称")
        row = self._failed.get((sheet, cells.text_key(name)))
        if row:
            return cells.CellError(expected, f"该名称在《{sheet}》第 {row} 行，那一行有误，请先改正那一行")
        otherwise = f"请核对名称，或先在《{sheet}》表中加入" if is_brought else REGISTER
        return cells.CellError(expected, remedy or otherwise)

    def no_choice(self, model):
        """Returns the CellError for an unknown name of a record that the workbook cannot add."""
        label = model._meta.verbose_name
        return cells.CellError(cells.one_of(self.named(model)), f"请从中选择一项；新的{label}须先在系统中增加")

    def agree(self, record, attribute, place):
        """Notes that this file repeats a stored value of a record, and returns what was noted before.

        `place` is (sheet, row).
        """
        # Most rows of most files repeat stored values, so that only the first place and the attributes are kept.
        known = self.agreed.get(id(record))
        first, attributes = known or (place, frozenset())
        attributes |= {attribute}
        self.agreed[id(record)] = first, self._sets.setdefault(attributes, attributes)
        return known

    def disagree(self, record, known):
        """Undoes `agree` for a wrong row; `known` is what `agree` returned."""
        self.agreed[id(record)] = known

    def check_agreed(self, record, attribute, stored):
        """Raises CellError for a row that changes a value which an earlier row of this file repeats as stored."""
        place, attributes = self.agreed.get(id(record)) or (None, ())
        if attribute in attributes:
            raise self.differing(stored, place)

    @staticmethod
    def differing(shown, place):
        """Returns the CellError for a cell that contradicts the row at `place` about the same record."""
        sheet, row = place
        expected = f"与《{sheet}》第 {row} 行一致的“{shown}”"
        return cells.CellError(expected, "同一人或同一单位的两处填写不一致，请核对")

    def claimed(self, record):
        """Returns the values that this file sets on a record as {attribute: (value, place)}."""
        return self.claims.setdefault(id(record), (record, {}))[1]

    def has_claim(self, record, attribute):
        """Whether this file sets an attribute of a record."""
        return id(record) in self.claims and attribute in self.claimed(record)

    def claim(self, record, attribute, value, place, shown=as_text):
        """Notes that a row sets a value, and returns whether it is the first row to set this attribute.

        Raises CellError where an earlier row sets another value.
        """
        claimed = self.claimed(record)
        is_first = attribute not in claimed
        earlier, first = claimed.setdefault(attribute, (value, place))
        if earlier != value:
            raise self.differing(shown(earlier), first)
        return is_first

    def disclaim(self, record, attribute):
        """Undoes `claim` for a wrong row."""
        self.claimed(record).pop(attribute, None)
