"""From an empty database to the first summary in a browser, with no more than a beginner's patience."""

import re
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import expect

from members.models import Member, Post
from orgs.accounts.second_factor import code_at, current_step
from orgs.models import Organisation, User, levels
from reports.models import Report
from tests.interactions import Hand, told_count
from tests.rosters import identity_number
from tests.workbooks import workbook
from yl_district.installation.setup_code import issue_code

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.cpu(40)]

MOST_INTERACTIONS = 60
PASSWORD = "Liulin-2026-chunhe"
COMMUNITIES = [f"{name}社区" for name in "柳林 槐荫 新河 春晖 双桥 高井 团结 和平 光明 建国 幸福".split()]
COMMUNITIES += [
    f"{name}{side}社区" for name in "柳林 槐荫 新河 春晖 双桥 高井 团结 和平 光明 建国 幸福".split() for side in "东西"
]
SURNAMES, GIVEN = "章陆顾秦白韩林沈褚卫蒋", "安柏辰丹恩芳歌涵吉"


def name_of(number):
    """The name of the `number`th person."""
    return f"{SURNAMES[number % len(SURNAMES)]}{GIVEN[number // len(SURNAMES)]}{GIVEN[number % len(GIVEN)]}"


class Clerk(Hand):
    """Somebody who goes by what the page says."""

    def write(self, label, text):
        """Fills the field of this label."""
        self.fill(self.page.get_by_label(re.compile(rf"^\s*{label}\s*\*?\s*$")), text)

    def take(self, label, option):
        """Chooses the last option with such words."""
        box = self.page.get_by_label(label)
        self.choose(box, box.locator("option").filter(has_text=option).last.inner_text())

    def go(self, name, role="button"):
        """Presses what has such words."""
        self.press(self.page.get_by_role(role, name=name).first)


def set_up(clerk, code):
    """The first page: committee and account."""
    clerk.page.goto("/members/")
    clerk.write("一次性代码", code)
    clerk.write("团组织全称", "春和街道团工委")
    clerk.write("您的姓名", "程安")
    clerk.write("用户名", "chengan")
    clerk.write("密码", PASSWORD)
    clerk.write("再次输入密码", PASSWORD)
    clerk.go("完成设置")
    expect(clerk.page.get_by_text("已建立春和街道团工委。")).to_be_visible()


def sign_in(clerk):
    """Password, and the codes that an administrator's account demands."""
    clerk.write("手机号码或用户名", "chengan")
    clerk.write("密码", PASSWORD)
    clerk.go("登录")
    secret = clerk.page.locator(".secret").inner_text().replace(" ", "")
    clerk.write("动态口令", code_at(secret, current_step()))
    clerk.go("启用")
    clerk.go("已抄下，继续刚才的工作", "link")


def paste_communities(clerk):
    """A column copied with its numbers."""
    expect(clerk.page.get_by_text("下一步：村、社区和支部")).to_be_visible()
    clerk.go("粘贴名单", "link")
    clerk.write("名单，一行一个", "\n".join(f"{number}、{name} " for number, name in enumerate(COMMUNITIES, 1)))
    clerk.go("读取并核对")
    expect(clerk.page.get_by_text(f"读到 {len(COMMUNITIES)} 个名称，还没有写入。")).to_be_visible()
    clerk.go("新建勾选的团组织")
    expect(clerk.page.get_by_text(f"已新建 {len(COMMUNITIES)} 个团组织。")).to_be_visible()


def import_list(clerk, step, path):
    """A list as a file, and back to the steps."""
    clerk.go(f"用文件导入：{step}", "link")
    clerk.give_file(clerk.page.get_by_label("文件", exact=True), path)
    clerk.go("上传并核对")
    if step == "团员":  # the list does not say since when they are on the roll
        clerk.go("今年第一天", "radio")
        clerk.go("答复并重新核对")
    clerk.go("写入全部")
    clerk.go("回到起步", "link")


