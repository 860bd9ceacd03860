"""A contact sent without a network waits on the phone and is sent once, or stays with the reason why not."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from orgs.models import Role
from outreach.models import Contact
from tests.conftest import PHONE
from tests.factories import make_link, make_person, make_post
from tests.pages import two_branches

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.cpu(10)]

CREATE = "**/contacts/create/*"
STORED = "Object.entries(localStorage).filter(([name]) => name.startsWith('yl-queue:')).map(([, value]) => value)"

KEPT = """async () => {
  const [name] = await caches.keys();
  const requests = await (await caches.open(name)).keys();
  return requests.map((request) => new URL(request.url).pathname);
}"""


@pytest.fixture
def place():
    place = two_branches()
    place.person = make_post(organisation=place.here, person=make_person("陆远", user=place.branch_cadre)).person
    place.link = make_link(place.person, "顾清")
    return place


@pytest.fixture
def open_form(sign_in, browser_errors, place):
    """A function that opens the form of a contact on a page, with its key."""

    def open_form(page):
        sign_in(page, place.branch_cadre)
        with page.expect_response("**/queue/key/"):
            page.goto(f"/contacts/create/?cadre={place.person.pk}&links={place.link.pk}")
        page.wait_for_load_state("networkidle")

    yield open_form
    # A browser reports each request that finds no network, or is refused.
    browser_errors.clear()


def save(page, way):
    """Logs a contact in the open form."""
    page.locator("label.form-check-label", has_text=way).first.click()
    page.get_by_role("button", name="保存", exact=True).click()


@pytest.mark.full
def test_contacts_wait_sealed_and_are_sent_once_the_network_is_back(phone_page, open_form, place):
    open_form(phone_page)
    phone_page.context.set_offline(True)
    for number, way in enumerate(("电话", "走访"), start=1):
        save(phone_page, way)
        expect(phone_page.get_by_text(f"待发送 {number} 条")).to_be_visible()
    stored = phone_page.evaluate(STORED)
    assert [value for value in stored if "顾清" in value or "phone" in value] == []
    assert (len(stored), Contact.objects.count()) == (2, 0)
    phone_page.context.set_offline(False)
    expect(phone_page.get_by_text("已发送 2 条。")).to_be_visible()
    assert phone_page.evaluate(STORED) == []
    found = {(one.form, one.held_on, *(str(link.youth) for link in one.links.all())) for one in Contact.objects.all()}
    assert found == {(form, timezone.localdate(), "顾清") for form in ("phone", "visit")}


@pytest.mark.full
@pytest.mark.parametrize(("is_kept", "records"), [(True, 1), (False, 2)])
def test_an_answer_that_was_lost_doubles_nothing(phone_page, open_form, place, is_kept, records):
    """The twin: without the token of the form the second sending makes a second record."""
    open_form(phone_page)
    if not is_kept:
        phone_page.evaluate("document.querySelector('[name=submission]').value = 'x'")
    phone_page.context.set_offline(True)
    save(phone_page, "电话")
    expect(phone_page.get_by_text("待发送 1 条")).to_be_visible()
    lost = []

    def lose_first(route):
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch(max_redirects=0).status)
            route.abort()
        else:
            route.continue_()

    phone_page.route(CREATE, lose_first)
    with phone_page.expect_event("requestfailed", lambda request: request.method == "POST"):
        phone_page.context.set_offline(False)
    expect(phone_page.get_by_text("待发送 1 条")).to_be_visible()
    with phone_page.expect_response("**/queue/sent/*"):
        phone_page.evaluate("window.dispatchEvent(new Event('online'))")
    assert (lost, Contact.objects.count()) == ([302], records)


@pytest.mark.full
def test_what_the_account_may_no_longer_log_stays_to_be_copied(phone_page, open_form, sign_in, place):
    open_form(phone_page)
    phone_page.context.set_offline(True)
    save(phone_page, "电话")
    expect(phone_page.get_by_text("待发送 1 条")).to_be_visible()
    Role.objects.filter(user=place.branch_cadre).update(kind=Role.Kind.HUB_OPERATOR)
    sign_in(phone_page, place.branch_cadre)
    phone_page.context.set_offline(False)
    phone_page.goto("/activities/")
    expect(phone_page.get_by_text("您现在不能登记这一项")).to_be_visible()
    expect(phone_page.get_by_text("顾清")).to_be_visible()
    expect(phone_page.get_by_role("button", name="复制内容")).to_be_visible()
    assert Contact.objects.count() == 0


@pytest.mark.full
def test_what_the_form_refuses_meanwhile_is_said_in_its_words(phone_page, open_form, place):
    open_form(phone_page)
    phone_page.context.set_offline(True)
    save(phone_page, "电话")
    expect(phone_page.get_by_text("待发送 1 条")).to_be_visible()
    place.link.end(timezone.localdate())
    phone_page.context.set_offline(False)
    expect(phone_page.get_by_text("没有登记：")).to_be_visible()
    expect(phone_page.locator(".queue .text-danger")).to_have_text(
        "没有登记：日期：应为：这名团干部有在联系青年的日期。请核对团干部和日期，或先登记联系青年。"
    )
    expect(phone_page.locator(".queue-title")).to_have_text("没有登记 1 条")
    assert (Contact.objects.count(), len(phone_page.evaluate(STORED))) == (0, 1)


@pytest.mark.full
def test_a_refused_form_that_waits_corrected_is_no_longer_refused_nor_a_draft(phone_page, open_form, place):
    open_form(phone_page)
    phone_page.get_by_label("顾清").uncheck()
    save(phone_page, "电话")
    expect(phone_page.get_by_text("没有保存：有 1 处需要改正。")).to_be_visible()
    expect(phone_page.get_by_text("草稿已暂存")).to_be_visible()
    phone_page.wait_for_load_state("networkidle")
    phone_page.context.set_offline(True)
    phone_page.get_by_label("顾清").check()
    save(phone_page, "电话")
    expect(phone_page.get_by_text("待发送 1 条")).to_be_visible()
    expect(phone_page.get_by_text("没有保存：")).to_have_count(0)
    expect(phone_page.get_by_text("草稿已暂存")).to_have_count(0)
    phone_page.context.set_offline(False)
    expect(phone_page.get_by_text("已发送 1 条。")).to_be_visible()
    assert Contact.objects.count() == 1


@pytest.mark.full
def test_what_waits_is_in_view_and_told_in_other_tabs(phone_page, open_form, place):
    open_form(phone_page)
    other = phone_page.context.new_page()
    other.goto("/links/")
    phone_page.context.set_offline(True)
    save(phone_page, "电话")
    expect(phone_page.locator("#queue")).to_be_in_viewport()
    expect(other.locator("#queue")).to_have_text("待发送 1 条", use_inner_text=True)
    phone_page.context.set_offline(False)
    expect(phone_page.get_by_text("已发送 1 条。")).to_be_visible()
    expect(other.locator("#queue")).to_have_count(0)


@pytest.mark.full
def test_another_account_on_the_phone_sees_and_sends_nothing_of_it(phone_page, open_form, sign_in, place):
    open_form(phone_page)
    phone_page.context.set_offline(True)
    save(phone_page, "电话")
    expect(phone_page.get_by_text("待发送 1 条")).to_be_visible()
    sign_in(phone_page, place.staff)
    phone_page.context.set_offline(False)
    phone_page.goto("/contacts/", wait_until="networkidle")
    expect(phone_page.get_by_text("待发送")).to_have_count(0)
    sign_in(phone_page, place.branch_cadre)
    phone_page.goto("/contacts/")
    expect(phone_page.get_by_text("已发送 1 条。")).to_be_visible()
    assert Contact.objects.count() == 1


@pytest.mark.full
def test_without_a_network_a_page_says_so_and_nothing_of_an_account_is_kept(open_page, sign_in, browser_errors, place):
    page = open_page(**PHONE, service_workers="allow")
    sign_in(page, place.branch_cadre)
    page.goto("/links/")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function("navigator.serviceWorker.controller")
    page.goto("/links/")
    kept = page.evaluate(KEPT)
    assert [path for path in kept if not path.startswith("/static/")] == ["/offline/"]
    page.context.set_offline(True)
    page.goto("/contacts/")
    expect(page.get_by_role("heading", name="现在没有网络")).to_be_visible()
    browser_errors.clear()
