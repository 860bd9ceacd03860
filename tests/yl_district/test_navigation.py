"""The menu, the tabs of a section and the trail to a record's page, for each role."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from orgs.access import ACCESS
from orgs.models import Role, User
from orgs.roles import RoleKind
from tests.factories import make_member, make_organisation, make_report, make_user
from tests.pages import browser_of, two_branches
from yl_district.pages.navigation import MENU_PAGES, Navigation

pytestmark = pytest.mark.django_db

# Lists that belong to a page of another kind or to the foot of the menu.
ELSEWHERE = {
    "accountless_post_list",
    "draft_list",
    "help_list",
    "import_memory_list",
    "link_progress_list",
    "person_twin_list",
    "role_list",
    "usersessions_list",
}


@pytest.fixture
def root():
    return make_organisation("清河地区团工委", category="working_committee", domain="office")


def menu_of(user, url_name="home"):
    """The labels of the menu; those that are current in brackets."""
    entries = Navigation(user, url_name).menu
    return [f"[{entry.label}]" if entry.is_current else entry.label for entry in entries]


def tabs_of(user, url_name):
    """The labels of the tabs; the current one in brackets."""
    tabs = Navigation(user, url_name).tabs
    return [f"[{tab.label}]" if tab.is_current else tab.label for tab in tabs]


def trail_of(user, url_name):
    """The labels of the trail."""
    return [label for label, _ in Navigation(user, url_name).trail]


def test_a_branch_cadre_gets_five_entries_the_staff_ten_at_most(root):
    branch = make_organisation("柳林社区团支部", root)
    cadre, staff = make_user("陆远", branch, RoleKind.CADRE), make_user("林知秋", root)
    assert menu_of(cadre) == ["[工作台]", "联系", "活动", "名册", "本支部"]
    full = ["[工作台]", "联系青年", "青年汇与活动", "名册", "组织与两新", "精准帮扶", "年度总结", "导入与台账"]
    assert menu_of(staff) == [*full, "账号与设置"]
    Role.objects.create(user=staff, organisation=root, kind=RoleKind.ADMINISTRATOR)
    assert len(menu_of(User.objects.get(pk=staff.pk))) <= 10


def test_every_other_role_gets_what_it_may_open(root):
    found = {kind.label: menu_of(make_user("某", root, kind)) for kind in RoleKind if kind not in ("staff", "cadre")}
    assert found == {
        "系统管理员": ["[工作台]", "组织与两新", "账号与设置"],
        "青年汇负责人": ["[工作台]", "活动", "年度总结"],
        "个案专员": ["[工作台]", "精准帮扶"],
        "主管领导": ["[工作台]", "联系青年", "精准帮扶", "年度总结", "导入与台账", "日志与通知"],
        "审计员": ["[工作台]", "日志与通知"],
    }


def test_the_report_is_one_place_with_tabs_kept_in_the_branch_for_cadres(root):
    branch = make_organisation("柳林社区团支部", root)
    cadre, staff = make_user("陆远", branch, RoleKind.CADRE), make_user("林知秋", root)
    tabs = ["正文", "数字", "[核对]", "比较", "下级", "图览", "各期报告", "意见"]
    assert (tabs_of(staff, "finding_list"), trail_of(staff, "finding_list")) == (tabs, [])
    assert (tabs_of(cadre, "finding_list"), trail_of(cadre, "finding_list")) == (tabs, ["本支部"])
    assert menu_of(cadre, "finding_list")[-1] == "[本支部]"
    assert tabs_of(cadre, "organisation_list")[-1] == "年度总结"


def test_a_records_page_leads_up_to_its_list_and_section(root):
    staff = make_user("林知秋", root)
    assert trail_of(staff, "member_update") == ["名册", "团员"]
    assert trail_of(staff, "person_merge_detail") == ["名册", "疑似重复"]
    assert trail_of(staff, "unit_change_detail") == ["组织与两新", "两新变更"]
    assert trail_of(staff, "edition_detail") == ["年度总结", "各期报告"]
    assert trail_of(staff, "figure_detail") == ["年度总结", "数字"]
    assert trail_of(staff, "password_change") == []
    caseworker = make_user("顾青", root, RoleKind.CASEWORKER)
    assert trail_of(caseworker, "pairing_detail") == ["精准帮扶", "结对"]
    # Whoever may not open the list is not led there.
    assert trail_of(caseworker, "person_detail") == []


def test_every_list_is_a_page_of_the_menu():
    lists = {name for name in ACCESS if name.endswith("_list")}
    assert lists - {page.url_name for page in MENU_PAGES} == ELSEWHERE


def test_tabs_keep_the_period_and_the_organisation():
    place = two_branches()
    query = f"year=2016&organisation={place.here.pk}"
    page = place.office.get(f"{reverse('figure_list')}?{query}").content.decode()
    shown = re.search(r'<nav class="tabs".*?</nav>', page, re.DOTALL)[0].replace("&amp;", "&")
    assert re.findall(r'href="([^"]*)"', shown) == [
        f"{reverse(name)}?{query}"
        for name in (
            "summary_detail",
            "figure_list",
            "finding_list",
            "comparison",
            "return_list",
            "summary_poster",
            "report_list",
            "comment_list",
        )
    ]
    assert place.office.get(reverse("report_detail", args=[make_report(place.root).pk])).status_code == 200
    assert browser_of(place.branch_cadre).get(reverse("organisation_list")).status_code == 200


@pytest.mark.full
@pytest.mark.cpu(5)
def test_a_link_back_opens_the_list_as_it_was_left(phone_page, sign_in, transactional_db):
    root = make_organisation("清河地区团工委", category="working_committee", domain="office")
    for number in range(30):
        make_member(f"章程{number:02}", root)
    sign_in(phone_page, make_user("林知秋", root))
    phone_page.goto("/members/?search=zhang&page=2")
    phone_page.locator("#rows td a").last.scroll_into_view_if_needed()
    left_at = phone_page.evaluate("scrollY")
    phone_page.locator("#rows td a").last.click()
    phone_page.get_by_role("link", name="返回").click()
    expect(phone_page).to_have_url(re.compile(r"/members/\?search=zhang&page=2$"))
    expect(phone_page.get_by_text("第 2 / 2 页")).to_be_visible()
    assert phone_page.evaluate("scrollY") == left_at
    # Another account in the same tab finds nothing of it.
    sign_out = phone_page.locator("#menu form[action$='logout/'] button")
    phone_page.get_by_role("button", name="打开或收起菜单").click()
    sign_out.click()
    sign_in(phone_page, make_user("程安", root))
    phone_page.goto(f"/members/{root.members.first().pk}/")
    assert phone_page.get_by_role("link", name="返回").get_attribute("href") == "/members/"
