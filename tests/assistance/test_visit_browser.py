"""In a browser: a volunteer's link on a phone, from the code to the assistance, without a trace for logs."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from assistance.models import Assistance
from tests.factories import make_assisted_youth, make_grant, make_organisation, make_pairing, make_user

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.cpu(14)]


def issued(page, pairing):
    """The link and the code that the page shows once."""
    page.goto(reverse("visit_pass_create", args=[pairing.pk]))
    page.get_by_role("button", name="生成走访链接").click()
    link = page.locator("#pass-link")
    expect(link).to_be_visible()
    return link.inner_text(), page.locator(".scan-number strong").inner_text()


def test_a_volunteer_reports_a_visit_by_phone_and_it_counts(desktop_page, phone_page, sign_in):
    root = make_organisation("清河地区团工委", category="working_committee", domain="office")
    staff = make_user("林知秋", root)
    pairing = make_pairing(make_assisted_youth(root, "白露"))
    make_grant(staff, pairing.youth.person)
    sign_in(desktop_page, staff)
    link, code = issued(desktop_page, pairing)
    # All that a server, or one before it, can write into its log.
    token, asked = link.partition("#")[2], []
    phone_page.on("request", lambda request: asked.append(f"{request.url} {request.headers.get('referer', '')}"))
    phone_page.goto(link)
    expect(phone_page.get_by_label("验证码")).to_be_visible()
    assert "#" not in phone_page.url
    phone_page.get_by_label("验证码").fill(code)
    phone_page.get_by_role("button", name="启用").click()
    expect(phone_page.get_by_role("heading", name="填报走访：白同学")).to_be_visible()
    phone_page.get_by_label("电话").check()
    phone_page.get_by_label("走访情况").fill("作业有进步")
    phone_page.get_by_role("button", name="提交").click()
    expect(phone_page.get_by_role("heading", name="已收到")).to_be_visible()
    # The link in the phone's messages leads to the page without another code.
    phone_page.goto(link)
    expect(phone_page.get_by_text(re.compile(r"\d{4}-\d\d-\d\d 电话"))).to_be_visible()
    is_wide = phone_page.evaluate("document.documentElement.scrollWidth > innerWidth")
    told = [line for line in asked if token in line or code in line]
    assert (is_wide, told, len(asked) > 5) == (False, [], True)
    desktop_page.goto(reverse("visit_list"))
    desktop_page.get_by_role("link", name="已走访").click()
    expect(desktop_page.get_by_text("作业有进步")).to_be_visible()
    desktop_page.get_by_role("link", name="计入帮扶").click()
    desktop_page.get_by_role("button", name="计入帮扶").click()
    expect(desktop_page.get_by_text("已计入帮扶记录。")).to_be_visible()
    assert Assistance.objects.get().content == "作业有进步"
