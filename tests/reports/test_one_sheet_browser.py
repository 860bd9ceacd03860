"""One list of who came, from the calendar to the figure: taken by a desk and three phones, and nothing typed twice."""

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from activities.models import SignInCode
from tests.conftest import PHONE
from tests.factories import make_activity, make_link, make_person, make_post
from tests.pages import two_branches

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def place():
    """A branch whose cadre is linked to two youths, and an activity that it has planned for today."""
    place = two_branches()
    cadre = make_post("陆远", place.here).person
    cadre.user = place.branch_cadre
    cadre.save()
    for youth in (make_person("白露", mobile="13800138000"), make_person("顾清")):
        make_link(cadre, youth=youth)
    place.activity = make_activity(place.here, "清河足球", held_on=timezone.localdate(), state="planned")
    return place


def number_of_contacts(desk):
    """What the figure's page says."""
    desk.goto(f"{reverse('figure_detail', args=['youth_contacts'])}?year={timezone.localdate().year}")
    return desk.locator("main").inner_text()


@pytest.mark.cpu(14)
def test_three_phones_and_a_desk_write_one_list_and_all_follows_from_it(place, open_page, phone_page, sign_in):
    desk, visitors = open_page(), [open_page(**PHONE) for _ in range(2)]
    sign_in(desk, place.staff)
    sign_in(phone_page, place.branch_cadre)
    desk.goto(reverse("activity_calendar"))
    expect(desk.get_by_role("listitem").filter(has_text="清河足球")).to_contain_text("计划")

    phone_page.goto(place.activity.get_absolute_url())
    phone_page.get_by_role("link", name="打开扫码签到").click()
    phone_page.get_by_role("button", name="打开", exact=True).click()
    expect(phone_page.get_by_text("微信扫一扫，签到")).to_be_visible()
    address = reverse("arrival_create", args=[SignInCode.objects.get().token])
    for visitor, name, mobile in zip(visitors, ("白露", "路过"), ("13800138000", "13900139000"), strict=True):
        visitor.goto(address)
        visitor.get_by_label("姓名", exact=True).fill(name)
        visitor.get_by_label("手机号码", exact=True).fill(mobile)
        visitor.get_by_role("button", name="签到").click()
        expect(visitor.get_by_role("heading", level=1)).to_have_text("已收到")

    phone_page.goto(reverse("activity_roster", args=[place.activity.pk]))
    phone_page.get_by_label("顾清").check()
    phone_page.get_by_label("登记为已举办").check()
    phone_page.get_by_role("button", name="登记到场").click()
    expect(phone_page.get_by_text("已登记 1 人到场")).to_be_visible()

    desk.goto(reverse("activity_confirm", args=[place.activity.pk]))
    expect(desk.get_by_text("还有 2 人扫码签到待认")).to_be_visible()
    desk.get_by_role("link", name="先认人").click()
    desk.get_by_role("button", name="确认", exact=True).click()
    expect(desk.get_by_text("已确认到场 1 人。")).to_be_visible()
    desk.goto(reverse("activity_confirm", args=[place.activity.pk]))
    expect(desk.get_by_label("陆远：白露、顾清（2 人）")).to_be_checked()
    desk.get_by_role("button", name="确认名单").click()
    expect(desk.get_by_text("已确认名单。")).to_be_visible()
    assert "2人次" in number_of_contacts(desk).replace(" ", "")

    phone_page.goto(place.activity.get_absolute_url())
    phone_page.get_by_role("link", name="撤销确认").click()
    expect(phone_page.get_by_text("1 条联系记录将移除。")).to_be_visible()
    phone_page.get_by_role("button", name="撤销确认").click()
    expect(phone_page.get_by_text("已撤销确认")).to_be_visible()
    assert "0人次" in number_of_contacts(desk).replace(" ", "")
