"""Slips with one-time links as a browser shows and prints them."""

import re

import pytest
from playwright.sync_api import expect
from pypdfium2 import PdfDocument

from orgs.models import Role
from orgs.roles import RoleKind
from tests.factories import make_organisation, make_person, make_post, make_user
from tests.interactions import Hand, told_count
from tests.members.test_account_openings import modules_of
from tests.pdf_files import pdf_pages, pdf_sizes

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.cpu(15), pytest.mark.full]


@pytest.fixture
def clerk():
    """Staff and administrator at once, with thirty-three cadres whose names are as long as they come."""
    root = make_organisation("清河地区团工委", category="working_committee", domain="office")
    branch = make_organisation("柳林社区文化与体育志愿服务联合会团支部", root)
    for number in range(33):
        person = make_person(f"欧阳{chr(0x4E00 + number)}", mobile=f"138001380{number:02}")
        make_post(organisation=branch, person=person)
    user = make_user("林知秋", root, RoleKind.ADMINISTRATOR)
    Role.objects.create(user=user, organisation=root, kind=RoleKind.STAFF)
    return user


def test_thirty_three_slips_are_opened_at_once_and_print_on_five_sheets(desktop_page, sign_in, clerk):
    page = desktop_page
    sign_in(page, clerk)
    page.goto("/posts/")
    hand = Hand(page)
    hand.choose(page.get_by_label("为哪些记录办理"), "选中全部 33 条（按当前筛选）")
    hand.press_named("button", "开立账号")
    hand.press_named("button", "为 33 人开立账号")
    expect(page.locator(".slip")).to_have_count(33)
    hand.press_named("button", "打印邀请单")
    assert hand.count == told_count("为 33 名团干部开立账号")
    content = page.pdf(prefer_css_page_size=True)
    texts = pdf_pages(content)
    assert pdf_sizes(content) == [(210, 297)] * 5
    assert [len(re.findall("用手机扫二维码", text)) for text in texts] == [8, 8, 8, 8, 1]
    assert [len(re.findall("/invitations/", text)) for text in texts] == [8, 8, 8, 8, 1]
    assert texts[0].startswith("欧阳")
    assert "账号列表" not in "".join(texts) and "退出" not in "".join(texts)
    for slip in (page.locator(".slip").first, page.locator(".slip").last):
        link, path = slip.locator("code").inner_text(), slip.locator("path").get_attribute("d")
        assert {tuple(map(int, dot)) for dot in re.findall(r"M(\d+) (\d+)h1v1h-1z", path)} == modules_of(link)
        box = slip.locator("svg").bounding_box()
        assert box["width"] == pytest.approx(box["height"], abs=1)


def link_of_first(page):
    """Opens an account for the first cadre of the list; the link of the slip."""
    page.goto("/posts/")
    page.locator("tbody .tick input").first.check()
    page.get_by_role("button", name="开立账号").click()
    page.get_by_role("button", name="为 1 人开立账号").click()
    return page.locator(".slip code").inner_text()


def test_printed_codes_are_square_and_sharp_enough_to_scan(desktop_page, sign_in, clerk):
    page = desktop_page
    sign_in(page, clerk)
    link = link_of_first(page)
    page.emulate_media(media="print")
    box = page.locator(".slip-code").bounding_box()
    page.emulate_media(media="screen")
    with PdfDocument(page.pdf(prefer_css_page_size=True)) as file:
        assert len(file) == 1
        drawn = file[0].render(scale=6).to_pil().convert("L")
    side = max(x for x, _ in modules_of(link)) + 5
    # Each module is printed at least half a millimetre wide.
    assert box["width"] / 96 * 25.4 / side >= 0.5
    assert drawn.getextrema() == (0, 255)


def test_a_link_is_copied_by_its_button(desktop_page, sign_in, clerk):
    page = desktop_page
    sign_in(page, clerk)
    link = link_of_first(page)
    page.get_by_role("button", name=re.compile("复制.*的链接")).click()
    expect(page.locator("[data-copies]")).to_have_text(re.compile("已复制|已选中"))
    assert page.evaluate("window.getSelection().toString()").strip() == link
