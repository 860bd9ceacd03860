"""The page on case files whose time is over or soon will be."""

from collections import Counter

from django import forms
from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from orgs.accounts.reauthentication import recently_confirmed
from yl_district.pages.forms import ActionForm

from .retention import due_files, make_nameless, warned_until


class RetentionForm(ActionForm):
    """Confirms that the files due are made nameless."""

    is_certain = forms.BooleanField(
        label="已逐一确认没有需要延长保存的档案",
        help_text="需要延长的，由有授权的个案专员在档案中填写“延长保存至”。匿名处理不能恢复。",
    )

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["is_certain"].error_messages["required"] = "请先与个案专员核对有无需要延长保存的档案，再勾选。"


@recently_confirmed
def case_retention(request):
    """Tells how many files are due, never whose, and makes those nameless whose time is over."""
    today = timezone.localdate()
    due = due_files(today)
    form = RetentionForm(request.POST if request.method == "POST" else None, user=request.user, day=None)
    if form.is_bound and form.is_valid():
        made = make_nameless(due, today, request=request)
        messages.success(request, f"已匿名处理 {made} 份档案。")
        return redirect("case_retention")
    coming = due_files(warned_until(today))[len(due) :]
    context = {
        "title": "保存期满的帮扶档案",
        "form": form,
        "due": len(due),
        "coming": sorted(Counter(file.day for file in coming).items()),
        "years": settings.CASE_RETENTION_YEARS,
        "days": settings.CASE_RETENTION_WARNING_DAYS,
        "back": reverse("home"),
    }
    form.focus()
    return render(request, "assistance/case_retention.html", context)
