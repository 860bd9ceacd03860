"""How many interactions the daily work takes, as `docs/tasks.md` tells it."""

import re
from datetime import date

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from activities.models import Activity, ActivityType
from members.actions import propose_leaving
from members.models import Member
from orgs.roles import RoleKind
from outreach.models import Contact
from tests.factories import make_hub, make_link, make_member, make_person, make_post, make_user
from tests.interactions import Hand, told_count
from tests.pages import two_branches
from tests.rosters import identity_number
from youthhubs.models import HubYear

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.full, pytest.mark.cpu(10)]


@pytest.fixture
def place():
    """Two branches, the cadre of the one here linked with three youths."""
    district = two_branches()
    person = make_person("陆远", user=district.branch_cadre)
    make_post(organisation=district.here, person=person)
    for name in ("白露", "顾清", "秦朗"):
        make_link(person, name)
    return district


@pytest.fixture
def begin(sign_in):
    """A function: the hand of a user who has come to the workbench."""

    def begin(page, user):
        sign_in(page, user)
        page.goto("/")
        return Hand(page)

    return begin


def test_a_contact_with_one_youth(phone_page, begin, place):
    hand = begin(phone_page, place.branch_cadre)
    hand.press_named("link", "登记联系：顾清")
    hand.press(phone_page.locator("label.form-check-label", has_text="电话"))
    hand.press_named("button", "保存")
    expect(phone_page.get_by_text("已登记联系记录。")).to_be_visible()
    assert [str(link.youth) for link in Contact.objects.get().links.all()] == ["顾清"]
    assert hand.count == told_count("登记一次联系")


def test_a_contact_with_all_who_were_not_reached(phone_page, begin, place):
    hand = begin(phone_page, place.branch_cadre)
    hand.press_named("link", "我的联系")
    hand.press(phone_page.get_by_text("本季度未联系的全部（3 名）"))
    hand.press(phone_page.locator("label.form-check-label", has_text="电话"))
    hand.press_named("button", re.compile("^保存"))
    expect(phone_page.get_by_text("已登记联系记录。")).to_be_visible()
    contact = Contact.objects.get()
    assert (contact.held_on, contact.links.count()) == (timezone.localdate(), 3)
    assert hand.count == told_count("登记与几名青年的一次联系")


def test_an_activity_with_ten_of_a_dozen_people(phone_page, begin, place):
    for number in range(12):
        make_member(f"林{'甲乙丙丁戊己庚辛壬癸子丑'[number]}", place.here)
    kind = ActivityType.objects.order_by("position").last()
    hand = begin(phone_page, place.branch_cadre)
    hand.press(phone_page.locator(".big-buttons").get_by_role("link", name="登记活动"))
    hand.fill(phone_page.get_by_label("活动名称"), "读书会")
    hand.press(phone_page.locator("#div_id_type .ts-control"))
    hand.press(phone_page.locator("#div_id_type [data-selectable]", has_text=kind.name))
    hand.press_named("button", "保存")
    hand.press_named("button", "全选")
    for name in ("林甲", "林丑"):
        hand.press(phone_page.locator(".roster-row", has_text=name))
    hand.press_named("button", re.compile("登记到场 ?（10 人）"))
    expect(phone_page.get_by_text("已登记 10 人到场。")).to_be_visible()
    activity = Activity.objects.get()
    assert (activity.attendance, activity.held_on) == (10, timezone.localdate())
    assert hand.count == told_count("登记一场活动和到场的十人")


def test_an_activity_with_the_chain_of_a_chat(phone_page, begin, place):
    for name in ("林甲", "林乙"):
        make_member(name, place.here)
    kind = ActivityType.objects.order_by("position").last()
    hand = begin(phone_page, place.branch_cadre)
    hand.press(phone_page.locator(".big-buttons").get_by_role("link", name="登记活动"))
    hand.fill(phone_page.get_by_label("活动名称"), "读书会")
    hand.press(phone_page.locator("#div_id_type .ts-control"))
    hand.press(phone_page.locator("#div_id_type [data-selectable]", has_text=kind.name))
    hand.press_named("button", "保存")
    hand.fill(phone_page.get_by_label("粘贴名单或接龙"), "#接龙\n1. 林甲\n2. 林乙（请假）\n3. 白露")
    hand.press_named("button", "读取并核对")
    hand.press_named("button", "登记这些人")
    expect(phone_page.get_by_text("已登记 2 人到场，1 人请假。")).to_be_visible()
    assert hand.count == told_count("登记一场活动，粘贴接龙登记到场的人")


