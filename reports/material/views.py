"""The page fragment of what the records offer for a section."""

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from ..documents.views import changeable_report
from ..documents.writing_views import seen_sections, writer_for
from ..figures.scopes import scope_query
from .offers import activities_to_name, figures_unused, findings_touching, keys_of_section, paragraphs_of_before


@require_GET
def report_material(request, pk):
    """What the records offer for one section, each to be taken in with one click."""
    report = changeable_report(request.user, pk)
    asked = request.GET.get("section", "")
    seen = {str(section.pk): section for section in seen_sections(request, report)}
    section, writer, today = seen.get(asked), writer_for(request, report), timezone.localdate()
    keys = keys_of_section(writer, section) if section else set()
    context = {
        "report": report,
        "section": section,
        "query": scope_query(writer.scope),
        "activities": activities_to_name(writer, keys),
        "before": paragraphs_of_before(request.user, report, section, writer.with_cases),
        "figures": list(figures_unused(writer, keys)),
        "findings": findings_touching(request.user, writer, keys, today),
    }
    return render(request, "reports/_material.html", context)
