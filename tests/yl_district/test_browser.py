"""What only a browser shows of the access log: a long digest on a narrow screen."""

import pytest
from playwright.sync_api import expect

from orgs.models import Role
from tests.conftest import PHONE
from tests.factories import make_organisation, make_user


@pytest.mark.django_db(transaction=True)
def test_the_verdict_on_the_log_fits_a_phone(phone_page, sign_in):
    root = make_organisation("清河地区团工委", category="working_committee", domain="office")
    sign_in(phone_page, make_user("沈砚", root, Role.Kind.AUDITOR))
    phone_page.goto("/access-log/")
    phone_page.get_by_role("button", name="核对日志完整性").click()
    expect(phone_page.get_by_role("status").filter(has_text="日志完整")).to_be_visible()
    assert phone_page.evaluate("document.documentElement.scrollWidth") == PHONE["viewport"]["width"]
