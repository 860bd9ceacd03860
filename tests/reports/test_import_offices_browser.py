"""Lists as offices write them, in a browser: names explained at once and branches registered from the file."""

from datetime import date

import pytest
from playwright.sync_api import expect

from activities.models import ActivityType
from orgs.models import Organisation
from tests.conftest import WINDOWS
from tests.factories import make_activity
from tests.pages import two_branches
from tests.reports.import_pages import HEADINGS, person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.cpu(12)]


@pytest.fixture
def staff():
    return two_branches().staff


def fits(page, window):
    """Whether nothing on the page is wider than the window."""
    return page.evaluate("document.documentElement.scrollWidth") == window["viewport"]["width"]


def pasted(page, kind, rows):
    """The page that answers when these rows, lists of texts, are pasted as a list of the kind."""
    page.goto(f"/imports/new/?kind={kind}")
    page.get_by_label("粘贴").fill("\n".join("\t".join(row) for row in rows))
    page.get_by_role("button", name="上传并核对").click()


@pytest.mark.full
@pytest.mark.parametrize("window", WINDOWS)
def test_proposals_are_taken_at_once_and_branches_registered_from_the_file(open_page, window, sign_in, staff):
    page = open_page(**window)
    sign_in(page, staff)
    branches = ["柳林社区", "柳林", "槐荫社区团支部（在册）", "新河社区团支部", "新河村团支部"]
    pasted(page, "members", [HEADINGS, *[list(person(at, name).values()) for at, name in enumerate(branches)]])
    expect(page.get_by_role("heading", name="不认识的写法（5 种，3 种有建议）")).to_be_visible()
    assert fits(page, window)
    page.get_by_role("checkbox", name="采用“柳林”的建议").uncheck()
    page.get_by_role("button", name="全部采用建议").click()
    expect(page.get_by_role("heading", name="写入后，新增 2 条，变更 0 条")).to_be_visible()

    page.get_by_role("link", name="新建这些团组织（2）").click()
    expect(page.get_by_role("checkbox", name="新建“新河村团支部”")).to_be_checked()
    expect(page.get_by_role("checkbox", name="新建“柳林”")).not_to_be_checked()
    assert fits(page, window)
    page.get_by_role("combobox", name="“新河村团支部”的组织类别").select_option(label="团总支")
    page.get_by_role("button", name="新建并重新核对").click()
    expect(page.get_by_text("已新建 2 个团组织，并重新核对。")).to_be_visible()
    expect(page.get_by_role("heading", name="写入后，新增 4 条，变更 0 条")).to_be_visible()
    assert Organisation.objects.get(name="新河村团支部").category == "general_branch"


@pytest.mark.full
@pytest.mark.parametrize("window", WINDOWS)
def test_the_activity_of_a_sign_in_list_is_registered_from_it(open_page, window, sign_in, staff, browser_errors):
    page = open_page(**window)
    sign_in(page, staff)
    ActivityType.objects.get_or_create(key="planting", defaults={"name": "植树"})
    make_activity(Organisation.objects.get(name="槐荫社区团支部"), "义务植树活", held_on=date(2017, 3, 12))
    pasted(
        page, "signins", [["柳林社区植树活动签到表", "2017年3月12日"], ["姓名", "联系电话"], ["武安", "16512399101"]]
    )
    page.get_by_role("button", name="登记这次活动").click()
    expect(page.get_by_role("heading", name="当日已有相近的活动，是不是这一次？")).to_be_visible()
    assert fits(page, window)
    expect(page.get_by_label("活动名称")).to_have_value("柳林社区植树活动")
    page.get_by_label("不是当日的“义务植树活”，是另外一次活动").check()
    page.get_by_role("button", name="登记并用于这份名单").click()
    expect(page.get_by_role("heading", name="写入后，新增 1 条，变更 0 条")).to_be_visible()
    assert fits(page, window)


