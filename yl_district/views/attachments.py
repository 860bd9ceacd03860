"""Pages of the files attached to records of any model, subject to the visibility of the record."""

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_GET

from ..attachments.models import Attachment, takes_attachments
from ..audit import access_log
from ..audit.downloads import download
from ..history.tracking import kind_of, may_change
from ..pages.pages import delete_page, form_page
from .attachment_forms import AttachmentForm
from .history import reached_record


def attachment_create(request, kind, pk):
    """Attaches a file to a record."""
    record = reached_record(request.user, kind, pk)
    if not takes_attachments(type(record)):
        raise Http404
    refuse_unchangeable(request, record)
    return form_page(
        request,
        AttachmentForm,
        instance=Attachment(record=record),
        title=f"添加附件：{record}",
        message="已添加附件。",
        after=attachments_address(record),
    )


@require_GET
def attachment_export(request, pk):
    """Downloads the file; a page says why where it was stored before today's inspection and is not handed out."""
    attachment = visible_attachment(request, pk)
    record = attachment.record
    problem = attachment.problem()
    if problem:
        note_look(request, record)
        context = {
            "title": "附件不能下载",
            "attachment": attachment,
            "problem": problem,
            "back": attachments_address(record),
        }
        return render(request, "yl_district/attachment_export.html", context, status=422)
    return download(
        request,
        attachment.file_name,
        f"{attachment.get_kind_display()}，{access_log.subject_of(record)} 的附件",
        attachment.write_to,
        action=record.history_look or access_log.Action.EXPORT,
        logged=access_log.subject_of(attachment),
    )


def attachment_delete(request, pk):
    """Deletes a file from its record."""
    attachment = visible_attachment(request, pk)
    refuse_unchangeable(request, attachment.record)
    return delete_page(
        request,
        attachment,
        title=f"删除附件：{attachment}",
        message="已删除附件。",
        after=attachments_address(attachment.record),
    )


def visible_attachment(request, pk):
    """The attachment if the user may see it; raises Http404 otherwise."""
    return get_object_or_404(Attachment.objects.visible_to(request.user), pk=pk)


def refuse_unchangeable(request, record):
    """Raises Http404 for a record that the user may not change, and logs access to a case file otherwise."""
    if not may_change(request.user, record):
        raise Http404
    note_look(request, record)


def note_look(request, record):
    """Logs access to a case file."""
    if record.history_look:
        access_log.record(record.history_look, access_log.subject_of(record), request=request, detail="附件")


def attachments_address(record):
    """URL of the attachments on the record's detail page, or on its update page where it has none."""
    kind = kind_of(type(record))
    try:
        page = reverse(f"{kind}_detail", args=[record.pk])
    except NoReverseMatch:
        page = reverse(f"{kind}_update", args=[record.pk])
    return f"{page}#attachments"
