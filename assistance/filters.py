"""Filters of the lists of case files and grants."""

from datetime import timedelta

import django_filters as filters
from django import forms
from django.db.models import Q

from orgs.filters import SubtreeFilter
from yl_district.pages.filters import OF_PEOPLE, OnDayFilter, PageFilter, RecordFilter, SearchFilter, YearFilter
from yl_district.periods import Period

from .models import (
    SCHOLARSHIP_STEPS,
    Assistance,
    AssistedYouth,
    CaseGrant,
    CaseGrantRound,
    DistrictProject,
    ProjectApplication,
    Scholarship,
    Visit,
)


def month_of(day):
    """The month in which a day lies."""
    return Period.of_part(day.year, f"m{day.month}")


class AssistedYouthFilter(PageFilter):
    """Assisted youths; by default those in the register today."""

    defaults = {"standing": "yes"}

    search = SearchFilter()
    standing = OnDayFilter("状态", "as_of", "在库", "未入库或已出库")
    reason = filters.ChoiceFilter(label="出库原因", choices=AssistedYouth.RemovalReason, method="by_reason")
    organisation = SubtreeFilter()
    paired = OnDayFilter("结对", "paired_on", "有固定志愿者", "无固定志愿者")
    bound = OnDayFilter("平台绑定", "bound_by", "已绑定", "未绑定")
    helped = OnDayFilter("本季度帮扶", "helped_by", "已帮扶", "未帮扶")
    planned = YearFilter("有计划书的年度", method="by_plan")
    unplanned = YearFilter("没有计划书的年度", method="by_lack_of_plan")
    asked = YearFilter("征集过需求的年度", method="by_talk")
    unasked = YearFilter("没有征集需求的年度", method="by_lack_of_talk")

    def by_talk(self, youths, name, value):
        """Youths whose needs somebody asked for within the year."""
        return youths.asked_during(value)

    def by_lack_of_talk(self, youths, name, value):
        """Youths whose needs nobody asked for within the year."""
        return youths.not_asked_during(value)

    def filter_queryset(self, youths):
        """The youths; a reason is looked for among all, since nobody in the register has one."""
        if self.form.cleaned_data.get("reason"):
            self.form.cleaned_data["standing"] = ""
        return super().filter_queryset(youths)

    def by_reason(self, youths, name, value):
        """Youths removed from the register for the reason."""
        return youths.removed_because(value)

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
    signed = OnDayFilter("签订", "agreed_by", "已签订", "未签订")
    due = OnDayFilter("回顾", "with_review_due", "到期未回顾", "没有到期的回顾")


class PairingFilter(PageFilter):
    """Pairings; by default those in force today."""

    defaults = {"standing": "yes"}

    search = SearchFilter()
    standing = OnDayFilter("状态", "as_of", "结对中", "已结束")
    due = filters.ChoiceFilter(
        label="走访", choices=[("month", "本月应走访"), ("overdue", "已逾期")], method="by_due_day"
    )
    pledged = OnDayFilter("保密承诺", "pledged_by", "已签", "未签")
    organisation = SubtreeFilter()

    def by_due_day(self, pairings, name, value):
        """Pairings of which a visit is due by the end of this month, or was due before today."""
        last = self.day - timedelta(days=1) if value == "overdue" else month_of(self.day).end
        return pairings.due_by(last, self.day)


class VisitFilter(PageFilter):
    """Visits."""

    search = SearchFilter(f"帮扶对象{OF_PEOPLE}")
    state = filters.ChoiceFilter(
        label="状态",
        choices=[("month", "本月待走访"), *Visit.State.choices],
        method="by_state",
    )
    way = filters.ChoiceFilter(label="方式", choices=Visit.Way)
    year = YearFilter(field_name="done_on", lookup_expr="year")
    counted = filters.ChoiceFilter(
        label="计入帮扶", choices=[("yes", "已计入"), ("no", "未计入")], method="by_counting"
    )
    reported = filters.ChoiceFilter(label="填报", choices=[("yes", "志愿者填报")], method="by_reporting")
    organisation = SubtreeFilter()

    def by_state(self, visits, name, value):
        """Visits in this state today; of those that wait also the ones due this month."""
        return {
            "month": lambda: visits.due_during(month_of(self.day)),
            Visit.State.PLANNED: visits.waiting,
            Visit.State.OVERDUE: lambda: visits.overdue_on(self.day),
            Visit.State.DONE: visits.done,
            Visit.State.CANCELLED: visits.cancelled,
        }[value]()

    def by_counting(self, visits, name, value):
        """Visits that count as an assistance, or do not."""
        counted = visits.counted()
        return counted if value == "yes" else visits.exclude(pk__in=counted.order_by().values("pk"))

    def by_reporting(self, visits, name, value):
        """Visits that volunteers have reported themselves."""
        return visits.reported()


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


class DistrictProjectFilter(PageFilter):
    """Projects of the district."""

    search = SearchFilter("项目名称或拼音首字母")
    year = YearFilter()


class ProjectApplicationFilter(PageFilter):
    """Applications for projects of the district."""

    search = SearchFilter()
    project = RecordFilter(queryset=DistrictProject.objects.all(), label="项目")
    answer = filters.ChoiceFilter(label="答复", choices=ProjectApplication.Answer)
    year = YearFilter(label="申请年度", field_name="asked_on", lookup_expr="year")


class ScholarshipFilter(PageFilter):
    """Scholarship applications."""

    search = SearchFilter()
    year = YearFilter()
    stage = filters.ChoiceFilter(label="学段", choices=Scholarship.Stage)
    status = filters.ChoiceFilter(label="状态", choices=Scholarship.Status)
    due = filters.ChoiceFilter(
        label="待办",
        choices=[("any", "各步"), *((step.key, step.noun) for step in SCHOLARSHIP_STEPS.values())],
        method="by_step_due",
    )
    is_on_platform = filters.ChoiceFilter(
        label="平台", choices=[("true", "平台内"), ("false", "不在平台")], method="by_platform"
    )

    def by_step_due(self, scholarships, name, value):
        """Applications whose next step is the chosen one, or any."""
        return scholarships.waiting() if value == "any" else scholarships.awaiting(SCHOLARSHIP_STEPS[value])

    def by_platform(self, scholarships, name, value):
        """Applications of students on the platform today, or of others."""
        standing = Q(pk__in=Scholarship.objects.on_platform_on(self.day).values("pk"))
        return scholarships.filter(standing if value == "true" else ~standing)


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


class CaseGrantRoundFilter(PageFilter):
    """Requests for many grants."""

    state = filters.ChoiceFilter(
        label="状态",
        choices=[("undecided", "待审批"), ("decided", "已审批"), ("withdrawn", "已撤回或已终止")],
        method="by_state",
    )
    mine = filters.BooleanFilter(label="仅本人申请", method="by_mine", widget=forms.CheckboxInput)

    def by_state(self, rounds, name, value):
        """Requests undecided, decided, or withdrawn or ended."""
        if value == "undecided":
            return rounds.filter(pk__in=CaseGrantRound.objects.undecided().values("pk"))
        if value == "withdrawn":
            return rounds.exclude(ended_on=None)
        return rounds.filter(ended_on=None).exclude(is_approved=None)

    def by_mine(self, rounds, name, value):
        """The user's own requests, if chosen."""
        return rounds.held_by(self.user) if value else rounds
