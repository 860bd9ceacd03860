"""The main menu: every list a signed-in user can open, in the order of the office's work."""

from dataclasses import dataclass


@dataclass(frozen=True)
class MenuEntry:
    """One menu entry, shown to users admitted to `url_name` by the access table, or to `shown_for` where given."""

    label: str
    url_name: str
    icon: str
    shown_for: str = ""


MENU = [
    (
        "",
        [
            MenuEntry("年度一览", "home", icon="home", shown_for="figure_list"),
            MenuEntry("工作总结", "summary_detail", icon="file-text"),
            MenuEntry("总结与报表", "report_list", icon="files"),
            MenuEntry("下级报送", "return_list", icon="inbox"),
            MenuEntry("数据核对", "finding_list", icon="checklist"),
            MenuEntry("同期比较", "comparison", icon="chart-bar"),
        ],
    ),
    (
        "组织",
        [
            MenuEntry("团组织", "organisation_list", icon="sitemap"),
            MenuEntry("团干部", "post_list", icon="user-star"),
            MenuEntry("团员", "member_list", icon="users"),
            MenuEntry("疑似重复", "duplicate_list", icon="users"),
            MenuEntry("待办申请", "proposal_list", icon="clipboard-check"),
            MenuEntry("两新组织", "unit_list", icon="building"),
            MenuEntry("两新变更", "unit_change_list", icon="history"),
            MenuEntry("两新联络", "unit_contact_list", icon="phone"),
            MenuEntry("物资配发", "supply_list", icon="package"),
        ],
    ),
    (
        "联系青年",
        [MenuEntry("1+100 联系", "link_list", icon="link"), MenuEntry("联系记录", "contact_list", icon="message")],
    ),
    (
        "精准帮扶",
        [
            MenuEntry("个案授权", "case_grant_list", icon="lock-access"),
            MenuEntry("帮扶对象", "assisted_youth_list", icon="heart-handshake"),
            MenuEntry("服务计划", "service_plan_list", icon="clipboard-text"),
            MenuEntry("帮扶记录", "assistance_list", icon="gift"),
            MenuEntry("奖学金", "scholarship_list", icon="school"),
        ],
    ),
    (
        "青年汇与活动",
        [
            MenuEntry("青年汇", "hub_list", icon="building-community"),
            MenuEntry("志愿者", "volunteer_list", icon="hand-stop"),
            MenuEntry("活动", "activity_list", icon="calendar-event"),
        ],
    ),
    (
        "台账与任务",
        [
            MenuEntry("导入", "import_batch_list", icon="file-import"),
            MenuEntry("年度台账", "ledger", icon="table-import"),
            MenuEntry("年度任务", "target_list", icon="target"),
            MenuEntry("平台录入", "platform_entry_list", icon="device-desktop"),
            MenuEntry("Word 版式", "word_layout_list", icon="file-type-docx"),
        ],
    ),
    (
        "账号与权限",
        [MenuEntry("账号", "account_list", icon="user-cog"), MenuEntry("角色说明", "role_list", icon="id-badge-2")],
    ),
    (
        "审计",
        [
            MenuEntry("访问日志", "access_entry_list", icon="list-search"),
            MenuEntry("重要操作通知", "notice_list", icon="bell"),
        ],
    ),
]


def navigation(request):
    """Template context with the menu's groups and entries for the user, and the current entry."""
    if not getattr(request, "user", None) or not request.user.is_authenticated:
        return {}
    groups = [(label, [entry for entry in entries if is_in_menu(entry, request.user)]) for label, entries in MENU]
    return {"menu": [group for group in groups if group[1]], "current_url_name": current_entry(request)}


def is_in_menu(entry, user):
    """Whether the menu shows the entry to the user."""
    return user.may_open(entry.shown_for or entry.url_name)


def current_entry(request):
    """URL name of the entry to highlight, such as `member_list` for `member_update`."""
    name = (request.resolver_match and request.resolver_match.url_name) or ""
    names = {entry.url_name for _, entries in MENU for entry in entries}
    return name if name in names else name.rsplit("_", 1)[0] + "_list"
