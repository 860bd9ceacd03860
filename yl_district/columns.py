"""The columns of the ledger's sheets, read by what their model fields say, and the names that all sheets share."""

from collections import defaultdict

from django.db import models
from import_export.fields import Field

from . import cells
from .masking import MASKED_FIELDS
from .spreadsheets import Heading, as_text

REGISTER = "请核对名称，或先在系统中登记"  # what to do about a name that a list by itself cannot bring
EXPLAINED_BY_BASIS = ("人次", "场次")  # the column 数字口径 stands beside them


class Column(Field):
    """One column of a sheet; `attribute` is what it sets on the record, None where the resource reads it itself.

    What is required in a ledger need not be said in a list whose column `unless` says it as well.
    """

    unless = ""

    def __init__(self, heading, attribute=None, widget=None, required=False, choices=(), width=14):
        super().__init__(attribute=attribute, column_name=heading, widget=widget or cells.TextWidget())
        self.required, self.choices, self.width = required, choices, width
        *self.path, self.name = attribute.split("__") if attribute else [None]

    def resolve(self, book, value):
        """What a cell means, given what the book knows; the value itself by default."""
        return value

    @property
    def lookup(self):
        """By what the database finds the value; None where it cannot."""
        return self.attribute

    @property
    def is_masked(self):
        """Whether the column holds numbers whose middle is hidden wherever they are shown."""
        return self.name in MASKED_FIELDS

    @property
    def heading(self):
        """The column as the writer of workbooks takes it."""
        return Heading(self.column_name, self.required, tuple(self.choices), self.width)


class Named(Column):
    """A column that names a record of `model`, which the sheet `sheet` brings or the system already has.

    Without a sheet the workbook cannot bring such records, and a name that fits none is answered with those there are.
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
    """The column of a model's field, headed by its `verbose_name` and read by a widget that fits its kind."""
    source = model._meta.get_field(name)
    heading = heading or str(source.verbose_name)
    choices = tuple(str(label) for value, label in source.flatchoices if value != "")
    if isinstance(source, models.BooleanField):
        choices = ("是", "否")
    width = 30 if isinstance(source, models.TextField) else max(10, 2 * len(heading) + 4)
    widget = widget or widget_for(source, heading, aliases)
    return Column(heading, prefix + name, widget, required, choices, width)


def widget_for(source, heading, aliases=None):
    """The widget that reads cells of a model field."""
    if source.flatchoices:
        return cells.ChoiceWidget(source.flatchoices, aliases)
    if isinstance(source, models.DateField):
        return cells.MonthWidget() if heading.endswith("年月") else cells.DayWidget()
    if isinstance(source, models.BooleanField):
        return cells.YesNoWidget()
    if isinstance(source, models.IntegerField):
        return number_widget(source, heading)
    if isinstance(source, models.DecimalField):
        return cells.DecimalWidget()
    if source._validators:
        return cells.CodeWidget(source._validators)
    return cells.TextWidget(source.max_length, has_lines=isinstance(source, models.TextField))


def number_widget(source, heading):
    """The widget that reads cells of a field of whole numbers."""
    if "年度" in heading:
        return cells.YearWidget(source._validators)
    if heading in EXPLAINED_BY_BASIS:
        return cells.IntegerWidget(remedy="请只填写数字，单位、“余”“约”等字写在备注或数字口径中")
    return cells.IntegerWidget()


def key_of(record):
    """The record's key; of one that has none yet, a number that no other record has while it lives."""
    return -id(record) if record.pk is None else record.pk


