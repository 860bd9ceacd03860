"""The main menu: the sections of the office's work, each of whose pages are tabs beside each other.

A user sees the sections and pages that the access table opens. Whoever has roles in branches only gets a short menu:
there a section that names another in `kept_in` is a tab of that one.
"""

from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.urls import reverse
from django.utils.module_loading import import_string


@dataclass(frozen=True)
class MenuPage:
    """One page of a section, shown to users admitted to `url_name` by the access table.

    Records' pages belong to it by the beginning of their URL names: that of `url_name` without `_list`, and those in
    `also`.
    """

    label: str
    url_name: str
    also: tuple[str, ...] = ()

    @cached_property
    def prefixes(self):
        """Beginnings of the URL names of its pages."""
        return (self.url_name.removesuffix("_list"), *self.also)


@dataclass(frozen=True)
class MenuSection:
    """One entry of the menu with its pages; it opens the first of them that its user may open."""

    key: str
    label: str
    icon: str
    pages: tuple[MenuPage, ...]
    # The section that it is a tab of in the short menu.
    kept_in: str = ""
    # What the short menu calls it.
    short_label: str = ""
    # Whether its pages show the same period and organisation, which their tabs keep.
    keeps_scope: bool = False

    def pages_for(self, user):
        """The pages that the user may open."""
        return [page for page in self.pages if user.may_open(page.url_name)]


SECTIONS = (
    MenuSection("home", "工作台", icon="home", pages=(MenuPage("工作台", "home", also=("reminders",)),)),
    MenuSection(
        "outreach",
        "联系青年",
        icon="link",
        pages=(
            MenuPage("1+100 联系", "link_list", also=("links",)),
            MenuPage("我的联系", "own_link_list"),
            MenuPage("联系记录", "contact_list"),
            MenuPage("1+100 进展", "link_progress_places", also=("link_progress",)),
        ),
        short_label="联系",
    ),
    MenuSection(
        "activities",
        "青年汇与活动",
        icon="calendar-event",
        pages=(
            MenuPage("活动", "activity_list", also=("sign_in", "import_batch_activity")),
            MenuPage("专项", "campaign_list"),
            MenuPage("协办单位", "partner_list"),
            MenuPage("青年汇", "hub_list"),
            MenuPage("志愿者", "volunteer_list", also=("volunteers", "team_member")),
        ),
        short_label="活动",
    ),
    MenuSection(
        "members",
        "名册",
        icon="users",
        pages=(
            MenuPage("团员", "member_list", also=("members", "person")),
            MenuPage("团干部", "post_list", also=("posts",)),
            MenuPage("团员核实", "verification_round_list"),
            MenuPage("待办申请", "proposal_list"),
            MenuPage("疑似重复", "duplicate_list", also=("namesakes", "person_twin", "person_merge")),
        ),
    ),
    MenuSection(
        "organisations",
        "组织与两新",
        icon="sitemap",
        pages=(
            MenuPage("团组织", "organisation_list", also=("liaison",)),
            MenuPage("联系分工", "organisation_board"),
            MenuPage("两新组织", "unit_list", also=("units",)),
            MenuPage("两新建团", "unit_pipeline"),
            MenuPage("两新变更", "unit_change_list"),
            MenuPage("两新联络", "unit_contact_list"),
            MenuPage("物资配发", "supply_list", also=("supplies",)),
        ),
        short_label="本支部",
    ),
    MenuSection(
        "cases",
        "精准帮扶",
        icon="heart-handshake",
        pages=(
            MenuPage(
                "帮扶对象",
                "assisted_youth_list",
                also=("assisted_youths", "suggested_activity", "needs_talk"),
            ),
            MenuPage("服务计划", "service_plan_list", also=("plan_measure",)),
            MenuPage("结对", "pairing_list"),
            MenuPage("走访", "visit_list"),
            MenuPage("帮扶记录", "assistance_list"),
            MenuPage("帮扶进度", "case_progress"),
            MenuPage("区级帮扶项目", "district_project_list"),
            MenuPage("帮扶项目申请", "project_application_list"),
            MenuPage("奖学金", "scholarship_list"),
            MenuPage("个案授权", "case_grant_list"),
            MenuPage("批量授权", "case_grant_round_list"),
            MenuPage("保存期限", "case_retention"),
        ),
    ),
    MenuSection(
        "reports",
        "年度总结",
        icon="file-text",
        pages=(
            MenuPage("正文", "summary_detail", also=("summary_export",)),
            MenuPage("数字", "figure_list"),
            MenuPage("核对", "finding_list", also=("explanation",)),
            MenuPage("比较", "comparison"),
            MenuPage("下级", "return_list"),
            MenuPage("图览", "summary_poster"),
            MenuPage("各期报告", "report_list", also=("section", "edition")),
            MenuPage("意见", "comment_list"),
        ),
        kept_in="organisations",
        keeps_scope=True,
    ),
    MenuSection(
        "ledger",
        "导入与台账",
        icon="table-import",
        pages=(
            MenuPage("导入", "import_batch_list", also=("import_memory",)),
            MenuPage("年度台账", "ledger"),
            MenuPage("年度任务", "target_list", also=("year_opening",)),
            MenuPage("预防考核", "assessment_list"),
            MenuPage("平台录入", "platform_entry_list"),
            MenuPage("平台待录入", "platform_layout_list", also=("platform_batch", "reconciliation")),
        ),
    ),
    MenuSection(
        "settings",
        "账号与设置",
        icon="user-cog",
        pages=(
            MenuPage("账号", "account_list", also=("accounts", "accountless_post")),
            MenuPage("活动类型", "activity_type_list"),
            MenuPage("Word 版式", "word_layout_list"),
        ),
    ),
    MenuSection(
        "audit",
        "日志与通知",
        icon="list-search",
        pages=(
            MenuPage("访问日志", "access_entry_list", also=("access_log", "editions")),
            MenuPage("重要操作通知", "notice_list", also=("notices",)),
        ),
    ),
)
MENU_PAGES = [page for section in SECTIONS for page in section.pages]


