"""The security headers of every response, and pages within the content security policy."""

import json
import re
import runpy
from contextlib import suppress
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client
from django.urls import NoReverseMatch, resolve, reverse

from orgs.access import ACCESS
from orgs.models import Role
from tests.conftest import DESKTOP, PHONE
from tests.factories import (
    make_activity,
    make_assistance,
    make_assisted_youth,
    make_contact,
    make_hub,
    make_link,
    make_member,
    make_organisation,
    make_post,
    make_scholarship,
    make_supply,
    make_unit,
    make_unit_contact,
    make_user,
    make_volunteer,
)
from tests.orgs.sign_in import signed_in_by_code
from tests.pages import browser_of
from yl_district.pages.navigation import MENU_PAGES

POLICY = {
    "default-src 'self'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "manifest-src 'self'",
    "worker-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
}
VIOLATIONS = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => {
  window.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
});
"""
# Cells of tables that a phone does not show, though they hold something and are not marked as less important.
UNSHOWN = """() => [...document.querySelectorAll("table:not(.dense) td:not([data-blank], .secondary)")].filter((cell) =>
  cell.checkVisibility() === false && cell.textContent.trim() && !cell.closest("details:not([open]), [hidden], dialog")
).map((cell) => cell.textContent.trim().slice(0, 20))"""
# Drawings keep the size in which they were first drawn: what a smaller window shows until they are drawn anew.
UNMOVED = "window.ResizeObserver = class { observe() {} };"


class Markup(HTMLParser):
    """What the tags of a page say to the content policy.

    `broken` lists what it refuses; `kind` is all that has scripts or styles at work: where they come from, and the
    attributes and classes that scripts look for.
    """

    def __init__(self, text):
        super().__init__()
        self.broken, self.kind = [], set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.broken += [f"<{tag} {name}>" for name in given if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and not given.get("src") and given.get("type") != "application/json"):
            self.broken.append(f"<{tag}>")
        for name in ("src", "href", "action", "formaction"):
            scheme, host, *_ = urlsplit(given.get(name) or "")
            if scheme not in (["", "data"] if tag == "img" else [""]) or host:
                self.broken.append(f"<{tag} {name}={given[name]}>")
        if tag in ("script", "link", "svg"):
            self.kind.add((tag, given.get("src") or given.get("href")))
        self.kind |= {(tag, name) for name in given if name.startswith(("data-", "hx-", "aria-live"))}


def headers_of(response):
    """The headers that protect, as sent."""
    names = ["X-Frame-Options", "X-Content-Type-Options", "Referrer-Policy", "Cross-Origin-Opener-Policy"]
    return [response[name] for name in (*names, "Cache-Control")]


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/login/", "/members/", "/no-such-page/", "/invitations/a/b/", "/roles/"])
def test_every_answer_has_the_strict_headers(path, settings):
    root = make_organisation("清河地区团工委", category="working_committee", domain="office")
    for client in (Client(), browser_of(make_user("林知秋", root))):
        response = client.get(path)
        assert set(response["Content-Security-Policy"].split("; ")) == POLICY
        assert headers_of(response) == ["DENY", "nosniff", "same-origin", "same-origin", "no-store"]
        assert "camera=()" in response["Permissions-Policy"]


def test_a_failure_and_a_wrong_host_have_them_too(settings):
    settings.DEBUG_PROPAGATE_EXCEPTIONS = False
    client = Client(raise_request_exception=False)
    response = client.get("/login/", headers={"host": "elsewhere.example"})
    assert response.status_code == 400
    assert set(response["Content-Security-Policy"].split("; ")) == POLICY


@pytest.mark.django_db
def test_htmx_runs_nothing_that_a_page_holds_and_keeps_no_page():
    page = browser_of(make_user("林知秋", make_organisation())).get(reverse("role_list")).content.decode()
    found = json.loads(re.search(r"name=\"htmx-config\" content='([^']+)'", page)[1])
    refused = dict.fromkeys(["includeIndicatorStyles", "allowEval", "allowScriptTags"], False)
    assert found == refused | {"historyCacheSize": 0, "refreshOnHistoryMiss": True}


@pytest.mark.parametrize(("https", "seconds"), [("1", 31_536_000), ("0", 0)])
def test_behind_https_cookies_are_secure_and_browsers_are_told_to_stay_there(monkeypatch, https, seconds):
    monkeypatch.setenv("HTTPS", https)
    found = runpy.run_path(str(settings.BASE_DIR / "yl_district" / "settings.py"))
    names = ["SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT"]
    assert {name: found[name] for name in names} == dict.fromkeys(names, https == "1")
    cookies = [found.get(name, getattr(settings, name)) for name in ("SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME")]
    prefix = "__Host-" if https == "1" else ""
    assert cookies == [f"{prefix}sessionid", f"{prefix}csrftoken"]
    assert found["SECURE_HSTS_SECONDS"] == seconds
    # Of this host alone, and nobody is believed by a header that anybody could send (yl_district/web/proxies.py).
    assert found.keys() & {"SECURE_HSTS_INCLUDE_SUBDOMAINS", "SECURE_HSTS_PRELOAD", "SECURE_PROXY_SSL_HEADER"} == set()


def test_cookies_are_kept_from_scripts_and_other_sites():
    assert (settings.SESSION_COOKIE_HTTPONLY, settings.SESSION_COOKIE_SAMESITE) == (True, "Lax")


@pytest.fixture
def root():
    return make_organisation("清河地区团工委", category="working_committee", domain="office")


@pytest.fixture
def records(root):
    """One record of each kind."""
    branch = make_organisation("柳林社区团支部", root)
    cadre, unit, hub = make_post("陆远", branch).person, make_unit(), make_hub(branch)
    link, youth = make_link(cadre), make_assisted_youth(branch)
    others = [make_unit_contact(unit), make_supply(branch), make_member("章程", branch), cadre.posts.get(), cadre]
    more = [make_contact(cadre, [link]), make_assistance([youth]), make_scholarship(), make_volunteer(hub)]
    return [branch, unit, hub, link, youth, *others, *more, make_activity(branch)]


def plain_addresses():
    """Every address that is a page and needs no record."""
    files_and_acts = ("_export", "_template", "logout", "login", "mfa_authenticate")
    own_alone = ("mfa_deactivate_totp", "mfa_view_recovery_codes")  # not there for those who have not set them up
    for name in ACCESS:
        with suppress(NoReverseMatch):
            if not name.endswith((*files_and_acts, *own_alone)):
                yield reverse(name)


def pages_of(client, user, paths):
    """What each page holds that the user gets, by its path."""
    opened = [path for path in paths if user.may_open(resolve(path).url_name)]
    return {path: Markup(client.get(path, follow=True).content.decode()) for path in opened}


@pytest.mark.cpu(34)
@pytest.mark.django_db(transaction=True)
def test_no_page_breaks_the_content_policy(open_page, browser_errors, base_url, root, records, promises, pytestconfig):
    """All pages by what their tags say, one of each kind in a browser, with --full all of them."""
    paths = [*plain_addresses(), *(record.get_absolute_url() for record in records)]
    assert {reverse(page.url_name) for page in MENU_PAGES} <= set(paths)
    read, opened, broken = 0, 0, []
    for user in (make_user("林知秋", root), make_user("程安", root, Role.Kind.ADMINISTRATOR)):
        client = signed_in_by_code(user)
        found = pages_of(client, user, paths)
        read += len(found)
        broken += [f"{path} {each}" for path, markup in found.items() for each in markup.broken]
        one_of_each = {frozenset(markup.kind): path for path, markup in found.items()}.values()
        page = open_page(**DESKTOP)
        page.add_init_script(VIOLATIONS + UNMOVED)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": base_url}])
        for path in found if pytestconfig.getoption("full") else one_of_each:
            page.set_viewport_size(DESKTOP["viewport"])
            page.goto(path, wait_until="networkidle" if path == "/" else "load")
            page.set_viewport_size(PHONE["viewport"])
            broken += [f"{path} {each}" for each in page.evaluate("window.violations")]
            width = page.evaluate("document.documentElement.scrollWidth")
            broken += [f"{path} is {width} px wide on a phone"] if width > PHONE["viewport"]["width"] else []
            broken += [f"{path} hides “{cell}” from a phone" for cell in page.evaluate(UNSHOWN)]
            opened += 1
        page.context.close()
    # That a page answers "not found" to some, and one takes forms alone, is for other tests.
    refusals = ("404 (Not Found)", "405 (Method Not Allowed)")
    browser_errors[:] = [error for error in browser_errors if not any(refusal in error for refusal in refusals)]
    promises.add("B3", pages=read)
    assert (broken, opened > 20) == ([], True)


@pytest.mark.parametrize(
    "tag",
    [
        *('<p style="color: red">', '<a onclick="x()">', "<style>", "<script>", "<script type=module>"),
        *('<a href="javascript:x()">', '<img src="https://example.org/x">', '<script src="//example.org/x">'),
        *('<form action="https://example.org">', '<link href="data:text/css,x">', '<button formaction="http://x">'),
    ],
)
def test_a_tag_that_breaks_the_policy_is_noticed(tag):
    assert len(Markup(f"<main>{tag}</main>").broken) == 1


@pytest.mark.django_db(transaction=True)
def test_a_page_that_breaks_the_policy_is_noticed(open_page, browser_errors):
    """The twin: an inline style is refused by the browser and counted."""
    page = open_page(**DESKTOP)
    page.add_init_script(VIOLATIONS)
    page.goto(reverse("login"))
    with page.expect_console_message(lambda message: message.type == "error"):
        page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">x</p>')")
    page.wait_for_function("window.violations.length")
    assert (len(page.evaluate("window.violations")), len(browser_errors)) == (1, 1)
    browser_errors.clear()
