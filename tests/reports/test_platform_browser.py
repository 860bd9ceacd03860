"""What needs a browser: from what a platform must have to its file, the batch noted, the list compared."""

import pytest
from django.conf import settings
from playwright.sync_api import expect

from reports.models import PlatformEntry
from tests.factories import make_member, make_organisation, make_platform_layout, make_user
from tests.orgs.sign_in import signed_in_by_code
from yl_district.spreadsheets.workbooks import read_workbook

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.full, pytest.mark.cpu(14)]


@pytest.fixture
def layout():
    root = make_organisation("清河地区团工委", category="working_committee", domain="office")
    branch = make_organisation("柳林社区团支部", root)
    for name in ("秦朗", "白露"):
        make_member(name, branch)
    layout = make_platform_layout(columns="姓名\n团组织＝所在团支部")
    layout.root = root
    return layout


def test_records_are_taken_out_noted_as_entered_and_compared(desktop_page, base_url, layout, tmp_path):
    page = desktop_page
    client = signed_in_by_code(make_user("林知秋", layout.root))
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": base_url}])
    page.goto(layout.get_absolute_url())
    page.get_by_role("link", name="导出待录入 2 条").click()
    page.get_by_label("导出理由").fill("录入平台")
    with page.expect_download() as download:
        page.get_by_role("button", name="导出").click()
    file = tmp_path / "名单.xlsx"
    download.value.save_as(file)
    [sheet] = read_workbook(file.read_bytes())
    assert sheet.rows == [["姓名", "团组织"], ["白露", "柳林社区团支部"], ["秦朗", "柳林社区团支部"]]
    page.goto(layout.get_absolute_url())
    page.get_by_role("link", name="我已录入平台").click()
    page.get_by_role("button", name="我已录入平台").click()
    expect(page.get_by_text("已登记这一批的录入。")).to_be_visible()
    assert PlatformEntry.objects.count() == 2
    page.get_by_role("link", name="对照平台名单").click()
    page.get_by_label("平台导出的名单").set_input_files(file)
    page.get_by_role("button", name="开始对照").click()
    expect(page.get_by_text("两边都有且一致 2 条")).to_be_visible()
    expect(page.get_by_text("没有差异。")).to_be_visible()