def test_a_member(phone_page, begin, place):
    hand = begin(phone_page, place.branch_cadre)
    hand.press(phone_page.locator(".big-buttons").get_by_role("link", name="登记团员"))
    hand.fill(phone_page.get_by_label("姓名"), "章程")
    hand.fill(phone_page.get_by_label("身份证号"), identity_number(1, date(2000, 1, 3)))
    hand.fill(phone_page.get_by_label("入团年月"), "2016-05")
    hand.press_named("button", "保存")
    expect(phone_page.get_by_text("已登记团员。")).to_be_visible()
    assert Member.objects.get().branch == place.here
    assert hand.count == told_count("登记一名团员")


def test_a_decision_on_a_proposal(desktop_page, begin, place):
    propose_leaving(make_member("章程", place.here), place.branch_cadre, timezone.localdate(), "resigned", "")
    hand = begin(desktop_page, place.staff)
    hand.press(desktop_page.locator("a.task", has_text="申请等您审批"))
    hand.press(desktop_page.locator("#rows td a").first)
    hand.press_named("link", "审批")
    hand.press(desktop_page.get_by_text("同意，立即办理"))
    hand.press_named("button", "提交审批")
    expect(desktop_page.get_by_text("已同意").first).to_be_visible()
    assert hand.count == told_count("审批一件离开申请")


def test_a_person_found_by_name(desktop_page, begin, place):
    make_member("章程", place.here)
    hand = begin(desktop_page, place.staff)
    hand.press(desktop_page.locator("[data-search-open]"))
    hand.fill(desktop_page.get_by_role("dialog").get_by_role("searchbox"), "zhangc")
    hand.press(desktop_page.locator("#search-results").get_by_role("link", name="章程").first)
    expect(desktop_page.get_by_role("heading", level=1)).to_have_text("章程")
    assert hand.count == told_count("按姓名找到一个人")


def test_a_year_is_opened(desktop_page, begin, place):
    HubYear.objects.filter(hub=make_hub(place.here)).update(year=timezone.localdate().year - 1)
    hand = begin(desktop_page, place.staff)
    hand.press(desktop_page.locator("a.task", has_text="年度开账"))
    hand.press_named("button", re.compile("^登记 "))
    expect(desktop_page.get_by_text("年已开账。")).to_be_visible()
    assert HubYear.objects.filter(year=timezone.localdate().year).count() == 1
    assert hand.count == told_count("年度开账")


def test_a_reminder_for_the_group(desktop_page, begin, place):
    hand = begin(desktop_page, place.staff)
    hand.press_named("link", "催办")
    expect(desktop_page.get_by_role("textbox", name="催办文字")).to_have_value(re.compile("陆远（柳林社区团支部）"))
    hand.press_named("button", "复制")
    expect(desktop_page.get_by_role("status").filter(has_text=re.compile("已复制|已选中"))).to_be_visible()
    assert hand.count == told_count("写好催办文字")


def test_an_activity_of_a_hub(phone_page, begin, place):
    hub = make_hub(place.here)
    operator = make_user("顾清", place.here, RoleKind.HUB_OPERATOR)
    kind = ActivityType.objects.order_by("position").last()
    hand = begin(phone_page, operator)
    hand.press(phone_page.locator(".big-buttons").get_by_role("link", name="登记活动"))
    hand.fill(phone_page.get_by_label("活动名称"), "读书会")
    hand.press(phone_page.locator("#div_id_type .ts-control"))
    hand.press(phone_page.locator("#div_id_type [data-selectable]", has_text=kind.name))
    hand.press_named("button", "保存")
    expect(phone_page.get_by_text("已登记活动。")).to_be_visible()
    assert Activity.objects.get().hub == hub
    assert hand.count == told_count("登记一场青年汇活动")
