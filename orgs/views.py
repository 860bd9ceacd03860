"""Pages of organisations, two-new organisations, contacts with them and supplies."""

from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from yl_district.pages.list_exports import export_page
from yl_district.pages.pages import delete_page, end_page, form_page, list_page
from yl_district.pinyin import NAME_ORDER

from .filters import OrganisationFilter, SupplyFilter, UnitChangeFilter, UnitContactFilter, UnitFilter
from .forms import (
    OrganisationDissolveForm,
    OrganisationForm,
    SupplyForm,
    UnitChangeForm,
    UnitContactForm,
    UnitForm,
)
from .models import Organisation, Supply, Unit, UnitChange, UnitContact
from .resources import SupplyResource, UnitChangeResource, UnitContactResource, UnitResource
from .tables import OrganisationTreeTable, SupplyTable, UnitChangeTable, UnitContactTable, UnitTable


def organisation_list(request):
    """The organisation tree; by default the organisations in existence today."""
    organisations = Organisation.objects.listed_for(request.user, timezone.localdate())
    return list_page(request, OrganisationTreeTable, OrganisationFilter, organisations, title="团组织")


def organisation_detail(request, pk):
    """One organisation with its children and what belongs to it today."""
    organisation = visible_organisation(request, pk)
    day = timezone.localdate()
    below = Organisation.objects.get_children(organisation).as_of(day)
    context = {
        "title": organisation.name,
        "organisation": Organisation.objects.with_headcounts(day).get(pk=pk),
        "may_change": Organisation.objects.changeable_by(request.user).filter(pk=pk).exists(),
        "ancestors": Organisation.objects.get_ancestors(organisation).visible_to(request.user),
        "children": below.with_headcounts(day),
        "liaisons": organisation.liaisons.visible_to(request.user).with_openness(request.user).latest_first(),
        "may_change_liaison": Organisation.objects.given_liaison_by(request.user).filter(pk=pk).exists(),
        "posts": organisation.posts.visible_to(request.user).as_of(day).select_related("person"),
        "member_count": organisation.members.visible_to(request.user).as_of(day).count(),
        "units": organisation.units.visible_to(request.user).order_by(*NAME_ORDER),
        "hubs": organisation.hubs.visible_to(request.user).as_of(day),
        "supplies": organisation.supplies.visible_to(request.user)[:10],
    }
    return render(request, "orgs/organisation_detail.html", context)


def organisation_create(request):
    """Creates an organisation below another."""
    return form_page(
        request,
        OrganisationForm,
        title="新建团组织",
        message="已新建团组织。",
        initial={"parent": request.GET.get("parent")},
    )


def organisation_update(request, pk):
    """Corrects an organisation or moves it below another."""
    organisation = changeable_organisation(request, pk)
    return form_page(
        request,
        OrganisationForm,
        instance=organisation,
        title=f"修改团组织：{organisation}",
        message="已保存团组织资料。",
    )


def organisation_end(request, pk):
    """Dissolves an organisation."""
    organisation = changeable_organisation(request, pk)
    return end_page(
        request,
        OrganisationDissolveForm,
        organisation,
        organisation.dissolve,
        title=f"撤销团组织：{organisation}",
        message="已登记撤销，记录保留。",
    )


def visible_organisation(request, pk):
    """Returns the organisation if the user may see it; raises Http404 otherwise."""
    return get_object_or_404(Organisation.objects.visible_to(request.user), pk=pk)


def changeable_organisation(request, pk):
    """Returns the organisation if the user may change it; raises Http404 otherwise."""
    return get_object_or_404(Organisation.objects.changeable_by(request.user), pk=pk)


def unit_list(request):
    """The list of two-new organisations."""
    units = Unit.objects.visible_to(request.user)
    return list_page(request, UnitTable, UnitFilter, units, title="两新组织")


def unit_detail(request, pk):
    """One two-new organisation with its changes and the contacts made."""
    unit = visible_unit(request, pk)
    stage = Unit.Stage(Unit.objects.with_stage_on(timezone.localdate()).get(pk=pk).stage_on)
    context = {
        "title": unit.name,
        "unit": unit,
        "stage": stage,
        "stage_label": stage.label,
        "changes": unit.changes.all()[:50],
        "contacts": unit.contacts.all()[:50],
    }
    return render(request, "orgs/unit_detail.html", context)


@require_GET
def unit_export(request, **options):
    """Exports the list of two-new organisations."""
    units = Unit.objects.visible_to(request.user)
    return export_page(request, UnitResource, UnitTable, UnitFilter, units, **options)


def unit_create(request):
    """Creates a two-new organisation."""
    return form_page(request, UnitForm, title="登记两新组织", message="已登记两新组织。")


def unit_update(request, pk):
    """Corrects or completes a two-new organisation."""
    unit = visible_unit(request, pk)
    return form_page(request, UnitForm, instance=unit, title=f"修改两新组织：{unit}", message="已保存两新组织资料。")


def visible_unit(request, pk):
    """Returns the two-new organisation if the user may see it; raises Http404 otherwise."""
    return get_object_or_404(Unit.objects.visible_to(request.user).select_related("branch"), pk=pk)


