"""Every page can be used with a keyboard and a screen reader, at a desk and on a phone."""

from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test.signals import template_rendered
from django.urls import resolve

from tests.conftest import DESKTOP, PHONE
from tests.crawl import page_addresses
from tests.viewers import district, records, viewers
from yl_district.assets import NODE_MODULES

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.full]

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"], "resultTypes": ["violations"]}
VIEWERS = ["office", "caseworker", "administrator", "auditor", "leader", "cadre", "hub_operator", "nobody"]
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


def one_of_each_template(clients, users, rows):
    """{template: (viewer, address)}: the first page of each template that a viewer gets."""
    found, names = {}, []

    def note(template, **options):
        names.append(template.name)

    template_rendered.connect(note)
    for viewer in VIEWERS:
        for _, address in page_addresses(users[viewer], rows):
            names.clear()
            answer = clients[viewer].get(address)
            if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
                found.setdefault(names[0], (viewer, address))
    template_rendered.disconnect(note)
    return found


def focus_problems(page):
    """What receives the focus though nobody sees it, as Tab goes through the page from where it stands at first."""
    problems, first = [], page.evaluate(FOCUSED)
    for step in range(MOST_STEPS):
        page.keyboard.press("Tab")
        at = page.evaluate(FOCUSED)
        if at is None:
            break
        if not at["seen"]:
            problems.append(f"focus on {at['name']}, which is not seen")
        if step == 0 and first is None and not at["name"].endswith("跳到正文"):
            problems.append(f"focus begins at {at['name']}")
    return problems


@pytest.mark.cpu(600)
@pytest.mark.parametrize("window", [pytest.param(DESKTOP, id="desktop"), pytest.param(PHONE, id="phone")])
def test_pages_hinder_nobody(open_page, browser_errors, base_url, window):
    place = district(markup="")
    clients = viewers(place)
    own = records(place, "own", place.users["cadre"], place.users["caseworker"])
    pages = one_of_each_template(clients, place.users, own)
    axe, problems = (NODE_MODULES / "axe-core" / "axe.min.js").read_text("utf-8"), {}
    for viewer in VIEWERS:
        page = open_page(**window)
        cookie = clients[viewer].cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": base_url}])
        for template, (seer, address) in pages.items():
            if seer == viewer:
                page.goto(address)
                problems[template] = focus_problems(page)
                page.evaluate(axe)
                problems[template] += page.evaluate(CHECKED, RULES)
        page.context.close()
    # That a page looks for something that is not there is for other tests.
    browser_errors[:] = [error for error in browser_errors if "404 (Not Found)" not in error]
    found = [f"{template}: {problem}" for template, problems_ in problems.items() for problem in problems_]
    assert found == [], "\n".join(found)
    assert {resolve(urlsplit(address).path).url_name for _, address in pages.values()} >= {"home", "member_list"}
