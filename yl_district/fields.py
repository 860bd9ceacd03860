"""Model fields for months and years, and the mark of personal fields."""

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


def date_format(field):
    """Django's date format for the values of a model field."""
    return "Y-m" if isinstance(field, MonthField) else "Y-m-d"


@dataclass(frozen=True)
class Privacy:
    """How a personal field is protected on pages and in files; histories never show its values."""

    is_masked: bool = False
    is_unmaskable: bool = False


def personal(field, masked=False, unmaskable=False):
    """The field, marked as personal: its history shows only that it was changed.

    Pages and files show a `masked` field in part only; an `unmaskable` one is shown in full to users who give a reason.
    Encrypted fields are personal without this mark.
    """
    field.privacy = Privacy(masked, unmaskable)
    return field


def is_personal(field):
    """Whether a model field is marked as personal or encrypted."""
    return hasattr(field, "privacy")


def is_masked(field):
    """Whether pages and files mask a model field."""
    return is_personal(field) and field.privacy.is_masked


def unmaskable_paths(model):
    """The fields of a record that can be unmasked on request, as `relation.field` or `field`."""
    shared = [
        f"{name}.{path}"
        for name in options_of(model).unmaskable_with
        for path in unmaskable_paths(model._meta.get_field(name).related_model)
    ]
    own = [field.name for field in model._meta.concrete_fields if is_personal(field) and field.privacy.is_unmaskable]
    return [*shared, *own]
