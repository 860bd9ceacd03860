"""Each page of the menu has its help, each role its quick start, and no text belongs to nothing."""

import re

import pytest
from django.urls import reverse

from orgs.access import ACCESS
from orgs.help_pages import QUICK_START, help_names, help_of
from orgs.models import Role
from orgs.roles import RoleKind
from tests.factories import make_organisation, make_user
from tests.pages import browser_of, page
from yl_district.pages.navigation import MENU_PAGES

pytestmark = pytest.mark.django_db


@pytest.fixture
def root():
    return make_organisation("春和街道团工委", category="working_committee", domain="office")


@pytest.fixture
def client(root):
    return browser_of(make_user(organisation=root))


def test_every_page_of_the_menu_has_its_help():
    assert [each.url_name for each in MENU_PAGES if not help_of(each.url_name)] == []


def test_every_role_has_its_quick_start_and_no_text_belongs_to_no_page():
    starts = {f"{QUICK_START}{kind}" for kind in RoleKind}
    assert help_names() == starts | {help_of(url_name) for url_name in ACCESS} - {""}


@pytest.mark.parametrize(
    ("url_name", "name"),
    [
        ("member_update", "member"),
        ("members_end", "member"),
        ("unit_change_list", "unit_change"),
        ("unit_full_export", "unit"),
        ("start_staff", ""),
        ("first_run", ""),
        (None, ""),
    ],
)
def test_a_page_has_the_help_of_its_own_name_or_of_its_kind(url_name, name):
    assert help_of(url_name) == name


def test_every_text_is_a_page_with_one_heading(client):
    for name in sorted(help_names()):
        text = page(client, "help_detail", name)
        assert len(re.findall("<h1[^>]*>[^<]+</h1>", text)) == 1
        assert "<title>" in text
    assert client.get(reverse("help_detail", args=["nothing"])).status_code == 404


def test_each_page_leads_to_its_help_and_those_without_to_all_of_it(client):
    links = {url_name: re.findall('help-link" href="([^"]+)"', page(client, url_name)) for url_name in HELPED}
    assert links == {url_name: [address] for url_name, address in HELPED.items()}


HELPED = {"member_list": "/help/member/", "member_create": "/help/member/", "home": "/help/home/"}


def test_the_list_names_the_pages_that_its_reader_may_open(client, root):
    administrator = browser_of(make_user(organisation=root, kind=Role.Kind.ADMINISTRATOR))
    found = [re.findall('href="(/help/[a-z_]+/)"', page(one, "help_list")) for one in (client, administrator)]
    assert ["/help/member/" in links for links in found] == [True, False]
    assert [links[0] for links in found] == ["/help/start_staff/", "/help/start_administrator/"]
