"""Acts for many in a browser: on both widths, by keyboard, and without scripts."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from members.models import Member
from orgs.models import Supply
from tests.conftest import PHONE, WINDOWS
from tests.factories import make_member, make_organisation, make_user

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.cpu(12)]


@pytest.fixture
def office():
    """A member of the office's staff, with thirty members of a branch."""
    root = make_organisation("清河地区团工委", category="working_committee", domain="office")
    branch = make_organisation("柳林社区团支部", root)
    make_organisation("槐荫社区团支部", root)
    for at in range(30):
        make_member(f"团员{at:02}", branch, intake_on=timezone.localdate())
    return make_user("林知秋", root)


@pytest.mark.parametrize("window", WINDOWS)
def test_members_are_transferred_from_the_list(open_page, sign_in, office, window):
    tab = open_page(**window)
    sign_in(tab, office)
    tab.goto("/members/")
    for name in ("团员03", "团员07"):
        tab.get_by_role("checkbox", name=f"选中：{name}").check()
    assert tab.evaluate("document.documentElement.scrollWidth") == window["viewport"]["width"]
    tab.get_by_role("button", name="办理转接").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("办理转接（2 名团员）")
    expect(tab.locator(".many-names li")).to_have_text(["团员03（柳林社区团支部）", "团员07（柳林社区团支部）"])
    assert tab.evaluate("document.documentElement.scrollWidth") == window["viewport"]["width"]
    tab.get_by_label("转接日期").fill(f"{timezone.localdate()}")
    tab.get_by_role("button", name="办理转接").click()
    expect(tab.get_by_text("没有办理转接：有 1 处需要改正。")).to_be_visible()
    tab.get_by_label("转入团支部").select_option(label="\u3000槐荫社区团支部")
    tab.get_by_role("button", name="办理转接").click()
    expect(tab.get_by_text("办理转接：已办理 2 条。")).to_be_visible()
    assert Member.objects.filter(branch__name="槐荫社区团支部").count() == 2


@pytest.mark.full
def test_a_whole_page_is_ticked_and_one_row_left_out_by_keyboard(desktop_page, sign_in, office):
    tab = desktop_page
    sign_in(tab, office)
    tab.goto("/members/")
    tab.get_by_role("checkbox", name="选中本页").focus()
    tab.keyboard.press("Space")
    expect(tab.locator("td.tick input:checked")).to_have_count(25)
    tab.get_by_role("checkbox", name="选中：团员00").focus()
    tab.keyboard.press("Space")
    tab.get_by_role("button", name="办理离开").focus()
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("heading", level=1)).to_have_text("办理离开（24 名团员）")
    tab.go_back()
    # Rows that a search has put in place of others can be ticked as well.
    tab.get_by_role("searchbox").fill("团员1")
    expect(tab.locator(".rows-count")).to_have_text("共 10 条")
    tab.get_by_role("checkbox", name="选中本页").check()
    tab.get_by_role("button", name="办理离开").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("办理离开（10 名团员）")


def test_supplies_are_issued_without_scripts_to_all_that_the_conditions_leave(browser, base_url, sign_in, office):
    context = browser.new_context(java_script_enabled=False, base_url=base_url, **PHONE)
    tab = context.new_page()
    sign_in(tab, office)
    tab.goto("/organisations/?category=branch&standing=current")
    expect(tab.get_by_role("checkbox", name="选中本页")).to_be_hidden()
    tab.get_by_label("为哪些记录办理").select_option("page")
    tab.get_by_role("button", name="配发物资").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("配发物资（2 个团组织）")
    tab.get_by_label("日期").fill(f"{timezone.localdate()}")
    tab.locator("[name=item_1]").fill("团旗")
    tab.locator("[name=quantity_1]").fill("2")
    tab.get_by_role("button", name="配发物资").click()
    expect(tab.get_by_text("配发物资：已办理 2 条。")).to_be_visible()
    assert tab.url.endswith("/organisations/?category=branch&standing=current")
    context.close()
    assert Supply.objects.filter(item="团旗", quantity=2).count() == 2
