"""WeChat's browser saves and prints nothing, and pages say so there."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import expect

from tests.conftest import PHONE
from tests.factories import make_activity
from tests.pages import two_branches

WECHAT = "Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 Chrome/116.0 Mobile Safari/537.36 MicroMessenger/8.0.42"
WORDS = "请在电脑上下载，或点右上角用浏览器打开。"


@pytest.mark.full
@pytest.mark.cpu(5)
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("agent", "times"), [({"user_agent": WECHAT}, 1), ({}, 0)])
def test_a_download_is_refused_in_words_in_wechat_alone(open_page, sign_in, agent, times):
    place = two_branches()
    make_activity(place.here)
    page = open_page(**PHONE, **agent)
    sign_in(page, place.branch_cadre)
    page.goto("/activities/")
    page.get_by_text("导出", exact=True).tap()
    if times:
        page.get_by_text("导出 Excel").tap()
    else:
        with page.expect_download():
            page.get_by_text("导出 Excel").tap()
    expect(page.get_by_text(WORDS)).to_have_count(times)


def test_every_link_to_a_file_is_marked_as_one():
    """The script knows them by the mark; a whole export is asked for on a page of its own, which opens."""
    links = [
        link
        for template in Path(settings.BASE_DIR, "templates").rglob("*.html")
        for link in re.findall(r"<a\b(?:[^>{]|{%.*?%}|{{.*?}})*>", template.read_text())
        if re.search(r"{% url '\w+_(?:export|template|download)'", link) and "_full_export" not in link
    ]
    assert len(links) > 10
    assert [link for link in links if " data-file" not in link and " download" not in link] == []
