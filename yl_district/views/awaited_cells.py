"""Dismissal of what an import could not read, subject to the visibility of the record that it is kept with."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from ..audit import access_log
from ..sheets.models import AwaitedCell
from .attachments import refuse_unchangeable
from .history import reached_record


@require_POST
def awaited_cell_dismiss(request, kind, pk):
    """Ends the wait for what lists had in a column of a record."""
    record = reached_record(request.user, kind, pk)
    refuse_unchangeable(request, record)
    return dismiss_awaited(request, record)


def dismiss_awaited(request, record):
    """Ends the wait for the submitted heading of a record that the user may change; raises Http404 for another one."""
    heading = request.POST.get("heading", "")
    # Compared here, since a database may refuse what was typed.
    found = [one.pk for one in AwaitedCell.objects.of(record).filter(is_done=False) if one.heading == heading]
    if not found:
        raise Http404
    AwaitedCell.objects.end(found)
    access_log.record(access_log.Action.IMPORT, access_log.subject_of(record), request=request, detail="不再提醒待补")
    messages.success(request, f"不再提醒补填{heading}。")
    return redirect(record)
