"""The code that is shown, read again as a phone reads it."""

import io
import re

import pytest
import zxingcpp
from django.urls import reverse
from django.utils import timezone
from PIL import Image, ImageDraw
from playwright.sync_api import expect

from activities.models import SignIn
from tests.activities.scans import opened
from tests.conftest import PHONE
from tests.factories import make_activity, make_member
from tests.pages import page, two_branches

pytestmark = pytest.mark.django_db
PIXELS = 8


def drawn(svg):
    """The picture that an SVG of one path of modules shows."""
    size = int(re.search(r'viewBox="0 0 (\d+) \1"', svg)[1])
    picture = Image.new("L", (size * PIXELS, size * PIXELS), "white")
    draw = ImageDraw.Draw(picture)
    for x, y in re.findall(r"M(\d+) (\d+)h1v1h-1z", svg):
        left, top = int(x) * PIXELS, int(y) * PIXELS
        draw.rectangle((left, top, left + PIXELS - 1, top + PIXELS - 1), fill="black")
    return picture


def test_a_phone_reads_the_address_of_the_code():
    place = two_branches()
    activity = make_activity(place.here, "读书会", held_on=timezone.localdate())
    code = opened(activity, place.staff)
    svg = re.search(r'<svg class="slip-code".*?</svg>', page(place.cadre, "sign_in_code_detail", activity.pk))[0]
    (found,) = zxingcpp.read_barcodes(drawn(svg))
    assert found.text == f"http://testserver{reverse('arrival_create', args=[code.token])}"


@pytest.mark.django_db(transaction=True)
@pytest.mark.cpu(8)
def test_a_visitor_scans_the_screen_of_a_phone_and_is_confirmed_on_it(open_page, phone_page, sign_in):
    place = two_branches()
    make_member("白小露", place.here)
    activity = make_activity(place.here, "读书会", held_on=timezone.localdate())
    sign_in(phone_page, place.branch_cadre)
    phone_page.goto(activity.get_absolute_url())
    phone_page.get_by_role("link", name="打开扫码签到").click()
    phone_page.get_by_role("button", name="打开", exact=True).click()
    screen = phone_page.get_by_role("img", name="扫码签到的二维码")
    (found,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(screen.screenshot())))
    visitor = open_page(java_script_enabled=False, **PHONE)
    visitor.goto(found.text)
    visitor.get_by_label("姓名", exact=True).fill("白小露")
    expect(visitor.get_by_label("家长姓名")).to_be_hidden()
    visitor.get_by_label("我未满 18 周岁").check()
    visitor.get_by_role("button", name="签到").click()
    expect(visitor.get_by_role("alert")).to_contain_text("还没有签到")
    visitor.get_by_label("手机号码", exact=True).fill("13800138000")
    visitor.get_by_label("家长姓名").fill("白桦")
    visitor.get_by_label("家长手机号码").fill("13900139000")
    visitor.get_by_role("button", name="签到").click()
    expect(visitor.get_by_role("heading", level=1)).to_have_text("已收到")
    phone_page.get_by_role("link", name="刷新").click()
    phone_page.get_by_role("link", name="待认 1 条").click()
    expect(phone_page.get_by_role("group", name="白**")).to_be_visible()
    assert phone_page.evaluate("document.documentElement.scrollWidth") <= PHONE["viewport"]["width"]
    phone_page.get_by_role("button", name="确认").click()
    expect(phone_page.get_by_text("已确认到场 1 人。")).to_be_visible()
    assert SignIn.objects.get().person.name == "白小露"
