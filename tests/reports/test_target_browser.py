"""What needs a browser: an attachment added on a phone, and the chart of a target against its plan."""

from datetime import date

import pytest
from playwright.sync_api import expect

from reports.models import Target
from tests.conftest import DESKTOP, PHONE
from tests.evidence import PLACE, exif, jpeg, segment
from tests.factories import make_activity, make_organisation, make_user

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.cpu(10)]


@pytest.fixture
def root():
    return make_organisation("清河地区团工委", category="working_committee", domain="office")


def width(page):
    """How wide the page's contents are."""
    return page.evaluate("document.documentElement.scrollWidth")


def test_a_photo_is_attached_on_a_phone_and_counts_as_evidence(phone_page, sign_in, root):
    activity = make_activity(root, "健步走")
    target = Target.objects.create(year=2017, task="阳光体育", figure="sessions.sports", value=2)
    sign_in(phone_page, make_user("林知秋", root))
    phone_page.goto(target.get_absolute_url())
    expect(phone_page.get_by_text("没有附件", exact=True)).to_be_visible()
    assert width(phone_page) <= PHONE["viewport"]["width"]
    phone_page.get_by_role("link", name="健步走").click()
    phone_page.get_by_role("link", name="添加附件").click()
    phone_page.get_by_label("类别").select_option("照片")
    photo = {"name": "IMG_1.JPG", "mimeType": "image/jpeg", "buffer": jpeg(segment(0xE1, exif()))}
    phone_page.get_by_label("文件").set_input_files(photo)
    assert width(phone_page) <= PHONE["viewport"]["width"]
    phone_page.get_by_role("button", name="上传").click()
    expect(phone_page.get_by_text("已添加附件。")).to_be_visible()
    with phone_page.expect_download() as download:
        phone_page.get_by_role("link", name="IMG_1.jpg", exact=True).click()
    assert PLACE not in download.value.path().read_bytes()
    assert width(phone_page) <= PHONE["viewport"]["width"]
    assert activity.attachments.get().file_name == "IMG_1.jpg"
    phone_page.goto(target.get_absolute_url())
    expect(phone_page.get_by_text("没有附件", exact=True)).to_have_count(0)


def test_the_course_is_drawn_beside_the_plan(desktop_page, sign_in, root):
    for month in (2, 5):
        make_activity(root, held_on=date(2017, month, 4))
    target = Target.objects.create(year=2017, task="阳光体育", figure="sessions.sports", value=4)
    sign_in(desktop_page, make_user("林知秋", root))
    desktop_page.goto(target.get_absolute_url())
    chart = desktop_page.get_by_role("img", name="累计完成与计划，数据见下表")
    expect(chart.locator("svg")).to_be_visible()
    expect(chart.get_by_text("计划", exact=True)).to_be_visible()
    desktop_page.get_by_text("数据表").click()
    expect(desktop_page.get_by_role("row", name="2017-06-30 2 1")).to_be_visible()
    assert width(desktop_page) <= DESKTOP["viewport"]["width"]
