"""Documents in a browser: the poster on one printed page with a link on each number, and a Word layout put to use."""

import pytest
from django.urls import reverse
from docx import Document
from docx.shared import Pt
from playwright.sync_api import expect

from orgs.models import Role
from reports.models import WordLayout
from tests.factories import make_user
from tests.pdf_files import pdf_pages, pdf_sizes
from tests.reports import layout_files as files
from tests.reports.district import YEAR, full_district
from tests.reports.test_posters import crowded

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.cpu(10)]


def printed(page):
    """The pages that the browser would print."""
    content = page.pdf(prefer_css_page_size=True, print_background=True)
    assert set(pdf_sizes(content)) == {(210, 297)}
    return pdf_pages(content)


@pytest.mark.parametrize(
    "fill",
    [pytest.param(lambda root: None, id="common", marks=pytest.mark.full), pytest.param(crowded, id="crowded")],
)
def test_poster_is_one_page_on_paper_and_fits_a_phone(desktop_page, phone_page, sign_in, fill):
    place = full_district()
    fill(place.root)
    staff = make_user("林知秋", place.root)
    for page in (desktop_page, phone_page):
        sign_in(page, staff)
        page.goto(f"{reverse('summary_poster')}?year={YEAR}")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    (text,) = printed(desktop_page)
    assert text.startswith("清河地区团工委2017年工作图览")
    assert "所列为已登记的部分。" in text
    assert "查看" not in text


@pytest.mark.full
def test_a_number_in_a_drawing_opens_its_records(desktop_page, sign_in):
    page = desktop_page
    sign_in(page, make_user("林知秋", full_district().root))
    page.goto(f"/?year={YEAR}")
    page.get_by_role("link", name="年度总结").first.click()
    page.get_by_role("link", name="图览", exact=True).click()
    expect(page.get_by_role("article")).to_contain_text("清河地区团工委2017年工作图览")
    page.get_by_role("group", name="各类活动").get_by_role("link", name="140余").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("DIY制作人次")
    expect(page.locator(".figure-value")).to_contain_text("140余")


@pytest.mark.full
def test_an_administrator_puts_a_layout_in_force(desktop_page, sign_in, browser_errors, tmp_path):
    page = desktop_page
    place = full_district()
    sign_in(page, make_user("管宁", place.root, Role.Kind.ADMINISTRATOR))
    page.goto(reverse("word_layout_list"))
    with page.expect_download() as download:
        page.get_by_role("link", name="下载内置版式").click()
    document = Document(download.value.path())
    document.styles["Normal"].font.size = Pt(15)
    document.save(tmp_path / "大字版式.docx")

    page.get_by_role("link", name="上传版式").click()
    bad = {"name": "宏.docx", "mimeType": "application/octet-stream", "buffer": files.related("vbaProject")}
    page.get_by_label("版式文件").set_input_files(bad)
    page.get_by_role("button", name="检查并启用").click()
    expect(page.get_by_role("alert")).to_contain_text("文件里有不能用于版式的内容（vbaProject）")
    # The browser notes the answer's status, which says that nothing was taken.
    assert [error for error in browser_errors if "422" not in error] == []
    browser_errors.clear()

    page.get_by_label("版式文件").set_input_files(tmp_path / "大字版式.docx")
    page.get_by_role("button", name="检查并启用").click()
    expect(page.get_by_text("版式已通过检查并启用")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="大字版式.docx")).to_contain_text("使用中")
    page.get_by_role("link", name="停用").click()
    page.get_by_role("button", name="停用").click()
    expect(page.get_by_role("row").filter(has_text="大字版式.docx")).to_contain_text("已停用")
    assert WordLayout.objects.in_force() is None
