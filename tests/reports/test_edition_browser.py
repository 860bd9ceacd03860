"""Signing, drift and amendment in a browser, on desktop and phone screens."""

import re
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import expect

from activities.models import Activity
from orgs.models import User
from reports.figures.counting import root_organisation
from reports.figures.scopes import Scope
from reports.models import Edition
from tests.conftest import WINDOWS
from tests.reports.signed import begun, explain
from yl_district.periods import Period

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.cpu(18)]


@pytest.mark.parametrize("window", WINDOWS)
def test_a_report_is_signed_drifts_and_is_amended(open_page, window, sign_in):
    call_command("load_sample_year", stdout=StringIO())
    staff, today = User.objects.get(username="zhuangan"), timezone.localdate()
    scope = Scope(root_organisation(), Period.of_year(2017))
    report = begun(scope)
    page = open_page(**window)
    sign_in(page, staff)

    page.goto(f"/reports/{report.pk}/")
    page.get_by_role("link", name="签发", exact=True).click()
    expect(page.get_by_text("项核对结果没有说明，说明后才能签发。")).to_be_visible()
    explain(scope, staff, today)
    page.reload()
    expect(page.get_by_role("article").get_by_role("link", name="102场")).to_be_visible()
    page.get_by_role("button", name="签发定稿").click()
    expect(page.get_by_text("已签发高碑店地区团工委2017年工作总结。")).to_be_visible()
    page.get_by_role("link", name="定稿", exact=True).first.click()
    expect(page.get_by_text("定稿以来，所统计的记录没有变动。")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == window["viewport"]["width"]

    activity = Activity.objects.filter(type__key="yoga").first()
    activity.attendance += 5
    activity.save()
    page.reload()
    row = page.get_by_role("row").filter(has_text="瑜伽人次")
    expect(row).to_have_text(re.compile(r"120 人次\s+125 人次\s+\+5"))
    expect(page.get_by_role("article").get_by_role("link", name="120人次")).to_be_visible()
    row.get_by_role("link", name="瑜伽人次").click()
    expect(page.get_by_role("row").filter(has_text="数字变动")).to_contain_text(activity.name)
    expect(page.locator(".rows-count")).to_have_text("共 6 条")
    assert page.evaluate("document.documentElement.scrollWidth") == window["viewport"]["width"]

    explain(scope, staff, today)
    page.goto(f"/reports/{report.pk}/sign/")
    page.get_by_role("button", name="签发更正稿").click()
    expect(page.get_by_text("请填写更正原因。").first).to_be_visible()
    page.get_by_label("更正原因").fill("补记瑜伽人次")
    page.get_by_role("button", name="签发更正稿").click()
    page.get_by_role("link", name="更正稿第1号").first.click()
    expect(page.get_by_text("更正原因：补记瑜伽人次")).to_be_visible()
    expect(page.get_by_role("article").get_by_role("link", name="125人次")).to_be_visible()
    page.get_by_role("link", name="定稿", exact=True).first.click()
    expect(page.get_by_role("article").get_by_role("link", name="120人次")).to_be_visible()
    assert [edition.is_whole for edition in Edition.objects.all()] == [True, True]
