"""Pages of editions: signing a report, its editions, and the drift of their figures."""

from dataclasses import replace

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from orgs.roles import HUB_KEEPERS, RoleKind
from yl_district.audit.access_log import Action, record
from yl_district.audit.downloads import download
from yl_district.database.listed import Listed
from yl_district.pages.pages import configured_table, end_page, rows_response

from ..checks import unexplained
from ..documents.summary import summary_of_writer, writer_of
from ..figures.counting import figures_of, results, targets_of, write_results
from ..figures.readers import CASE_FIGURES, may_know_cases
from ..figures.scopes import scope_of, scope_query
from ..figures.tables import table_of
from ..models import Comment, Edition, Report
from ..printing.annex_sheets import SheetHead
from ..printing.annexes import write_signed_annexes, write_signed_sources
from ..printing.file_choices import SignedFileChoiceForm, asked_choices
from ..printing.pdf import write_pdf
from ..printing.printed import Unprintable
from ..printing.views import ENDINGS, INTERNAL_KIND, INTERNAL_NAME, file_context, warn_about_layout
from ..printing.word import write_docx
from .commented import commented_blocks, state_in_words
from .drift import drift_of, drifts, visible_moves
from .forms import AmendForm, SignForm
from .kept_records import comparable_parts
from .passages import place_of_figure
from .signing import printed_edition, sign, signed_results, summary_of, text_digest, text_error

# Annotations that only the figures' own querysets have.
ANNOTATED = ("youths_reached", "assistances_received", "standing_links", "bound_links", "quota")


def report_sign(request, pk):
    """Signs a report, or an amendment of one already signed."""
    report = get_object_or_404(Report.objects.changeable_by(request.user), pk=pk)
    scope, today = scope_of(report), timezone.localdate()
    knows_cases = may_know_cases(request.user, scope)
    values = results(scope, knows_cases)
    writer, former = writer_of(scope, knows_cases, values, report), report.edition
    summary = summary_of_writer(writer, today)
    return end_page(
        request,
        AmendForm if former else SignForm,
        report,
        lambda **asked: sign(report, request.user, today, request=request, **asked),
        broken=text_error(writer),
        is_running=today < scope.period.end,
        title=f"更正：{report}" if former else f"签发：{report}",
        message=f"已签发{report}。" if former is None else f"已签发{report}的更正稿。",
        initial={"seen": text_digest(summary)},
        scope=scope,
        former=former,
        unanswered=unexplained(scope, values, request.user, today),
        summary=summary,
        query=scope_query(scope),
    )


def visible_edition(request, pk):
    """The edition; raises Http404 where the user may not see it."""
    editions = Edition.objects.visible_to(request.user).defer("document")
    related = editions.select_related("report__organisation", "report__hub__organisation", "signed_by")
    return get_object_or_404(related, pk=pk)


def may_comment(user, edition):
    """Whether the user may ask about what the edition says, as a superior of its writers."""
    editions = Edition.objects.visible_as(user, RoleKind.LEADER)
    return user.may_open("comment_create") and editions.filter(pk=edition.pk).exists()


def may_have_file(user, scope):
    """Whether the user may have the signed file and its digest, which include cases unless the report is a hub's."""
    return scope.hub is not None or may_know_cases(user, scope)


@require_GET
def edition_detail(request, pk):
    """Shows a report as it was signed, and its drift since."""
    edition = visible_edition(request, pk)
    scope = scope_of(edition.report)
    with_cases = may_know_cases(request.user, scope)
    summary = summary_of(edition, with_cases)
    comments = Comment.objects.visible_to(request.user).of_report(edition.report).with_entries()
    own = [comment for comment in comments if comment.edition_id == edition.pk]
    context = {
        "title": str(edition),
        "edition": edition,
        "comment_state": state_in_words(own),
        "first_comment": own[0] if own else None,
        "elsewhere": [comment for comment in comments if comment.edition_id != edition.pk],
        "blocks": commented_blocks(edition, summary.blocks, own, with_cases),
        "may_comment": may_comment(request.user, edition),
        "editions": edition.report.editions.without_contents().select_related("signed_by"),
        "summary": summary,
        "drifts": drifts(edition, with_cases),
        "is_file_told": may_have_file(request.user, scope),
        "scope": scope,
        "query": scope_query(scope),
        **file_context(SignedFileChoiceForm, lambda kind: reverse("edition_export", args=[edition.pk, kind])),
    }
    return render(request, "reports/edition_detail.html", context)


