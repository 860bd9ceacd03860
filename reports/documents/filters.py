"""The filters of the list of reports."""

import django_filters as filters

from orgs.filters import SubtreeFilter
from yl_district.pages.filters import OnDayFilter, PageFilter, SearchFilter, YearFilter

from ..models import Report


class ReportFilter(PageFilter):
    """Filters reports by organisation, form, year and whether they wait for their signature."""

    search = SearchFilter("组织或青年汇名称、年度、种类")
    organisation = SubtreeFilter()
    form = filters.ChoiceFilter(label="种类", choices=Report.Form)
    year = YearFilter(field_name="ends_on", lookup_expr="year")
    overdue = OnDayFilter("签发", "unsigned_after", "到期未签发", "已签发或未到期")