def open_accounts(clerk):
    """Accounts for all cadres of the list, each with a slip."""
    clerk.go("没有账号的团干部：团干部的账号", "link")
    clerk.take("为哪些记录办理", re.compile("全部"))
    clerk.go("开立账号")
    clerk.go(re.compile("为 33 人开立账号"))
    expect(clerk.page.locator(".slip")).to_have_count(len(COMMUNITIES))
    clerk.go("街道团委工作台", "link")
    clerk.go("全部步骤", "link")


def write_summary(clerk):
    """The first report."""
    clerk.go("编写报告：第一份总结", "link")
    clerk.go("建立报告")
    expect(clerk.page.get_by_text("已建立报告。")).to_be_visible()


@pytest.fixture
def files(tmp_path):
    """The lists that the office has: cadres of all communities with two of the committee, and sixty members."""
    cadres = [
        {"姓名": name_of(at), "性别": "女", "所在组织": community, "职务": "书记", "任职年月": "2025-03"}
        for at, community in enumerate(COMMUNITIES)
    ]
    members = [
        {
            "姓名": name_of(at + len(cadres)),
            "性别": "女",
            "身份证号": identity_number(2 * at, date(2000, 1 + at % 12, 3)),
            "入团年月": "2016-05",
            "所在团支部": COMMUNITIES[at % len(COMMUNITIES)],
        }
        for at in range(60)
    ]
    found = {"团干部": cadres, "团员": members}
    for name, rows in found.items():
        Path(tmp_path, f"{name}.xlsx").write_bytes(workbook({name: rows}))
    return {name: tmp_path / f"{name}.xlsx" for name in found}


@pytest.mark.full
@pytest.mark.parametrize("height", [400, 800])
def test_all_of_the_first_page_can_be_scrolled_to(desktop_page, height):
    issue_code()
    desktop_page.set_viewport_size({"width": 1280, "height": height})
    desktop_page.goto("/")
    desktop_page.evaluate("window.scrollTo(0, 0)")
    expect(desktop_page.locator(".sign-in-brand")).to_be_in_viewport(ratio=1)
    assert desktop_page.locator(".sign-in-brand").bounding_box()["y"] >= 0


@pytest.mark.full
def test_after_a_wrong_first_code_the_secret_that_was_scanned_is_still_right(desktop_page, monkeypatch):
    monkeypatch.setattr(levels, "_told", [])
    clerk = Clerk(desktop_page)
    set_up(clerk, issue_code())
    clerk.write("手机号码或用户名", "chengan")
    clerk.write("密码", PASSWORD)
    clerk.go("登录")
    secret = clerk.page.locator(".secret").inner_text()
    clerk.write("动态口令", "12345")
    clerk.go("启用")
    expect(clerk.page.get_by_text("动态口令不正确或已用过")).to_be_visible()
    expect(clerk.page.locator(".secret")).to_have_text(secret)
    clerk.write("动态口令", code_at(secret, current_step()))
    expect(clerk.page.locator(".draft-note")).to_have_count(0)
    clerk.go("启用")
    expect(clerk.page.get_by_text("已启用动态口令。")).to_be_visible()


@pytest.mark.full
def test_an_office_begins_in_the_browser_within_sixty_interactions(desktop_page, files, monkeypatch, browser_errors):
    monkeypatch.setattr(levels, "_told", [])
    clerk = Clerk(desktop_page)
    set_up(clerk, issue_code())
    sign_in(clerk)
    paste_communities(clerk)
    import_list(clerk, "团干部", files["团干部"])
    open_accounts(clerk)
    import_list(clerk, "团员", files["团员"])
    write_summary(clerk)
    expect(desktop_page.get_by_text("街道团工委").first).to_be_visible()
    kinds = (Organisation, Post, User, Member, Report)
    assert [kind.objects.count() for kind in kinds] == [34, 33, 34, 60, 1]
    assert clerk.count == told_count("从空的数据库到第一份总结")
    assert clerk.count <= MOST_INTERACTIONS
