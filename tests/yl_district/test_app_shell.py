"""The app of a phone: manifest, service worker, the page without a network, and the key of what waits to be sent."""

import json
import re

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse

from tests.factories import make_unit
from tests.forms import answers, shown_form
from tests.pages import two_branches

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return two_branches()


def asked(client, url_name, **query):
    """What the address answers."""
    return client.get(reverse(url_name), query).json()


def test_the_manifest_names_icons_that_exist(place):
    found = asked(Client(), "app_manifest")
    assert (found["start_url"], found["scope"], found["display"]) == ("/", "/", "standalone")
    assert [icon["purpose"] for icon in found["icons"]] == ["any", "any", "maskable"]
    assert all(finders.find(icon["src"].removeprefix(settings.STATIC_URL)) for icon in found["icons"])
    assert reverse("app_manifest") in Client().get(reverse("login")).content.decode()


def test_the_worker_keeps_static_files_and_one_page_without_data(place):
    answer = place.office.get(reverse("service_worker"))
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("text/javascript; charset=utf-8", "no-store")
    shell = json.loads(re.search(r"self\.SHELL = (.*);", answer.content.decode())[1])
    assert [path for path in shell["files"] if not path.startswith(settings.STATIC_URL)] == []
    assert all(finders.find(path.removeprefix(settings.STATIC_URL)) for path in shell["files"])
    pages = [client.get(shell["offline"]).content for client in (Client(), place.office, place.cadre)]
    assert len(set(pages)) == 1
    assert answer.content == Client().get(reverse("service_worker")).content


def test_the_title_card_tells_of_the_product_alone(place):
    text = Client().get(reverse("login"), {"next": place.here.get_absolute_url()}).content.decode()
    assert len(re.findall('property="og:', text)) == 3
    assert str(place.here) not in text
    assert 'property="og:' not in place.office.get(place.here.get_absolute_url()).content.decode()


def test_a_name_brings_the_same_key_to_its_account_alone(place):
    first = asked(place.cadre, "queue_key")
    again = Client()
    again.force_login(place.branch_cadre)
    assert asked(again, "queue_key", name=first["name"])["key"] == first["key"]
    assert asked(place.office, "queue_key", name=first["name"])["key"] != first["key"]
    assert asked(place.cadre, "queue_key")["key"] != first["key"]
    assert Client().get(reverse("queue_key")).status_code == 302


def test_a_form_says_whether_it_was_taken_to_its_account_alone(place):
    unit = make_unit(branch=place.here)
    address = reverse("unit_contact_create")
    data = answers(shown_form(place.cadre.get(address))) | {"unit": unit.pk, "form": "phone"}
    token = data["submission"]
    assert asked(place.cadre, "submission_state", token=token) == {"is_taken": False}
    assert place.cadre.post(address, data).status_code == 302
    assert asked(place.cadre, "submission_state", token=token) == {"is_taken": True}
    assert asked(place.office, "submission_state", token=token) == {"is_taken": False}


def test_tokens_given_for_what_is_typed_next_make_one_record_each(place):
    unit, token = make_unit(branch=place.here), asked(place.cadre, "queue_key")["tokens"][0]
    data = {"unit": unit.pk, "form": "phone", "held_on": "2026-01-05", "submission": token}
    for _ in range(2):
        assert place.cadre.post(reverse("unit_contact_create"), data).status_code == 302
    assert unit.contacts.count() == 1
