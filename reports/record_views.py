"""Pages of targets and of entries in outside platforms, kept by the committee's staff."""

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from yl_district.history.tracking import may_change
from yl_district.pages.list_exports import export_page
from yl_district.pages.pages import delete_page, form_page, list_page, rows_response

from .figures.lines import figure_choices
from .figures.records_behind import records_behind
from .figures.scopes import scope_query
from .filters import PlatformEntryFilter, TargetFilter
from .forms import PlatformEntryForm, TargetForm
from .models import PlatformEntry, Target
from .pace import drawn, pace_of
from .resources import PlatformEntryResource, TargetResource
from .tables import PlatformEntryTable, TargetTable


def target_list(request):
    """Targets, the latest year first."""
    targets = Target.objects.visible_to(request.user)
    return list_page(request, TargetTable, TargetFilter, targets, title="年度任务")


def target_detail(request, pk):
    """One target: how far it has come beside its plan, and the records that count with what is attached to them."""
    target = visible_target(request, pk)
    pace = pace_of(target, timezone.localdate())
    course = pace.course() if pace else []
    context = {
        "title": target.task,
        "target": target,
        "pace": pace,
        "figure_label": dict(figure_choices()).get(target.figure, target.figure),
        "course": course,
        "may_change": may_change(request.user, target),
    }
    if not course:
        return render(request, "reports/target_detail.html", context)
    context |= {"drawn": drawn(pace, course), "query": scope_query(pace.scope)}
    number = pace.figure.rows(pace.scope).count()
    context |= records_behind(request, pace.figure, pace.scope, number, marking=True)
    if context["is_closed"]:
        return render(request, "reports/target_detail.html", context)
    return rows_response(request, "reports/target_detail.html", "_rows.html", context)


@require_GET
def target_export(request, book=None):
    """The list of targets as a file."""
    targets = Target.objects.visible_to(request.user)
    return export_page(request, TargetResource, TargetTable, TargetFilter, targets, book=book)


def target_create(request):
    """A new target."""
    return form_page(request, TargetForm, title="登记年度任务", message="已登记年度任务。")


def target_update(request, pk):
    """Corrects a target."""
    target = visible_target(request, pk)
    return form_page(
        request, TargetForm, instance=target, title=f"修改年度任务：{target.task}", message="已保存年度任务。"
    )


def target_delete(request, pk):
    """Deletes a target."""
    target = visible_target(request, pk)
    return delete_page(request, target, title=f"删除年度任务：{target.task}", message="已删除年度任务。")


def visible_target(request, pk):
    """The target, if the user may see it."""
    return get_object_or_404(Target.objects.visible_to(request.user), pk=pk)


def platform_entry_list(request):
    """Entries in outside platforms, the latest first."""
    entries = PlatformEntry.objects.visible_to(request.user)
    return list_page(request, PlatformEntryTable, PlatformEntryFilter, entries, title="平台录入")


@require_GET
def platform_entry_export(request, book=None):
    """The list of entries as a file, but for those that tell who is assisted: no file does."""
    entries = PlatformEntry.objects.visible_to(request.user).of_open_subjects()
    return export_page(request, PlatformEntryResource, PlatformEntryTable, PlatformEntryFilter, entries, book=book)


def platform_entry_create(request):
    """A new entry."""
    return form_page(
        request,
        PlatformEntryForm,
        title="登记平台录入",
        message="已登记平台录入。",
        after=reverse("platform_entry_list"),
        platforms=known_platforms(request),
    )


def platform_entry_update(request, pk):
    """Corrects an entry, or adds when it was bound."""
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
    """The entry, if the user may see it."""
    entries = PlatformEntry.objects.visible_to(request.user).select_related("person", "activity", "organisation")
    return get_object_or_404(entries, pk=pk)


def known_platforms(request):
    """The names of platforms used so far, offered while one is typed."""
    entries = PlatformEntry.objects.visible_to(request.user)
    return entries.order_by("platform").values_list("platform", flat=True).distinct()
