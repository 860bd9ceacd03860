"""An import from upload to commit in a browser: on a desktop, on a phone, and without a mouse."""

import re
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import expect

from members.models import Member
from tests.conftest import WINDOWS
from tests.pages import two_branches
from tests.races import HANGING
from tests.reports.import_pages import HEADINGS, HERE, people, person
from tests.workbooks import workbook
from yl_district.importing.models import ImportBatch
from yl_district.spreadsheets.workbooks import read_workbook

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.cpu(12)]


@pytest.fixture
def staff():
    return two_branches().staff


def roster():
    """A village's roster: a title, a heading nobody knows, an unknown branch twice, a wrong day, a total."""
    rows = [*people(3), person(5, branch="柳林支部"), person(6, branch="柳林支部"), person(7, 出生日期="1998-02-30")]
    table = [[*row.values(), "良好"] for row in rows]
    return workbook({"花名册": [["2018 年团员花名册"], [*HEADINGS, "群众关系"], *table, ["合计", "6"]]})


def chosen(page, tmp_path):
    """The page of a new import of members with the roster chosen."""
    path = tmp_path / "柳林花名册.xlsx"
    path.write_bytes(roster())
    page.goto("/members/")
    page.get_by_role("link", name="导入", exact=True).last.click()
    expect(page.get_by_label("种类")).to_have_value("members")
    page.get_by_label("文件").set_input_files(path)


def fits(page, window):
    """Whether nothing on the page is wider than the window."""
    return page.evaluate("document.documentElement.scrollWidth") == window["viewport"]["width"]


@pytest.mark.parametrize("window", WINDOWS)
def test_a_villages_roster_is_mended_written_and_taken_back(open_page, window, sign_in, staff, tmp_path):
    page = open_page(**window)
    sign_in(page, staff)
    chosen(page, tmp_path)
    assert fits(page, window)
    page.get_by_role("button", name="上传并核对").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("核对列")
    expect(page.get_by_role("combobox", name="“群众关系”的含义")).to_have_value("")
    assert fits(page, window)
    page.get_by_role("button", name="核对各行").click()

    expect(page.get_by_role("heading", name="写入后，新增 3 条，变更 0 条")).to_be_visible()
    expect(page.get_by_label("“柳林支部”就是")).to_have_value(HERE)
    assert fits(page, window)
    page.get_by_role("button", name="记住并核对").click()
    expect(page.get_by_role("heading", name="写入后，新增 5 条，变更 0 条")).to_be_visible()

    with page.expect_download() as download:
        page.get_by_role("link", name="下载有误的行").click()
    [sheet] = read_workbook(Path(download.value.path()).read_bytes())
    assert len(sheet.rows) == 2

    page.get_by_role("link", name="改正第 8 行").click()
    expect(page.get_by_label("出生日期")).to_be_focused()
    assert fits(page, window)
    page.get_by_label("出生日期").fill("1998-02-03")
    page.get_by_role("button", name="保存并重新核对").click()
    expect(page.get_by_role("heading", name="写入后，新增 6 条，变更 0 条")).to_be_visible()
    page.get_by_role("link", name=re.compile("未计入的行")).click()
    expect(page.locator("#rows tbody tr")).to_have_count(2)

    expect(page.get_by_role("button", name="写入全部")).to_have_count(0)
    page.get_by_role("group", name="这些团员从哪一天起在册？").get_by_label("其他日期", exact=True).first.check()
    page.locator("input[type=date]").fill("2017-05-04")
    assert fits(page, window)
    page.get_by_role("button", name="答复并重新核对").click()
    page.get_by_role("button", name="写入全部").click()
    expect(page.get_by_role("heading", name="已写入", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name=person(5)["姓名"])).to_be_visible()
    assert (fits(page, window), Member.objects.count()) == (True, 6)
    assert set(Member.objects.values_list("listed_on", flat=True)) == {date(2017, 5, 4)}

    page.get_by_role("link", name="撤销这次导入").click()
    expect(page.get_by_text("其中团员 6 条，人员 6 条。")).to_be_visible()
    assert fits(page, window)
    page.get_by_role("button", name="撤销 12 条").click()
    expect(page.get_by_role("heading", name="已撤销", exact=True)).to_be_visible()
    assert (fits(page, window), Member.objects.count()) == (True, 0)


@pytest.mark.full
def test_the_way_is_gone_by_keyboard_alone(desktop_page, sign_in, staff):
    page = desktop_page
    sign_in(page, staff)
    page.goto("/imports/new/?kind=members")
    page.get_by_label("粘贴").focus()
    rows = [HEADINGS, *[list(row.values()) for row in people(2)], list(person(5, 出生日期="1998-02-30").values())]
    page.keyboard.insert_text("\n".join("\t".join(row) for row in rows))
    press(page, "button", "上传并核对")
    expect(page.get_by_role("heading", name="写入后，新增 2 条，变更 0 条")).to_be_visible()
    press(page, "link", "改正第 4 行")
    expect(page.get_by_label("出生日期")).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("1998-02-03")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="写入后，新增 3 条，变更 0 条")).to_be_visible()
    press(page, "radio", re.compile("^今天"), key="Space")
    press(page, "button", "答复并重新核对")
    press(page, "button", "写入全部")
    expect(page.get_by_role("heading", name="已写入", exact=True)).to_be_visible()
    assert Member.objects.count() == 3


def press(page, role, name, key="Enter"):
    """Goes on by the tabulator to what has a name and presses it."""
    wanted = page.get_by_role(role, name=name)
    for _ in range(80):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            page.keyboard.press(key)
            return
    raise AssertionError(name)


@pytest.mark.full
def test_a_large_file_is_followed_to_its_end_without_a_reload(desktop_page, sign_in, staff, tmp_path):
    page = desktop_page
    sign_in(page, staff)
    path = tmp_path / "大名单.xlsx"
    path.write_bytes(workbook({"名单": people(2_100)}))
    page.goto("/imports/new/?kind=members")
    page.get_by_label("文件").set_input_files(path)
    page.get_by_role("button", name="上传并核对").click()
    expect(page.get_by_role("heading", name="写入后，新增 2100 条，变更 0 条")).to_be_visible(timeout=1000 * HANGING)
    assert ImportBatch.objects.get().worker
