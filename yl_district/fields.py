"""Model fields for months, years, partly known and derived dates, and the mark of personal fields."""

from dataclasses import dataclass
from datetime import timedelta

from django import forms
from django.core.exceptions import FieldError, ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.query_utils import DeferredAttribute

from .partial_dates import KnownDate, parse_known_date, stored_date
from .record_options import options_of


class MonthFormField(forms.DateField):
    """A month in a form."""


class YearFormField(forms.IntegerField):
    """A calendar year in a form."""


class MonthField(models.DateField):
    """A month, stored as its first day."""

    def formfield(self, **options):
        return super().formfield(**{"form_class": MonthFormField} | options)

    def deconstruct(self):
        """A plain DateField, so that migrations do not depend on this class."""
        name, _, args, options = super().deconstruct()
        return name, "django.db.models.DateField", args, options


class YearField(models.PositiveSmallIntegerField):
    """A calendar year."""

    def formfield(self, **options):
        return super().formfield(**{"form_class": YearFormField} | options)

    def deconstruct(self):
        """A plain PositiveSmallIntegerField, so that migrations do not depend on this class."""
        name, _, args, options = super().deconstruct()
        return name, "django.db.models.PositiveSmallIntegerField", args, options


def as_known_date(value):
    """The date that a value is or states as text, None for an empty one; raises ValueError for any other."""
    return value if isinstance(value, KnownDate) else parse_known_date(str(value)) if value else None


class PartialDateFormField(forms.Field):
    """A date known to the day, the month or only the year, in a form."""

    def to_python(self, value):
        try:
            return as_known_date(value)
        except ValueError:
            raise ValidationError(self.error_messages["invalid"], "invalid") from None


class PartialDateField(models.Field):
    """A date known to the day, the month or only the year.

    It is stored as it is known, `1999-05-04`, `1999-05` or `1999`, and read as a `date` or a PartialDate. Such dates
    have no order, so that the only comparisons are equality and `certainly_by`.
    """

    compared_by = ("exact", "in", "isnull", "certainly_by")

    def __init__(self, *args, **options):
        super().__init__(*args, **options | {"max_length": 10})

    def deconstruct(self):
        name, path, args, options = super().deconstruct()
        del options["max_length"]
        return name, path, args, options

    def get_internal_type(self):
        return "CharField"

    def from_db_value(self, value, expression, connection):
        return value and stored_date(value)

    def to_python(self, value):
        try:
            return as_known_date(value)
        except ValueError:
            raise ValidationError(f"“{value}”不是日期、年月或年份。", "invalid") from None

    def get_prep_value(self, value):
        known = self.to_python(super().get_prep_value(value))
        return known and str(known)

    def value_to_string(self, instance):
        return self.get_prep_value(self.value_from_object(instance)) or ""

    def formfield(self, **options):
        return super().formfield(**{"form_class": PartialDateFormField} | options)

    def get_lookup(self, lookup_name):
        """Raises FieldError for lookups that would order texts as if they were days."""
        if lookup_name in self.compared_by:
            return super().get_lookup(lookup_name)
        raise FieldError(f"{self.name} need not be known to the day, so that {lookup_name!r} cannot compare it.")


PartialDateField.register_lookup(Length)


def partial_date_constraint(name, model):
    """The constraint by which the database takes only a day, a month or a year in the field `name`."""
    return models.CheckConstraint(
        condition=models.Q(**{f"{name}__length__in": [len("1999"), len("1999-05"), len("1999-05-04")]}),
        name=f"{model}_{name}_is_a_day_a_month_or_a_year",
    )


@PartialDateField.register_lookup
class CertainlyBy(models.Lookup):
    """Whether a date lies on or before a day, whichever of its possible days it is."""

    lookup_name = "certainly_by"
    prepare_rhs = False

    def as_sql(self, compiler, connection):
        column, params = self.process_lhs(compiler, connection)
        # Every month is taken to end on the 31st, so that the last day of a month is, too.
        day = self.rhs if (self.rhs + timedelta(days=1)).day > 1 else f"{self.rhs:%Y-%m}-31"
        return f"({column} || substr('9999-12-31', length({column}) + 1)) <= %s", [*params, *params, str(day)]


