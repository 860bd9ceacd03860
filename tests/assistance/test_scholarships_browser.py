"""In a browser: a scholarship goes from the application over the sealed paper to the thanks and into the summary."""

from io import BytesIO

import pytest
from django.urls import reverse
from docx import Document
from PIL import Image
from playwright.sync_api import expect

from assistance.models import Scholarship
from reports.documents.summary import summary_of_writer
from reports.figures.scopes import Scope
from reports.text import Style, TextWriter, Vocabulary, default_drafts
from tests.factories import PASSWORD, make_grant, make_organisation, make_person, make_user
from yl_district.periods import Period

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.full, pytest.mark.cpu(14)]


def fill(page, **values):
    """Fills in fields by their names; of a choice the value is chosen."""
    for name, value in values.items():
        field = page.locator(f"main [name={name}]").first
        is_choice = field.evaluate("each => each.tagName") == "SELECT"
        field.select_option(value) if is_choice else field.fill(value)


def save(page, button="保存"):
    """Sends the form and waits for the page it leads to."""
    with page.expect_navigation():
        page.get_by_role("button", name=button, exact=True).click()


def take_step(page, name, **values):
    """Opens the form of the step that is due by its button, fills it in and sends it."""
    page.get_by_role("link", name=name, exact=True).first.click()
    fill(page, **values)
    save(page)


def test_a_scholarship_from_the_application_to_the_summary(desktop_page, sign_in):
    page, root = desktop_page, make_organisation("清河地区团工委", category="working_committee", domain="office")
    keeper = make_user("林知秋", root, "staff", "caseworker")
    grant = make_grant(keeper, make_person("白露明"))
    sign_in(page, keeper)
    page.goto(reverse("case_grant_detail", args=[grant.pk]))
    page.get_by_role("link", name="登记奖学金申报").click()
    fill(page, year="2017", school="柳林小学", applied_on="2017-09-15", hardship="单亲家庭")
    save(page)
    page.get_by_role("link", name="2017 年度奖学金").click()
    scholarship = Scholarship.objects.get()

    page.get_by_role("link", name="申请表").click()
    page.locator("#id_password").fill(PASSWORD)
    page.keyboard.press("Enter")
    fill(page, reason="申报盖章")
    with page.expect_download() as download:
        page.get_by_role("button", name="下载").click()
    cells = [cell.text for table in Document(download.value.path()).tables for row in table.rows for cell in row.cells]
    assert [word for word in ("白露明", "柳林小学", "单亲家庭") if word not in cells] == []

    page.goto(scholarship.get_absolute_url())
    expect(page.get_by_text("盖章后的申请表扫描件")).to_be_visible()
    page.get_by_role("link", name="添加附件").click()
    scan = BytesIO()
    Image.new("RGB", (40, 60), "white").save(scan, "JPEG")
    fill(page, kind="other")
    file = {"name": "申请表.jpg", "mimeType": "image/jpeg", "buffer": scan.getvalue()}
    page.locator("[name=file]").set_input_files(file)
    save(page, "上传")
    expect(page.get_by_text("盖章后的申请表扫描件")).to_have_count(0)

    take_step(page, "初审", reviewed_on="2017-09-20", reviewed_by="地区团委", review_opinion="同意上报")
    take_step(page, "上报", forwarded_on="2017-09-28")
    page.get_by_role("link", name="登记审批结果").click()
    page.locator("[name=is_granted][value=yes]").check()
    fill(page, approved_on="2017-11-17", amount="400")
    save(page)
    take_step(page, "登记发放", paid_on="2017-12-05", payment_way="transfer")
    page.get_by_role("link", name="打印感谢信").click()
    fill(page, reason="寄给捐助人")
    with page.expect_download() as letter:
        page.get_by_role("button", name="下载").click()
    words = "".join(paragraph.text for paragraph in Document(letter.value.path()).paragraphs)
    assert ("白同学" in words, "白露" in words) == (True, False)
    page.goto(scholarship.get_absolute_url())
    take_step(page, "登记致谢", thanked_on="2017-12-20", thanks_way="letter")
    scholarship.refresh_from_db()
    assert scholarship.outcome == "已致谢"
    told = "1名学生申报，1名学生获得批准，奖学金已发放给1名学生，并向捐助人致谢。"
    scope = Scope(root, Period.of_year(2017))
    writer = TextWriter(scope, default_drafts(scope, Vocabulary(scope), Style.FULL))
    assert told in summary_of_writer(writer).text
