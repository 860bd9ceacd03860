"""可能是同一人 in a browser, on a desk and on a phone: both sides seen, one row answered, then all, and taken back."""

import re
from datetime import date

import pytest
from playwright.sync_api import expect

from members.models import Person
from tests.conftest import WINDOWS
from tests.factories import make_member, make_person
from tests.pages import two_branches
from tests.reports.import_pages import HERE
from tests.reports.test_import_browser import fits

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.cpu(12)]

HEADINGS = ["姓名", "性别", "出生日期", "所在团支部", "手机号码"]
REGISTERED = {"邬安宁": "16512393001", "邬思远": "16512393002", "裘宁": "16512393003"}


@pytest.mark.full
@pytest.mark.parametrize("window", WINDOWS)
def test_rows_that_may_be_somebody_registered_are_answered_and_taken_back(open_page, window, sign_in):
    district = two_branches()
    for name, mobile in REGISTERED.items():
        born = {"gender": "F", "birth_date": date(2001, 5, 5), "mobile": mobile}
        make_member(branch=district.here, person=make_person(name, **born))
    page = open_page(**window)
    sign_in(page, district.staff)
    page.goto("/imports/new/?kind=members")
    rows = [HEADINGS, *([name, "女", "2001-05-05", HERE, f"1651239400{at}"] for at, name in enumerate(REGISTERED))]
    page.get_by_label("粘贴").fill("\n".join("\t".join(row) for row in rows))
    page.get_by_role("button", name="上传并核对").click()

    expect(page.get_by_role("heading", name="有 3 行等待答复")).to_be_visible()
    expect(page.get_by_role("button", name="写入全部")).to_have_count(0)
    expect(page.get_by_text("邬安宁，女，2001-05-05 出生，手机 165****3001，柳林社区团支部团员")).to_be_visible()
    assert fits(page, window)
    page.get_by_role("button", name=re.compile("^第 2 行是同一人")).click()
    expect(page.get_by_text("请先答复可能已登记的 2 行，再写入。")).to_be_visible()
    page.get_by_role("button", name="第 3 行是另一人").click()
    expect(page.get_by_text("请先答复可能已登记的 1 行，再写入。")).to_be_visible()
    assert fits(page, window)

    group = page.get_by_role("group", name="这些行是不是已登记的人？")
    expect(group.get_by_label("逐行答复")).to_be_checked()
    group.get_by_label("都是同一人（按变更处理）").check()
    page.get_by_role("group", name="这些团员从哪一天起在册？").get_by_label(re.compile("^今天")).check()
    page.get_by_role("button", name="答复并重新核对").click()
    expect(page.get_by_role("heading", name="写入后，新增 0 条，变更 3 条")).to_be_visible()
    expect(page.get_by_text("165****3001 → 165****4000")).to_be_visible()
    assert fits(page, window)
    page.get_by_role("button", name="写入全部").click()
    expect(page.get_by_role("heading", name="已写入", exact=True)).to_be_visible()
    assert sorted(person.mobile for person in Person.objects.all()) == [f"1651239400{at}" for at in range(3)]

    page.get_by_role("link", name="撤销这次导入").click()
    page.get_by_role("button", name=re.compile("^撤销 ")).click()
    expect(page.get_by_role("heading", name="已撤销", exact=True)).to_be_visible()
    assert sorted(person.mobile for person in Person.objects.all()) == sorted(REGISTERED.values())


@pytest.mark.full
@pytest.mark.parametrize("window", WINDOWS)
def test_a_row_that_fits_two_is_answered_by_itself(open_page, window, sign_in):
    district = two_branches()
    for name, mobile in [("裘宁", ""), ("邬安宁", "16512393001"), ("邬安宁", "16512393002")]:
        person = make_person(name, gender="F", birth_date=date(2001, 5, 5), mobile=mobile)
        make_member(branch=district.here, person=person, employer=f"单位{mobile}")
    page = open_page(**window)
    sign_in(page, district.staff)
    page.goto("/imports/new/?kind=members")
    rows = [
        [*HEADINGS[:-1], "工作单位"],
        *([name, "女", "2001-05-05", HERE, "青山公司"] for name in ("裘宁", "邬安宁")),
    ]
    page.get_by_label("粘贴").fill("\n".join("\t".join(row) for row in rows))
    page.get_by_role("button", name="上传并核对").click()
    expect(page.get_by_text("请先答复可能已登记的 1 行，再写入。")).to_be_visible()
    group = page.get_by_role("group", name="这些行是不是已登记的人？")
    expect(page.get_by_text("可能的不止一个，“都是”不能替您选定，须逐行指明是哪一个")).to_be_visible()
    group.get_by_label("都是同一人（按变更处理）").check()
    with page.expect_navigation():
        page.get_by_role("button", name="答复并重新核对").click()
    expect(page.get_by_text("请先答复可能已登记的 1 行，再写入。")).to_be_visible()
    for mobile in ("165****3001", "165****3002"):
        expect(page.get_by_text(f"邬安宁，女，2001-05-05 出生，手机 {mobile}，柳林社区团支部团员")).to_be_visible()
    assert fits(page, window)
    page.get_by_role("button", name=re.compile("^第 3 行是同一人")).nth(1).click()
    page.get_by_role("button", name="写入全部").click()
    expect(page.get_by_role("heading", name="已写入", exact=True)).to_be_visible()
    told = Person.objects.filter(memberships__employer="青山公司")
    assert sorted((person.name, person.mobile) for person in told) == [("裘宁", ""), ("邬安宁", "16512393002")]