class FirstDate(DeferredAttribute):
    """The attribute of a FirstDateField: what the sources come to now, whatever the column held when it was read."""

    def __get__(self, instance, cls=None):
        return self if instance is None else self.field.derived(instance)

    def __set__(self, instance, value):
        instance.__dict__[self.field.attname] = value


class FirstDateField(models.DateField):
    """The first known of the dates in `sources`, derived on every write, bulk writes included.

    The model holds the column to it by a CheckConstraint with `is_first_date`.
    """

    descriptor_class = FirstDate

    def __init__(self, verbose_name=None, *, sources=(), **options):
        self.sources = tuple(sources)
        super().__init__(verbose_name, **options | {"null": True, "editable": False})

    def deconstruct(self):
        """A plain DateField, so that migrations do not depend on this class."""
        name, _, args, options = super().deconstruct()
        return name, "django.db.models.DateField", args, options

    def derived(self, instance):
        """The first known of the instance's current dates, or None."""
        return next((day for day in (getattr(instance, name) for name in self.sources) if day), None)


def is_first_date(name, sources):
    """The condition that the column `name` is the first known of the `sources`; NULL only where all of them are."""
    condition, earlier = Q(**{f"{one}__isnull": True for one in (name, *sources)}), {}
    for source in sources:
        known = {f"{source}__isnull": False, f"{name}__isnull": False, name: F(source)}
        condition |= Q(**earlier | known)
        earlier[f"{source}__isnull"] = True
    return condition


class FirstReferenceField(models.ForeignKey):
    """A reference to what the first known of the paths in `sources` leads to, such as `hub__organisation`.

    Triggers of the database hold the column to it, whoever writes. A save writes, and leaves on the record, what is
    known of it without asking the database. What it refers to is protected by the sources.
    """

    def __init__(self, to, on_delete=models.DO_NOTHING, *, sources=(), **options):
        self.sources = tuple(sources)
        super().__init__(to, on_delete, **options | {"null": True, "editable": False, "related_name": "+"})

    def deconstruct(self):
        """A plain ForeignKey, so that migrations do not depend on this class."""
        name, _, args, options = super().deconstruct()
        return name, "django.db.models.ForeignKey", args, options

    def pre_save(self, instance, add):
        setattr(instance, self.attname, self.known_key(instance))
        return super().pre_save(instance, add)

    def known_key(self, instance):
        """The key of what the sources lead to, the stored one where only a query could tell it."""
        for name, _, further in (path.partition("__") for path in self.sources):
            source = instance._meta.get_field(name)
            key = getattr(instance, source.attname)
            if key is not None and further:
                if not source.is_cached(instance):
                    return getattr(instance, self.attname)
                key = getattr(source.get_cached_value(instance), f"{further}_id")
            if key is not None:
                return key
        return None


def date_format(field):
    """Django's date format for the values of a model field."""
    return "Y-m" if isinstance(field, MonthField) else "Y-m-d"


@dataclass(frozen=True)
class Privacy:
    """How a personal field is protected on pages and in files; histories never show its values."""

    is_masked: bool = False
    is_unmaskable: bool = False
    is_phone: bool = False


def personal(field, masked=False, unmaskable=False, phone=False):
    """The field, marked as personal: its history shows only that it was changed.

    Pages and files show a `masked` field in part only; an `unmaskable` one is shown in full to users who give a reason.
    A `phone` number that is shown in full can be called from the page.
    Encrypted fields are personal without this mark.
    """
    field.privacy = Privacy(masked, unmaskable, phone)
    return field


def is_personal(field):
    """Whether a model field is marked as personal or encrypted."""
    return hasattr(field, "privacy")


def is_masked(field):
    """Whether pages and files mask a model field."""
    return is_personal(field) and field.privacy.is_masked


def is_phone(field):
    """Whether a model field holds phone numbers."""
    return is_personal(field) and field.privacy.is_phone


def unmaskable_paths(model):
    """The fields of a record that can be unmasked on request, as `relation.field` or `field`."""
    shared = [
        f"{name}.{path}"
        for name in options_of(model).unmaskable_with
        for path in unmaskable_paths(model._meta.get_field(name).related_model)
    ]
    own = [field.name for field in model._meta.concrete_fields if is_personal(field) and field.privacy.is_unmaskable]
    return [*shared, *own]
