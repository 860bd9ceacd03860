"""Pages of reports: the list, a new report, and its text with a link on every number."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from yl_district.pages.pages import delete_page, form_page, list_page

from ..figures.readers import may_know_cases
from ..figures.scopes import scope_of, scope_query
from ..models import Comment, Report
from ..text.style import style_findings
from .filters import ReportFilter
from .forms import ReportForm
from .summary import numbered_sections, summary_of_sections, writer_of
from .tables import ReportTable


def visible_reports(user):
    """The reports that the user may read."""
    return Report.objects.visible_to(user).select_related("organisation", "hub__organisation")


def changeable_reports(user):
    """The reports that the user may write."""
    return Report.objects.changeable_by(user).select_related("organisation", "hub__organisation")


def changeable_report(user, pk):
    """The report; raises Http404 where the user may not write it."""
    return get_object_or_404(changeable_reports(user), pk=pk)


def report_list(request):
    """Lists reports within reach, the latest period first."""
    return list_page(
        request,
        ReportTable,
        ReportFilter,
        visible_reports(request.user).with_editions(),
        title="总结与报表",
        empty_hint="建立报告时，正文取自上一份同类报告，没有的取自通用文本。",
    )


def report_create(request):
    """Creates a report from an earlier text; the URL may preset its place and period."""
    asked = {"place": request.GET.get("organisation"), "part": request.GET.get("part") or "year"}
    return form_page(
        request,
        ReportForm,
        title="编写报告",
        message="已建立报告。",
        initial=asked | {"year": request.GET.get("year") or timezone.localdate().year},
    )


def report_detail(request, pk):
    """Shows the document as its reader may see it, with editing links next to the sections for its writers."""
    report = get_object_or_404(visible_reports(request.user), pk=pk)
    scope = scope_of(report)
    writer = writer_of(scope, may_know_cases(request.user, scope), report=report)
    sections = numbered_sections(writer)
    seen = set(report.sections.visible_to(request.user).values_list("pk", flat=True))
    shown = [each for each in sections if each.draft.record.pk in seen]
    may_write = changeable_reports(request.user).filter(pk=pk).exists()
    context = {
        "title": str(report),
        "report": report,
        "summary": summary_of_sections(writer, sections, timezone.localdate()),
        "sections": shown,
        "may_write": may_write,
        "style": [(each, finding) for each in shown for finding in style_findings(each.blocks)] if may_write else [],
        "edition": report.edition,
        "comments": Comment.objects.visible_to(request.user).of_report(report).with_entries(),
        "scope": scope,
        "query": scope_query(scope),
    }
    return render(request, "reports/report_detail.html", context)


def report_delete(request, pk):
    """Deletes a report with its sections, unless it has been signed."""
    report = changeable_report(request.user, pk)
    if report.edition:
        messages.error(request, "没有删除：这份报告已经签发。需要改动的，请修改正文后签发更正稿。")
        return redirect(report)
    return delete_page(request, report, title=f"删除报告：{report}", message=f"已删除{report}。")
