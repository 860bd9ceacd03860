"""Actions on an import: correct a row, teach a name, check again, commit, undo, delete."""

from collections.abc import Mapping
from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from ..pages.pages import rows_response, wants_fragment
from ..typing import UserRequest
from . import mending
from .check import CHANGED, NEW, TO_KEEP
from .forms import AliasForm, AnswersForm, MendForm
from .kinds import may_undo
from .models import ImportBatch
from .outcomes import rows_at
from .page_contexts import (
    KnownNames,
    found_groups,
    items_of,
    results_version,
    texts_asked,
    undo_context,
    unknown_texts,
)
from .proposal import learn_alias
from .questions import UNANSWERED, answered_anew, left_open, shown_questions, with_row_answers
from .row_doubts import row_answers
from .spelling_forms import SpellingsForm
from .steps import State, begin_check, begin_commit, begin_undo, enter_check, set_going
from .views import found_page, open_batch, own_batch, page_context

RECHECKED = "打开本页后，文件已重新核对过。请再看一遍结果后决定。"
UNCONFIRMED = "没有写入：请先阅读下面的提示，勾选“我已核对这些提示”后再写入。"


def rows_address(request: UserRequest, batch: ImportBatch) -> str:
    """URL of the import's page with the rows that the user was viewing."""
    kept = {name: request.GET[name] for name in ("show", "problem", "page") if name in request.GET}
    return f"{batch.get_absolute_url()}{f'?{urlencode(kept)}' if kept else ''}"


def import_batch_mend(request: UserRequest, pk: int, number: int, place: int) -> HttpResponse:
    """Corrects the cells of one wrong row, then checks the file again."""
    batch = own_batch(request, pk)
    if batch.state != State.CHECKED:
        return redirect(batch)
    part = get_object_or_404(batch.parts, number=number)
    rows = rows_at(batch, [(number, place)])
    if not rows or not rows[0].may_be_mended:
        raise Http404
    [row] = rows
    data = request.POST if request.method == "POST" else None
    items, texts = items_of(batch, part.sheet), part.rows[place]
    form = MendForm(data, row=row, texts=texts, items=items, committee=batch.organisation)
    if form.is_valid():
        mend_row(request, batch, number, place, form.texts)
        return redirect(rows_address(request, batch))
    back = rows_address(request, batch)
    context = page_context(batch) | {"title": f"改正第 {row.number} 行", "form": form, "row": row, "back": back}
    context["query"] = request.GET.urlencode()
    if wants_fragment(request):
        return render(request, "yl_district/_import_mend.html", context)
    return render(request, "yl_district/import_batch_mend.html", context, status=422 if form.errors else 200)


def mend_row(request: UserRequest, batch: ImportBatch, number: int, place: int, texts: Mapping[str, str]) -> None:
    """Sets the texts and starts the check, unless other work on the import is in progress."""
    with transaction.atomic():
        locked = ImportBatch.objects.select_for_update().get(pk=batch.pk)
        if locked.state != State.CHECKED:
            messages.info(request, RECHECKED)
            return
        changed = mending.mend(locked, locked.parts.get(number=number), place, texts)
        if not changed:
            messages.info(request, "没有改动。")
            return
        enter_check(locked)  # in the same transaction, so that nobody commits what was staged before the change
    set_going(locked, "check")
    messages.success(request, f"已改正{'、'.join(changed)}，并重新核对。")


@require_POST
def import_batch_alias(request: UserRequest, pk: int) -> HttpResponse:
    """Remembers the meaning of a text in a column, and checks the file again."""
    batch = own_batch(request, pk)
    if batch.state != State.CHECKED:
        return redirect(batch)
    names = KnownNames(batch)
    form = AliasForm(request.POST, names_of=names.of, asked=unknown_texts(batch, names))
    if not form.is_valid():
        errors = form.non_field_errors() or ["没有记住：请从列出的名称中选择一项。"]
        return found_page(request, batch, str(errors[0]), status=422)
    said = form.cleaned_data
    with transaction.atomic():
        learn_alias(said["kind"], said["column"], said["found"], said["meant"], committee=batch.organisation)
        is_entered = enter_check(batch)
    if is_entered:
        set_going(batch, "check")
    messages.success(request, f"已记住“{said['found']}”就是“{said['meant']}”，以后导入时照此识别。")
    return redirect(batch)


@require_POST
def import_batch_spellings(request: UserRequest, pk: int) -> HttpResponse:
    """Remembers what many texts mean at once, and checks the file again."""
    batch = own_batch(request, pk)
    if batch.state != State.CHECKED:
        return redirect(batch)
    names = KnownNames(batch)
    form = SpellingsForm(request.POST, groups=texts_asked(found_groups(batch, names), names), names_of=names.of)
    if not form.is_valid():
        said = form.non_field_errors() or ["没有记住：请改正下面标出的写法。"]
        return found_page(request, batch, str(said[0]), status=422, spellings=form)
    with transaction.atomic():
        for group in form.groups:
            if group.key in form.meant:
                learn_alias(group.kind, group.column, group.found, form.meant[group.key], committee=batch.organisation)
        is_entered = enter_check(batch)
    if is_entered:
        set_going(batch, "check")
    messages.success(request, f"已记住 {len(form.meant)} 种写法，以后导入时照此识别。")
    return redirect(batch)


