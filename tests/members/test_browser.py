"""Behaviour of lists and forms in a browser: swapping rows, history, keyboard, narrow screens, no scripts."""

import pytest
from playwright.sync_api import expect

from tests.conftest import PHONE
from tests.factories import make_member, make_organisation, make_user

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.cpu(10)]


@pytest.fixture
def office():
    """A user of the committee's staff, with thirty members to look at."""
    root = make_organisation("春晖地区团工委", category="working_committee", domain="office")
    branch = make_organisation("望湖社区团支部", root)
    for number in range(29):
        make_member(f"章程{'甲乙丙丁'[number % 4]}", branch)
    make_member("单伟", branch)
    return make_user("林知秋", root)


def test_typing_searches_in_place_and_back_returns_to_it(desktop_page, sign_in, office):
    sign_in(desktop_page, office)
    desktop_page.goto("/members/")
    desktop_page.get_by_role("searchbox").focus()
    desktop_page.keyboard.type("sw")
    expect(desktop_page.locator(".rows-count")).to_have_text("共 1 条")
    assert desktop_page.url.endswith("/members/?search=sw")
    desktop_page.get_by_role("link", name="单伟").click()
    expect(desktop_page.get_by_role("heading", level=1)).to_have_text("单伟")
    desktop_page.go_back()
    expect(desktop_page.locator(".rows-count")).to_have_text("共 1 条")
    expect(desktop_page.get_by_role("searchbox")).to_have_value("sw")
    expect(desktop_page.get_by_role("complementary", name="主菜单")).to_be_visible()


def test_pages_are_turned_in_place_and_back(desktop_page, sign_in, office):
    sign_in(desktop_page, office)
    desktop_page.goto("/members/")
    desktop_page.get_by_role("link", name="下一页").click()
    expect(desktop_page.get_by_text("第 2 / 2 页")).to_be_visible()
    assert desktop_page.url.endswith("/members/?page=2")
    desktop_page.go_back()
    expect(desktop_page.get_by_text("第 1 / 2 页")).to_be_visible()
    expect(desktop_page.get_by_role("complementary", name="主菜单")).to_be_visible()


def test_a_wrong_form_says_so_and_puts_the_cursor_there(desktop_page, sign_in, office):
    sign_in(desktop_page, office)
    desktop_page.goto("/members/create/")
    expect(desktop_page.get_by_label("姓名")).to_be_focused()
    desktop_page.get_by_label("姓名").fill("韩笑")
    desktop_page.get_by_label("姓名").press("Enter")
    expect(desktop_page.get_by_role("alert")).to_contain_text("没有保存：有 2 处需要改正。")
    expect(desktop_page.get_by_label("姓名")).to_have_value("韩笑")
    expect(desktop_page.get_by_label("性别")).to_be_focused()


@pytest.mark.parametrize("path", ["/members/", "/units/create/"])
def test_a_phone_shows_every_page_without_scrolling_sideways(phone_page, sign_in, office, path):
    sign_in(phone_page, office)
    phone_page.goto(path)
    assert phone_page.evaluate("document.documentElement.scrollWidth") == 390
    menu = phone_page.locator("#menu").get_by_role("link", name="组织与两新")
    expect(menu).to_be_hidden()
    phone_page.get_by_role("button", name="打开或收起菜单").click()
    menu.click()
    phone_page.get_by_role("link", name="两新组织", exact=True).click()
    expect(phone_page.get_by_role("heading", level=1)).to_have_text("两新组织")


@pytest.mark.parametrize("window", [{}, PHONE])
def test_everything_works_without_scripts(open_page, sign_in, office, window):
    page = open_page(java_script_enabled=False, **window)
    sign_in(page, office)
    page.goto("/members/")
    page.get_by_role("link", name="下一页").click()
    expect(page.get_by_text("第 2 / 2 页")).to_be_visible()
    page.get_by_role("searchbox").fill("danwei")
    page.get_by_role("button", name="查询").click()
    expect(page.locator(".rows-count")).to_have_text("共 1 条")
    page.get_by_role("link", name="组织与两新").click()
    page.get_by_role("link", name="物资配发").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("物资配发")
