"""In a browser: what is planned counts nowhere until it is registered as held."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from activities.models import Activity
from tests.factories import make_organisation, make_user

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.cpu(10)]


@pytest.mark.parametrize("width", ["phone_page", "desktop_page"])
def test_an_activity_is_planned_and_later_registered_as_held(width, request, sign_in):
    browser, today = request.getfixturevalue(width), timezone.localdate()
    branch = make_organisation("柳林社区团支部", make_organisation("清河地区团工委", category="working_committee"))
    sign_in(browser, make_user("陆远", branch, "cadre"))
    browser.goto(reverse("activity_create"))
    browser.get_by_label("活动名称").fill("开学第一课")
    browser.get_by_label("日期").fill(str(today + timedelta(days=9)))
    browser.get_by_role("combobox", name="类型").fill("主题讲座")
    browser.keyboard.press("Enter")
    browser.get_by_role("button", name="保存", exact=True).click()
    expect(browser.get_by_text("计划", exact=True)).to_be_visible()
    assert Activity.objects.held().count() == 0
    browser.get_by_role("link", name="登记已举办").click()
    browser.get_by_label("举办日期").fill(str(today))
    browser.get_by_label("人次").fill("40")
    browser.get_by_label("数字口径").select_option(label="约数")
    assert browser.evaluate("document.documentElement.scrollWidth <= innerWidth")
    browser.get_by_role("button", name="保存", exact=True).click()
    expect(browser.get_by_text("已举办", exact=True)).to_be_visible()
    held = Activity.objects.held().get()
    assert (held.held_on, held.attendance, held.basis) == (today, 40, "rounded")
