"""Tables of accounts."""

import django_tables2 as tables
from django.db.models import Prefetch
from django.utils import timezone
from django.utils.html import format_html_join

from yl_district.pages.tables import MomentColumn, PageTable, RecordColumn

from ..models import Invitation, User


class AccountTable(PageTable):
    """Accounts with their roles; needs the column added by `with_second_factor`."""

    prefetched = (
        "roles__organisation",
        Prefetch("invitations", Invitation.objects.newest(), to_attr="newest_invitations"),
    )

    name = RecordColumn(empty_values=(), order_by=("name_sort", "username"))
    username = tables.Column("用户名")
    roles = tables.Column("角色", accessor="roles__all", orderable=False, attrs={"td": {"class": "long"}})
    invitation = tables.Column("邀请", accessor="newest_invitations", orderable=False, empty_values=(None, []))
    last_login = MomentColumn(verbose_name="最近登录", format="Y-m-d H:i")
    has_second_factor = tables.Column("动态口令")
    is_active = tables.Column("状态", attrs={"td": {"class": "day"}})

    class Meta(PageTable.Meta):
        model = User
        fields = ["name", "username", "mobile", "roles", "invitation", "last_login", "has_second_factor", "is_active"]

    def render_name(self, record):
        """The name, or the user name of an account without one."""
        return str(record)

    def render_roles(self, value):
        """Returns the roles, separated by semicolons."""
        return format_html_join("；", "{}", ((role,) for role in value)) or "—"

    def render_invitation(self, value):
        """Returns the state of the newest one-time link, and until when an unused one is good."""
        newest = value[0]
        state = newest.state_at(timezone.now())
        until = f"至 {timezone.localtime(newest.expires_at):%m-%d}" if state == newest.State.UNUSED else ""
        return format_html_join(
            " ", '<span class="text-nowrap">{}</span>', ([text] for text in (state.label, until) if text)
        )

    def render_has_second_factor(self, value):
        """Returns in words whether one-time codes are set up."""
        return "已启用" if value else "未启用"

    def render_is_active(self, value):
        """Returns in words whether the account is active."""
        return "在用" if value else "已离岗"
