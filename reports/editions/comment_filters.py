"""The filters of the list of comments."""

import django_filters as filters

from orgs.filters import SubtreeFilter
from yl_district.pages.filters import PageFilter, YearFilter

from ..models import Comment


class CommentFilter(PageFilter):
    """Filters comments by organisation, state and the year of the report."""

    organisation = SubtreeFilter()
    state = filters.ChoiceFilter(label="状态", choices=Comment.State)
    year = YearFilter("报告年度", field_name="edition__report__ends_on", lookup_expr="year")
