"""Pages of targets, kept by the committee's staff."""

from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from yl_district.history.tracking import may_change
from yl_district.pages.list_exports import export_page
from yl_district.pages.pages import delete_page, form_page, list_page, rows_response

from ..figures.lines import NO_LONGER_COUNTED, figure_choices
from ..figures.records_behind import records_behind
from ..figures.scopes import scope_query
from ..models import Target
from .filters import TargetFilter
from .forms import TargetForm
from .progress import course_chart, pace_of
from .resources import TargetResource
from .tables import TargetTable


def target_list(request):
    """Lists targets, the latest year first."""
    targets = Target.objects.visible_to(request.user)
    return list_page(request, TargetTable, TargetFilter, targets, title="年度任务", this_year=timezone.localdate().year)


def target_detail(request, pk):
    """Shows one target: its progress against the plan, and the records counted with their attachments."""
    target = visible_target(request, pk)
    pace = pace_of(target, timezone.localdate())
    course = pace.course() if pace else []
    context = {
        "title": target.task,
        "target": target,
        "pace": pace,
        "figure_label": dict(figure_choices()).get(target.figure, NO_LONGER_COUNTED),
        "course": course,
        "may_change": may_change(request.user, target),
    }
    if not course:
        return render(request, "reports/target_detail.html", context)
    context |= {"drawn": course_chart(pace, course), "query": scope_query(pace.scope)}
    number = pace.figure.number(pace.scope)
    context |= records_behind(request, pace.figure, pace.scope, number, marking=True)
    if context["is_closed"]:
        return render(request, "reports/target_detail.html", context)
    return rows_response(request, "reports/target_detail.html", "_rows.html", context)


@require_GET
def target_export(request, book=None):
    """Exports the list of targets."""
    targets = Target.objects.visible_to(request.user)
    return export_page(request, TargetResource, TargetTable, TargetFilter, targets, book=book)


def target_create(request):
    """Creates a target."""
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
    """The target; raises Http404 where the user may not see it."""
    return get_object_or_404(Target.objects.visible_to(request.user), pk=pk)
