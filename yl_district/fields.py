"""Model fields that say what they hold: a month, a year, something personal."""

from dataclasses import dataclass

from django import forms
from django.db import models

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
        """The plain date that it is to the database, so that migrations need not know this class."""
        name, _, args, options = super().deconstruct()
        return name, "django.db.models.DateField", args, options


class YearField(models.PositiveSmallIntegerField):
    """A calendar year."""

    def formfield(self, **options):
        return super().formfield(**{"form_class": YearFormField} | options)

    def deconstruct(self):
        """The plain number that it is to the database, so that migrations need not know this class."""
        name, _, args, options = super().deconstruct()
        return name, "django.db.models.PositiveSmallIntegerField", args, options


def date_format(field):
    """The format in which pages write the dates of a model field."""
    return "Y-m" if isinstance(field, MonthField) else "Y-m-d"


@dataclass(frozen=True)
class Privacy:
    """How a personal field is kept from those who need not know it; what it said formerly, no history tells."""

    is_masked: bool = False
    is_unmaskable: bool = False


def personal(field, masked=False, unmaskable=False):
    """The field, marked as personal: its history says only that it was changed.

    What is `masked` pages and files show in part only; what is `unmaskable` is shown whole to somebody who says why.
    A column of ciphertext is personal without being marked.
    """
    field.privacy = Privacy(masked, unmaskable)
    return field


def is_personal(field):
    """Whether a model field is personal."""
    return hasattr(field, "privacy")


def is_masked(field):
    """Whether pages and files show a model field in part only."""
    return is_personal(field) and field.privacy.is_masked


def unmaskable_paths(model):
    """What of a record is shown whole on request, as `relation.field` or `field`."""
    shared = [
        f"{name}.{path}"
        for name in options_of(model).unmaskable_with
        for path in unmaskable_paths(model._meta.get_field(name).related_model)
    ]
    own = [field.name for field in model._meta.concrete_fields if is_personal(field) and field.privacy.is_unmaskable]
    return [*shared, *own]
