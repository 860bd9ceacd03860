"""The filters of the list of assessments."""

import django_filters as filters

from orgs.models import Organisation
from yl_district.pages.filters import PageFilter, RecordFilter, YearFilter

from ..models import Assessment


class AssessmentFilter(PageFilter):
    """Filters assessments by year, organisation and state."""

    year = YearFilter()
    organisation = RecordFilter(label="被考核组织", queryset=Organisation.objects.all())
    state = filters.ChoiceFilter(label="状态", choices=Assessment.State)
