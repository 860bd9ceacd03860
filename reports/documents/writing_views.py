"""The page on which a whole report is written as it will print, and what its editor asks of the server."""

from functools import partial

from django.http import JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from yl_district.pages import submit_once
from yl_district.pages.edit_conflicts import as_version, form_digests
from yl_district.pages.pages import carry_out
from yl_district.pinyin import search_text

from ..figures.readers import may_know_cases
from ..figures.scopes import scope_of, scope_query
from ..models import Section
from ..text.aspects import Meaningless, meaning_of
from ..text.cases import variant_in_words
from ..text.chips import described, number_forms
from ..text.editing import EditableText
from ..text.palette import palette
from .forms import SectionForm
from .summary import title_of, writer_of
from .views import changeable_report

TEXT_TOO_LONG = f"这段文字超过 {Section.LONGEST} 字，请分成几节。"


def report_write(request, pk):
    """Shows all sections of a report in the editor, each in a form of its own."""
    report = changeable_report(request.user, pk)
    writer = writer_for(request, report)
    written = [editable_section(request, writer, section) for section in seen_sections(request, report)]
    begun = editable_section(request, writer, Section(report=report))
    context = {
        "title": f"写正文：{report}",
        "report": report,
        "scope": writer.scope,
        "query": scope_query(writer.scope),
        "heading": title_of(writer.scope),
        "sections": written,
        "begun": begun,
        "nodes": {each["record"].pk or "new": each["nodes"] for each in [*written, begun]},
        "palette": offered(writer),
        "back": report.get_absolute_url(),
    }
    return render(request, "reports/report_write.html", context)


def seen_sections(request, report):
    """Yields the sections of a report that the user may see."""
    for section in report.sections.visible_to(request.user):
        section.report = report
        yield section


def writer_for(request, report):
    """The writer of a report's text for the user, who may know of cases or not."""
    scope = scope_of(report)
    return writer_of(scope, may_know_cases(request.user, scope), report=report)


def editable_section(request, writer, section):
    """One section with its form, and the nodes of its texts for the editor."""
    return {"record": section, "form": section_form(request, section), "nodes": section_nodes(writer, section)}


def section_form(request, section, data=None):
    """The form of one section among others on a page, with its version, or its token where the section is new."""
    auto_id = f"section-{section.pk or 'new'}-%s"
    form = SectionForm(data, instance=section, user=request.user, day=timezone.localdate(), auto_id=auto_id)
    if section.pk:
        form.version = as_version(form_digests(form))
    else:
        form.submission = submit_once.new_token(request.user)
    return form


def is_in_place(request):
    """Whether the editor sends a section, and goes on with the page that it is on."""
    return request.method == "POST" and request.headers.get("Accept") == "application/json"


def saved_in_place(request, section):
    """Saves a section that the editor sends, and answers what became of it.

    `again` asks for the form to be sent as a page would send it, where the answer is a page of its own.
    """
    stored = section if section.pk else None
    form, target = carry_out(request, partial(section_form, request, section), lambda form: form.save(), stored)
    if target and not form.repeated:
        return JsonResponse({"saved": True} | section_marks(request, form.instance))
    if form.conflict:
        return conflict_in_place(request, section.pk)
    if target or form.repeated or form.announced or not form.problems:
        return JsonResponse({"again": True})
    return JsonResponse({"problems": [f"{error}" for field in form.problems for error in field.errors]})


def section_marks(request, section):
    """What the form of a stored section is sent with the next time."""
    action = reverse("section_update", args=[section.pk])
    return {"version": section_form(request, section).version, "action": action, "key": section.pk}


def conflict_in_place(request, pk):
    """The section as others have changed it meanwhile."""
    section = Section.objects.changeable_by(request.user).select_related("report").filter(pk=pk).first()
    if section is None:
        return JsonResponse({"again": True})
    last = section.history.select_related("history_user").order_by("history_id").last()
    nodes = section_nodes(writer_for(request, section.report), section)
    stored = {
        "heading": section.heading,
        "body": section.body,
        "is_about_cases": section.is_about_cases,
        "nodes": nodes,
    }
    who = str(last.history_user or "他人")
    return JsonResponse({"conflict": {"who": who, "stored": stored} | section_marks(request, section)})


def section_nodes(writer, section):
    """The nodes of a section's heading and body, and what their placeholders say."""
    text = EditableText(writer, section.is_about_cases)
    heading, body = text.paragraphs(section.heading), text.paragraphs(section.body)
    return {"heading": heading[:1], "body": body, "shown": text.shown}


def offered(writer):
    """Everything that can be inserted, in groups, with the words by which it is found."""
    return [
        {
            "label": label,
            "entries": [
                {
                    "name": entry.label,
                    "code": entry.code,
                    "value": entry.value,
                    "note": entry.note,
                    "words": f"{entry.label.lower()} {search_text(entry.label)}",
                }
                for entry in entries
            ],
        }
        for label, entries in palette(writer).items()
        if label not in ("按情形写", "版式")
    ]


def too_long(source):
    """The refusal of a text that could not be stored; None for any other."""
    return JsonResponse({"problem": TEXT_TOO_LONG}, status=400) if len(source) > Section.LONGEST else None


@require_POST
def report_text(request, pk):
    """The nodes of a text as it was typed, for the editor."""
    report = changeable_report(request.user, pk)
    source = request.POST.get("source", "")
    if refusal := too_long(source):
        return refusal
    text = EditableText(writer_for(request, report), request.POST.get("cases") == "1")
    return JsonResponse({"nodes": text.paragraphs(source), "shown": text.shown})


@require_GET
def report_number(request, pk):
    """What a placeholder says and where it comes from, with the other forms in which it can be written."""
    report = changeable_report(request.user, pk)
    code, writer = request.GET.get("code", "")[:200], writer_for(request, report)
    context = {"report": report, "scope": writer.scope, "code": code, "query": scope_query(writer.scope)}
    try:
        meaning = meaning_of(code.strip("{}").strip(), writer.vocabulary)
    except Meaningless as wrong:
        context |= {"problem": wrong.expected, "near": [f"{{{name}}}" for name in wrong.near]}
    else:
        if meaning.is_about_cases and not writer.with_cases:
            context["problem"] = "这个数字只给可以知道帮扶情况的人看。"
        else:
            forms = number_forms(meaning, writer)
            context |= {"described": described(meaning, writer), "forms": forms}
            context["unit_form"] = forms[0].code if forms else ""
    return render(request, "reports/_number.html", context)


@require_POST
def report_variant(request, pk):
    """The cases of a variant in words, each with its text as it would read with sample values."""
    report = changeable_report(request.user, pk)
    source = request.POST.get("source", "")
    if refusal := too_long(source):
        return refusal
    try:
        return JsonResponse(variant_in_words(source, writer_for(request, report)))
    except Meaningless as wrong:
        return JsonResponse({"problem": wrong.expected}, status=400)
