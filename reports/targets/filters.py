"""What the list of targets can be narrowed by."""

import django_filters as filters

from yl_district.pages.filters import PageFilter, YearFilter


class TargetFilter(PageFilter):
    """Targets."""

    year = YearFilter()
    task = filters.CharFilter(label="任务", lookup_expr="contains")
