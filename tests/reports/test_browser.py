"""The office's year in a browser: signing in, the year at a glance, drilling down, files, the ledger, members."""

import io
import json
import re
import zipfile
from io import StringIO
from pathlib import Path

import pytest
import xlsxwriter
from django.core.management import call_command
from django.urls import reverse
from playwright.sync_api import expect
from python_calamine import CalamineWorkbook

from members.models import Member
from orgs.models import User
from reports.management.commands.load_sample_year import SAMPLE_PASSWORD
from tests.conftest import WINDOWS
from tests.factories import make_activity, make_organisation, make_user
from yl_district.pages.navigation import MENU_PAGES

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.cpu(20)]


@pytest.fixture
def sample_year():
    call_command("load_sample_year", stdout=StringIO())
    return User.objects.get(username="zhuangan")


def fill_sign_in(page, password):
    page.get_by_label("用户名").fill("zhuangan")
    page.get_by_label("密码").fill(password)
    page.get_by_role("button", name="登录").click()


def taken(page, link):
    """What a link downloads: the file's name and bytes."""
    with page.expect_download() as download:
        page.get_by_role("link", name=link).click()
    return download.value.suggested_filename, Path(download.value.path()).read_bytes()


def workbook(path, **sheets):
    """A workbook of sheets, each a list of rows with the headings first."""
    with xlsxwriter.Workbook(path) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return path


def upload(page, path):
    """Sends a ledger to be checked."""
    page.goto("/ledger/")
    page.get_by_role("link", name="导入台账").click()
    page.get_by_label("文件", exact=True).set_input_files(path)
    page.get_by_role("button", name="上传并核对").click()


def test_a_chart_says_that_a_number_has_gaps(desktop_page, sign_in):
    root = make_organisation()
    make_activity(root, attendance=30, basis="exact")
    make_activity(root)
    sign_in(desktop_page, make_user("林知秋", root))
    desktop_page.goto("/?year=2017")
    expect(desktop_page.get_by_role("img", name="各类活动").get_by_text("30（不全）")).to_be_visible()


def test_from_signing_in_to_the_records_behind_a_number(desktop_page, sample_year):
    page = desktop_page
    page.goto("/")
    fill_sign_in(page, "wrong")
    expect(page.get_by_role("alert")).to_contain_text("用户名或密码不正确")
    fill_sign_in(page, SAMPLE_PASSWORD)
    expect(page.get_by_role("heading", level=1)).to_have_text("工作台")
    expect(page.get_by_role("heading", name="2017年")).to_be_visible()

    for chart in ("各月活动场次与人次", "各类活动场次与人次"):
        drawing = page.get_by_role("img", name=chart).locator("svg")
        expect(drawing).to_be_visible()
        assert drawing.locator("path").count() > 12
    expect(page.get_by_role("img", name="各类活动").get_by_text("300余")).to_be_visible()
    expect(page.get_by_role("table")).to_have_count(0)
    page.get_by_text("数据表").first.click()
    expect(page.get_by_role("row", name=re.compile("^6月"))).to_be_visible()

    page.locator(".big-buttons").get_by_role("link", name="年度总结").click()
    page.get_by_role("article").get_by_role("link", name="66名").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("新增非公企业团员")
    expect(page.locator(".figure-value")).to_have_text("66 名")
    expect(page.locator(".rows-count")).to_have_text("共 66 条")
    page.get_by_role("link", name="下一页").click()
    expect(page.get_by_text("第 2 / 3 页")).to_be_visible()
    expect(page.locator("#rows tbody tr")).to_have_count(25)
    page.get_by_role("link", name="返回").click()

    name, content = taken(page, "下载 Word")
    assert name == "高碑店地区团工委2017年工作总结.docx"
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        assert "高碑店地区团工委2017年工作总结" in re.sub("<[^>]+>", "", file.read("word/document.xml").decode())
    name, content = taken(page, "下载附表")
    assert name == "高碑店地区团工委2017年工作总结附表.xlsx"
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name("指标与目标").to_python()
    assert ["新增非公企业团员", 66] in [[row[1], row[2]] for row in sheet if len(row) > 2]
    answer = page.request.get("/summary/json/?year=2017")
    assert json.loads(answer.body())["figures"]["nonpublic_members_joined"]["value"] == 66

    part, begin = page.get_by_role("combobox", name="期间"), page.get_by_label("起始日期")
    for chosen, is_shown in (("days", True), ("q1", False)):
        part.select_option(chosen)
        expect(begin).to_be_visible(visible=is_shown)

    page.goto("/?year=2016")
    expect(page.get_by_role("heading", name="2016年")).to_be_visible()
    page.get_by_role("spinbutton", name="年度").fill("2018")
    page.get_by_role("combobox", name="组织（含下级）").fill("高井")
    page.get_by_role("option", name="高井社区团支部").click()
    page.get_by_role("button", name="查看").click()
    expect(page.get_by_text("高井社区团支部，2018-01-01 至 2018-12-31")).to_be_visible()


