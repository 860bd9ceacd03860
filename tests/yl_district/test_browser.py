"""Behaviour of all pages in a browser: forms sent once, lists by keyboard and on any screen, a long digest."""

from datetime import datetime, timedelta

import pytest
from playwright.sync_api import expect

from orgs.models import Role
from tests.conftest import DESKTOP, PHONE
from tests.factories import make_organisation, make_user

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.cpu(10)]


@pytest.fixture
def office_page(desktop_page, sign_in):
    root = make_organisation("清河地区团工委", category="working_committee", domain="office")
    sign_in(desktop_page, make_user("林知秋", root))
    return desktop_page


def test_a_form_is_sent_once_until_its_page_is_shown_again_and_says_that_it_was_sent(office_page):
    page, sent = office_page, []
    page.goto("/imports/new/?kind=members")
    button, busy = page.get_by_role("button", name="上传并核对"), page.get_by_text("正在读取文件")

    def answer(route):
        sent.append(route.request.method)
        route.fulfill(status=204)  # which leaves the page as it is

    page.route("**/imports/new/**", answer)
    for _ in range(2):
        expect(busy).to_be_hidden()
        with page.expect_request("**/imports/new/**"):
            button.click()
        expect(busy).to_be_visible()
        button.click()
        page.evaluate("dispatchEvent(new Event('pageshow'))")
    expect(busy).to_be_hidden()
    assert sent == ["POST", "POST"]


def test_a_choice_taken_by_a_quick_enter_leaves_its_list_closed(office_page):
    page = office_page
    opened = datetime(2030, 1, 1, 8, 0)
    page.clock.install(time=opened)
    page.goto("/activities/create/")
    page.clock.pause_at(opened + timedelta(minutes=2))  # no timer ends while the keys are pressed, as on a busy machine
    box = page.get_by_role("combobox", name="类型")
    box.fill("主题讲座")
    page.keyboard.press("Enter")
    page.clock.run_for(1000)
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(page.locator("#id_type option:checked")).to_have_text("主题讲座")


def test_a_list_is_searched_by_keyboard_folds_with_the_window_and_says_what_it_could_not_get(
    office_page, browser_errors
):
    page = office_page
    page.goto("/units/")
    box, conditions = page.get_by_role("searchbox"), page.locator(".filter-more")
    box.focus()
    page.keyboard.type("清/和")
    expect(box).to_have_value("清/和")

    for window, is_open in ((DESKTOP, True), (PHONE, False), (DESKTOP, True)):
        page.set_viewport_size(window["viewport"])
        expect(conditions).to_have_js_property("open", is_open)

    page.route("**/lists/search/", lambda route: route.fulfill(status=503))
    box.fill("春晖")
    expect(page.get_by_role("alert")).to_have_text("数据库暂时不能使用，请稍后再试；您填写的内容仍在本页。")
    # The browser notes the answer's status itself, in one way and htmx in another.
    assert [error for error in browser_errors if "503" not in error] == []
    browser_errors.clear()


def test_the_verdict_on_the_log_fits_a_phone(phone_page, sign_in):
    root = make_organisation("清河地区团工委", category="working_committee", domain="office")
    sign_in(phone_page, make_user("沈砚", root, Role.Kind.AUDITOR))
    phone_page.goto("/access-log/")
    phone_page.get_by_role("button", name="核对日志完整性").click()
    expect(phone_page.get_by_role("status").filter(has_text="日志完整")).to_be_visible()
    assert phone_page.evaluate("document.documentElement.scrollWidth") == PHONE["viewport"]["width"]
