"""Pages of imports: list, upload, mapping, progress, results of the check, records written."""

from collections.abc import Callable
from functools import partial
from typing import Any, BinaryIO

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET
from django_htmx.http import HttpResponseClientRefresh

from ..audit.downloads import long_download
from ..pages.pages import act_form, carry_out, configured_table, confirm_saved, rows_response, wants_fragment
from ..recognition.mapping import Mapping
from ..typing import User, UserRequest
from . import mending
from .filters import ImportBatchFilter
from .fixed_values import stated_in_words
from .forms import AnswersForm, ImportForm
from .kinds import import_kinds, kind_words, may_undo
from .mapping_forms import MappingForm
from .models import LEDGER, ImportBatch
from .page_contexts import committed_context, early_rows, found_context, group_page, undone_context
from .proposal import lay_out, propose_mapping, remember
from .questions import shown_questions
from .spelling_forms import SpellingsForm
from .steps import State, begin_check, enter_check, set_going
from .tables import ImportBatchTable


def open_batches(user: User) -> QuerySet[ImportBatch]:
    """The imports that the user may see."""
    kinds = [kind.key for kind in import_kinds().open_to(user)]
    return ImportBatch.objects.open_to(user, [*kinds, LEDGER]).select_related("user", "undone_by")


def open_batch(request: UserRequest, pk: int) -> ImportBatch:
    """An import that the user may see; raises Http404 otherwise."""
    return get_object_or_404(open_batches(request.user), pk=pk)


def own_batch(request: UserRequest, pk: int) -> ImportBatch:
    """An import that the user uploaded; raises Http404 otherwise."""
    return get_object_or_404(open_batches(request.user).filter(user=request.user), pk=pk)


def import_batch_list(request: UserRequest) -> HttpResponse:
    """Lists committed imports and the user's own, latest first."""
    batches = open_batches(request.user)
    filterset = ImportBatchFilter(request.GET, batches, user=request.user, day=timezone.localdate())
    context = {
        "title": "导入",
        "filter": filterset,
        "table": configured_table(request, ImportBatchTable, filterset.qs),
        "empty_title": "还没有导入过文件",
        "empty_hint": "选择一份 Excel、.ods 或 .csv 名单，核对后再写入。",
    }
    return rows_response(request, "yl_district/import_batch_list.html", "_rows.html", context)


