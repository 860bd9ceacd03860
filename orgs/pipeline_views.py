"""The page of two-new organisations on their way to a league body, and the acts that lead on from it."""

from functools import partial

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from yl_district.pages.pages import end_page

from .filters import PipelineFilter
from .models import Unit, UnitContact
from .pipeline import pipeline_of
from .unit_actions import log_unit_contact, verify_unit
from .unit_forms import UnitVerifyForm
from .views import visible_unit


@require_GET
def unit_pipeline(request):
    """The two-new organisations by stage, those whose next step is due, and the contact points that wait for a word."""
    today = timezone.localdate()
    filterset = PipelineFilter(request.GET, Unit.objects.visible_to(request.user), user=request.user, day=today)
    context = {"title": "两新建团", "filter": filterset, "today": today, "back": reverse("unit_list")}
    return render(request, "orgs/unit_pipeline.html", context | pipeline_of(request.user, filterset.qs, today))


def unit_verify(request, pk):
    """Registers that a two-new organisation was verified, and the state in which it was found."""
    unit = visible_unit(request, pk)
    return end_page(
        request, UnitVerifyForm, unit, partial(verify_unit, unit), title=f"核实：{unit}", message="已登记核实。"
    )


@require_POST
def unit_contact_log(request, pk):
    """Logs a contact with a two-new organisation today in one tap, and leads to the form that completes it."""
    unit = visible_unit(request, pk)
    form = request.POST.get("form", "")
    if form not in UnitContact.Form.values:
        messages.error(request, "没有登记：请选择电话、网络或见面。")
        return redirect(unit)
    contact, is_new = log_unit_contact(unit, form, timezone.localdate())
    label = contact.get_form_display()
    if is_new:
        messages.success(request, f"已登记今天的{label}联络，请补充内容和下一步。")
    else:
        messages.info(request, f"今天的{label}联络已经登记过，没有重复登记。确是另一次的，请用“登记联络”。")
    return redirect(f"{reverse('unit_contact_update', args=[contact.pk])}?logged=yes")
