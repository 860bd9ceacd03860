"""The auditor's comparison of all signed editions with their seals."""

from django.contrib import messages
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from yl_district.audit.access_log import Action, record

from ..models import Edition
from .seals import problems_of_editions

PROBLEMS_SHOWN = 20


@require_POST
def editions_verify(request):
    """Compares every signed edition with its seal and shows what differs; the comparison is logged too."""
    problems, count = list(problems_of_editions()), Edition.objects.count()
    told = f"核对定稿：有 {len(problems)} 处问题" if problems else f"核对定稿：共 {count} 份，均与签发时一致"
    record(Action.VERIFY, request=request, detail=told)
    for problem in problems[:PROBLEMS_SHOWN]:
        messages.error(request, problem)
    (messages.error if problems else messages.success)(request, f"{told}。")
    return redirect("access_entry_list")
