"""Writing a section in a browser: palette and preview on desktop and phone screens, and without scripts."""

import pytest
from playwright.sync_api import expect

from orgs.models import User
from tests.conftest import DESKTOP
from tests.factories import make_member, make_organisation, make_report, make_section, make_user

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.cpu(10)]


@pytest.fixture
def report():
    root = make_organisation("清河地区团工委", category="working_committee", domain="office")
    make_user("林知秋", root)
    make_member(branch=root)
    report = make_report(root)
    make_section(report, "在册团员{团员总数}。")
    make_section(report, "下一年再努力。", "计划")
    return report


def open_section(page, sign_in, report):
    """The editor of the report's first section."""
    sign_in(page, User.objects.get(name="林知秋"))
    page.goto(report.get_absolute_url())
    page.get_by_role("link", name="修改：团员").click()
    section = page.locator("form.write-section").first
    section.get_by_role("button", name="高级").click()
    section.get_by_role("link", name="带预览和名称表的编辑页").click()
    return page.get_by_label("正文", exact=True)


def test_a_section_is_written_with_palette_and_preview(desktop_page, sign_in, report):
    page = desktop_page
    body = open_section(page, sign_in, report)
    preview = page.locator("#preview")
    expect(preview).to_contain_text("在册团员1名。")

    body.press("End")
    page.get_by_placeholder("查找指标和词语").fill("团干部")
    expect(page.locator(".palette-group li:visible .palette-label").first).to_have_text("团干部")
    expect(page.get_by_role("button", name="团员总数")).to_be_hidden()
    headings = page.locator(".palette-heading:visible")
    expect(headings).to_have_text(["组织与团干部", "联系青年"])
    page.get_by_placeholder("查找指标和词语").fill(" DIY")
    expect(headings).to_have_text(["各类活动"])
    page.get_by_placeholder("查找指标和词语").fill("团干部")
    page.locator("[data-insert='{团干部}']").click()
    expect(body).to_have_value("在册团员{团员总数}。{团干部}")
    expect(preview).to_contain_text("在册团员1名。0名")

    body.press_sequentially("和{团员}")
    expect(preview).to_contain_text("第 1 行“{团员}”：没有名为“团员”的指标或词语")
    expect(preview).to_contain_text("在册团员1名。0名和【团员】")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_text("没有保存：有 1 处需要改正。")).to_be_visible()
    body.fill("[团员总数 零:没有团员。|一:只有一名团员。]")
    expect(preview).to_contain_text("只有一名团员。")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_text("已保存这一节。")).to_be_visible()
    expect(page.get_by_role("article")).to_contain_text("只有一名团员。")

    page.get_by_role("button", name="下移：团员").click()
    expect(page.get_by_role("article").get_by_role("heading", level=3)).to_have_text(["一、计划", "二、团员"])


def test_on_a_phone_the_palette_folds_and_nothing_scrolls_sideways(phone_page, sign_in, report):
    page = phone_page
    body = open_section(page, sign_in, report)
    palette = page.locator("[data-insert='{团员总数}']")
    expect(palette).to_be_hidden()
    page.get_by_text("指标和词语", exact=True).click()
    expect(palette).to_be_visible()
    body.fill("在册")
    body.press("Home")
    palette.click()
    expect(body).to_have_value("{团员总数}在册")
    expect(page.locator("#preview")).to_contain_text("1名在册")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.goto(report.get_absolute_url())
    assert page.evaluate("document.documentElement.scrollWidth") == 390


@pytest.mark.full
def test_without_scripts_a_button_shows_the_preview(open_page, sign_in, report):
    page = open_page(**DESKTOP, java_script_enabled=False)
    body = open_section(page, sign_in, report)
    body.fill("共{团员总数}。")
    page.get_by_role("button", name="预览").click()
    expect(page.locator("#preview")).to_contain_text("共1名。")
    expect(body).to_have_value("共{团员总数}。")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_role("article")).to_contain_text("共1名。")
