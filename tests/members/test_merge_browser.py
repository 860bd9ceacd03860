"""Merging two records and taking that back in a browser, on a desk and on a phone."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from members.models import Member, Person
from tests.conftest import PHONE, WINDOWS
from tests.factories import make_member, make_organisation, make_person, make_post, make_user

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.cpu(10)]


@pytest.fixture
def office():
    """A user of the committee's staff, and somebody who is registered twice and was put into two branches."""
    root = make_organisation("春晖地区团工委", category="working_committee", domain="office")
    lake, hill = make_organisation("望湖社区团支部", root), make_organisation("听松社区团支部", root)
    first, second = (make_person("单伟", mobile=mobile, birth_date="1998-05-04") for mobile in ("13800138000", ""))
    for branch, person in ((lake, first), (hill, second)):
        make_member(branch=branch, person=person, intake_on=timezone.localdate())
    make_post(organisation=hill, person=second)
    return make_user("林知秋", root)


@pytest.mark.parametrize("window", WINDOWS)
def test_a_person_is_merged_and_taken_apart_again(open_page, sign_in, office, window):
    page = open_page(**window)
    sign_in(page, office)
    page.goto("/people/duplicates/")
    expect(page.get_by_role("heading", name="单伟")).to_be_visible()
    page.get_by_role("link", name="合并", exact=True).click()
    expect(page.get_by_label("合并原因")).to_be_visible()
    width = page.evaluate("document.documentElement.clientWidth")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_label("合并原因").fill("花名册重复登记")
    page.get_by_role("button", name="合并").click()
    expect(page.get_by_role("alert")).to_contain_text("同一时间只能有一条")
    expect(page.get_by_label("合并原因")).to_have_value("花名册重复登记")
    page.get_by_label("删去 听松社区团支部，").check()
    page.get_by_role("button", name="合并").click()
    expect(page.get_by_text("已合并为一条记录")).to_be_visible()
    assert Person.objects.filter(name="单伟").count() == Member.objects.count() == 1
    page.get_by_role("link", name="号记录）").click()
    page.get_by_role("link", name="撤销合并").click()
    expect(page.get_by_label("撤销原因")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_label("撤销原因").fill("核实为两人")
    page.get_by_role("button", name="撤销合并").click()
    expect(page.get_by_text("已撤销合并，恢复为两条记录")).to_be_visible()
    assert Person.objects.filter(name="单伟").count() == Member.objects.count() == 2


def test_a_pair_is_declared_to_be_two_without_scripts(open_page, sign_in, office):
    page = open_page(java_script_enabled=False, **PHONE)
    sign_in(page, office)
    page.goto("/people/duplicates/")
    page.get_by_role("link", name="不是同一人").click()
    page.get_by_role("button", name="确认不是同一人").click()
    expect(page.get_by_text("没有疑似重复的人")).to_be_visible()