class Book:
    """What the sheets of one workbook share while it is taken in, or written out.

    Written out with `masks`, numbers and minors' names are masked; without `with_cases`, nothing tells who is assisted.
    Records named in `closed`, as pairs of model and key, can be referred to, but what is stored of them stays. `sheets`
    are the names of those that the file can bring. `begun` is {id of a record that the file begins: its sheet and row}.
    """

    def __init__(self, today, masks=False, with_cases=True, closed=frozenset(), sheets=()):
        self.today = today
        self.masks, self.with_cases, self.closed = masks, with_cases, closed
        self.sheets, self.begun = frozenset(sheets), {}
        self.claims, self.agreed, self._sets = {}, {}, {}
        self._failed = {}
        self._names, self._alike, self._only = {}, {}, {}

    @property
    def tells_apart(self):
        """Whether names have to tell people apart: masked ones do not, but case files go by them all the same."""
        return not self.masks or self.with_cases

    def only(self, kind):
        """The one object of `kind` that all sheets share, made when first asked for."""
        if kind not in self._only:
            self._only[kind] = kind(self)
        return self._only[kind]

    def named(self, model):
        """Every record of `model` by its name, read once; sheets add what they start."""
        if model not in self._names:
            self._names[model] = {" ".join(record.name.split()): record for record in model.objects.all()}
        return self._names[model]

    def attach(self, records, attribute, model):
        """Gives the records' foreign keys the objects that the book knows, so that nothing is asked row by row."""
        key = f"{attribute}_id"
        known = {one.pk: one for one in self.named(model).values()}
        for record in records:
            if getattr(record, key):
                setattr(record, attribute, known[getattr(record, key)])

    def refer(self, model, name, sheet):
        """The record of `model` called `name`; raises CellError where there is none."""
        record = self.named(model).get(name) or self._named_alike(model, name)
        if record is None:
            raise self.nobody(name, sheet) if sheet else self.no_choice(model)
        return record

    def _named_alike(self, model, name):
        """The one record whose name differs in nothing but blanks, width and case of its signs; None for several."""
        known = self.named(model)
        size, alike = self._alike.get(model, (0, None))
        if size != len(known):
            alike = defaultdict(list)
            for record in known.values():
                alike[cells.text_key(record.name)].append(record)
            self._alike[model] = len(known), alike
        found = alike[cells.text_key(name)] if known else []
        return found[0] if len(found) == 1 else None

    def fail(self, sheet, name, row):
        """Notes that the row which would have brought a name is wrong."""
        self._failed.setdefault((sheet, cells.text_key(name)), row)

    def nobody(self, name, sheet, expected=None, remedy=None):
        """The CellError for a name that fits nobody; points to the wrong row that would have brought it."""
        is_brought = sheet in self.sheets
        expected = expected or (f"《{sheet}》表或系统中已有的名称" if is_brought else "系统中已有的名称")
        row = self._failed.get((sheet, cells.text_key(name)))
        if row:
            return cells.CellError(expected, f"该名称在《{sheet}》第 {row} 行，那一行有误，请先改正那一行")
        otherwise = f"请核对名称，或先在《{sheet}》表中加入" if is_brought else REGISTER
        return cells.CellError(expected, remedy or otherwise)

    def no_choice(self, model):
        """The CellError for a name that is none of those which the system keeps beside the ledger."""
        label = model._meta.verbose_name
        return cells.CellError(cells.one_of(self.named(model)), f"请从中选择一项；新的{label}须先在系统中增加")

    def agree(self, record, attribute, place):
        """Notes that this file states what is stored of a record, and returns what was noted before.

        Of most records a file states nothing else, so that it is noted in little room: the first place, and of which
        attributes.
        """
        known = self.agreed.get(id(record))
        first, attributes = known or (place, frozenset())
        attributes |= {attribute}
        self.agreed[id(record)] = first, self._sets.setdefault(attributes, attributes)
        return known

    def disagree(self, record, known):
        """Takes back what a wrong row has noted; `known` is what was noted before."""
        self.agreed[id(record)] = known

    def check_agreed(self, record, attribute, stored):
        """Raises CellError where an earlier row states the stored value, from which the present one differs."""
        place, attributes = self.agreed.get(id(record)) or (None, ())
        if attribute in attributes:
            raise self.differing(stored, place)

    @staticmethod
    def differing(shown, place):
        """The CellError for a cell that differs from what the row at a place says of the same record."""
        sheet, row = place
        expected = f"与《{sheet}》第 {row} 行一致的“{shown}”"
        return cells.CellError(expected, "同一人或同一单位的两处填写不一致，请核对")

    def claimed(self, record):
        """What this file has set of a record: {attribute: (value, place)}."""
        return self.claims.setdefault(id(record), (record, {}))[1]

    def has_claim(self, record, attribute):
        """Whether this file has set an attribute of a record."""
        return id(record) in self.claims and attribute in self.claimed(record)

    def claim(self, record, attribute, value, place, shown=as_text):
        """Notes that this file sets a value, and returns whether it is the first to do so.

        Raises CellError where an earlier row set another one.
        """
        claimed = self.claimed(record)
        is_first = attribute not in claimed
        earlier, first = claimed.setdefault(attribute, (value, place))
        if earlier != value:
            raise self.differing(shown(earlier), first)
        return is_first

    def disclaim(self, record, attribute):
        """Takes a claim back, since the row that made it is wrong."""
        self.claimed(record).pop(attribute, None)
