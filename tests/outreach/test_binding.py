"""Binding: on which day, and what the youth agreed to by then."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils.timezone import localdate

from outreach.models import Link
from tests.factories import make_link, make_person, make_post
from tests.forms import answers, shown_form
from tests.made_once import made_once
from tests.pages import two_branches

pytestmark = pytest.mark.django_db


@made_once
def place():
    place = two_branches()
    person = make_post(organisation=place.here, person=make_person("陆远", user=place.branch_cadre)).person
    place.link, place.other = make_link(person, "白露"), make_link(person, "顾清")
    return place


def bind(client, link, **typed):
    address = reverse("link_bind", args=[link.pk])
    return client.post(address, answers(shown_form(client.get(address))) | typed, follow=True)


def kept(link):
    link.refresh_from_db()
    return link.bound_on, link.consented_on, link.consent


def test_what_was_agreed_is_kept_with_the_day(place):
    assert "已登记绑定。" in bind(place.cadre, place.link, consent="同意联系。").content.decode()
    assert kept(place.link) == (localdate(), localdate(), "同意联系。")
    page = place.cadre.get(place.link.get_absolute_url()).content.decode()
    assert "同意联系。" in page
    assert reverse("link_bind", args=[place.link.pk]) not in page


def test_the_usual_text_is_proposed(place):
    bind(place.cadre, place.link)
    assert kept(place.link) == (localdate(), localdate(), Link.CONSENT)


def test_without_a_text_nothing_was_agreed(place):
    bind(place.cadre, place.link, consent="")
    assert kept(place.link) == (localdate(), None, "")


def test_what_was_agreed_before_stays(place):
    Link.objects.filter(pk=place.link.pk).update(consent="早先的同意", consented_on="2017-02-01")
    bind(place.cadre, place.link, consent="另一种说法")
    assert kept(place.link) == (localdate(), date(2017, 2, 1), "早先的同意")


def test_a_bound_link_is_not_bound_again(place):
    bind(place.cadre, place.link)
    assert f"已于 {localdate()} 绑定" in bind(place.cadre, place.link).content.decode()
    assert kept(place.link)[0] == localdate()


def test_many_are_bound_with_one_text(place):
    links = [place.link, place.other]
    address = reverse("links_bind")
    page = place.cadre.post(address, {"scope": "ticked", "keys": [link.pk for link in links]})
    place.cadre.post(address, answers(shown_form(page)) | {"day": localdate(), "consent": "都同意。"})
    assert [kept(link)[1:] for link in links] == [(localdate(), "都同意。")] * 2
