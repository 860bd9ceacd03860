"""A two-new organisation from candidate to the summary, in a browser, on a desk and a phone."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from orgs.models import Unit
from tests.conftest import WINDOWS
from tests.factories import make_organisation, make_unit, make_user

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.full, pytest.mark.cpu(15)]


@pytest.fixture
def office():
    """A member of the office's staff, with a unit that has a Party branch."""
    root = make_organisation("清河地区团工委", category="working_committee", domain="office")
    make_unit("白石物业", has_party_branch=True, contact_name="查先生", league_members=4, secretary_name="顾清")
    return make_user("林知秋", root)


@pytest.mark.parametrize("window", WINDOWS)
def test_a_unit_goes_from_candidate_to_the_summary(open_page, sign_in, office, window):
    tab, today = open_page(**window), timezone.localdate()
    sign_in(tab, office)
    tab.goto("/units/pipeline/")
    assert tab.evaluate("document.documentElement.scrollWidth") == window["viewport"]["width"]
    tab.get_by_role("link", name="从已建党组织的单位中选候选").click()
    tab.get_by_role("checkbox", name="选中：白石物业").check()
    tab.get_by_role("button", name="登记进展").click()
    tab.get_by_label("事项").select_option(label="列为候选")
    tab.get_by_label("日期").fill(f"{today - timedelta(days=3)}")
    tab.get_by_role("button", name="登记进展").click()
    expect(tab.get_by_text("登记进展：已办理 1 条。")).to_be_visible()
    tab.goto("/units/pipeline/")
    candidates = tab.get_by_role("region", name="候选")
    expect(candidates.get_by_text("还没有联系过")).to_be_visible()
    candidates.get_by_role("button", name="电话").click()
    expect(tab.get_by_label("联系人")).to_have_value("查先生")
    tab.get_by_label("下一步", exact=True).fill("商定团员大会")
    tab.get_by_label("下一步日期").fill(f"{today}")
    tab.get_by_role("button", name="保存").click()
    expect(tab.get_by_text("已保存两新联络。")).to_be_visible()
    tab.goto("/units/pipeline/")
    expect(tab.get_by_role("region", name="7 天内到期和已逾期的下一步").get_by_text("商定团员大会")).to_be_visible()
    expect(tab.get_by_role("region", name="已联系").get_by_text("条件具备")).to_be_visible()
    assert tab.evaluate("document.documentElement.scrollWidth") == window["viewport"]["width"]
    tab.get_by_role("link", name="开始筹备").click()
    tab.get_by_role("button", name="保存", exact=True).click()
    expect(tab.get_by_text("已登记两新变更。")).to_be_visible()
    tab.goto("/units/pipeline/")
    tab.get_by_role("button", name="白石物业建团").click()
    tab.get_by_label("建团日期").fill(f"{today}")
    tab.get_by_label("新团支部名称").fill("白石物业团支部")
    tab.get_by_label("上级组织").select_option(label="清河地区团工委")
    tab.get_by_label("所属领域").select_option(label="非公企业")
    tab.get_by_role("button", name="建团", exact=True).click()
    expect(tab.get_by_text("建团：已办理 1 条。")).to_be_visible()
    assert Unit.objects.get().branch.name == "白石物业团支部"
    tab.goto(f"/summary/?year={today.year}")
    expect(tab.get_by_text("通过电话与两新组织联络1次。指导1家单位新建团组织，为白石物业。")).to_be_visible()
