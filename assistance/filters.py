"""Filters of the lists of case files and grants."""

import django_filters as filters
from django import forms

from orgs.filters import SubtreeFilter
from yl_district.pages.filters import OF_PEOPLE, OnDayFilter, PageFilter, SearchFilter, YearFilter

from .models import Assistance, CaseGrant, Scholarship


class AssistedYouthFilter(PageFilter):
    """Assisted youths; by default those in the register today."""

    defaults = {"standing": "yes"}

    search = SearchFilter()
    standing = OnDayFilter("状态", "as_of", "在库", "未入库或已出库")
    organisation = SubtreeFilter()
    paired = OnDayFilter("结对", "paired_on", "有固定志愿者", "无固定志愿者")
    bound = OnDayFilter("平台绑定", "bound_by", "已绑定", "未绑定")
    helped = OnDayFilter("本季度帮扶", "helped_by", "已帮扶", "未帮扶")
    planned = YearFilter("有计划书的年度", method="by_plan")
    unplanned = YearFilter("没有计划书的年度", method="by_lack_of_plan")

    def by_plan(self, youths, name, value):
        """Youths with a service plan for the year."""
        return youths.with_plan_for(value)

    def by_lack_of_plan(self, youths, name, value):
        """Youths without a service plan for the year."""
        return youths.without_plan_for(value)


class ServicePlanFilter(PageFilter):
    """Service plans."""

    search = SearchFilter()
    year = YearFilter()
    organisation = SubtreeFilter()


class YouthSearchFilter(SearchFilter):
    """A search box for the youths helped, of whom those count whose files the user may open."""

    def filter(self, queryset, value):
        return queryset.to_youths_named(value, self.parent.user) if value else queryset


class AssistanceFilter(PageFilter):
    """Assistances."""

    search = YouthSearchFilter(f"帮扶对象{OF_PEOPLE}")
    kind = filters.ChoiceFilter(label="类别", choices=Assistance.Kind)
    form = filters.ChoiceFilter(label="方式", choices=Assistance.Form)
    year = YearFilter(field_name="held_on", lookup_expr="year")
    since = filters.DateFilter(label="日期自", field_name="held_on", lookup_expr="gte")
    until = filters.DateFilter(label="日期至", field_name="held_on", lookup_expr="lte")


class ScholarshipFilter(PageFilter):
    """Scholarship applications."""

    search = SearchFilter()
    year = YearFilter()
    stage = filters.ChoiceFilter(label="学段", choices=Scholarship.Stage)
    status = filters.ChoiceFilter(label="状态", choices=Scholarship.Status)
    is_on_platform = filters.BooleanFilter(label="在平台")


class CaseGrantFilter(PageFilter):
    """Grants; by default those undecided or in force."""

    defaults = {"state": "standing"}

    state = filters.ChoiceFilter(
        label="状态",
        choices=[("standing", "待审批和有效"), ("undecided", "待审批"), ("open", "有效"), ("closed", "其余")],
        method="by_state",
    )
    mine = filters.BooleanFilter(label="仅本人申请", method="by_mine", widget=forms.CheckboxInput)

    def by_state(self, grants, name, value):
        """Grants undecided, in force today, either of these, or neither."""
        standing = {
            "undecided": CaseGrant.objects.undecided(),
            "open": CaseGrant.objects.open_on(self.day),
        }
        either = standing["undecided"] | standing["open"]
        if value == "closed":
            return grants.exclude(pk__in=either.values("pk"))
        return grants.filter(pk__in=standing.get(value, either).values("pk"))

    def by_mine(self, grants, name, value):
        """The user's own requests, if chosen."""
        return grants.held_by(self.user) if value else grants
