"""Pages of the files attached to a record, whatever its kind; who sees the record sees them."""

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from . import access_log
from .attachment_forms import AttachmentForm
from .downloads import download
from .history import kind_of, may_change
from .history_views import reached_record
from .models import Attachment
from .models.attachments import takes_attachments
from .pages import carry_out, delete_page, led_on
from .submissions import new_token


def attachment_create(request, kind, pk):
    """Attaches one more file to a record."""
    record = reached_record(request.user, kind, pk)
    if not takes_attachments(type(record)):
        raise Http404
    refuse_unchangeable(request, record)
    back = place_of(record)

    def build(data=None):
        attached, files = Attachment(record=record), None if data is None else request.FILES
        form = AttachmentForm(data, files, instance=attached, user=request.user, day=timezone.localdate())
        form.submission = new_token(request.user)
        return form

    form = build()
    if request.method == "POST":
        form, target = carry_out(request, build, lambda form: form.save(), after=back)
        if target:
            return led_on(request, form, "已添加附件。", target)
    form.focus()
    context = {"title": f"添加附件：{record}", "form": form, "back": back}
    return render(request, "yl_district/attachment_create.html", context, status=form.http_status)


@require_GET
def attachment_export(request, pk):
    """The file itself."""
    attachment = visible_attachment(request, pk)
    record = attachment.record
    return download(
        request,
        attachment.file_name,
        f"{attachment.get_kind_display()}，{access_log.subject_of(record)} 的附件",
        attachment.write_to,
        action=record.history_look or access_log.Action.EXPORT,
        logged=access_log.subject_of(attachment),
    )


def attachment_delete(request, pk):
    """Takes a file away from its record."""
    attachment = visible_attachment(request, pk)
    refuse_unchangeable(request, attachment.record)
    return delete_page(
        request, attachment, title=f"删除附件：{attachment}", message="已删除附件。", after=place_of(attachment.record)
    )


def visible_attachment(request, pk):
    """The file, if the user may see the record to which it is attached."""
    return get_object_or_404(Attachment.objects.visible_to(request.user), pk=pk)


def refuse_unchangeable(request, record):
    """Answers "not found" for a record that the user may not change, and notes a look at a case file."""
    if not may_change(request.user, record):
        raise Http404
    if record.history_look:
        access_log.record(record.history_look, access_log.subject_of(record), request=request, detail="附件")


def place_of(record):
    """The address of the attachments on the record's own page, or on its form where it has none."""
    kind = kind_of(type(record))
    try:
        page = reverse(f"{kind}_detail", args=[record.pk])
    except NoReverseMatch:
        page = reverse(f"{kind}_update", args=[record.pk])
    return f"{page}#attachments"
