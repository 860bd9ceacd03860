"""Every page can be used with a keyboard and a screen reader, at a desk and on a phone."""

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test.signals import template_rendered
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from orgs.access import ACCESS
from orgs.accounts.invitations import link_path
from orgs.help_pages import help_names
from orgs.models import Role, levels
from orgs.roles import RoleKind
from tests.conftest import DESKTOP, PHONE
from tests.crawl import ABOUT_ONESELF, page_addresses
from tests.factories import make_activity, make_link, make_person, make_post, make_sign_in_code, make_user
from tests.pages import two_branches
from tests.viewers import district, records, viewers
from yl_district.assets import NODE_MODULES
from yl_district.installation import facts
from yl_district.installation.setup_code import SETUP_CODE, issue_code

WIDTHS = [pytest.param(DESKTOP, id="desktop"), pytest.param(PHONE, id="phone")]
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.full,
    pytest.mark.cpu(600),
    pytest.mark.parametrize("window", WIDTHS),
]

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"], "resultTypes": ["violations"]}
VIEWERS = ["office", "caseworker", "administrator", "auditor", "leader", "cadre", "hub_operator", "nobody"]
AXE = (NODE_MODULES / "axe-core" / "axe.min.js").read_text("utf-8")
# What is wrong, once a rule, with the first places.
CHECKED = """
async (rules) => (await axe.run(document, rules)).violations.map(
  (one) => `${one.id}: ` + one.nodes.slice(0, 3).map((node) => node.target.join(" ")).join(" | "))
"""
# Where the focus is: what nobody sees has no box, or is hidden.
FOCUSED = """
() => {
  const at = document.activeElement, box = at.getBoundingClientRect();
  if (at === document.body) return null;
  const seen = box.width > 0 && box.height > 0 && at.checkVisibility({ visibilityProperty: true });
  return { name: `${at.tagName.toLowerCase()} ${at.id || at.name || at.textContent.trim().slice(0, 20)}`, seen };
}
"""
MOST_STEPS = 40


@pytest.fixture(autouse=True)
def demonstration(transactional_db):
    """A database of the sample, which each page says above what else it shows."""
    facts.mark_as_demo()
    yield
    facts.FACTS_READ[facts.identity(facts.default_connection)].pop(facts.DEMO, None)


@pytest.fixture
def wrong(browser_errors):
    """What is wrong with the pages looked at, which has to stay empty; what a browser notes of requests counts not."""
    found = []
    yield found
    browser_errors.clear()
    assert found == [], "\n".join(found)


def one_of_each_template(clients, users, rows):
    """{template: (viewer, address)}: the first page of each template that a viewer gets, and each one's workbench."""
    found, names = {}, []

    def note(template, **options):
        names.append(template.name)

    template_rendered.connect(note)
    for viewer in VIEWERS:
        for url_name, address in page_addresses(users[viewer], rows):
            names.clear()
            answer = clients[viewer].get(address)
            if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
                name = f"{names[0]} of {viewer}" if url_name == "home" else names[0]
                found.setdefault(name, (viewer, address))
    template_rendered.disconnect(note)
    return found


def focus_problems(page):
    """What receives the focus though nobody sees it, as Tab goes through the page from where it stands at first."""
    problems, first = [], page.evaluate(FOCUSED)
    has_skip_link = page.locator(".skip-link").count()
    for step in range(MOST_STEPS):
        page.keyboard.press("Tab")
        at = page.evaluate(FOCUSED)
        if at is None:
            break
        if not at["seen"]:
            problems.append(f"focus on {at['name']}, which is not seen")
        if step == 0 and first is None and has_skip_link and not at["name"].endswith("跳到正文"):
            problems.append(f"focus begins at {at['name']}")
    return problems


def problems_of(page, name):
    """What hinders somebody at the page as it stands, each problem behind the name."""
    problems = focus_problems(page)
    page.evaluate(AXE)
    return [f"{name}: {problem}" for problem in [*problems, *page.evaluate(CHECKED, RULES)]]


def test_pages_hinder_nobody(open_page, base_url, window, wrong):
    place = district(markup="")
    clients = viewers(place)
    own = records(place, "own", place.users["cadre"], place.users["caseworker"])
    pages = one_of_each_template(clients, place.users, own)
    assert len([name for name in pages if " of " in name]) == len(VIEWERS)
    for viewer in VIEWERS:
        page = open_page(**window)
        cookie = clients[viewer].cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": base_url}])
        for template, (seer, address) in pages.items():
            if seer == viewer:
                page.goto(address)
                wrong += problems_of(page, template)
        page.context.close()


