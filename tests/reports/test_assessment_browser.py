"""What needs a browser: an assessment from the checklist on a phone to the sentence of the summary."""

from datetime import date

import pytest
from playwright.sync_api import expect

from orgs.models import Role
from reports.models import Assessment
from tests.conftest import PHONE
from tests.evidence import jpeg
from tests.factories import make_activity, make_assessment, make_assessment_item, make_organisation, make_user

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.full, pytest.mark.cpu(14)]


@pytest.fixture
def checklist():
    root = make_organisation("清河地区团工委", category="working_committee", domain="office")
    make_activity(root, "自护讲座", "self_protection", held_on=date(2017, 5, 4), session_count=2)
    assessment = make_assessment(root)
    make_assessment_item(assessment, 1, content="开展自护教育", figure="sessions.self_protection", wanted=4)
    return assessment


def test_an_assessment_is_rated_on_a_phone_reviewed_and_told_in_the_summary(phone_page, sign_in, checklist):
    page, staff = phone_page, make_user("林知秋", checklist.organisation)

    def press(role, name):
        page.get_by_role(role, name=name, exact=True).click()

    def save(message):
        press("button", "保存")
        expect(page.get_by_text(message)).to_be_visible()

    sign_in(page, staff)
    page.goto(checklist.get_absolute_url())
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["viewport"]["width"]
    press("link", "自评第 1 项")
    expect(page.get_by_label("自评分")).to_have_value("5")
    page.get_by_label("自评分").fill("6")
    page.get_by_label("自评说明").fill("两场讲座")
    save("已保存自评。")
    page.get_by_role("link", name="1．开展自护教育").click()
    page.get_by_role("link", name="添加附件").click()
    page.get_by_label("类别").select_option("照片")
    page.get_by_label("文件").set_input_files({"name": "1.jpg", "mimeType": "image/jpeg", "buffer": jpeg()})
    page.get_by_role("button", name="上传").click()
    expect(page.get_by_text("已添加附件。")).to_be_visible()
    page.goto(checklist.get_absolute_url())
    expect(page.get_by_text("附件 1 份")).to_be_visible()
    page.get_by_role("link", name="提交自评").click()
    save("已提交自评")
    sign_in(page, make_user("程前", checklist.organisation, Role.Kind.LEADER))
    page.goto(checklist.get_absolute_url())
    press("link", "审核第 1 项")
    page.get_by_label("审核分").fill("5.5")
    save("已保存审核分。")
    page.get_by_role("link", name="完成审核").click()
    save("已完成审核。")
    sign_in(page, staff)
    page.goto(checklist.get_absolute_url())
    page.get_by_role("link", name="登记结果").click()
    page.get_by_label("结果日期").fill("2018-01-05")
    page.get_by_label("考核结果").select_option("通过")
    page.get_by_label("考核得分").fill("96.5")
    save("会改动已结束年度的统计")
    page.get_by_label("补办原因").fill("上级已评定")
    save("已登记考核结果。")
    expect(page.get_by_text("考核结果：96.5分、通过")).to_be_visible()
    assert Assessment.objects.get().state == "concluded"
    page.goto("/summary/?year=2017")
    press("link", "96.5分、通过")
    expect(page.get_by_role("link", name="预防青少年违法犯罪考核", exact=True)).to_be_visible()
