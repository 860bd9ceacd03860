"""No page links to an address that refuses whoever looks: the click would be noted as somebody's denied access."""

from datetime import date

import pytest
from django.urls import reverse

from assistance.actions import fix_volunteer
from orgs.roles import RoleKind
from tests import factories
from tests.crawl import pages, said
from tests.latin import latin_words
from tests.links import closed_links, links_of, name_of
from tests.pages import browser_of, two_branches
from tests.project.test_access import COLUMNS, all_viewers, asked
from tests.viewers import district, records, shared_people
from yl_district.audit.models import AccessEntry

pytestmark = pytest.mark.django_db


def refused(client, address):
    """The links of a page that lead to a refusal."""
    links = links_of(address, client.get(address))
    assert links
    return {link for link in links if asked(client, "get", link).status_code >= 400}


@pytest.mark.full
@pytest.mark.crawl
@pytest.mark.parametrize("viewer", sorted(set(COLUMNS.values()) - {"anonymous"}))
def test_no_link_of_any_page_leads_to_a_refusal_and_every_word_is_chinese(viewer):
    place = district()
    client = all_viewers(place)[viewer]
    own = records(place, "own", place.users["cadre"], place.users["caseworker"])
    shared_people(place, own, records(place, "foreign"))
    links, latin = {}, set()
    for address, answer in pages(client, place.users[viewer], own):
        links |= dict.fromkeys(links_of(address, answer), address)
        latin |= {(address, word) for word in latin_words(address, said(answer))}
    assert (bool(links), latin) == (True, set())
    assert {(page, link) for link, page in links.items() if asked(client, "get", link).status_code >= 400} == set()


def administrators_page():
    """An administrator, a client of that user and the address of a branch without cadres."""
    place = two_branches()
    user = factories.make_user("管宁", place.root, RoleKind.ADMINISTRATOR)
    return user, browser_of(user), place.here.get_absolute_url()


def test_an_administrator_is_led_to_no_list_of_people():
    _, client, address = administrators_page()
    assert refused(client, address) == set()
    assert not AccessEntry.objects.filter(action=AccessEntry.Action.REFUSAL).exists()


def test_a_caseworker_is_led_to_no_organisation_or_volunteer():
    place = two_branches()
    user = factories.make_user("秦朗", place.root, RoleKind.CASEWORKER)
    youth = factories.make_assisted_youth(place.here)
    factories.make_grant(user, youth.person)
    fix_volunteer(youth, factories.make_volunteer(factories.make_hub(place.here)), date(2017, 1, 10))
    client = browser_of(user)
    assert [refused(client, record.get_absolute_url()) for record in (youth, youth.person)] == [set(), set()]


def test_an_operator_is_led_from_a_persons_page_to_no_list_of_members():
    place = two_branches()
    hub = factories.make_hub(place.here)
    client = browser_of(factories.make_user("程安", place.here, RoleKind.HUB_OPERATOR))
    assert refused(client, factories.make_volunteer(hub).person.get_absolute_url()) == set()


def test_twin_without_the_table_links_lead_to_refusals(monkeypatch):
    user, client, address = administrators_page()
    monkeypatch.setattr("yl_district.templatetags.yl.open_address", any_address)
    links = links_of(address, client.get(address))
    assert len(refused(client, address)) == 3
    assert {name_of(link) for link in closed_links(user, links)} == {"member_list", "post_list", "post_create"}


def any_address(user, target, *args):
    """The address of a page, whoever looks."""
    return reverse(target, args=args) if isinstance(target, str) else target.get_absolute_url()
