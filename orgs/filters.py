"""Filters of the lists of organisations, units, contacts and supplies."""

from datetime import MAXYEAR, MINYEAR

import django_filters as filters

from yl_district.pages.filters import PageFilter, RecordFilter, SearchFilter

from .forms import OrganisationChoiceField
from .models import Domain, Organisation, Unit, UnitChange, UnitContact


class SubtreeFilter(RecordFilter):
    """Rows of an organisation and its subtree."""

    field_class = OrganisationChoiceField

    def __init__(self, label="组织（含下级）"):
        super().__init__(label=label, queryset=Organisation.objects.all())

    def filter(self, queryset, value):
        return queryset.within(value) if value else queryset


class OrganisationFilter(PageFilter):
    """Organisations; by default those in existence today."""

    defaults = {"standing": "current"}

    search = SearchFilter("组织名称或拼音首字母")
    standing = filters.ChoiceFilter(
        label="存续情况", choices=[("current", "存续"), ("dissolved", "已撤销")], method="by_standing"
    )
    category = filters.ChoiceFilter(label="组织类别", choices=Organisation.Category)
    domain = filters.ChoiceFilter(label="所属领域", choices=Domain)
    liaison = filters.CharFilter(label="联系委员", max_length=30, method="by_liaison")
    without = filters.CharFilter(label="未配发的物资", max_length=30, method="by_lacking")

    def by_lacking(self, organisations, name, value):
        """Organisations to which none of an item had been issued by today."""
        return organisations.without_supply(value, self.day)

    def by_liaison(self, organisations, name, value):
        """Organisations that somebody of this name looks after today."""
        return organisations.looked_after_by(value, self.day, self.user)

    def by_standing(self, organisations, name, value):
        """Organisations in existence today, or dissolved by today."""
        return organisations.as_of(self.day) if value == "current" else organisations.dissolved_by(self.day)


class UnitFilter(PageFilter):
    """Two-new organisations."""

    search = SearchFilter("单位名称或拼音首字母")
    organisation = SubtreeFilter()
    kind = filters.ChoiceFilter(label="类别", choices=Unit.Kind)
    league_form = filters.ChoiceFilter(label="团组织形式", choices=Unit.League)
    status = filters.ChoiceFilter(label="状态", choices=Unit.Status, method="by_status")
    task_year = filters.NumberFilter(label="计入任务年度", method="by_task_year")

    def by_status(self, units, name, value):
        """Units of a status as of today."""
        return units.of_status_on(value, self.day)

    def by_task_year(self, units, name, value):
        """Units counted toward the task of a year."""
        return units.toward_task_of(value)


class UnitChangeFilter(PageFilter):
    """Changes of two-new organisations."""

    search = SearchFilter("单位名称或拼音首字母")
    organisation = SubtreeFilter()
    kind = filters.ChoiceFilter(label="事项", choices=UnitChange.Kind)
    year = filters.NumberFilter(label="年度", method="by_year")

    def by_year(self, changes, name, value):
        """Changes that happened in a year; none in a number that is no year."""
        return changes.of_year(int(value)) if MINYEAR <= value < MAXYEAR else changes.none()


class UnitContactFilter(PageFilter):
    """Contacts with two-new organisations."""

    search = SearchFilter("单位名称或拼音首字母")
    form = filters.ChoiceFilter(label="方式", choices=UnitContact.Form)
    since = filters.DateFilter(label="从", field_name="held_on", lookup_expr="gte")
    until = filters.DateFilter(label="到", field_name="held_on", lookup_expr="lte")


class SupplyFilter(PageFilter):
    """Supplies issued."""

    search = SearchFilter("组织名称或拼音首字母")
    item = filters.CharFilter(label="物资")
    since = filters.DateFilter(label="从", field_name="issued_on", lookup_expr="gte")
    until = filters.DateFilter(label="到", field_name="issued_on", lookup_expr="lte")
