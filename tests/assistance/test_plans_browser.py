"""A plan in a browser, from the first talk over the paper to the sentence of the summary."""

import re
from io import BytesIO

import pytest
from django.conf import settings
from docx import Document
from playwright.sync_api import expect

from orgs.roles import RoleKind
from reports.documents.summary import compose
from reports.figures.scopes import Scope
from tests.factories import make_assisted_youth, make_grant, make_organisation, make_user
from tests.orgs.sign_in import signed_in_by_code
from yl_district.periods import Period

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.full, pytest.mark.cpu(14)]
SENTENCE = "1名帮扶对象已有计划可依。其中1份已签订，1份作了年中回顾。"


def save(page, button="保存", **typed):
    """Fills in the form by its labels, and sends it."""
    for label, value in typed.items():
        field = page.get_by_label(re.compile(rf"^\s*{label}\*?\s*$"))
        if field.evaluate("one => one.tagName") == "SELECT":
            field.select_option(label=value)
        else:
            field.fill(value)
    page.get_by_role("button", name=button, exact=True).click()


def test_from_a_talk_to_the_signed_paper_and_its_reviews(desktop_page, base_url, tmp_path):
    page, root = desktop_page, make_organisation("清河地区团工委", category="working_committee", domain="office")
    caseworker = make_user("林知秋", root, RoleKind.CASEWORKER)
    youth = make_assisted_youth(root, "白露", guardian="白建国")
    make_grant(caseworker, youth.person)
    value = signed_in_by_code(caseworker).cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": base_url}])

    page.goto(youth.get_absolute_url())
    page.get_by_role("link", name="登记需求征集").click()
    save(page, 日期="2017-01-12", 方式="电话", 谈话对象="监护人", 所说的需求="课业辅导")
    expect(page.get_by_text("还没有计划书回应")).to_be_visible()

    page.get_by_role("link", name="登记计划").click()
    expect(page.get_by_label("需求评估")).to_have_value("2017-01-12 电话（监护人）：课业辅导")
    save(page, 年度="2017", 目标="学业进步")
    page.get_by_role("link", name="添加措施").click()
    save(page, 具体措施="每周辅导", 完成时限="2017-06", 负责人="林知秋")

    page.get_by_role("link", name="计划书", exact=True).click()
    page.get_by_label("打印理由").fill("交家庭签字")
    with page.expect_download() as download:
        page.get_by_role("button", name="下载").click()
    paper = Document(download.value.path())
    cells = [cell.text for table in paper.tables for row in table.rows for cell in row.cells]
    assert {"白露", "白建国", "每周辅导", "2017-06"} <= {*cells}
    page.get_by_role("link", name="返回").click()

    page.get_by_role("link", name="登记签订").click()
    save(page, "登记签订", 签订日期="2017-02-20", 家庭方签字人="监护人")
    expect(page.get_by_text("已签，还没有附扫描件")).to_be_visible()
    scan = tmp_path / "扫描件.docx"
    signed = BytesIO()
    paper.save(signed)
    scan.write_bytes(signed.getvalue())
    page.get_by_role("link", name="添加附件").click()
    page.locator("input[type=file]").set_input_files(scan)
    save(page, "上传", 类别="其他材料")
    expect(page.get_by_text("已签、已附扫描件。")).to_be_visible()

    page.get_by_role("link", name="办结：每周辅导").click()
    save(page, 完成日期="2017-06-20", 完成情况="成绩提高")
    page.get_by_role("link", name="登记年中回顾").click()
    save(page, 年中回顾日期="2017-07-04", 年中目标达成="部分达成", 年中回顾情况="数学提高")
    expect(page.get_by_text("数学提高")).to_be_visible()

    assert SENTENCE in compose(Scope(root, Period.of_year(2017))).text
