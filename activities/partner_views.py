"""Pages of the partners with whom activities are held."""

from functools import partial

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_GET

from yl_district.pages.list_exports import export_page
from yl_district.pages.pages import configured_table, delete_page, form_page, list_page, rows_response
from yl_district.periods import Period

from .actions import delete_partner
from .filters import PartnerFilter
from .forms import PartnerForm
from .models import Activity, Partner
from .partner_resources import PartnerResource
from .tables import ActivityTable, PartnerTable


def partner_list(request):
    """The list of partners by name, with how many activities of this year each took part in."""
    partners = Partner.objects.visible_to(request.user).with_activity_count(activities_this_year(request.user))
    return list_page(request, PartnerTable, PartnerFilter, partners, title="协办单位")


@require_GET
def partner_export(request, book=None):
    """Exports the list of partners."""
    partners = Partner.objects.visible_to(request.user).with_activity_count(activities_this_year(request.user))
    return export_page(request, PartnerResource, PartnerTable, PartnerFilter, partners, book=book)


def activities_this_year(user):
    """The activities held this year that the user may see."""
    return Activity.objects.visible_to(user).held_during(Period.of_year(timezone.localdate().year))


def partner_detail(request, pk):
    """One partner with its activities, latest first, of those that the user may see."""
    partner = visible_partner(request, pk)
    activities = Activity.objects.visible_to(request.user).filter(partners=partner)
    table = configured_table(request, ActivityTable, activities)
    context = {
        "title": partner.name,
        "partner": partner,
        "table": table,
        "empty_title": "还没有与它一同举办的活动",
        "empty_hint": "在活动的“归类”里填写协办单位。",
    }
    return rows_response(request, "activities/partner_detail.html", "_rows.html", context)


def partner_create(request):
    """Registers a partner."""
    return form_page(request, PartnerForm, title="登记协办单位", message="已登记协办单位。")


def partner_update(request, pk):
    """Corrects or completes a partner."""
    partner = visible_partner(request, pk)
    return form_page(
        request, PartnerForm, instance=partner, title=f"修改协办单位：{partner}", message="已保存协办单位。"
    )


def partner_delete(request, pk):
    """Deletes a partner with which there is no activity."""
    partner = visible_partner(request, pk)
    return delete_page(
        request,
        partner,
        title=f"删除协办单位：{partner}",
        message="已删除协办单位。",
        act=partial(delete_partner, partner),
    )


def visible_partner(request, pk):
    """Returns the partner if the user may see it; raises Http404 otherwise."""
    return get_object_or_404(Partner.objects.visible_to(request.user), pk=pk)