def unit_change_list(request):
    """The list of changes of two-new organisations, latest first."""
    changes = UnitChange.objects.visible_to(request.user)
    return list_page(request, UnitChangeTable, UnitChangeFilter, changes, title="两新变更")


def unit_change_detail(request, pk):
    """One change of a two-new organisation."""
    change = visible_unit_change(request, pk)
    return render(request, "orgs/unit_change_detail.html", {"title": f"两新变更：{change.unit}", "change": change})


@require_GET
def unit_change_export(request, book=None):
    """Exports the list of changes of two-new organisations."""
    changes = UnitChange.objects.visible_to(request.user)
    return export_page(request, UnitChangeResource, UnitChangeTable, UnitChangeFilter, changes, book=book)


def unit_change_create(request):
    """Registers a change of a two-new organisation."""
    return form_page(
        request,
        UnitChangeForm,
        title="登记两新变更",
        message="已登记两新变更。",
        initial={"unit": request.GET.get("unit"), "happened_on": timezone.localdate()},
    )


def unit_change_update(request, pk):
    """Corrects a change of a two-new organisation."""
    change = visible_unit_change(request, pk)
    return form_page(
        request, UnitChangeForm, instance=change, title=f"修改两新变更：{change.unit}", message="已保存两新变更。"
    )


def unit_change_delete(request, pk):
    """Deletes a change registered by mistake."""
    change = visible_unit_change(request, pk)
    after = change.unit.get_absolute_url()
    return delete_page(
        request, change, title="删除两新变更", message="已删除两新变更。", after=after, act=change.withdraw
    )


def visible_unit_change(request, pk):
    """Returns the change if the user may see it; raises Http404 otherwise."""
    return get_object_or_404(UnitChange.objects.visible_to(request.user).select_related("unit"), pk=pk)


def unit_contact_list(request):
    """The list of contacts with two-new organisations, latest first."""
    contacts = UnitContact.objects.visible_to(request.user)
    return list_page(request, UnitContactTable, UnitContactFilter, contacts, title="两新联络")


def unit_contact_detail(request, pk):
    """One contact with a two-new organisation."""
    contact = visible_unit_contact(request, pk)
    return render(request, "orgs/unit_contact_detail.html", {"title": f"两新联络：{contact.unit}", "contact": contact})


@require_GET
def unit_contact_export(request, book=None):
    """Exports the list of contacts with two-new organisations."""
    contacts = UnitContact.objects.visible_to(request.user)
    return export_page(request, UnitContactResource, UnitContactTable, UnitContactFilter, contacts, book=book)


def unit_contact_create(request):
    """Logs a contact with a two-new organisation."""
    return form_page(
        request,
        UnitContactForm,
        title="登记两新联络",
        message="已登记两新联络。",
        initial={"unit": request.GET.get("unit")},
    )


def unit_contact_update(request, pk):
    """Corrects a contact."""
    return form_page(
        request,
        UnitContactForm,
        instance=visible_unit_contact(request, pk),
        initial={"logged": "logged" in request.GET},
        title="修改两新联络",
        message="已保存两新联络。",
    )


def unit_contact_delete(request, pk):
    """Deletes a contact logged by mistake."""
    contact = visible_unit_contact(request, pk)
    return delete_page(request, contact, title="删除两新联络", message="已删除两新联络。")


def visible_unit_contact(request, pk):
    """Returns the contact if the user may see it; raises Http404 otherwise."""
    return get_object_or_404(UnitContact.objects.visible_to(request.user).select_related("unit"), pk=pk)


def supply_list(request):
    """The list of supplies issued, latest first."""
    supplies = Supply.objects.visible_to(request.user)
    return list_page(request, SupplyTable, SupplyFilter, supplies, title="物资配发")


def supply_detail(request, pk):
    """One issue of supplies."""
    supply = visible_supply(request, pk)
    return render(request, "orgs/supply_detail.html", {"title": f"物资配发：{supply.item}", "supply": supply})


@require_GET
def supply_export(request, book=None):
    """Exports the list of supplies."""
    supplies = Supply.objects.visible_to(request.user)
    return export_page(request, SupplyResource, SupplyTable, SupplyFilter, supplies, book=book)


def supply_create(request):
    """Logs supplies issued to an organisation."""
    return form_page(
        request,
        SupplyForm,
        title="登记物资配发",
        message="已登记物资配发。",
        initial={"organisation": request.GET.get("organisation")},
    )


def supply_update(request, pk):
    """Corrects an issue of supplies."""
    return form_page(
        request, SupplyForm, instance=visible_supply(request, pk), title="修改物资配发", message="已保存物资配发。"
    )


def supply_delete(request, pk):
    """Deletes an issue of supplies logged by mistake."""
    supply = visible_supply(request, pk)
    return delete_page(request, supply, title="删除物资配发", message="已删除物资配发。")


def visible_supply(request, pk):
    """Returns the issue of supplies if the user may see it; raises Http404 otherwise."""
    return get_object_or_404(Supply.objects.visible_to(request.user).select_related("organisation"), pk=pk)