@require_GET
def edition_figure(request, pk, key):
    """Shows one signed figure: the records that it counted, and which of them were added, removed or changed since."""
    edition = visible_edition(request, pk)
    scope = scope_of(edition.report)
    kept = next((each for each in edition.figures.defer("records") if each.key == key), None)
    if kept is None or (key in CASE_FIGURES and not may_know_cases(request.user, scope)):
        raise Http404
    figure = figures_of(scope).get(key)
    drift = drift_of(kept, figure, scope, targets_of(scope))
    context = {
        "title": kept.label,
        "edition": edition,
        "kept": kept,
        "drift": drift,
        "scope": scope,
        "query": scope_query(scope),
        "comments": Comment.objects.visible_to(request.user).about_figure(key, scope).with_entries(),
        "place": place_of_figure(edition, key, may_know_cases(request.user, scope))
        if may_comment(request.user, edition)
        else None,
        "is_closed": figure is None or not request.user.holds(*HUB_KEEPERS),
    }
    if context["is_closed"]:
        return render(request, "reports/edition_figure.html", context)
    if key in CASE_FIGURES:
        record(Action.CASE_VIEW, f"edition_figure:{key}", request=request)
    table_class = table_of(figure, figure.rows(scope).model, request.user)
    seen = table_class._meta.model._default_manager.visible_to(request.user)
    related = seen.select_related(*table_class.related).prefetch_related(*table_class.prefetched)
    context["moves"], context["untold"] = visible_moves(drift, related, edition, request.user)
    keys = [part[0] for part in comparable_parts(kept)]
    counted = seen.filter(pk__in=Listed(keys))
    context["unseen"] = len(keys) - counted.count()
    context["table"] = configured_table(request, table_class, counted, exclude=ANNOTATED)
    return rows_response(request, "reports/edition_figure.html", "_rows.html", context)


@require_GET
def edition_export(request, pk, kind):
    """Downloads the signed file, or its content as PDF or JSON; without cases for users who may not know of them."""
    edition = visible_edition(request, pk)
    scope = scope_of(edition.report)
    with_cases = may_know_cases(request.user, scope)
    document = printed_edition(edition, with_cases)
    head = SheetHead(edition.signature, document.period, str(edition.signed_by), edition.dated)

    def write_signed(stream):
        if choices.is_default and may_have_file(request.user, scope):
            stream.write(edition.document)
        else:
            warn_about_layout(request, write_docx(document, stream, choices))

    try:
        choices = asked_choices(request.GET, kind)
        writers = {
            "docx": write_signed,
            "pdf": lambda stream: write_pdf(document, stream, choices),
            "xlsx": lambda stream: write_signed_annexes(scope, stream, signed_results(edition, with_cases), head),
            INTERNAL_KIND: lambda stream: write_signed_sources(document, stream, replace(head, is_internal=True)),
            "json": lambda stream: write_results(scope, signed_results(edition, with_cases), stream),
        }
        if kind not in writers:
            raise Http404
        label = {"xlsx": "附表", INTERNAL_KIND: INTERNAL_NAME}.get(kind, "") + choices.words
        name = f"{document.title}（{edition.label}）{label}"
        return download(request, f"{name}.{ENDINGS.get(kind, kind)}", f"{edition}{label}", writers[kind])
    except Unprintable as problem:
        messages.error(request, str(problem))
        return redirect(edition)
