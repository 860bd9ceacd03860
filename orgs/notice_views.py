"""What leaders and auditors of the district are told of: whole exports, and such as were refused."""

import re

import django_filters as filters
import django_tables2 as tables
from django.contrib import messages
from django.db import transaction
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from yl_district.audit.access_log import Action, record
from yl_district.pages.filters import PageFilter
from yl_district.pages.pages import list_page
from yl_district.pages.tables import MomentColumn, PageTable

from .models import WholeExport, WholeExportReading

MOST_READ = 500  # notices at once
KEY = re.compile(r"[0-9]{1,18}")


class NoticeFilter(PageFilter):
    """Filter of the notices; by default those that the user has not noted."""

    defaults = {"state": "unread"}

    state = filters.ChoiceFilter(label="阅知", choices=[("unread", "未阅"), ("read", "已阅")], method="by_state")

    def by_state(self, exports, name, value):
        """Notices that the user has noted, or those that are still to be."""
        return exports.filter(is_read=value == "read")


class NoticeTable(PageTable):
    """Whole exports that the user is told of; needs the column added by `with_reading`."""

    related = ("user",)

    at = MomentColumn(format="Y-m-d H:i", attrs={"td": {"class": "day"}})
    user = tables.Column(attrs={"td": {"class": "text-nowrap"}})
    outcome = tables.Column("操作", accessor="is_refused")
    row_count = tables.Column(default="—", attrs={"th": {"class": "number"}, "td": {"class": "number"}})
    reason = tables.Column(attrs={"td": {"class": "text-break"}})
    is_read = tables.Column("阅知")

    class Meta(PageTable.Meta):
        model = WholeExport
        fields = ["at", "user", "outcome", "what", "row_count", "reason", "is_read"]
        orderable = False

    def render_user(self, value):
        """The name and the user name, which the access log goes by."""
        return f"{value}（{value.username}）"

    def render_outcome(self, record):
        """What was done, and whether the account has only just set up its codes."""
        done = "次数过多，未导出" if record.is_refused else "查看" if record.is_one_by_one else "完整导出"
        return f"{done}；动态口令新近启用" if record.has_new_factor else done

    def render_is_read(self, value):
        """Returns in words whether the user has noted it."""
        return "已阅" if value else "未阅"


def notice_list(request):
    """Lists what the user is told of, newest first."""
    exports = WholeExport.objects.visible_to(request.user).with_reading(request.user)
    unread = exports.filter(is_read=False).values_list("pk", flat=True)
    return list_page(
        request,
        NoticeTable,
        NoticeFilter,
        exports,
        title="重要操作通知",
        empty_title="没有未阅的通知",
        empty_hint="阅知过的，请在筛选条件中选择“已阅”查看。",
        unread=list(unread[:MOST_READ]),
    )


@require_POST
def notices_read(request):
    """Notes that the user has read the notices that the page showed."""
    shown = [int(text) for text in request.POST.getlist("export")[:MOST_READ] if KEY.fullmatch(text)]
    unread = WholeExport.objects.visible_to(request.user).unread_by(request.user).filter(pk__in=shown)
    now = timezone.now()
    read = [WholeExportReading(export=export, user=request.user, at=now) for export in unread]
    if read:
        with transaction.atomic():
            WholeExportReading.objects.bulk_create(read, ignore_conflicts=True)
            numbers = "、".join(str(one.export_id) for one in read[:20])
            detail = f"已阅 {len(read)} 项：{numbers}{'等' if len(read) > 20 else ''}"
            record(Action.NOTICE, WholeExport._meta.label_lower, request=request, detail=detail)
        messages.success(request, f"已阅 {len(read)} 项重要操作通知。")
    return redirect("home")
