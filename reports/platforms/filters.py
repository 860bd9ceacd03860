"""The filters of the list of entries in outside platforms."""

import django_filters as filters

from yl_district.pages.filters import OF_PEOPLE, OnDayFilter, PageFilter, SearchFilter, YearFilter

from ..models import PlatformEntry


class PlatformEntryFilter(PageFilter):
    """Filters entries by name, platform, kind of record, year and binding."""

    search = SearchFilter(f"名称、{OF_PEOPLE}")
    platform = filters.CharFilter(label="平台", lookup_expr="contains")
    subject = filters.ChoiceFilter(label="对象", choices=PlatformEntry.Subject)
    year = YearFilter(field_name="entered_on", lookup_expr="year")
    bound = OnDayFilter("平台绑定", "bound_by", "已绑定", "未绑定")
