"""In a browser: partners are offered for each name of the line, also after others."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from activities.models import Activity
from tests.factories import make_activity, make_organisation, make_partner, make_user

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.cpu(10)]


def test_known_partners_are_offered_after_those_typed_already(desktop_page, sign_in):
    page, root = desktop_page, make_organisation("清河地区团工委", category="working_committee")
    make_partner("地区工会", is_united=True), make_partner("地区妇联")
    sign_in(page, make_user("林知秋", root))
    page.goto(reverse("activity_update", args=[make_activity(root, content="长跑").pk]))
    line, offered = page.get_by_label("协办单位"), page.locator("datalist option")
    values = "each => each.map(option => option.value)"
    assert offered.evaluate_all(values) == ["地区工会", "地区妇联"]
    line.fill("民政所、")
    assert offered.evaluate_all(values) == ["民政所、地区工会", "民政所、地区妇联"]
    line.fill("民政所、地区工会")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_text("新登记协办单位：民政所。")).to_be_visible()
    assert [str(one) for one in Activity.objects.get().partners.all()] == ["地区工会", "民政所"]