@pytest.mark.full
def test_a_ledger_is_checked_mended_and_written(desktop_page, sign_in, sample_year, browser_errors, tmp_path):
    page = desktop_page
    sign_in(page, sample_year)
    headings = ["姓名", "性别", "出生日期", "所在团支部", "来源", "来源日期"]
    good = ["唐小满", "女", "1999-02-03", "高井社区团支部", "新发展", "2017-05-04"]
    bad = ["韩小笑", "女", "1999-02-30", "没有的团支部", "新发展", "2017-05-04"]

    upload(page, workbook(tmp_path / "bad.xlsx", 团员=[headings, good, bad]))
    expect(page.get_by_role("heading", name="写入后，新增 1 条，变更 0 条")).to_be_visible()
    sheet = page.get_by_role("region", name="各工作表").get_by_role("row").filter(has_text="团员")
    expect(sheet.get_by_role("cell")).to_have_text(["1", "0", "0", "1"])
    expect(page.locator("#rows")).to_contain_text("1999-02-30")
    assert not Member.objects.filter(person__name="唐小满").exists()
    with page.expect_navigation():
        page.get_by_role("button", name="放弃").click()

    path = workbook(tmp_path / "good.xlsx", 团员=[headings, good])
    upload(page, path)
    page.get_by_role("button", name="写入全部").click()
    expect(page.get_by_text("已写入。")).to_be_visible()
    upload(page, path)
    expect(page.get_by_role("heading", name="与系统中的记录完全相同，不需要写入")).to_be_visible()
    page.goto("/ledger/")
    expect(page.get_by_role("row").filter(has_text="good.xlsx").first).to_contain_text("委机关专干")
    page.goto("/figures/nonpublic_members_joined/?year=2017")
    expect(page.locator(".figure-value")).to_have_text("66 名")
    page.goto("/figures/community_members/?year=2017")
    expect(page.locator(".figure-value")).to_have_text("49 名")

    page.goto("/ledger/")
    name, content = taken(page, "下载空白模板")
    assert name == "年度工作台账模板.xlsx"
    assert "团员" in CalamineWorkbook.from_filelike(io.BytesIO(content)).sheet_names


def test_members_are_found_added_and_ended_by_keyboard(desktop_page, sign_in, sample_year):
    page = desktop_page
    sign_in(page, sample_year)
    page.goto("/members/create/")
    page.get_by_label("姓名").fill("单小满")
    page.get_by_label("性别").select_option(label="女")
    page.get_by_label("出生日期").fill("1999-02-03")
    page.get_by_label("在册起始日期").fill("2017-03-01")
    page.get_by_role("combobox", name="所在团支部").focus()
    page.keyboard.type("高井社区")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("单小满")
    expect(page.get_by_role("link", name="高井社区团支部")).to_be_visible()

    page.goto("/members/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳到正文")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    page.get_by_role("searchbox").focus()
    page.keyboard.type("sxm")
    expect(page.locator(".rows-count")).to_have_text("共 1 条")
    page.get_by_role("link", name="单小满").focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="办理离开").click()
    page.get_by_label("离开日期").fill("2018-01-31")
    page.get_by_label("离开原因").select_option(label="转出")
    page.get_by_role("button", name="办理离开").click()
    expect(page.get_by_text("还没有办理：所填日期会改动已结束年度的统计。")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_label("补办原因").fill("当时漏办")
    page.get_by_role("button", name="办理离开").click()
    expect(page.get_by_text("已办理离开，记录保留。")).to_be_visible()
    member = Member.objects.get(person__name="单小满")
    assert (str(member.left_on), member.status) == ("2018-01-31", "transferred_out")


@pytest.mark.full
@pytest.mark.parametrize("window", WINDOWS)
def test_no_page_of_the_menu_scrolls_sideways(open_page, window, sign_in, sample_year):
    page = open_page(**window)
    sign_in(page, sample_year)
    pages = [reverse(page.url_name) for page in MENU_PAGES if sample_year.may_open(page.url_name)]
    pages += ["/figures/", "/figures/sessions/", "/figures/youth_contacts/", "/figures/cadres_at_quota/"]
    for path in pages:
        assert page.goto(path).status == 200
        assert (path, page.evaluate("document.documentElement.scrollWidth")) == (path, window["viewport"]["width"])
    page.goto("/")
    expect(page.get_by_role("img", name="各月活动场次与人次").locator("svg")).to_be_visible()
