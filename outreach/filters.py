"""Filters of the lists of links and contacts."""

import django_filters as filters

from members.models import Person
from orgs.filters import SubtreeFilter
from yl_district.pages.filters import OF_PEOPLE, OnDayFilter, PageFilter, RecordFilter, SearchFilter, YearFilter

from .forms import CadreChoiceField
from .models import CadreQuerySet, Contact


class CadreFilter(RecordFilter):
    """Rows of one cadre."""

    field_class = CadreChoiceField

    def __init__(self):
        super().__init__(label="团干部", queryset=CadreQuerySet(Person).with_posts())


class LinkFilter(PageFilter):
    """Links; by default those in force today."""

    defaults = {"standing": "yes"}

    search = SearchFilter(f"青年{OF_PEOPLE}")
    standing = OnDayFilter("状态", "as_of", "在联系", "未开始或已结束")
    organisation = SubtreeFilter()
    cadre = CadreFilter()
    bound = OnDayFilter("平台绑定", "bound_by", "已绑定", "未绑定")


class ContactFilter(PageFilter):
    """Contacts."""

    search = SearchFilter(f"团干部{OF_PEOPLE}")
    organisation = SubtreeFilter()
    cadre = CadreFilter()
    form = filters.ChoiceFilter(label="形式", choices=Contact.Form)
    year = YearFilter(field_name="held_on", lookup_expr="year")
    since = filters.DateFilter(label="日期自", field_name="held_on", lookup_expr="gte")
    until = filters.DateFilter(label="日期至", field_name="held_on", lookup_expr="lte")
