"""The large buttons of the 工作台: what each role does most."""

from dataclasses import dataclass

from orgs.roles import RoleKind

MOST_BUTTONS = 3


@dataclass(frozen=True)
class Button:
    """One act: its words, its icon and the page where it begins."""

    label: str
    icon: str
    url_name: str


CONTACT_BUTTON = Button("登记联系", icon="message", url_name="contact_create")
ACTIVITY_BUTTON = Button("登记活动", icon="calendar-event", url_name="activity_create")
MEMBER_BUTTON = Button("登记团员", icon="users", url_name="member_create")
SUMMARY_BUTTON = Button("年度总结", icon="file-text", url_name="summary_detail")
GRANTS_BUTTON = Button("个案授权", icon="lock-access", url_name="case_grant_list")
# By kind of role; whoever holds several gets those of the first that the page lists.
BUTTONS = {
    RoleKind.CADRE: (CONTACT_BUTTON, ACTIVITY_BUTTON, MEMBER_BUTTON),
    RoleKind.HUB_OPERATOR: (
        ACTIVITY_BUTTON,
        Button("登记志愿者", icon="hand-stop", url_name="volunteer_create"),
        SUMMARY_BUTTON,
    ),
    RoleKind.STAFF: (
        Button("导入名单", icon="file-import", url_name="import_batch_create"),
        ACTIVITY_BUTTON,
        SUMMARY_BUTTON,
    ),
    RoleKind.CASEWORKER: (
        Button("登记帮扶", icon="gift", url_name="assistance_create"),
        Button("帮扶对象", icon="heart-handshake", url_name="assisted_youth_list"),
        GRANTS_BUTTON,
    ),
    RoleKind.LEADER: (SUMMARY_BUTTON, GRANTS_BUTTON, Button("工作图览", icon="chart-bar", url_name="summary_poster")),
    RoleKind.ADMINISTRATOR: (
        Button("开立账号", icon="user-plus", url_name="account_invite"),
        Button("账号", icon="user-cog", url_name="account_list"),
        Button("团组织", icon="sitemap", url_name="organisation_list"),
    ),
    RoleKind.AUDITOR: (
        Button("访问日志", icon="list-search", url_name="access_entry_list"),
        Button("重要操作通知", icon="bell", url_name="notice_list"),
    ),
}


def buttons_for(user):
    """The buttons of the user's roles, each once, at most MOST_BUTTONS."""
    found = [button for kind, buttons in BUTTONS.items() if user.holds(kind) for button in buttons]
    return [button for button in dict.fromkeys(found) if user.may_open(button.url_name)][:MOST_BUTTONS]
