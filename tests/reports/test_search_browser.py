"""The one search in a browser: opened by a key or a button, used by the keyboard alone, and as a plain form."""

from urllib.parse import unquote

import pytest
from playwright.sync_api import expect

from tests.conftest import PHONE
from tests.factories import make_member, make_organisation, make_person, make_user

pytestmark = pytest.mark.django_db(transaction=True)

MOBILE = "13800138000"


@pytest.fixture
def office():
    """A user of the committee's staff, with two members whose names sound alike."""
    root = make_organisation("清河地区团工委", category="working_committee", domain="office")
    branch = make_organisation("柳林社区团支部", root)
    for name, mobile in (("章程", MOBILE), ("张晨", "13800138001")):
        make_member(branch=branch, person=make_person(name, mobile=mobile))
    return make_user("林知秋", root)


@pytest.mark.full
@pytest.mark.cpu(8)
def test_the_search_opens_above_the_page_and_is_used_by_the_keyboard_alone(desktop_page, sign_in, office):
    sign_in(desktop_page, office)
    tab, asked, sent = desktop_page, [], []
    tab.on("request", lambda request: (asked.append(request.url), sent.append(request.post_data or "")))
    tab.goto("/units/create/")
    tab.get_by_label("单位名称").press_sequentially("清/和")
    expect(tab.get_by_role("dialog")).to_have_count(0)
    tab.get_by_role("heading", level=1).click()
    tab.keyboard.press("Control+/")
    tab.keyboard.press("/")
    box = tab.get_by_role("dialog").get_by_role("searchbox")
    expect(box).to_be_focused()

    tab.keyboard.type("zc")
    people = tab.locator(".search-title")
    expect(people).to_have_text(["张晨", "章程"])
    tab.keyboard.press("ArrowDown")
    expect(people.first).to_be_focused()
    tab.keyboard.press("ArrowUp")
    expect(box).to_be_focused()
    number = len(asked)
    box.fill("")
    expect(people).to_have_count(0)
    tab.keyboard.type(MOBILE, delay=30)
    tab.keyboard.press("Enter")
    expect(people).to_have_text(["章程"])
    assert [text.count(f"search={MOBILE}") for text in sent[number:] if "1380" in text] == [1]
    assert MOBILE not in "".join(map(unquote, [*asked, tab.url]))

    tab.keyboard.press("Escape")
    expect(tab.get_by_role("dialog")).to_have_count(0)
    expect(tab.get_by_label("单位名称")).to_have_value("清/和")
    tab.get_by_role("heading", level=1).click()
    tab.keyboard.press("/")
    expect(box).to_have_value("")
    tab.keyboard.type("zhangchen")
    expect(people).to_have_count(2)
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("heading", level=1)).to_have_text("张晨")
    tab.get_by_role("link", name="搜索全部").click()
    expect(people).to_have_text(["张晨"])


@pytest.mark.full
@pytest.mark.cpu(8)
def test_without_scripts_the_button_leads_to_a_page_that_answers_its_form(open_page, sign_in, office):
    tab = open_page(**PHONE, java_script_enabled=False)
    sign_in(tab, office)
    tab.goto("/units/")
    tab.get_by_role("link", name="搜索全部").click()
    tab.get_by_role("searchbox").fill(MOBILE)
    tab.get_by_role("button", name="搜索", exact=True).click()
    expect(tab.locator(".search-title")).to_have_text(["章程"])
    assert tab.url.endswith("/search/")


@pytest.mark.full
@pytest.mark.cpu(8)
def test_on_a_phone_the_search_fills_the_screen_and_nothing_overflows(phone_page, sign_in, office):
    sign_in(phone_page, office)
    phone_page.goto("/units/")
    phone_page.get_by_role("link", name="搜索全部").click()
    phone_page.get_by_role("dialog").get_by_role("searchbox").fill("章程")
    expect(phone_page.locator(".search-title")).to_have_text(["章程"])
    assert phone_page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    phone_page.get_by_role("button", name="关闭搜索").click()
    expect(phone_page.get_by_role("dialog")).to_have_count(0)