@pytest.mark.parametrize("window", WINDOWS)
def test_what_a_list_does_not_say_is_said_once_for_all_its_rows(open_page, window, sign_in, staff, browser_errors):
    page = open_page(**window)
    sign_in(page, staff)
    pasted(page, "units", [["单位名称", "职工总数"], ["清和餐饮店", "30"], ["清和科技公司", "12"]])
    expect(page.get_by_text("缺少必需的列：类别、状态。")).to_be_visible()
    assert fits(page, window)
    page.get_by_label("“类别”统一为").select_option(label="非公企业")
    page.get_by_text("其他列：没有写的，整份文件统一为……").click()
    page.get_by_label("“计入任务年度”统一为").fill("明年")
    page.get_by_role("button", name="核对各行").click()
    expect(page.get_by_role("alert").first).to_contain_text("“计入任务年度”统一为“明年”：应为四位年份")
    expect(page.get_by_label("“类别”统一为")).to_have_value("非公企业")
    assert fits(page, window)
    page.get_by_label("“计入任务年度”统一为").fill("2017")
    page.get_by_label("“状态”统一为").select_option(label="正常")
    page.get_by_role("button", name="核对各行").click()
    expect(page.get_by_role("heading", name="写入后，新增 2 条，变更 0 条")).to_be_visible()
    assert fits(page, window)
    refusals = [error for error in browser_errors if "422" in error]
    assert refusals == browser_errors
    browser_errors.clear()


@pytest.mark.parametrize("window", WINDOWS)
def test_a_list_without_headings_is_explained_on_its_grid(open_page, window, sign_in, staff):
    page = open_page(**window)
    sign_in(page, staff)
    numbers = ["13800138000", "13900139000", "13700137000"]
    rows = [
        [f"{at}", name, number] for at, name, number in zip("123", ["章安安", "陆远", "欧阳明月"], numbers, strict=True)
    ]
    pasted(page, "volunteers", [["青年志愿者"], *rows])
    expect(page.get_by_role("heading", level=1)).to_have_text("核对列")
    grid = page.get_by_role("table", name="表的前 4 行")
    expect(grid.get_by_role("columnheader", name="C", exact=True)).to_be_visible()
    expect(grid.get_by_role("cell", name="13800138000")).to_be_visible()
    expect(page.get_by_label("“B 列（无标题）”的含义")).to_have_value("姓名")
    expect(page.get_by_label("“C 列（无标题）”的含义")).to_have_value("手机号码")
    assert fits(page, window)
    page.get_by_label("不导入的行号").fill("4")
    page.get_by_label("数据从第几行开始").fill("3")
    page.keyboard.press("Enter")
    expect(page.get_by_text("已按您说明的行读取，请核对各列。")).to_be_visible()
    expect(page.get_by_text("没有标题，数据从第 3 行开始")).to_be_visible()
    expect(page.get_by_label("不导入的行号")).to_have_value("4")
    page.get_by_role("button", name="核对各行").click()
    expect(page.get_by_role("heading", name="写入后，新增 1 条，变更 0 条")).to_be_visible()


@pytest.mark.full
@pytest.mark.parametrize("window", WINDOWS)
def test_a_chain_is_pasted_on_the_activitys_own_page(open_page, window, sign_in):
    district = two_branches()
    activity = make_activity(district.here, "学雷锋", held_on=date(2017, 3, 5))
    page = open_page(**window)
    sign_in(page, district.staff)
    page.goto(activity.get_absolute_url())
    page.get_by_role("link", name="导入签到").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("导入签到：学雷锋（2017-03-05）")
    assert fits(page, window)
    page.get_by_label("粘贴").fill("#接龙\n1. 章安安 13800138000\n2、陆远，139 0013 9000")
    page.get_by_role("button", name="上传并核对").click()
    expect(page.get_by_label("统一为", exact=True).last).to_have_value("学雷锋（2017-03-05）")
    assert fits(page, window)
    page.get_by_role("button", name="核对各行").click()
    expect(page.get_by_role("heading", name="写入后，新增 2 条，变更 0 条")).to_be_visible()
    page.get_by_role("button", name="写入全部").click()
    expect(page.get_by_role("heading", name="已写入", exact=True)).to_be_visible()
    assert activity.sign_ins.count() == 2