def test_pages_of_nobody_in_particular_hinder_nobody(open_page, window, wrong):
    place = two_branches()
    user = make_user("林知秋", place.root)
    code = make_sign_in_code(make_activity(place.here, held_on=timezone.localdate()))
    page = open_page(**window)
    for address in (
        reverse("arrival_create", args=[code.token]),
        reverse("arrival_create", args=["x"]),
        reverse("arrival_done"),
        reverse("login"),
        reverse("offline"),
        link_path(user),
        reverse("invitation_accept", args=["x", "y"]),
        "/nothing/",
    ):
        page.goto(address)
        wrong += problems_of(page, address)


def test_pages_about_oneself_hinder_nobody(open_page, sign_in, window, wrong):
    page = open_page(**window)
    sign_in(page, make_user("管宁", two_branches().root, RoleKind.ADMINISTRATOR))
    own = ABOUT_ONESELF | {name for name in ACCESS if name.startswith("mfa_")}
    # Only whoever is about to sign in is asked for the second step.
    for name in sorted(own - {"mfa_authenticate"}):
        page.goto(reverse(name))
        wrong += problems_of(page, name)


def test_help_hinders_nobody(open_page, sign_in, window, wrong):
    page = open_page(**window)
    sign_in(page, two_branches().staff)
    for name in sorted(help_names()):
        page.goto(reverse("help_detail", args=[name]))
        wrong += problems_of(page, f"help of {name}")


def test_the_first_page_of_an_empty_installation_hinders_nobody(open_page, window, wrong, monkeypatch):
    monkeypatch.setattr(levels, "_told", [])
    issue_code()
    page = open_page(**window)
    page.goto("/")
    wrong += problems_of(page, "first run")
    page.get_by_role("button").last.click()
    expect(page.locator("main")).to_contain_text("还没有写入")
    wrong += problems_of(page, "first run, refused")
    facts.FACTS_READ[facts.identity(facts.default_connection)].pop(SETUP_CODE, None)


def test_acts_for_many_and_what_they_answer_hinder_nobody(open_page, sign_in, window, wrong):
    place = two_branches()
    make_post("程安", place.here)
    clerk = make_user("管宁", place.root, RoleKind.ADMINISTRATOR)
    Role.objects.create(user=clerk, organisation=place.root, kind=RoleKind.STAFF)
    page = open_page(**window)
    sign_in(page, clerk)
    page.goto("/posts/")
    page.get_by_role("checkbox", name="选中：").first.check()
    page.get_by_role("button", name="开立账号").click()
    expect(page.get_by_role("button", name="为 1 人开立账号")).to_be_visible()
    wrong += problems_of(page, "accounts in bulk")
    page.get_by_role("button", name="为 1 人开立账号").click()
    expect(page.locator(".slip")).to_have_count(1)
    wrong += problems_of(page, "slips")
    page.goto("/organisations/many/create/")
    page.locator("textarea").fill("新河社区\n双桥社区")
    page.get_by_role("button", name="读取并核对").click()
    expect(page.get_by_text("读到 2 个名称")).to_be_visible()
    wrong += problems_of(page, "organisations in bulk")


def test_what_opens_above_a_page_hinders_nobody(open_page, sign_in, window, wrong):
    place = two_branches()
    page = open_page(**window)
    sign_in(page, place.staff)
    page.goto("/units/create/")
    page.locator("[data-search-open]").click()
    page.get_by_role("dialog").get_by_role("searchbox").fill("柳林")
    expect(page.locator(".search-title").first).to_be_visible()
    wrong += problems_of(page, "search")
    page.goto("/units/create/")
    Session.objects.all().delete()
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_role("dialog", name="登录已超时")).to_be_visible()
    wrong += problems_of(page, "session over")


def test_what_is_typed_and_not_sent_hinders_nobody(open_page, sign_in, window, wrong):
    place = two_branches()
    person = make_post(organisation=place.here, person=make_person("陆远", user=place.branch_cadre)).person
    form = f"/contacts/create/?cadre={person.pk}&links={make_link(person).pk}"
    page = open_page(**window)
    sign_in(page, place.branch_cadre)
    page.goto(form)
    page.locator("label.form-check-label", has_text="走访").first.click()
    expect(page.get_by_text("草稿已暂存")).to_be_visible()
    page.goto(reverse("draft_list"))
    expect(page.locator("[data-draft]")).to_have_count(1)
    wrong += problems_of(page, "drafts")
    page.goto(form)
    expect(page.get_by_text("填写的内容没有保存")).to_be_visible()
    wrong += problems_of(page, "a draft offered")
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    page.locator("label.form-check-label", has_text="电话").first.click()
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_text("待发送 1 条")).to_be_visible()
    wrong += problems_of(page, "a queue")
