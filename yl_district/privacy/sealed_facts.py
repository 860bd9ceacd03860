"""Rows that keep some of their values in one encrypted column, while other rows of the table hold these plain.

The columns of such a row, `sealable`, are blank, and `sealed_facts` holds their values. Code reads and sets attributes
as on any row: a row read from the database opens its facts on first use, and every write puts the values where they
belong. Lookups and orders of the database find only rows that hold their values plain.
"""

import json
from functools import cache
from uuid import UUID

from django.db import models
from django.db.models.query_utils import DeferredAttribute

from ..fields import PartialDateField
from ..pinyin import SearchTextField
from .encryption import REWRITE_BATCH, DamagedCellError, EncryptedTextField, Sealed
from .unreadable import UnreadableText, note_unreadable

FACTS_COLUMN = "sealed_facts"
# The value of a row that is to be sealed when it is written next.
TO_BE_SEALED = Sealed("")


class SealableAttribute(DeferredAttribute):
    """The attribute of a sealable column, looked at only where the instance does not hold the value yet."""

    def __get__(self, instance, cls=None):
        if instance is None:
            return self
        name, values = self.field.attname, instance.__dict__
        if name not in values and not values.get(FACTS_COLUMN):
            instance.refresh_from_db(fields=[name])
        if name not in values:
            instance.open_facts()
        return values[name]


class SealableMixin:
    """Makes a column sealable; migrations see the plain column that it is to the database."""

    descriptor_class = SealableAttribute

    def deconstruct(self):
        name, _, args, options = super().deconstruct()
        return name, self.plain_path, args, options

    def pre_save(self, instance, add):
        return self.blank_value if instance.keeps_sealed else getattr(instance, self.attname)

    @property
    def blank_value(self):
        """The value of the column in a sealed row."""
        return None if self.null else ""

    def value_to_string(self, instance):
        """The value of the column, so that data dumps hold nothing of a sealed row."""
        return "" if instance.keeps_sealed else super().value_to_string(instance)


class SealableCharField(SealableMixin, models.CharField):
    """A line of text, which sealed rows hold encrypted."""

    plain_path = "django.db.models.CharField"


class SealablePartialDateField(SealableMixin, PartialDateField):
    """A date as far as it is known, which sealed rows hold encrypted."""

    plain_path = "yl_district.fields.PartialDateField"


class SealedFactsField(EncryptedTextField):
    """The values of a sealed row's columns as JSON, encrypted; NULL in a row that holds them plain.

    The attribute is None or Sealed, and tells which of the two a row is.
    """

    descriptor_class = DeferredAttribute

    def __init__(self, **options):
        super().__init__("封存的本人资料", **options | {"editable": False, "null": True})

    def deconstruct(self):
        name, path, args, options = super().deconstruct()
        del options["verbose_name"], options["editable"], options["null"]
        return name, path, args, options

    def to_python(self, value):
        return value

    def pre_save(self, instance, add):
        """The cell to be stored; one that was never opened is stored unchanged."""
        facts = getattr(instance, self.attname)
        if not facts:
            return facts
        columns = instance.sealable()
        if facts.stored and not any(field.attname in instance.__dict__ for field in columns):
            return facts
        if isinstance(instance.first_fact, UnreadableText):
            return instance.first_fact.cell
        told = {field.name: field.get_prep_value(getattr(instance, field.attname)) for field in columns}
        cell = self.closed(json.dumps(told, ensure_ascii=False), instance)
        setattr(instance, self.attname, cell)
        return cell


