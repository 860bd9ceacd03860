"""The board of a committee in a browser: on both widths, by keyboard, and on paper."""

from datetime import date

import pytest
from playwright.sync_api import expect

from tests.conftest import DESKTOP, PHONE
from tests.factories import make_liaison, make_organisation, make_post, make_user
from tests.pdf_files import pdf_pages, pdf_sizes

pytestmark = pytest.mark.django_db(transaction=True)
BOARD = "/organisations/board/"


def committee(branches):
    """A user of a committee of three, each of whom looks after every third of so many branches."""
    root = make_organisation("清河地区团工委", category="working_committee", domain="office")
    people = [make_post(name, root, title="委员", duties="联系村和社区").person for name in ("严川", "方琳", "周正")]
    for number in range(branches):
        branch = make_organisation(f"柳林{number + 1}里社区团支部", root, last_election_on=date(2014, 11, 18))
        make_post(f"欧阳{chr(0x4E00 + number)}", branch, duties="负责团员管理、青年联系和活动组织")
        make_liaison(branch, people[number % 3])
    make_organisation("园区联合团支部", branch, category="joint_branch", domain="enterprise")
    return make_user("林知秋", root)


@pytest.mark.cpu(8)
def test_the_board_and_the_tree_are_read_on_a_desk_and_on_a_phone(open_page, sign_in):
    user = committee(4)
    for window in (DESKTOP, PHONE):
        page, width = open_page(**window), window["viewport"]["width"]
        sign_in(page, user)
        page.goto(BOARD)
        line = page.get_by_role("row").filter(has_text="柳林2里社区团支部")
        expect(line).to_contain_text("换届逾期")
        assert page.evaluate("document.documentElement.scrollWidth") == width
        page.get_by_label("待办").select_option(label="没有联系委员")
        page.get_by_role("button", name="查询").click()
        expect(page.get_by_role("heading", level=2)).to_have_text(["团委班子", "没有联系委员"])
        page.get_by_role("link", name="清除筛选").click()
        page.get_by_role("link", name="按层级").click()
        page.get_by_label("柳林4里社区团支部的下级组织").press("Enter")
        expect(page.get_by_role("link", name="园区联合团支部")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") == width
    line = page.locator(".board-branch").filter(has_text="园区联合团支部")
    line.get_by_role("link", name="没有联系委员").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("更换联系委员：园区联合团支部")


@pytest.mark.full
@pytest.mark.cpu(12)
def test_forty_five_organisations_print_on_one_sheet(desktop_page, sign_in):
    sign_in(desktop_page, committee(45))
    desktop_page.goto(BOARD)
    desktop_page.get_by_role("button", name="打印").wait_for()
    content = desktop_page.pdf(prefer_css_page_size=True)
    (text,) = pdf_pages(content)
    assert pdf_sizes(content) == [(297, 210)]
    assert [number for number in range(1, 46) if f"柳林{number}里社区团支部" not in text] == []
    assert text.count("联系村和社区") == 3 and text.count("最近换届") == 1
    assert "查询" not in text and "按层级" not in text and "负责团员管理" not in text
