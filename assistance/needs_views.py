"""Pages of the talks in which youths were asked what they need."""

from django.shortcuts import get_object_or_404
from django.urls import reverse

from yl_district.pages.pages import form_page

from .models import NeedsTalk
from .plan_forms import NeedsTalkForm
from .views import log_case_view, visible_youth


def needs_talk_create(request, youth_pk):
    """Notes a talk on what a youth needs."""
    youth = visible_youth(request, youth_pk)
    return form_page(
        request,
        NeedsTalkForm,
        instance=NeedsTalk(youth=youth, asked_by=request.user),
        title=f"登记需求征集：{youth}",
        message="已登记需求征集。",
        after=youth.get_absolute_url(),
    )


def needs_talk_update(request, pk):
    """Corrects a talk."""
    talks = NeedsTalk.objects.visible_to(request.user).select_related("youth")
    talk = log_case_view(request, get_object_or_404(talks, pk=pk))
    return form_page(
        request,
        NeedsTalkForm,
        instance=talk,
        title=f"修改需求征集：{talk}",
        message="已保存需求征集。",
        after=reverse("assisted_youth_detail", args=[talk.youth_id]),
    )