class SealableRows(models.Model):
    """A model, or its history, of which some rows are sealed."""

    class Meta:
        abstract = True

    @classmethod
    @cache
    def sealable(cls):
        """The columns that sealed rows hold encrypted."""
        return [field for field in cls._meta.concrete_fields if isinstance(field, SealableMixin)]

    @classmethod
    @cache
    def blanked(cls):
        """The names of the columns that are blank in sealed rows."""
        derived = [field for field in cls._meta.concrete_fields if isinstance(field, SearchTextField)]
        return [field.name for field in [*cls.sealable(), *derived]]

    @classmethod
    def written_together(cls, names):
        """The names of the columns to be written with those named, so that a row is sealed as a whole or not at all."""
        together = [FACTS_COLUMN, *cls.blanked()]
        return [] if {*names}.isdisjoint(together) else together

    @classmethod
    def from_db(cls, db, field_names, values):
        """The row; values that its columns do not tell are left to be opened or loaded when they are asked for."""
        row = super().from_db(db, field_names, values)
        if row.__dict__.get(FACTS_COLUMN, True):
            for name in cls.blanked():
                if not row.__dict__.get(name, True):
                    del row.__dict__[name]
        return row

    def refresh_from_db(self, using=None, fields=None, from_queryset=None):
        """Loads sealed facts together with the columns that they are of; sets no column that was not asked for."""
        values = self.__dict__
        asked = self.written_together([FACTS_COLUMN]) if fields is None else [*fields]
        together = self.written_together(asked)
        kept = {name: values[name] for name in self.blanked() if name in values and name not in asked}
        if fields is None:
            for name in together:
                values.setdefault(name, None)  # else it would stay unloaded
        elif together:
            fields = {*asked, *together, "seal"}
        super().refresh_from_db(using, fields, from_queryset)
        if together and values[FACTS_COLUMN]:
            for name in asked:
                if name in self.blanked():
                    values.pop(name, None)
        values |= kept

    @property
    def keeps_sealed(self):
        """Whether the row is sealed, or is to be when it is written."""
        return bool(getattr(self, FACTS_COLUMN))

    def open_facts(self):
        """Sets the values of a sealed row that the instance does not hold yet."""
        facts = getattr(self, FACTS_COLUMN)
        told = self._told(facts) if facts and facts.stored else {}
        for field in self.sealable():
            if field.name in told and field.attname not in self.__dict__:
                self.__dict__[field.attname] = told[field.name]

    def _told(self, facts):
        """{name: value} of sealed facts; where these are damaged, what stands for the first one, and blanks."""
        kept = self._meta.get_field(FACTS_COLUMN)
        try:
            told = json.loads(kept.opened(facts, self))
        except DamagedCellError as error:
            kind = getattr(self, "instance_type", type(self))
            note_unreadable(kind._meta.verbose_name, getattr(self, kind._meta.pk.attname), kept.verbose_name)
            first, *others = self.sealable()
            return {first.name: UnreadableText(facts, str(error))} | {one.name: one.blank_value for one in others}
        return {field.name: field.to_python(told[field.name]) for field in self.sealable()}

    @property
    def first_fact(self):
        """The value of the first sealable column, an UnreadableText where the facts are damaged."""
        return getattr(self, self.sealable()[0].attname)

    def take_seal(self, is_sealed):
        """Says whether the row is to be sealed as a whole when it is written next; a damaged one stays as it is."""
        self.open_facts()
        if is_sealed != self.keeps_sealed and not isinstance(self.first_fact, UnreadableText):
            setattr(self, FACTS_COLUMN, TO_BE_SEALED if is_sealed else None)

    def store_seal(self):
        """Writes the columns that differ between a sealed row and a plain one, nothing else."""
        names = self.written_together([FACTS_COLUMN])
        values = {name: self._meta.get_field(name).pre_save(self, add=False) for name in names}
        type(self)._base_manager.filter(pk=self.pk).update(**values)


def row_told(model, row):
    """A record of which nothing but the values of this row is known, given as of `history.bulk_sql`."""
    fields = model._meta.concrete_fields
    names = {FACTS_COLUMN, "seal", *model.blanked()}
    told = {field.attname: value for field, value in zip(fields, row, strict=True) if field.name in names}
    told |= {"seal": UUID(told["seal"]), FACTS_COLUMN: told[FACTS_COLUMN] and Sealed(told[FACTS_COLUMN])}
    return model.from_db(None, [*told], [*told.values()])


def seal_plain_rows(rows, names, derived=()):
    """Seals plain rows of a migration's model: `names` are the columns to be sealed, `derived` those left blank."""
    meta = rows.model._meta
    fields = [meta.get_field(name) for name in names]
    for row in in_turn(rows.filter(**{f"{FACTS_COLUMN}__isnull": True})):
        told = {field.name: field.get_prep_value(getattr(row, field.attname)) for field in fields}
        blank = {field.name: None if field.null else "" for field in fields} | dict.fromkeys(derived, "")
        cell = meta.get_field(FACTS_COLUMN).closed(json.dumps(told, ensure_ascii=False), row)
        rows.model._base_manager.filter(pk=row.pk).update(**blank, **{FACTS_COLUMN: cell})


def open_sealed_rows(rows, derive):
    """Opens sealed rows of a migration's model; `derive` sets what is derived from the opened values."""
    field = rows.model._meta.get_field(FACTS_COLUMN)
    for row in in_turn(rows.filter(**{f"{FACTS_COLUMN}__isnull": False})):
        told = json.loads(field.opened(getattr(row, FACTS_COLUMN), row))
        rows.model._base_manager.filter(pk=row.pk).update(**told, **derive(told), **{FACTS_COLUMN: None})


def in_turn(rows):
    """Yields the rows by key, read in batches, so that they can be changed meanwhile."""
    last = None
    while batch := list(rows.filter(**({"pk__gt": last} if last else {})).order_by("pk")[:REWRITE_BATCH]):
        yield from batch
        last = batch[-1].pk
