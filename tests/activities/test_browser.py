"""In a browser: next month's activity is planned, and held when its day has come."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from activities.models import Activity
from tests.factories import make_organisation, make_user

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.cpu(10)]


@pytest.mark.parametrize("width", ["phone_page", "desktop_page"])
def test_an_activity_is_planned_and_then_held(width, request, sign_in):
    browser, today = request.getfixturevalue(width), timezone.localdate()
    root = make_organisation("清河地区团工委", category="working_committee", domain="office")
    sign_in(browser, make_user("林知秋", root))
    browser.goto("/activities/create/")
    browser.get_by_label("活动名称").fill("迎新春联谊")
    browser.get_by_label("日期", exact=True).fill(str(today + timedelta(days=30)))
    browser.get_by_label("类型").select_option(label="联谊交友")
    browser.get_by_role("button", name="保存").click()
    activity = Activity.objects.get()
    assert (activity.state, activity.attendance) == ("planned", None)
    browser.get_by_role("link", name="登记已举办").click()
    browser.get_by_label("举办日期").fill(str(today))
    browser.get_by_label("人次").fill("50")
    browser.get_by_label("数字口径").select_option("exact")
    assert browser.evaluate("document.documentElement.scrollWidth <= innerWidth")
    browser.locator("form.entry button.btn-primary").click()
    expect(browser.get_by_role("link", name="登记已举办")).to_have_count(0)
    activity.refresh_from_db()
    assert (activity.state, activity.held_on, activity.attendance) == ("held", today, 50)
