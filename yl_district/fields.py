"""Model fields whose type says what they hold: a month, a year."""

from django import forms
from django.db import models


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
