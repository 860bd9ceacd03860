"""A caseworker in the browser: a project applied for and given, an activity suggested, both told by the figures."""

from datetime import timedelta

import pytest
from django.utils.timezone import localdate

from activities.models import Activity
from assistance.models import Assistance, SuggestedActivity
from orgs.models import Role
from tests.factories import (
    make_activity,
    make_assisted_youth,
    make_district_project,
    make_grant,
    make_organisation,
    make_user,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.cpu(6)
def test_an_application_and_a_suggestion_go_from_the_case_file_to_the_figures(phone_page, sign_in):
    page, today = phone_page, localdate()
    root = make_organisation("清河地区团工委", category="working_committee", domain="office")
    keeper = make_user("个案", root, Role.Kind.CASEWORKER)
    Role.objects.create(user=keeper, organisation=root, kind=Role.Kind.STAFF)
    youth = make_assisted_youth(root)
    make_grant(keeper, youth.person)
    make_district_project("暖冬助学", year=today.year)
    walk = make_activity(root, "健步走", held_on=today + timedelta(days=1), state="planned", venue="河滨公园")
    sign_in(page, keeper)

    page.goto(youth.get_absolute_url())
    page.get_by_role("link", name="登记申请").click()
    page.get_by_label("项目").select_option(label="暖冬助学")
    page.get_by_label("申请内容").fill("冬季校服")
    page.get_by_role("button", name="保存").click()
    page.get_by_role("link", name="暖冬助学").click()
    page.get_by_role("link", name="修改或登记答复").click()
    page.locator("[name=answer]").select_option(label="批准")
    page.locator("[name=answered_on]").fill(today.isoformat())
    page.get_by_role("button", name="保存").click()
    page.get_by_role("link", name="登记发放").click()
    page.get_by_label("帮扶类别").select_option(label="其他")
    page.get_by_label("发放内容").fill("校服一套")
    page.get_by_role("button", name="登记发放").click()
    page.get_by_text("已登记发放，并记入帮扶记录。").wait_for()
    assert [one.content for one in Assistance.objects.all()] == ["校服一套"]

    page.goto(youth.get_absolute_url())
    page.get_by_role("link", name="健步走").click()
    page.get_by_label("告知方式").select_option(label="电话")
    page.get_by_role("button", name="登记推荐").click()
    page.get_by_text("已登记推荐的活动。").wait_for()
    Activity.objects.filter(pk=walk.pk).update(held_on=today, state="held")
    page.get_by_role("link", name="健步走").click()
    page.get_by_label("结果").select_option(label="去了")
    page.get_by_label("活动日期").fill(today.isoformat())
    page.get_by_role("button", name="保存").click()
    page.get_by_text("已登记推荐活动的结果。").wait_for()
    assert SuggestedActivity.objects.get().outcome == "came"

    page.goto("/summary/")
    said = page.inner_text("main")
    assert ("申请区级帮扶项目1人次，获批1人次" in said, "推荐活动1人次，其中参加1人次" in said) == (True, True)
