"""Pages of entries in outside platforms, kept by the committee's staff."""

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_GET

from yl_district.pages.list_exports import export_page
from yl_district.pages.pages import delete_page, form_page, list_page

from ..models import PlatformEntry
from .filters import PlatformEntryFilter
from .forms import PlatformEntryForm
from .resources import PlatformEntryResource
from .tables import PlatformEntryTable


def platform_entry_list(request):
    """Entries in outside platforms, the latest first."""
    entries = PlatformEntry.objects.visible_to(request.user)
    return list_page(request, PlatformEntryTable, PlatformEntryFilter, entries, title="平台录入")


@require_GET
def platform_entry_export(request, **options):
    """Exports the list without entries of assisted youths: no file may reveal who is assisted."""
    entries = PlatformEntry.objects.visible_to(request.user).of_open_subjects()
    return export_page(request, PlatformEntryResource, PlatformEntryTable, PlatformEntryFilter, entries, **options)


def platform_entry_create(request):
    """Creates an entry."""
    return form_page(
        request,
        PlatformEntryForm,
        title="登记平台录入",
        message="已登记平台录入。",
        after=reverse("platform_entry_list"),
        platforms=known_platforms(request),
    )


def platform_entry_update(request, pk):
    """Corrects an entry, or adds the date of its binding."""
    entry = visible_platform_entry(request, pk)
    return form_page(
        request,
        PlatformEntryForm,
        instance=entry,
        title=f"修改平台录入：{entry}",
        message="已保存平台录入。",
        after=reverse("platform_entry_list"),
        platforms=known_platforms(request),
    )


def platform_entry_delete(request, pk):
    """Deletes an entry."""
    entry = visible_platform_entry(request, pk)
    return delete_page(request, entry, title="删除平台录入", message="已删除平台录入。")


def visible_platform_entry(request, pk):
    """The entry; raises Http404 where the user may not see it."""
    entries = PlatformEntry.objects.visible_to(request.user).select_related("person", "activity", "organisation")
    return get_object_or_404(entries, pk=pk)


def known_platforms(request):
    """The platforms named so far, offered as suggestions."""
    entries = PlatformEntry.objects.visible_to(request.user)
    return entries.order_by("platform").values_list("platform", flat=True).distinct()
