"""The filters of forms of platforms, and of the records that go into one."""

import django_filters as filters

from orgs.filters import SubtreeFilter
from yl_district.pages.filters import PageFilter, YearFilter

from ..models import PlatformEntry
from .states import EntryState, within


class PlatformLayoutFilter(PageFilter):
    """Filters forms by platform and kind of record."""

    platform = filters.CharFilter(label="平台", max_length=30, lookup_expr="contains")
    subject = filters.ChoiceFilter(label="对象", choices=PlatformEntry.Subject)


class PlaceFilter(SubtreeFilter):
    """Records of an organisation and its subtree on the day of the page."""

    def filter(self, queryset, value):
        return within(queryset, value, self.parent.day) if value else queryset


class PlatformRecordFilter(PageFilter):
    """Filters the records of a form by organisation, activities by year, at first that of today.

    The state, which no column has, is read by the page.
    """

    state = filters.ChoiceFilter(label="录入情况", choices=EntryState.choices, method="leave")
    organisation = PlaceFilter()
    year = YearFilter(field_name="held_on", lookup_expr="year")

    def __init__(self, data, queryset, *, layout, user, day):
        self.defaults = {"year": str(day.year)} if layout.is_of_activities else {}
        super().__init__(data, queryset, user=user, day=day)
        for name, is_asked in (("organisation", not layout.is_of_cases), ("year", layout.is_of_activities)):
            if not is_asked:
                del self.filters[name], self.form.fields[name]

    def leave(self, records, name, value):
        """All records: their states are known only once they are read."""
        return records

    @property
    def chosen_state(self):
        """The state chosen, "" for all."""
        self.form.is_valid()
        return self.form.cleaned_data.get("state") or ""
