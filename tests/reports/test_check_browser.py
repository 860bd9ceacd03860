"""The findings, an explanation and the comparison in a browser, on desktop and phone screens."""

from io import StringIO

import pytest
from django.core.management import call_command
from playwright.sync_api import expect

from orgs.models import User
from tests.conftest import WINDOWS

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.cpu(14)]


@pytest.mark.parametrize("window", WINDOWS)
def test_findings_are_answered_and_falls_explained(open_page, window, sign_in):
    call_command("load_sample_year", stdout=StringIO())
    page = open_page(**window)
    sign_in(page, User.objects.get(username="zhuangan"))
    page.goto("/?year=2017")
    page.get_by_role("link", name="项2017年数据须改正或说明").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("2017年数据核对")
    group = page.locator("#check-hollow_branch")
    expect(group.get_by_text("25 项待说明")).to_be_visible()
    expect(group.get_by_role("link", name="西店村团支部", exact=True)).to_be_hidden()
    group.locator("summary").click()
    expect(group.get_by_role("link", name="西店村团支部", exact=True)).to_be_visible()
    expect(group.get_by_text("涉及文中")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == window["viewport"]["width"]

    group.get_by_role("link", name="一并说明").click()
    expect(page.get_by_text("共 25 个")).to_be_visible()
    page.get_by_label("说明").fill("村级团员少，明年与相近支部联合组建")
    page.get_by_role("button", name="提交说明").click()
    expect(page.get_by_text("已记录说明。")).to_be_visible()
    expect(page.locator("#check-hollow_branch summary").get_by_text("已说明")).to_be_visible()

    page.get_by_role("link", name="同期比较").last.click()
    expect(page.get_by_role("img", name="较上年同期增减").locator("svg")).to_be_visible()
    row = page.get_by_role("row").filter(has_text="普通店")
    expect(row).to_contain_text("减少 1 家（-25%）")
    row.get_by_role("link", name="说明原因").click()
    page.get_by_label("说明").fill("一家升为重点店")
    page.get_by_role("button", name="提交说明").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("2017年同期比较")
    expect(page.get_by_role("row").filter(has_text="普通店")).to_contain_text("一家升为重点店")
    assert page.evaluate("document.documentElement.scrollWidth") == window["viewport"]["width"]
