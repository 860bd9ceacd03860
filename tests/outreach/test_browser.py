"""Behaviour in a browser: a contact logged on a phone, links handed over, a sign-in list entered in one go."""

import re
from datetime import date

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from activities.models import SignIn
from orgs.models import Role
from outreach.models import Contact
from tests.conftest import PHONE
from tests.factories import make_activity, make_link, make_organisation, make_person, make_post, make_user

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.cpu(10)]


@pytest.fixture
def root():
    return make_organisation("清河地区团工委", category="working_committee", domain="office")


def test_cadre_logs_a_contact_on_a_phone(phone_page, sign_in, root):
    branch = make_organisation("柳林社区团支部", root)
    user = make_user("陆远", branch, Role.Kind.CADRE)
    cadre = make_post(organisation=branch, person=make_person("陆远", user=user)).person
    make_link(cadre, "秦朗")
    make_link(cadre, "白露")
    sign_in(phone_page, user)
    phone_page.goto("/contacts/create/")
    phone_page.get_by_label("电话").check()
    phone_page.get_by_label("白露").check()
    assert phone_page.evaluate("document.documentElement.scrollWidth") <= PHONE["viewport"]["width"]
    phone_page.get_by_role("button", name="保存", exact=True).click()
    expect(phone_page.get_by_text("已登记联系记录。")).to_be_visible()
    assert [link.youth.name for link in Contact.objects.get().links.all()] == ["白露"]


def test_cadre_finds_and_ticks_youths_on_the_own_page(phone_page, sign_in, root):
    branch = make_organisation("柳林社区团支部", root)
    user = make_user("陆远", branch, Role.Kind.CADRE)
    cadre = make_post(organisation=branch, person=make_person("陆远", user=user)).person
    for name in ("秦朗", "白露", "顾清"):
        make_link(cadre, name)
    sign_in(phone_page, user)
    phone_page.goto("/links/own/")
    phone_page.get_by_label("在名单中查找").fill("bl")
    expect(phone_page.locator(".own-youth:visible")).to_have_count(1)
    phone_page.get_by_role("button", name="全选").click()
    expect(phone_page.get_by_role("button", name=re.compile("保存 ?（1 人）"))).to_be_visible()
    phone_page.locator("label.form-check-label", has_text="走访").click()
    assert phone_page.evaluate("document.documentElement.scrollWidth") <= PHONE["viewport"]["width"]
    phone_page.get_by_role("button", name=re.compile("保存 ?（1 人）")).click()
    expect(phone_page.get_by_text("已登记联系记录。")).to_be_visible()
    expect(phone_page.locator(".own-youth").last).to_contain_text("白露")
    assert [link.youth.name for link in Contact.objects.get().links.all()] == ["白露"]


def test_youths_follow_the_cadre_and_the_day(desktop_page, sign_in, root):
    for number in range(13):
        cadre = make_post(f"陆远{'甲乙丙丁戊己庚辛壬癸子丑寅'[number]}", root).person
        make_link(cadre, f"秦朗{number}", started_on=date(2017, 1, 10))
    sign_in(desktop_page, make_user("林知秋", root))
    desktop_page.goto("/contacts/create/")
    desktop_page.locator(".ts-control").click()
    desktop_page.keyboard.type("没有此人")
    expect(desktop_page.get_by_text("没有符合的选项")).to_be_visible()
    desktop_page.keyboard.press("Control+a")
    desktop_page.keyboard.press("Backspace")
    desktop_page.locator(".ts-dropdown [data-selectable]", has_text="陆远丙").click()
    expect(desktop_page.get_by_label("秦朗2")).to_be_visible()
    desktop_page.get_by_label("全部联系青年").check()
    expect(desktop_page.get_by_label("秦朗2")).to_be_hidden()
    desktop_page.get_by_label("全部联系青年").uncheck()
    desktop_page.get_by_label("日期").fill("2016-12-31")
    expect(desktop_page.get_by_label("秦朗2")).to_have_count(0)


@pytest.mark.parametrize("width", ["phone_page", "desktop_page"])
def test_whoever_ends_a_post_hands_its_links_over(width, request, sign_in, root):
    browser = request.getfixturevalue(width)
    post = make_post("陆远", root)
    make_link(post.person, "秦朗")
    heir = make_post("顾清", root).person
    sign_in(browser, make_user("林知秋", root))
    browser.goto(post.get_absolute_url())
    browser.get_by_role("link", name="办理离任").click()
    expect(browser.get_by_text("名下现有 1 名联系青年")).to_be_visible()
    browser.get_by_label("离任年月").fill(f"{timezone.localdate():%Y-%m}")
    browser.get_by_label("交给接手的团干部").check()
    browser.get_by_label("接手人").select_option(str(heir.pk))
    assert browser.evaluate("document.documentElement.scrollWidth <= innerWidth")
    browser.get_by_role("button", name="办理离任").click()
    expect(browser.get_by_text("已办理离任，记录保留。")).to_be_visible()
    assert [link.youth.name for link in heir.links_as_cadre.all()] == ["秦朗"]


def test_names_are_signed_in_one_after_the_other(desktop_page, sign_in, root):
    activity = make_activity(root)
    sign_in(desktop_page, make_user("林知秋", root))
    desktop_page.goto(activity.get_absolute_url())
    desktop_page.get_by_label("姓名").fill("秦朗")
    for name, following in (("秦朗", "白露"), ("白露", "顾清")):
        desktop_page.keyboard.press("Enter")
        expect(desktop_page.get_by_text(f"{name}已签到。")).to_be_visible()
        expect(desktop_page.get_by_label("姓名")).to_be_focused()
        desktop_page.keyboard.type(following)
    expect(desktop_page.get_by_role("row")).to_have_count(3)
    assert SignIn.objects.count() == 2