@require_POST
def import_batch_answer(request: UserRequest, pk: int) -> HttpResponse:
    """Stores the answers to the import's questions, and checks the file again."""
    batch = own_batch(request, pk)
    if batch.state != State.CHECKED:
        return redirect(batch)
    form = AnswersForm(request.POST, questions=shown_questions(batch), answers=batch.answers)
    if not form.is_valid():
        return found_page(request, batch, "没有记下答复：请改正下面标出的问题。", status=422, answering=form)
    with transaction.atomic():
        if is_entered := enter_check(batch):
            batch.answers = answered_anew(batch.answers, form.answers)
            batch.save(update_fields=["answers"])
    if is_entered:
        set_going(batch, "check")
        messages.success(request, "已记下答复，并重新核对。")
    return redirect(batch)


@require_POST
def import_batch_decide(request: UserRequest, pk: int) -> HttpResponse:
    """Stores for rows in doubt whether they mean a registered record, and checks the file again."""
    batch = own_batch(request, pk)
    if batch.state != State.CHECKED:
        return redirect(batch)
    given = row_answers(batch, request.POST)
    if not given:
        return found_page(request, batch, "没有记下答复：请在下面的行中选择。", status=422)
    with transaction.atomic():
        if is_entered := enter_check(batch):
            batch.answers = with_row_answers(batch.answers, given)
            batch.save(update_fields=["answers"])
    if is_entered:
        set_going(batch, "check")
        messages.success(request, "已记下这一行的答复，并重新核对。")
    return redirect(rows_address(request, batch))


@require_POST
def import_batch_check(request: UserRequest, pk: int) -> HttpResponse:
    """Restarts an interrupted check or commit as a check, or repeats a check against the current records."""
    batch = own_batch(request, pk)
    if batch.state in (State.CHECKED, State.CHECKING, State.COMMITTING) and not batch.is_busy:
        begin_check(batch)
    return redirect(batch)


@require_POST
def import_batch_commit(request: UserRequest, pk: int) -> HttpResponse:
    """Commits a checked import, or its valid rows only; a repeated request writes nothing again."""
    batch = own_batch(request, pk)
    if batch.state in (State.COMMITTED, State.COMMITTING):
        messages.info(request, "这份文件已经提交写入，没有重复写入。")
        return redirect(batch)
    if batch.state != State.CHECKED:
        return redirect(batch)
    if request.POST.get("seen") != results_version(batch):
        return found_page(request, batch, f"没有写入：{RECHECKED}", status=409)
    if batch.warnings and "confirmed" not in request.POST:
        return found_page(request, batch, UNCONFIRMED, status=422)
    if left_open(batch):
        return found_page(request, batch, UNANSWERED, status=422)
    if not any(batch.counts.get(one) for one in (NEW, CHANGED, TO_KEEP)):
        return found_page(request, batch, "没有写入：这份文件中没有新增或变更的内容。", status=422)
    if not begin_commit(batch, only_right="only_right" in request.POST) and batch.state == State.CHECKED:
        return found_page(request, batch, f"没有写入：{RECHECKED}", status=409)
    if batch.state == State.COMMITTED:
        messages.success(request, "已写入。")
    return redirect(batch)


def import_batch_undo(request: UserRequest, pk: int) -> HttpResponse:
    """Previews the undo of an import, record by record; a POST carries it out."""
    batch = open_batch(request, pk)
    is_stuck = batch.state == State.UNDOING and batch.is_broken_off
    if not may_undo(request.user, batch) or not (batch.state == State.COMMITTED or is_stuck):
        return redirect(batch)
    if request.method == "POST":
        begin_undo(batch, request.user)
        if batch.state == State.UNDONE:
            messages.success(request, "已撤销这次导入。")
        return redirect(batch)
    context = page_context(batch) | undo_context(request, batch) | {"title": f"撤销导入：{batch.file_name}"}
    return rows_response(request, "yl_district/import_batch_undo.html", "yl_district/_import_records.html", context)


def may_be_given_up(batch: ImportBatch) -> bool:
    """Whether the import is not committed and no work on it is in progress."""
    waits = batch.state in (State.MAPPING, State.CHECKED)
    return waits or (batch.state in (State.CHECKING, State.COMMITTING) and batch.is_broken_off)


@require_POST
def import_batch_delete(request: UserRequest, pk: int) -> HttpResponse:
    """Deletes an import that is not committed, with its file."""
    batch = own_batch(request, pk)
    with transaction.atomic():
        # Read again under a lock, which waits for a commit in progress.
        locked = ImportBatch.objects.select_for_update().filter(pk=batch.pk).first()
        is_given_up = locked is not None and may_be_given_up(locked)
        if locked and is_given_up:
            locked.delete()
    if not is_given_up:
        return redirect(batch)
    messages.success(request, "已放弃这次导入，没有写入任何内容。")
    return redirect("import_batch_list")