def import_batch_create(request: UserRequest) -> HttpResponse:
    """Uploads a file or a pasted table; starts the check at once if the mapping needs no confirmation."""
    build = partial(act_form, request, ImportForm, initial=request.GET.dict())
    form = build(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        form.read()
    if form.is_bound and not form.errors:
        content = form.content
        form, target = carry_out(request, build, lambda form: form.save_as(content))
        if target:
            if form.repeated:
                confirm_saved(request, form, "")
            elif form.proposal.is_sure:
                begin_check(form.instance)
            return redirect(target)
    title = f"导入{kind_words(form['kind'].value())}：{form.group_name}" if form.group_name else "导入名单"
    context = {"title": title, "form": form}
    return render(request, "yl_district/import_batch_create.html", context, status=form.http_status)


def import_batch_update(request: UserRequest, pk: int) -> HttpResponse:
    """Maps the file: which sheets and columns are taken, and where the group is given."""
    batch = own_batch(request, pk)
    if batch.state not in (State.MAPPING, State.CHECKED):
        return redirect(batch)
    form = MappingForm(request.POST or None, batch=batch, proposal=propose_mapping(batch))
    page = group_page(request.user, batch)
    if request.method == "POST" and page and "register" in request.POST and form.is_read:
        keep_mapping(batch, form)
        return redirect(page[0])
    if request.method == "POST" and form.is_valid():
        if form.heading_rows:
            read_anew(batch, form)
            messages.info(request, "已按您说明的行读取，请核对各列。")
            return redirect("import_batch_update", batch.pk)
        take_mapping(batch, form)
        return redirect(batch)
    context = page_context(batch) | {"title": f"核对列：{batch.file_name}", "form": form, "group_page": page}
    return render(request, "yl_district/import_batch_update.html", context, status=422 if form.errors else 200)


def read_anew(batch: ImportBatch, form: MappingForm) -> None:
    """Reads sheets by the rows of headings that the form states, so that their columns can be confirmed."""
    with transaction.atomic():
        if batch.enter(State.MAPPING, State.MAPPING, State.CHECKED):
            lay_out(batch, form.mapping, form.heading_rows)
            batch.mapping = form.mapping.to_json()
            batch.save(update_fields=["mapping"])


def keep_mapping(batch: ImportBatch, form: MappingForm) -> None:
    """Saves the form's mapping as far as it goes, to be confirmed later."""
    with transaction.atomic():
        if batch.enter(State.MAPPING, State.MAPPING, State.CHECKED):
            batch.mapping = form.mapping.to_json()
            batch.save(update_fields=["mapping"])


def take_mapping(batch: ImportBatch, form: MappingForm) -> None:
    """Saves the form's mapping and starts the check, unless other work on the import is in progress."""
    with transaction.atomic():
        if not enter_check(batch):
            return
        batch.mapping = form.mapping.to_json()
        batch.save(update_fields=["mapping"])
        remember(batch, form.mapping, form.asked)
    set_going(batch, "check")


@require_GET
def import_batch_detail(request: UserRequest, pk: int) -> HttpResponse:
    """Shows an import according to its state."""
    batch = open_batch(request, pk)
    if batch.state == State.MAPPING:
        return redirect("import_batch_update", batch.pk)
    if batch.is_busy or batch.is_broken_off:
        return busy_page(request, batch)
    if request.htmx and request.htmx.target == "progress":
        return HttpResponseClientRefresh()
    if batch.state == State.CHECKED:
        return found_page(request, batch)
    contexts: dict[str, Callable[[UserRequest, ImportBatch], dict[str, Any]]] = {
        State.COMMITTED: committed_context,
        State.UNDONE: undone_context,
    }
    context = page_context(batch) | contexts[batch.state](request, batch)
    context["may_undo"] = may_undo(request.user, batch)
    return rows_response(
        request, f"yl_district/import_batch_{batch.state}.html", "yl_district/_import_records.html", context
    )


def page_context(batch: ImportBatch) -> dict[str, Any]:
    """Context common to all pages of an import."""
    kind = import_kinds().named(batch.kind)
    stated = stated_in_words(Mapping.from_json(batch.mapping)) if batch.mapping else []
    words = {"kind": kind, "kind_words": kind_words(batch.kind), "stated": stated}
    return {"title": batch.file_name, "batch": batch} | words


def busy_page(request: UserRequest, batch: ImportBatch) -> HttpResponse:
    """The progress of the work with the first checked rows, or that it was interrupted."""
    context = page_context(batch) | {"rows": early_rows(batch), "percent": percent(batch)}
    context["tens"] = context["percent"] // 10 * 10
    if wants_fragment(request):
        if batch.is_broken_off:
            return HttpResponseClientRefresh()
        return render(request, "yl_district/_import_progress.html", context)
    return render(request, "yl_district/import_batch_busy.html", context)


def percent(batch: ImportBatch) -> int:
    """The share of checked rows in percent."""
    return 100 * batch.done_count // max(batch.row_count, 1)


def found_page(
    request: UserRequest,
    batch: ImportBatch,
    problem: str = "",
    status: int = 200,
    answering: AnswersForm | None = None,
    spellings: SpellingsForm | None = None,
) -> HttpResponse:
    """The results of the check; `problem` is why a requested action was not carried out.

    `answering` is the form with the answers to the questions where some of them are wrong, `spellings` that about
    unknown texts.
    """
    answering = answering or AnswersForm(questions=shown_questions(batch), answers=batch.answers)
    context = page_context(batch) | found_context(request, batch, spellings)
    context |= {"problem": problem, "answering": answering}
    return rows_response(
        request, "yl_district/import_batch_checked.html", "yl_district/_import_rows.html", context, status=status
    )


@require_GET
def import_batch_wrong_rows(request: UserRequest, pk: int) -> HttpResponseBase:
    """Downloads the wrong rows with reasons as a workbook to be uploaded again, before or after the commit."""
    batch = own_batch(request, pk)
    if batch.state not in (State.CHECKED, State.COMMITTED) or not batch.parts.exists():
        return redirect(batch)
    name = f"有误的行_{batch.file_name.rpartition('.')[0][:80] or batch.file_name[:80]}.xlsx"
    subject = f"导入《{batch.public_name[:80]}》中有误的行"

    def write(stream: BinaryIO) -> str:
        mending.write_wrong_rows(batch, stream)
        return subject

    return long_download(request, name, write)
