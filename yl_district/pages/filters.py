"""The search form above a list."""

from functools import cached_property

import django_filters
from django import forms
from django.db.models import Exists, OuterRef

from ..fields import YearFormField
from .forms import narrow_choices, prepare_field
from .record_choices import NAME_SUFFIX, RecordChoiceField
from .sealed_searches import SealedSearch

# Characters that a box takes; SQLite refuses to compare with a text of tens of thousands.
LONGEST_SEARCH = 60
OF_PEOPLE = "姓名、拼音首字母，手机号码或其后四位，身份证号"


class PageFilter(django_filters.FilterSet):
    """A filter form whose filters call QuerySet methods; `defaults` apply to parameters missing from the URL.

    A subclass declares `search` if its rows can be searched by name.
    """

    defaults = {}

    def __init__(self, data, queryset, *, user, day):
        data, self.is_foreign = data.copy(), False
        if SealedSearch.parameter in data:
            number = SealedSearch(user).opened(data[SealedSearch.parameter])
            data["search"], self.is_foreign = number or "", number is None
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

    def filter_queryset(self, queryset):
        """No rows where the address holds a number that somebody else has searched for."""
        return queryset.none() if self.is_foreign else super().filter_queryset(queryset)

    @property
    def is_narrowed(self):
        """Whether the URL has filters other than the defaults."""
        is_told = (
            self.data.get(name, "") != self.defaults.get(name, "") or self.data.get(f"{name}{NAME_SUFFIX}")
            for name in self.filters
        )
        return self.is_foreign or any(is_told)

    @cached_property
    def media(self):
        """The styles and scripts of the form, put together once for both."""
        return self.form.media

    @property
    def choices(self):
        """The fields other than the search box."""
        return [self.form[name] for name in self.filters if name != "search"]

    @property
    def search_box(self):
        """The search field, or None."""
        return self.form["search"] if "search" in self.filters else None


class SearchFilter(django_filters.CharFilter):
    """A search box for names, pinyin, initials and whole numbers, which calls the QuerySet's `search`."""

    def __init__(self, label=OF_PEOPLE):
        super().__init__(label=label, max_length=LONGEST_SEARCH)

    def filter(self, queryset, value):
        return queryset.search(value) if value else queryset


class RecordFilter(django_filters.ModelChoiceFilter):
    """Filters by one record of the model's."""

    field_class = RecordChoiceField


class YearFilter(django_filters.Filter):
    """Filters by calendar year; a date field needs the lookup `year`."""

    field_class = YearFormField

    def __init__(self, label="年度", **options):
        super().__init__(label=label, **options)


class OnDayFilter(django_filters.ChoiceFilter):
    """Filters by whether rows are in the result of a QuerySet method, `holds`, called with today."""

    def __init__(self, label, holds, yes, no):
        super().__init__(label=label, choices=[("yes", yes), ("no", no)])
        self.holds = holds

    def filter(self, queryset, value):
        if not value:
            return queryset
        if value == "yes":
            return getattr(queryset, self.holds)(self.parent.day)
        holding = getattr(queryset.model.objects, self.holds)(self.parent.day).order_by()
        # Asked of each row that comes, not listed beforehand.
        return queryset.exclude(Exists(holding.filter(pk=OuterRef("pk"))))
