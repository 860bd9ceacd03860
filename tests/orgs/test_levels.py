"""What the product and its texts call the place follows the level of the committee at the root."""

import pytest
from django.test import Client

from orgs.models import Level, Organisation, level_named, levels
from reports.figures.scopes import Scope
from reports.text.sentences import Sentences
from tests.factories import make_organisation, make_user
from tests.pages import browser_of
from yl_district.periods import Period

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def told_as_before(monkeypatch):
    """The level that the process was told goes with the database of the test."""
    monkeypatch.setattr(levels, "_told", [])


@pytest.fixture
def street():
    return make_organisation("春和街道团工委", category="working_committee", domain="office", level="street")


@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("春和街道团工委", Level.STREET),
        ("清河地区团工委", Level.AREA),
        ("柳林镇团委", Level.TOWN),
        ("柳林乡团委", Level.TOWNSHIP),
        ("春和团工委", ""),
    ],
)
def test_a_name_tells_the_level(name, level):
    assert level_named(name) == level


def test_pages_of_a_street_call_it_a_street(street):
    client = browser_of(make_user(organisation=street))
    assert "· 街道团委工作台</title>" in client.get("/organisations/").content.decode()
    assert "· 街道团委工作台</title>" in Client().get("/login/").content.decode()


def test_a_root_of_before_stays_an_area():
    root = make_organisation("春和团工委", category="working_committee", domain="office")
    client = browser_of(make_user(organisation=root))
    assert "· 地区团委工作台</title>" in client.get("/organisations/").content.decode()


def test_texts_call_a_street_a_street_and_a_town_a_town(street):
    village = make_organisation("柳林村团支部", street, domain="village")
    said = {}
    for level in ("street", "town"):
        Organisation.objects.filter(pk=street.pk).update(level=level)
        for one in (Organisation.objects.get(pk=street.pk), village):
            texts = Sentences(Scope(one, Period.of_part(2017, "year")), with_cases=False)
            said[level, one.pk] = (texts.us, texts.area, texts.party_committee)
    assert said == {
        ("street", street.pk): ("街道团工委", "街道", "街道党工委"),
        ("street", village.pk): ("本支部", "本村", "上级党组织"),
        ("town", street.pk): ("镇团工委", "镇", "镇党委"),
        ("town", village.pk): ("本支部", "本村", "上级党组织"),
    }


def test_the_level_is_changed_on_the_page_of_the_root_alone(street):
    village = make_organisation("柳林村团支部", street, domain="village")
    client = browser_of(make_user(organisation=street))
    asked = [
        'name="level"' in client.get(f"/organisations/{one.pk}/update/").content.decode() for one in (street, village)
    ]
    assert asked == [True, False]
