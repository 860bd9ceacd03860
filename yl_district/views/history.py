"""Pages of a record's history: what was changed, when and by whom, and reverting one field."""

from django.contrib import messages
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import IntegrityError, transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from ..attachments.models import Attachment, is_open_as_a_whole, takes_attachments
from ..audit import access_log
from ..history.changes import HistoryWindow, is_revertible
from ..history.tracking import because, kind_of, may_change, may_come, reached, tracked_fields, tracked_model
from ..pages.announcements import moving_nothing
from ..pages.edit_conflicts import is_reached
from ..pages.record_choices import KEY_DIGITS
from ..privacy.sealed_links import with_related

STEPS_SHOWN = 20
REVERTED = "恢复"


@require_GET
def record_history(request, kind, pk):
    """Lists the changes of one record, latest first."""
    record = reached_record(request.user, kind, pk)
    if record.history_look:
        access_log.record(record.history_look, access_log.subject_of(record), request=request, detail="修改记录")
    rows = record.history_narrowed(record.history.select_related("history_user").order_by("-history_id"), request.user)
    page = Paginator(rows, STEPS_SHOWN).get_page(request.GET.get("page"))
    shown = list(page)
    before = rows.filter(history_id__lt=shown[-1].history_id).first() if shown else None
    may_revert = may_change(request.user, record)
    window = HistoryWindow(record, [*shown, *([before] if before else [])], request.user, may_revert)
    context = {
        "title": f"修改记录：{record}",
        "record": record,
        "kind": kind,
        "page": page,
        "steps": window.steps(len(shown)),
        "address": page_of(record),
        "attached": attachment_steps(record, request.user),
    }
    return render(request, "yl_district/record_history.html", context)


def attachment_steps(record, user):
    """The latest history rows of the record's attachments, deleted ones included, that the user may see."""
    if not takes_attachments(type(record)):
        return []
    kind = ContentType.objects.get_for_model(record)
    rows = Attachment.history.filter(content_type=kind, object_id=record.pk)
    rows = rows if is_open_as_a_whole(record, user) else rows.filter(uploaded_by=user.pk)
    return rows.select_related("history_user").order_by("-history_id")[:STEPS_SHOWN]


@require_POST
def record_revert(request, kind, pk):
    """Reverts one field to its value before one change, unless it was changed again since."""
    record = reached_record(request.user, kind, pk)
    if not may_change(request.user, record):
        raise Http404
    row, former, field = change_meant(record, request.POST, request.user)
    rows = [row, former]
    window = HistoryWindow(record, rows, request.user, may_revert=True)
    value, label = getattr(former, field.attname), str(field.verbose_name)
    try:
        set_back(record, field, getattr(row, field.attname), value, request.user)
    except ValidationError as error:
        messages.error(request, f"没有恢复{label}。{' '.join(error.messages)}")
    except IntegrityError:
        messages.error(request, f"没有恢复{label}。恢复后会与其他记录冲突，请在修改页面核对后填写。")
    else:
        messages.success(request, f"已把{label}恢复为“{window.text(field, value)}”。")
    return redirect("record_history", kind, pk)


@transaction.atomic
def set_back(record, field, changed, value, user):
    """Saves the former value; raises ValidationError where the field has changed since or the record's rules refuse."""
    current = get_object_or_404(type(record)._default_manager.select_for_update(no_key=True), pk=record.pk)
    if getattr(current, field.attname) != changed:
        raise ValidationError("这一项之后又被修改过，不再是这次修改的结果。请核对最新内容，需要时在修改页面直接填写。")
    setattr(current, field.attname, value)
    current.full_clean()
    with because(REVERTED), moving_nothing(user, timezone.localdate()):
        current.save()
    if not is_reached(current, user):
        raise ValidationError("恢复后您将无法再查看这条记录。")


def reached_record(user, kind, pk):
    """The record, if the user may open its pages and see its content; raises Http404 otherwise."""
    model = tracked_model(kind)
    if model is None or not may_come(user, model):
        raise Http404
    return get_object_or_404(with_related(reached(model, user)), pk=pk)


def change_meant(record, data, user):
    """The history row and field that the form names, as (row, row before it, field); raises Http404 otherwise."""
    number, name = data.get("change", ""), data.get("field", "")
    fields = {field.name: field for field in tracked_fields(type(record)) if is_revertible(field)}
    if name not in fields or name in record.history_told:
        raise Http404
    if not (number.isascii() and number.isdigit() and len(number) <= KEY_DIGITS):
        raise Http404
    states = record.history_narrowed(record.history.order_by("-history_id"), user)
    rows = states.filter(history_id__lte=int(number))[:2]
    if len(rows) < 2 or rows[0].history_id != int(number) or rows[0].history_type != "~":
        raise Http404
    return rows[0], rows[1], fields[name]


def page_of(record):
    """URL of the record's own page, or of its list where it has none."""
    if hasattr(record, "get_absolute_url"):
        return record.get_absolute_url()
    return reverse(f"{kind_of(type(record))}_list")
