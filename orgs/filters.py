"""Filters of the lists of organisations, units, contacts and supplies."""

from datetime import MAXYEAR, MINYEAR

import django_filters as filters

from yl_district.pages.filters import PageFilter, RecordFilter, SearchFilter
from yl_district.periods import Period

from .forms import OrganisationChoiceField
from .models import DUE_SOON, Domain, Organisation, Unit, UnitChange, UnitContact


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


PARTY_BRANCH = [("yes", "已建立"), ("no", "未建立"), ("unknown", "未填写")]


class UnitFilter(PageFilter):
    """Two-new organisations."""

    search = SearchFilter("单位名称或拼音首字母")
    organisation = SubtreeFilter()
    kind = filters.ChoiceFilter(label="类别", choices=Unit.Kind)
    league_form = filters.ChoiceFilter(label="团组织形式", choices=Unit.League)
    stage = filters.ChoiceFilter(label="建团进展", choices=Unit.Stage, method="by_stage")
    has_party_branch = filters.ChoiceFilter(label="是否建立党组织", choices=PARTY_BRANCH, method="by_party_branch")
    status = filters.ChoiceFilter(label="状态", choices=Unit.Status, method="by_status")
    verified = filters.ChoiceFilter(
        label="本年核实", choices=[("no", "本年未核实"), ("yes", "本年已核实")], method="by_verification"
    )
    contact_point = filters.ChoiceFilter(
        label="区级联系点",
        choices=[("listed", "区级联系点"), ("recommended", "已推荐、待批")],
        method="by_contact_point",
    )
    task_year = filters.NumberFilter(label="计入任务年度", method="by_task_year")

    def by_status(self, units, name, value):
        """Units of a status as of today."""
        return units.of_status_on(value, self.day)

    def by_stage(self, units, name, value):
        """Units in a stage as of today, without those moved away or deregistered."""
        return units.in_stage_on(value, self.day).not_retired_on(self.day)

    def by_party_branch(self, units, name, value):
        """Units with a Party branch, without one, or of which it is not known."""
        return units.filter(has_party_branch={"yes": True, "no": False}.get(value))

    def by_verification(self, units, name, value):
        """Units verified this year; or not, without those moved away or deregistered."""
        if value == "yes":
            return units.verified_during(Period.of_year(self.day.year))
        return units.not_verified_in(self.day.year).not_retired_on(self.day)

    def by_contact_point(self, units, name, value):
        """Units that are contact points of the district as of today, or are recommended."""
        return units.recommended_on(self.day) if value == "recommended" else units.listed_on(self.day)

    def by_task_year(self, units, name, value):
        """Units counted toward the task of a year."""
        return units.toward_task_of(value)


class PipelineFilter(PageFilter):
    """Two-new organisations on their way to a league body."""

    has_party_branch = filters.ChoiceFilter(label="是否建立党组织", choices=PARTY_BRANCH, method="by_party_branch")
    ready = filters.ChoiceFilter(
        label="建团条件", choices=[("yes", "条件具备"), ("no", "还有欠缺")], method="by_readiness"
    )
    kind = filters.ChoiceFilter(label="类别", choices=Unit.Kind)
    due = filters.ChoiceFilter(label="下一步", choices=[("week", "7 天内到期或已逾期")], method="by_due_step")

    by_party_branch = UnitFilter.by_party_branch

    def by_readiness(self, units, name, value):
        """Units that lack nothing for founding a league body, or lack something."""
        return units.ready() if value == "yes" else units.exclude(pk__in=Unit.objects.ready().values("pk"))

    def by_due_step(self, units, name, value):
        """Units whose next step is due within a week or overdue."""
        return units.with_step_due_by(self.day + DUE_SOON, self.day)


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
