"""A round of verification with three cadres on phones, one of them without a network, up to the committee's close."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from members.models import VerificationRound
from orgs.models import Role
from tests.conftest import DESKTOP, PHONE
from tests.factories import make_member, make_organisation, make_user

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.cpu(30), pytest.mark.full]

NAME = "年中团员核实"


@pytest.fixture
def district():
    """A district with three branches of two members each, and their cadres."""
    root = make_organisation("清河地区团工委", category="working_committee", domain="office")
    cadres = {}
    for name in ("柳林", "槐荫", "桐阴"):
        branch = make_organisation(f"{name}社区团支部", root)
        for order in "甲乙":
            make_member(f"{name}{order}", branch)
        cadres[name] = make_user(f"{name}书记", branch, Role.Kind.CADRE)
    return make_user("林知秋", root, Role.Kind.STAFF), cadres


def open_answers(page, sign_in, user):
    """Signs in on a phone, and goes from the 工作台 to the members who wait."""
    sign_in(page, user)
    page.goto("/")
    page.get_by_role("link", name="名团员等您核实").click()
    with page.expect_response("**/queue/key/"):
        page.get_by_role("link", name=NAME).click()
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["viewport"]["width"]


def test_three_cadres_answer_on_phones_and_the_committee_watches_and_closes(
    open_page, sign_in, browser_errors, district
):
    staff, cadres = district
    desk = open_page(**DESKTOP)
    sign_in(desk, staff)
    desk.goto("/verification-rounds/create/")
    desk.get_by_label("名称").fill(NAME)
    desk.get_by_label("要求完成日期").fill((timezone.localdate() + timedelta(days=9)).isoformat())
    desk.get_by_role("button", name="保存", exact=True).click()
    expect(desk.get_by_text("已发起核实")).to_be_visible()
    phones = {name: open_page(**PHONE) for name in cadres}
    for name, phone in phones.items():
        open_answers(phone, sign_in, cadres[name])
    phones["柳林"].get_by_role("button", name="全选").click()
    phones["柳林"].get_by_role("button", name="登记核实结果").click()
    expect(phones["柳林"].get_by_text("柳林社区团支部的团员都已核实。")).to_be_visible()
    phones["槐荫"].get_by_label("更正槐荫甲").click()
    phones["槐荫"].get_by_label("工作单位").fill("清河物业")
    phones["槐荫"].get_by_role("button", name="保存", exact=True).click()
    phones["槐荫"].get_by_text("联系不上", exact=True).click()
    phones["槐荫"].locator(".own-youth", has_text="槐荫乙").locator("input").check()
    phones["槐荫"].get_by_role("button", name="登记核实结果").click()
    expect(phones["槐荫"].get_by_text("已登记核实结果。")).to_be_visible()
    phones["桐阴"].context.set_offline(True)
    phones["桐阴"].get_by_role("button", name="全选").click()
    phones["桐阴"].get_by_role("button", name="登记核实结果").click()
    expect(phones["桐阴"].get_by_text("待发送 1 条")).to_be_visible()
    desk.reload()
    expect(desk.get_by_text("已核实 4/6")).to_be_visible()
    phones["桐阴"].context.set_offline(False)
    expect(phones["桐阴"].get_by_text("已发送 1 条")).to_be_visible(timeout=20_000)
    # The page asks for the progress by itself.
    expect(desk.get_by_text("已核实 6/6")).to_be_visible(timeout=30_000)
    desk.get_by_role("link", name="结束核实").click()
    desk.get_by_role("button", name="结束核实").click()
    expect(desk.get_by_text("已结束这一轮核实，结果保留。")).to_be_visible()
    year = timezone.localdate().year
    desk.goto(f"/summary/?year={year}")
    expect(desk.get_by_text("经团支部核实5名")).to_be_visible()
    begun = VerificationRound.objects.get()
    assert sorted(f"{one.member}{one.get_result_display()}{one.answered_by}" for one in begun.verifications.all()) == [
        "柳林乙核实无误柳林书记",
        "柳林甲核实无误柳林书记",
        "桐阴乙核实无误桐阴书记",
        "桐阴甲核实无误桐阴书记",
        "槐荫乙联系不上槐荫书记",
        "槐荫甲已更正槐荫书记",
    ]
    browser_errors.clear()
