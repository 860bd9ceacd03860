"""A session ends while somebody types, in a browser: the page is hidden, asks for the password, and sends the form."""

from urllib.parse import urlsplit

import pytest
from django.contrib.sessions.models import Session
from django.test import override_settings
from playwright.sync_api import expect

from orgs.accounts.sessions import SEEN
from orgs.models import Organisation
from tests.conftest import DESKTOP
from tests.factories import PASSWORD, make_organisation, make_report, make_section, make_user
from yl_district.web.sealed_sessions import SessionStore

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.cpu(10)]


@pytest.fixture
def user():
    return make_user("林知秋", make_organisation("清河地区团工委", category="working_committee", domain="office"))


@pytest.fixture
def section(user):
    return make_section(make_report(Organisation.objects.get()), "今年继续努力。", "计划")


def end_sessions_of_all():
    """As when the session has been ended elsewhere."""
    Session.objects.all().delete()


def let_time_pass(seconds):
    """Lets time pass for the sessions of all."""
    for row in Session.objects.all():
        session = SessionStore(row.session_key)
        session[SEEN] -= seconds
        session.save()


def editor(page, section):
    page.goto(f"/sections/{section.pk}/update/")
    return page.get_by_label("正文", exact=True)


def only_noted(browser_errors, *words):
    """The browser, and htmx, note by themselves which answers failed."""
    assert [error for error in browser_errors if not any(word in error for word in words)] == []
    browser_errors.clear()


def layer(page):
    return page.get_by_role("dialog", name="登录已超时")


def test_an_ended_session_loses_neither_a_keystroke_nor_a_form(desktop_page, sign_in, user, section, browser_errors):
    page = desktop_page
    sign_in(page, user)
    page.goto("/roles/")
    body = editor(page, section)
    expect(page.locator("#preview")).to_contain_text("今年继续努力。")
    end_sessions_of_all()
    body.fill("明年办成三件实事。")

    expect(layer(page)).to_be_visible()
    expect(page.locator(".page")).not_to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(layer(page)).to_be_visible()
    layer(page).get_by_label("密码").fill("x")
    page.keyboard.press("Enter")
    expect(layer(page).get_by_role("alert")).to_have_text("密码不正确，请重新输入（区分大小写）。")
    layer(page).get_by_label("密码").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(layer(page)).to_be_hidden()
    expect(page.locator("#preview")).to_contain_text("明年办成三件实事。")

    end_sessions_of_all()
    page.get_by_role("button", name="保存", exact=True).click()
    layer(page).get_by_label("密码").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_text("已保存这一节。")).to_be_visible()
    section.refresh_from_db()
    assert section.body == "明年办成三件实事。"
    only_noted(browser_errors, "401")


@pytest.mark.full
def test_a_sign_in_in_another_tab_makes_no_form_invalid(desktop_page, sign_in, user, section, browser_errors):
    page = desktop_page
    sign_in(page, user)
    body = editor(page, section)
    body.fill("明年办成三件实事。")
    end_sessions_of_all()
    other = page.context.new_page()
    other.goto("/login/")
    other.get_by_label("手机号码或用户名").fill(user.username)
    other.get_by_label("密码").fill(PASSWORD)
    other.get_by_role("button", name="登录").click()
    expect(other.get_by_role("button", name="退出")).to_be_visible()
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_text("已保存这一节。")).to_be_visible()
    only_noted(browser_errors, "401", "403")


@pytest.mark.full
def test_without_scripts_a_page_keeps_the_form_for_its_owner(open_page, user, section, browser_errors):
    page = open_page(**DESKTOP, java_script_enabled=False)
    page.goto("/login/")
    page.get_by_label("手机号码或用户名").fill(user.username)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    editor(page, section).fill("明年办成三件实事。")
    end_sessions_of_all()
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_role("heading", name="登录已超时，内容还没有保存")).to_be_visible()
    expect(page.get_by_text("三件实事")).to_be_hidden()
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="继续").click()
    page.get_by_role("button", name="再次提交").click()
    expect(page.get_by_text("已保存这一节。")).to_be_visible()
    only_noted(browser_errors, "401")
    assert urlsplit(page.url).path == section.report.get_absolute_url()


@pytest.mark.full
def test_without_a_network_a_form_stays_and_says_so(desktop_page, sign_in, user, section, browser_errors):
    page = desktop_page
    sign_in(page, user)
    editor(page, section).fill("明年办成三件实事。")
    page.evaluate("document.addEventListener('yl:offline', (event) => { document.title = event.detail.method; })")
    page.context.set_offline(True)
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_text("没有发送：现在连不上网络。")).to_be_visible()
    expect(page).to_have_title("post")
    expect(page.get_by_label("正文", exact=True)).to_have_value("明年办成三件实事。")
    page.context.set_offline(False)
    expect(page.get_by_text("没有发送：现在连不上网络。")).to_be_hidden()
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_text("已保存这一节。")).to_be_visible()
    only_noted(browser_errors, "ERR_INTERNET_DISCONNECTED", "htmx:")


@pytest.mark.full
@override_settings(SESSION_IDLE_SECONDS=60)
def test_a_page_warns_before_the_end_goes_on_by_a_click_and_is_hidden_after_it(
    desktop_page, sign_in, user, browser_errors
):
    page = desktop_page
    page.clock.install()
    sign_in(page, user)
    page.goto("/activities/create/")
    warning, button = page.get_by_text("分钟后将自动退出"), page.get_by_role("button", name="继续使用")
    page.clock.run_for(20_000)
    expect(warning).to_be_hidden()
    let_time_pass(35)
    page.clock.run_for(35_000)
    expect(warning).to_be_visible()
    with page.expect_response("**/sessions/state/"):
        button.click()
    expect(warning).to_be_hidden()
    page.get_by_label("活动名称").fill("学雷锋")
    let_time_pass(70)
    page.clock.run_for(70_000)
    expect(layer(page)).to_be_visible()
    assert not page.get_by_label("活动名称").is_visible()
    only_noted(browser_errors, "401")
