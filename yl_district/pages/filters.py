"""The search form above a list."""

import django_filters
from django import forms

from ..fields import YearFormField
from .forms import narrow_choices, prepare_field


class PageFilter(django_filters.FilterSet):
    """Narrows a list by QuerySet methods; `defaults` hold where the address says nothing.

    A subclass declares `search` where its rows can be searched by name.
    """

    defaults = {}

    def __init__(self, data, queryset, *, user, day):
        data = data.copy()
        for name, value in self.defaults.items():
            data.setdefault(name, value)
        super().__init__(data, queryset)
        self.user, self.day = user, day
        for name, field in self.form.fields.items():
            prepare_field(field)
            if name in self.defaults:
                field.widget.attrs["data-default"] = self.defaults[name]
            if isinstance(field.widget, forms.Select):
                field.widget.attrs["class"] = "form-select"
            elif not isinstance(field.widget, forms.CheckboxInput):
                field.widget.attrs["class"] = "form-control"
            if hasattr(field, "empty_label"):
                field.empty_label = "全部"
        narrow_choices(self.form.fields.values(), user)

    @property
    def is_narrowed(self):
        """Whether the address asks for something other than the plain list."""
        return any(self.data.get(name, "") != self.defaults.get(name, "") for name in self.filters)

    @property
    def choices(self):
        """The fields beside the search box."""
        return [self.form[name] for name in self.filters if name != "search"]

    @property
    def search_box(self):
        """The field for names, or None."""
        return self.form["search"] if "search" in self.filters else None


class SearchFilter(django_filters.CharFilter):
    """A box for names, pinyin and initials; calls the QuerySet's `search`."""

    def __init__(self, label="姓名或拼音首字母"):
        super().__init__(label=label, max_length=60)

    def filter(self, queryset, value):
        return queryset.search(value) if value else queryset


class YearFilter(django_filters.Filter):
    """A box for a calendar year; on a date field the year in which the date lies."""

    field_class = YearFormField

    def __init__(self, label="年度", **options):
        super().__init__(label=label, **options)


class OnDayFilter(django_filters.ChoiceFilter):
    """Keeps the rows for which a QuerySet method of a day holds today, or the others."""

    def __init__(self, label, holds, yes, no):
        super().__init__(label=label, choices=[("yes", yes), ("no", no)])
        self.holds = holds

    def filter(self, queryset, value):
        if not value:
            return queryset
        holding = getattr(queryset.model.objects, self.holds)(self.parent.day).values("pk")
        return queryset.filter(pk__in=holding) if value == "yes" else queryset.exclude(pk__in=holding)
