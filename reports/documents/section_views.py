"""Pages for writing the sections of a report, with a palette of figures and a preview."""

from django.db import transaction
from django.http import Http404, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from orgs.roles import HUB_KEEPERS, RECORD_KEEPERS
from yl_district.pages import submit_once
from yl_district.pages.edit_conflicts import lock_for_edit
from yl_district.pages.pages import delete_page, form_page, wants_fragment
from yl_district.pages.record_choices import KEY_DIGITS

from ..figures.readers import may_know_cases
from ..figures.scopes import scope_of, scope_query
from ..models import Report, Section
from ..text import Draft, TextWriter, Vocabulary
from ..text.palette import palette
from ..text.style import style_findings
from .actions import move_section
from .forms import SectionForm
from .summary import drafts_of, numbered_sections
from .views import changeable_report, changeable_reports
from .writing_views import is_in_place, saved_in_place


def changeable_sections(user):
    """The sections that the user may write."""
    related = ("report__organisation", "report__hub__organisation")
    return Section.objects.changeable_by(user).select_related(*related)


def section_create(request, report_pk):
    """Adds a section at the end of a report."""
    report = changeable_reports(request.user).filter(pk=report_pk).first()
    if report is None:
        return sent_again(request, written_for_nothing, report_pk)
    try:
        if is_in_place(request):
            return saved_in_place(request, Section(report=report))
        return form_page(
            request,
            SectionForm,
            instance=Section(report=report),
            title="增加一节",
            message="已增加一节。",
            after=report.get_absolute_url(),
            **editor(request, report),
        )
    except Http404:
        return sent_again(request, written_for_nothing, report_pk)


def section_update(request, pk):
    """Edits a section; if it has been deleted meanwhile, the text typed is offered for adding again."""
    section = changeable_sections(request.user).filter(pk=pk).first()
    if section is None:
        return sent_again(request, written_in_vain, pk)
    try:
        if is_in_place(request):
            return saved_in_place(request, section)
        return form_page(
            request,
            SectionForm,
            instance=section,
            title=f"修改：{section}",
            message="已保存这一节。",
            **editor(request, section.report, section),
        )
    except Http404:
        return sent_again(request, written_in_vain, pk)


def sent_again(request, page, pk):
    """The page for a text whose place is gone; the editor is asked to send it again as a page would."""
    return JsonResponse({"again": True}) if is_in_place(request) else page(request, pk)


def written_in_vain(request, pk):
    """A form for adding the text again where its section was deleted or closed to the user; else raises Http404."""
    states = Section.history.filter(id=pk).select_related("history_user").order_by("history_id")
    gone = states.last()
    if request.method != "POST" or gone is None:
        raise Http404
    report = changeable_reports(request.user).filter(pk=gone.report_id).first()
    if report is None:
        return written_for_nothing(request, gone.report_id)
    # A section that was always about cases stays unknown to users who may not know of cases.
    if not may_know_cases(request.user, scope_of(report)) and not states.filter(is_about_cases=False).exists():
        raise Http404
    form = bound_form(request, Section(report=report))
    form.submission = submit_once.new_token(request.user)
    context = editor(request, report) | {"title": "增加一节", "form": form, "gone": gone}
    return render(request, "reports/section_form.html", context, status=409)


def written_for_nothing(request, report_pk):
    """A page to copy the text from, where the report was deleted; raises Http404 for users who could not write it."""
    gone = Report.history.filter(id=report_pk, history_type="-").select_related("history_user").last()
    kinds = RECORD_KEEPERS if gone is None or gone.hub_id is None else HUB_KEEPERS
    if request.method != "POST" or gone is None or not request.user.reaches_as(gone.organisation, *kinds):
        raise Http404
    typed = {name: request.POST.get(name, "") for name in ("heading", "body")}
    context = {"title": f"报告已删除：{gone.instance}", "gone": gone, "typed": typed}
    return render(request, "reports/section_lost.html", context, status=409)


def section_delete(request, pk):
    """Deletes a section; its history remains."""
    section = get_object_or_404(changeable_sections(request.user), pk=pk)
    return delete_page(
        request,
        section,
        title=f"删除一节：{section}",
        message="已删除这一节。",
        after=section.report.get_absolute_url(),
    )


@require_POST
@transaction.atomic
def section_move(request, pk):
    """Moves a section up or down, past its neighbour among those that the user sees; leads back to its page."""
    section = get_object_or_404(changeable_sections(request.user), pk=pk)
    lock_for_edit(section.report, request.user)
    if request.POST.get("direction") in ("up", "down"):
        move_section(section, request.POST["direction"] == "up", Section.objects.visible_to(request.user))
    if "write" in request.POST:
        return redirect(f"{reverse('report_write', args=[section.report_id])}#section-{section.pk}")
    return redirect(section)


@require_POST
def section_preview(request, report_pk):
    """Previews a section as it is typed: as a fragment for htmx, else on the editor's page."""
    report = changeable_report(request.user, report_pk)
    section = named_section(request, report)
    form = bound_form(request, section or Section(report=report))
    form.version, form.submission = request.POST.get("version"), request.POST.get("submission")
    context = {"form": form, "blocks": previewed(request, report, section, form), "scope": scope_of(report)}
    context["style"] = style_findings(context["blocks"])
    context["query"] = scope_query(context["scope"])
    if wants_fragment(request):
        return render(request, "reports/_preview.html", context)
    title = f"修改：{section}" if section else "增加一节"
    return render(request, "reports/section_form.html", editor(request, report, section) | context | {"title": title})


def named_section(request, report):
    """The section being previewed; None for one that is new or deleted."""
    key = request.POST.get("section", "")
    if not (key.isascii() and key.isdigit() and len(key) <= KEY_DIGITS):
        return None
    return changeable_sections(request.user).filter(report=report, pk=key).first()


def bound_form(request, section):
    """The form with the submitted data, validated but not saved."""
    form = SectionForm(request.POST, instance=section, user=request.user, day=timezone.localdate())
    form.full_clean()
    return form


def previewed(request, report, section, form):
    """The blocks of the submitted text, as written and numbered among the report's other sections."""
    # Text too long to be stored is not parsed either: it could keep the server busy for long.
    heading, body = ((form[name].value() or "")[: form.fields[name].max_length] for name in ("heading", "body"))
    typed = Draft(heading, body, is_about_cases=section_flag(form))
    scope = scope_of(report)
    vocabulary = Vocabulary(scope)
    drafts = [typed if each.record == section else each for each in drafts_of(scope, vocabulary, report)]
    drafts += [] if section else [typed]
    writer = TextWriter(scope, drafts, may_know_cases(request.user, scope), vocabulary=vocabulary)
    return next(each.blocks for each in numbered_sections(writer) if each.draft is typed)


def section_flag(form):
    """Whether the submitted section is marked as about cases."""
    return bool(form["is_about_cases"].value()) if "is_about_cases" in form.fields else False


def editor(request, report, section=None):
    """The template context of the editor around the form."""
    scope = scope_of(report)
    writer = TextWriter(scope, [], may_know_cases(request.user, scope))
    action = reverse("section_update", args=[section.pk]) if section else reverse("section_create", args=[report.pk])
    return {
        "report": report,
        "section": section,
        "palette": palette(writer),
        "action": action,
        "scope": scope,
        "query": scope_query(scope),
        "back": section.get_absolute_url() if section else report.get_absolute_url(),
    }
