"""Pages of service plans: their texts, measures, signatures, amendments, reviews and the form to sign."""

from functools import partial

from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from yl_district.pages.pages import delete_page, end_page, form_page

from .filters import ServicePlanFilter
from .models import NeedsTalk, PlanAmendment, PlanMeasure, ServicePlan
from .paper_pages import paper_page
from .plan_documents import write_plan
from .plan_forms import (
    PlanAmendmentForm,
    PlanFinalForm,
    PlanMeasureDoneForm,
    PlanMeasureForm,
    PlanMidyearForm,
    PlanSignatureForm,
    PlanSigningForm,
    ServicePlanForm,
)
from .tables import ServicePlanTable
from .views import case_list_page, log_case_view, visible_youth


def service_plan_list(request):
    """The list of service plans, latest year first."""
    plans = ServicePlan.objects.visible_to(request.user)
    return case_list_page(
        request,
        ServicePlanTable,
        ServicePlanFilter,
        plans,
        title="服务计划",
        empty_hint="服务计划书在帮扶对象的页面上按年度登记。",
    )


def service_plan_detail(request, pk):
    """One plan: what was agreed, signed, done and found, and what is still to do."""
    plan, today = visible_plan(request, pk), timezone.localdate()
    measures = list(plan.measure_rows.all())
    context = {
        "title": f"服务计划书：{plan}",
        "plan": plan,
        "measures": measures,
        "overdue": {one.pk for one in measures if one.is_overdue_on(today)},
        "amendments": plan.amendments.all(),
        "due": plan.reviews_due(today),
        "scans": plan.attachments.exists(),
    }
    return render(request, "assistance/service_plan_detail.html", context)


def service_plan_create(request, youth_pk):
    """Adds a youth's plan for another year, which begins with the needs told since the last one."""
    youth, year = visible_youth(request, youth_pk), timezone.localdate().year
    talks = NeedsTalk.objects.filter(youth=youth).since_last_plan(year)
    begun = {"assessment": "\n".join(talk.in_words() for talk in talks)}
    if not youth.plans.filter(year=year).exists():
        begun["year"] = year
    return form_page(
        request,
        ServicePlanForm,
        instance=ServicePlan(youth=youth),
        initial=begun,
        title=f"登记服务计划：{youth}",
        message="已登记服务计划。",
        talks=talks,
    )


def service_plan_update(request, pk):
    """Corrects or completes a plan that is not signed yet."""
    plan = visible_plan(request, pk)
    return form_page(request, ServicePlanForm, instance=plan, title=f"修改服务计划：{plan}", message="已保存服务计划。")


def service_plan_sign(request, pk):
    """Notes that a plan was signed."""
    plan = visible_plan(request, pk)
    pairing = plan.youth.pairing_on(timezone.localdate())
    return end_page(
        request,
        PlanSigningForm,
        plan,
        plan.sign,
        title=f"登记签订：{plan}",
        message="已登记签订。",
        initial={"volunteer_signer": str(pairing.volunteer) if pairing else "", "office_signer": str(request.user)},
    )


def service_plan_correct(request, pk):
    """Corrects what is noted of a plan's signatures."""
    plan = visible_plan(request, pk)
    return form_page(request, PlanSignatureForm, instance=plan, title=f"更正签订：{plan}", message="已更正签订。")


def service_plan_amend(request, pk):
    """Notes what was agreed anew after a plan was signed."""
    plan = visible_plan(request, pk)
    return form_page(
        request,
        PlanAmendmentForm,
        instance=PlanAmendment(plan=plan),
        title=f"登记变更：{plan}",
        message="已登记变更，签订的原文保留。",
        after=plan.get_absolute_url(),
    )


def service_plan_midyear(request, pk):
    """Looks back upon a plan in mid-year."""
    plan = visible_plan(request, pk)
    return form_page(request, PlanMidyearForm, instance=plan, title=f"年中回顾：{plan}", message="已保存年中回顾。")


def service_plan_final(request, pk):
    """Looks back upon a plan at the end of its year."""
    plan = visible_plan(request, pk)
    return form_page(request, PlanFinalForm, instance=plan, title=f"年末回顾：{plan}", message="已保存年末回顾。")


def service_plan_print(request, pk):
    """The plan as a Word file to sign, names and numbers whole."""
    plan = visible_plan(request, pk)
    return paper_page(
        request,
        plan,
        partial(write_plan, plan, timezone.localdate()),
        file_name=f"阳光牵手服务计划书-{plan.year}.docx",
        title="打印计划书",
        notice="计划书用于签字：姓名、监护人和电话不遮盖，没有填写的地方留有横线，可以手写。",
        reasons=["交家庭签字", "交志愿者签字", "年中回顾", "年末回顾", "存档"],
    )


def plan_measure_create(request, plan_pk):
    """Adds a measure to a plan that is not signed yet."""
    plan = visible_plan(request, plan_pk)
    return form_page(
        request,
        PlanMeasureForm,
        instance=PlanMeasure(plan=plan),
        title=f"添加措施：{plan}",
        message="已添加措施。",
        after=plan.get_absolute_url(),
    )


def plan_measure_update(request, pk):
    """Corrects a measure of a plan that is not signed yet."""
    measure = visible_measure(request, pk)
    return form_page(request, PlanMeasureForm, instance=measure, title=f"修改：{measure}", message="已保存措施。")


def plan_measure_done(request, pk):
    """Notes that a measure was done, or why not."""
    measure = visible_measure(request, pk)
    return form_page(
        request,
        PlanMeasureDoneForm,
        instance=measure,
        title=f"办结措施：{measure.plan}",
        message="已保存完成情况。",
        measure=measure,
    )


def plan_measure_delete(request, pk):
    """Deletes a measure of a plan that is not signed yet."""
    measure = visible_measure(request, pk)
    return delete_page(
        request,
        measure,
        title="删除措施",
        message="已删除措施。",
        after=measure.get_absolute_url(),
        act=measure.take_out,
    )


def visible_plan(request, pk):
    """Returns the plan if the user may see it, and logs the view; raises Http404 otherwise."""
    plans = ServicePlan.objects.visible_to(request.user).select_related("youth__organisation")
    return log_case_view(request, get_object_or_404(plans, pk=pk))


def visible_measure(request, pk):
    """Returns the measure if the user may see it, and logs the view; raises Http404 otherwise."""
    measures = PlanMeasure.objects.visible_to(request.user).select_related("plan__youth")
    return log_case_view(request, get_object_or_404(measures, pk=pk))
