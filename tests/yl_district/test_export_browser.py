"""Exporting lists in a browser: the menu, links that follow the filter, the file itself."""

import pytest
from playwright.sync_api import expect

from tests.conftest import DESKTOP, PHONE
from tests.factories import make_member, make_organisation, make_user
from yl_district.spreadsheets.workbooks import read_workbook

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.cpu(10)]


@pytest.fixture
def office():
    """A member of the committee's staff, and members to be listed."""
    root = make_organisation("春晖地区团工委", category="working_committee", domain="office")
    branch = make_organisation("望湖社区团支部", root)
    for name in ("章程", "单伟", "顾清"):
        make_member(name, branch)
    return make_user("林知秋", root)


def taken(page, words):
    """The names in the workbook that a link downloads."""
    page.locator(".export > summary").click()
    with page.expect_download() as download:
        page.get_by_role("link", name=words).click()
    (sheet,) = read_workbook(download.value.path().read_bytes())
    return [row[0] for row in sheet.rows[1:]]


def test_the_file_holds_what_the_filter_has_left_on_the_screen(desktop_page, sign_in, office):
    sign_in(desktop_page, office)
    desktop_page.goto("/members/")
    assert taken(desktop_page, "导出 Excel") == ["章程", "单伟", "顾清"]
    desktop_page.get_by_role("searchbox").fill("sw")
    expect(desktop_page.locator(".rows-count")).to_have_text("共 1 条")
    assert taken(desktop_page, "导出 Excel") == ["单伟"]


def test_it_works_without_scripts(open_page, sign_in, office):
    page = open_page(**DESKTOP, java_script_enabled=False)
    sign_in(page, office)
    page.goto("/members/?search=sw")
    assert taken(page, "导出 Excel") == ["单伟"]


def test_the_menu_lies_within_the_screen_of_a_phone(phone_page, sign_in, office):
    sign_in(phone_page, office)
    phone_page.goto("/members/?search=sw")
    phone_page.locator(".export > summary").tap()
    links = phone_page.locator(".export-ways a")
    expect(links).to_have_text(["导出 Excel", "导出 CSV", "完整导出（须确认身份）"])
    width = PHONE["viewport"]["width"]
    boxes = [links.nth(number).bounding_box() for number in range(3)]
    assert [box for box in boxes if box["x"] < 0 or box["x"] + box["width"] > width or box["height"] < 44] == []
    assert phone_page.evaluate("document.documentElement.scrollWidth") == width
