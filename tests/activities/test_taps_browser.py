"""How many taps the daily work takes on a phone; a text typed counts as one, and choosing from a list as two."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from activities.models import Activity, ActivityType
from outreach.models import Contact
from tests.factories import make_link, make_member, make_person, make_post
from tests.pages import two_branches

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.full, pytest.mark.cpu(10)]


class Thumb:
    """A thumb that counts what it does."""

    def __init__(self, page):
        self.page, self.taps = page, 0

    def tap(self, place):
        """Taps a place once."""
        place.tap()
        self.taps += 1

    def type(self, place, text):
        """Types a text into a field."""
        place.fill(text)
        self.taps += 1

    def press(self, role, name):
        """Taps what has this role and name."""
        self.tap(self.page.get_by_role(role, name=name, exact=True).first)


@pytest.fixture
def place():
    return two_branches()


def test_a_contact_takes_four_taps_from_the_entry_of_the_menu(phone_page, sign_in, place):
    cadre = make_post(organisation=place.here, person=make_person("陆远", user=place.branch_cadre)).person
    for name in ("白露", "顾清", "秦朗"):
        make_link(cadre, name)
    sign_in(phone_page, place.branch_cadre)
    phone_page.goto("/")
    phone_page.get_by_role("button", name="打开或收起菜单").tap()
    expect(phone_page.locator("#menu")).to_have_class(re.compile(r"\bshow\b"))
    thumb = Thumb(phone_page)
    thumb.tap(phone_page.locator('#menu a[href="/links/"]'))
    thumb.press("link", "登记联系")
    thumb.tap(phone_page.locator("label.form-check-label", has_text="电话"))
    thumb.press("button", "保存")
    expect(phone_page.get_by_text("已登记联系记录。")).to_be_visible()
    assert (thumb.taps, [str(link.youth) for link in Contact.objects.get().links.all()]) == (4, ["白露"])
    assert phone_page.locator("td.record").all_inner_texts() == ["顾清", "秦朗", "白露"]


def test_an_activity_with_ten_of_a_dozen_takes_nine_taps(phone_page, sign_in, place):
    for number in range(12):
        make_member(f"林{'甲乙丙丁戊己庚辛壬癸子丑'[number]}", place.here)
    kind = ActivityType.objects.order_by("position").last()
    sign_in(phone_page, place.branch_cadre)
    phone_page.goto("/activities/")
    thumb = Thumb(phone_page)
    thumb.press("link", "登记活动")
    thumb.type(phone_page.get_by_label("活动名称"), "读书会")
    thumb.tap(phone_page.locator("#div_id_type .ts-control"))
    thumb.tap(phone_page.locator("#div_id_type [data-selectable]", has_text=kind.name))
    thumb.press("button", "保存")
    thumb.press("button", "全选")
    for name in ("林甲", "林丑"):
        thumb.tap(phone_page.locator(".roster-row", has_text=name))
    thumb.tap(phone_page.get_by_role("button", name=re.compile("登记到场 ?（10 人）")))
    expect(phone_page.get_by_text("已登记 10 人到场。")).to_be_visible()
    activity = Activity.objects.get()
    assert (thumb.taps, activity.attendance, activity.held_on) == (9, 10, timezone.localdate())
