"""In a browser: a form asks since when a changed state holds, and says what a correction would move."""

from datetime import date

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.factories import make_activity, make_organisation, make_user

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.cpu(10)]


@pytest.mark.parametrize("width", ["phone_page", "desktop_page"])
def test_a_changed_domain_is_corrected_or_holds_since_a_day(width, request, sign_in):
    browser = request.getfixturevalue(width)
    root = make_organisation("清河地区团工委", category="working_committee", domain="office")
    branch = make_organisation("柳林社区团支部", root)
    make_activity(branch, held_on=date(timezone.localdate().year - 1, 5, 4))
    sign_in(browser, make_user("林知秋", root))
    browser.goto(f"{branch.get_absolute_url()}update/")
    browser.get_by_label("所属领域").select_option("enterprise")
    browser.get_by_label("地址").fill("柳林路 1 号")
    browser.get_by_role("button", name="保存", exact=True).click()
    browser.get_by_label("一直如此（更正原来填错的内容）").check()
    browser.get_by_role("button", name="保存", exact=True).click()
    expect(browser.get_by_text("还没有保存：这项更正会改动已结束年度的统计。")).to_be_visible()
    assert browser.evaluate("document.documentElement.scrollWidth <= innerWidth")
    browser.get_by_label("自何日起（以前的仍按原来的计）").check()
    browser.get_by_role("button", name="保存", exact=True).click()
    expect(browser.get_by_text("已保存团组织资料。")).to_be_visible()
    branch.refresh_from_db()
    assert (branch.domain, branch.address, branch.domain_since) == ("enterprise", "柳林路 1 号", timezone.localdate())
