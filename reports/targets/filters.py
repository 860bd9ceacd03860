"""The filters of the list of targets."""

import django_filters as filters

from yl_district.pages.filters import PageFilter, YearFilter


class TargetFilter(PageFilter):
    """Filters targets by year and task."""

    year = YearFilter()
    task = filters.CharFilter(label="任务", lookup_expr="contains")
