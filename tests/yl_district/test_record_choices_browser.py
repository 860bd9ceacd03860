"""Choices of many records in a browser: looked up by keyboard and on a phone, kept in drafts, silent to lists."""

import pytest
from playwright.sync_api import expect

from orgs.models import Organisation
from tests.factories import make_organisation, make_user
from yl_district.pages.record_choices import MOST_LISTED

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.cpu(10)]


@pytest.fixture
def user():
    root = make_organisation("清河地区团工委", category="working_committee", domain="office")
    for number in range(MOST_LISTED):
        make_organisation(f"望京{number}村团支部", root)
    return make_user("林知秋", root)


def listed(page):
    """What the open list shows."""
    return page.get_by_role("listbox").get_by_role("option")


def test_a_choice_of_many_is_looked_up_by_keyboard(desktop_page, sign_in, user):
    page = desktop_page
    sign_in(page, user)
    page.goto("/units/create/")
    box = page.get_by_role("combobox", name="团支部")
    box.focus()
    expect(page.get_by_role("status").filter(has_text="只列出前 20 个")).to_be_visible()
    page.keyboard.type("望京7")
    expect(listed(page)).to_have_text(["望京7村团支部"])
    page.keyboard.press("Enter")
    expect(box).to_have_attribute("aria-expanded", "false")
    chosen = page.locator("#id_branch")
    expect(chosen).to_have_value(str(Organisation.objects.get(name="望京7村团支部").pk))
    # What was looked up and not chosen changes nothing.
    page.keyboard.type("望京9")
    expect(listed(page)).to_have_text(["望京9村团支部"])
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    expect(chosen).to_have_value(str(Organisation.objects.get(name="望京7村团支部").pk))
    page.get_by_label("单位名称").fill("清和科技")
    page.get_by_label("类别").select_option("enterprise")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("清和科技")


@pytest.mark.full
def test_enter_takes_nothing_before_the_answer_and_a_fault_is_said(desktop_page, sign_in, user, browser_errors):
    page = desktop_page
    sign_in(page, user)
    page.goto("/units/create/")
    page.get_by_role("combobox", name="团支部").focus()
    expect(listed(page)).not_to_have_count(0)
    held = []
    page.route("**/units/create/?choices=*", lambda route: held.append(route))
    with page.expect_request("**/units/create/?choices=*"):
        page.keyboard.type("望京8")
    page.keyboard.press("Enter")
    expect(page.locator("#id_branch")).to_have_value("")
    held[-1].abort()
    expect(page.get_by_role("status").filter(has_text="没有取到数据")).to_be_visible()
    browser_errors.clear()


@pytest.mark.full
def test_a_draft_keeps_a_choice_by_its_name(desktop_page, sign_in, user):
    page = desktop_page
    sign_in(page, user)
    page.goto("/units/create/")
    page.get_by_role("combobox", name="团支部").focus()
    page.keyboard.type("望京7")
    expect(listed(page)).to_have_text(["望京7村团支部"])
    page.keyboard.press("Enter")
    expect(page.get_by_text("草稿已暂存")).to_be_visible()
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto("/units/create/")
    page.get_by_role("button", name="恢复").click()
    expect(page.locator(".ts-wrapper .item").filter(has_text="望京7村团支部")).to_be_visible()


@pytest.mark.full
def test_a_filter_narrows_its_list_once_and_typing_asks_for_no_rows(phone_page, sign_in, user):
    page = phone_page
    sign_in(page, user)
    page.goto("/units/")
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/lists/search/" in request.url else None)
    page.get_by_text("筛选条件").click()
    box = page.get_by_role("combobox", name="组织（含下级）")
    box.focus()
    page.keyboard.type("望京7")
    expect(listed(page)).to_have_text(["望京7村团支部"])
    with page.expect_response("**/units/?*organisation=*"):
        listed(page).click()
    box.focus()
    page.keyboard.type("望京9")
    expect(listed(page)).to_have_text(["望京9村团支部"])
    page.get_by_role("heading", level=1).click()
    expect(page.get_by_role("listbox")).to_be_hidden()
    assert len(asked) == 1
