"""Pages of who looks after an organisation."""

from functools import partial

from django.shortcuts import get_object_or_404
from django.utils import timezone

from orgs.models import Organisation
from yl_district.pages.pages import delete_page, end_page, form_page

from .actions import change_liaison
from .liaison_forms import LiaisonChangeForm, LiaisonForm
from .models import Liaison


def organisation_liaison(request, pk):
    """Has another committee member look after an organisation, or nobody, from a day on."""
    organisation = get_object_or_404(Organisation.objects.given_liaison_by(request.user), pk=pk)
    today = timezone.localdate()
    present = organisation.liaisons.as_of(today).visible_to(request.user).select_related("person").first()
    return end_page(
        request,
        partial(LiaisonChangeForm, organisation=organisation),
        organisation,
        partial(change_liaison, organisation),
        title=f"更换联系委员：{organisation}",
        message="已更换联系委员。",
        # Whoever is there already, so that nobody is chosen by not choosing.
        initial={"person": present and present.person_id, "day": today},
        present=present,
    )


def liaison_update(request, pk):
    """Corrects who looked after an organisation, or from when to when."""
    liaison = changeable_liaison(request, pk)
    return form_page(
        request, LiaisonForm, instance=liaison, title=f"更正联系委员：{liaison}", message="已更正联系委员。"
    )


def liaison_delete(request, pk):
    """Deletes a span in which somebody never looked after the organisation."""
    liaison = changeable_liaison(request, pk)
    return delete_page(
        request,
        liaison,
        title=f"删除联系委员记录：{liaison}",
        message="已删除联系委员记录。",
        after=liaison.get_absolute_url(),
    )


def changeable_liaison(request, pk):
    """Returns the liaison if the user may change it; raises Http404 otherwise."""
    liaisons = Liaison.objects.changeable_by(request.user).select_related("organisation", "person")
    return get_object_or_404(liaisons, pk=pk)
