"""The auditor's browser keeps the code of the log's last line, and says so once the log no longer has that line."""

import pytest
from django.db import connection
from playwright.sync_api import expect

from orgs.models import Role
from tests.factories import make_organisation, make_user
from yl_district.audit.access_log import Action, record
from yl_district.audit.models import AccessEntry
from yl_district.audit.write_once import ACCESS_LOG

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.cpu(6)]


def test_a_browser_that_was_there_before_tells_that_the_end_was_cut_off(phone_page, sign_in):
    page = phone_page
    sign_in(page, make_user("严审", make_organisation(), Role.Kind.AUDITOR))
    for _ in range(3):
        record(Action.SIGN_IN)
    page.goto("/access-log/")
    code = page.locator("[data-witness]").get_attribute("data-witness")
    expect(page.get_by_text("本浏览器也已记下")).to_be_visible()
    warning = page.get_by_role("alert")

    # The twin: while the line is there, nothing is said.
    record(Action.SIGN_IN)
    page.reload()
    expect(page.get_by_text("本浏览器也已记下")).to_be_visible()
    expect(warning).to_be_hidden()

    ACCESS_LOG.unprotect(connection)
    AccessEntry.objects.filter(number__gt=2).delete()
    ACCESS_LOG.protect(connection)
    record(Action.SIGN_IN)
    page.reload()
    expect(warning).to_be_visible()
    lost = warning.locator("code").inner_text()
    assert lost.startswith("4-") and code.startswith("3-")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.reload()
    expect(warning).to_contain_text(lost)
    warning.get_by_role("button").click()
    page.reload()
    expect(page.get_by_text("本浏览器也已记下")).to_be_visible()
    expect(warning).to_be_hidden()
