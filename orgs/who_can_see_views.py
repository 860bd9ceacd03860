"""The page that shows who can see a record, and why."""

from django.shortcuts import render
from django.views.decorators.http import require_GET

from yl_district.audit import access_log
from yl_district.views.history import page_of, reached_record

from .who_can_see import readers


@require_GET
def record_readers(request, kind, pk):
    """Users who can see a record, with the reasons; shown to those who may open the record itself."""
    record = reached_record(request.user, kind, pk)
    if record.history_look:
        access_log.record(record.history_look, access_log.subject_of(record), request=request, detail="谁能看到")
    context = {
        "title": f"谁能看到：{record}",
        "readers": readers(record, request.user),
        "untold": getattr(type(record)._default_manager.all(), "untold", ""),
        "address": page_of(record),
    }
    return render(request, "orgs/record_readers.html", context)