@dataclass(frozen=True)
class Tab:
    """A link beside others: of a section in the menu, or of a page within it."""

    label: str
    address: str
    is_current: bool
    icon: str = ""
    # The URL names of the pages that it leads to, whose numbers of what waits are added up beside it.
    url_names: tuple[str, ...] = ()


class Navigation:
    """The menu, the tabs and the trail of one page for one user."""

    def __init__(self, user, url_name):
        self.user, self.url_name = user, url_name

    @cached_property
    def page(self):
        """The page of the menu that this one belongs to, or None."""
        begun = [(prefix, page) for page in MENU_PAGES for prefix in page.prefixes if belongs(self.url_name, prefix)]
        return max(begun, key=lambda each: len(each[0]))[1] if begun else None

    @cached_property
    def section(self):
        """The section of the page, or None."""
        return next((section for section in SECTIONS if self.page in section.pages), None)

    @cached_property
    def is_short(self):
        """Whether the user gets the short menu."""
        return self.user.works_in_branches_only

    @cached_property
    def pages_by_section(self):
        """{section: the pages that the user may open}, of sections with any."""
        found = {section: section.pages_for(self.user) for section in SECTIONS}
        return {section: pages for section, pages in found.items() if pages}

    def is_kept(self, section):
        """Whether the section is a tab of another."""
        return self.is_short and any(section.kept_in == other.key for other in self.pages_by_section)

    @cached_property
    def menu(self):
        """The entries of the menu."""
        return [
            self.entry(section, pages) for section, pages in self.pages_by_section.items() if not self.is_kept(section)
        ]

    def entry(self, section, pages):
        """The entry of one section, current on its pages and on those of sections that are its tabs."""
        label = (self.is_short and section.short_label) or section.label
        kept = [each for each in self.pages_by_section if self.is_kept(each) and each.kept_in == section.key]
        names = tuple(page.url_name for page in pages)
        return Tab(label, reverse(pages[0].url_name), self.section in (section, *kept), section.icon, names)

    @cached_property
    def tabs(self):
        """The tabs of the current section; none where the user may open only one of its pages."""
        if self.section not in self.pages_by_section:
            return []
        found = [
            Tab(page.label, reverse(page.url_name), page is self.page, url_names=(page.url_name,))
            for page in self.pages_by_section[self.section]
        ]
        for section, pages in self.pages_by_section.items():
            if self.is_kept(section) and section.kept_in == self.section.key:
                found.append(Tab(section.label, reverse(pages[0].url_name), False))
        return found if len(found) > 1 else []

    @cached_property
    def trail(self):
        """(label, address) of the sections and the page above a record's page; empty on pages of the menu."""
        if self.section not in self.pages_by_section:
            return []
        above = self.section.kept_in if self.is_kept(self.section) else None
        above = [each for each in self.pages_by_section if each.key == above]
        entries = [self.entry(each, self.pages_by_section[each]) for each in (*above, self.section)]
        steps = [(entry.label, entry.address) for entry in entries]
        if self.is_at_page:
            return steps[:-1]
        pages = self.pages_by_section[self.section]
        if self.page in pages and len(pages) > 1 and self.page.label != steps[-1][0]:
            steps.append((self.page.label, reverse(self.page.url_name)))
        return steps

    @property
    def is_at_page(self):
        """Whether the page is one of the menu itself, not a record's."""
        return self.page is not None and self.page.url_name == self.url_name

    @property
    def keeps_scope(self):
        """Whether the tabs keep the period and organisation of the page."""
        return self.section is not None and self.section.keeps_scope

    @cached_property
    def counts(self):
        """{URL name: how many records wait for the user there}, without zeros; asked for once, by the menu."""
        count = import_string(settings.MENU_COUNTS)
        return {name: number for name, number in count(self.user).items() if number}


def belongs(url_name, prefix):
    """Whether the page of this URL name belongs to the pages that begin with the prefix."""
    return url_name == prefix or url_name.startswith(f"{prefix}_")


def navigation(request):
    """Template context with the navigation of the user's page."""
    if not getattr(request, "user", None) or not request.user.is_authenticated:
        return {}
    name = (request.resolver_match and request.resolver_match.url_name) or ""
    return {"navigation": Navigation(request.user, name)}
