"""A contact logged from the list of one's youths: whom nobody has reached this quarter stands first."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from outreach.models import Contact, Link
from tests.factories import make_contact, make_link, make_person, make_post
from tests.forms import answers, shown_form
from tests.pages import listed, queries, two_branches
from yl_district.periods import Period

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    place = two_branches()
    place.person = make_post(organisation=place.here, person=make_person("陆远", user=place.branch_cadre)).person
    place.links = {name: make_link(place.person, name) for name in ("白露", "顾清", "秦朗")}
    return place


def test_youths_not_reached_this_quarter_stand_first(place):
    quarter = Period.of_quarter(timezone.localdate())
    make_contact(place.person, [place.links["白露"]], held_on=quarter.start)
    make_contact(place.person, [place.links["顾清"]], held_on=quarter.eve)
    assert listed(place.cadre, "link_list") == ["顾清", "秦朗", "白露"]
    make_contact(place.person, held_on=quarter.start, with_everyone=True)
    assert listed(place.cadre, "link_list") == ["白露", "顾清", "秦朗"]


def test_the_latest_contact_is_the_one_that_reached_the_youth(place):
    day = timezone.localdate() - timedelta(days=400)
    make_contact(place.person, [place.links["白露"]], held_on=day)
    make_contact(place.person, with_everyone=True, held_on=day - timedelta(days=3))
    ended = make_link(place.person, "林溪", ended_on=day - timedelta(days=3))
    found = {str(link.youth): link.reached_on for link in Link.objects.with_last_contact().select_related("youth")}
    assert found == {"白露": day, "顾清": day - timedelta(days=3), "秦朗": day - timedelta(days=3), "林溪": None}
    assert ended.pk


def test_from_a_youth_of_the_list_only_the_way_is_left_to_say(place):
    link = place.links["顾清"]
    address = f"{reverse('contact_create')}?cadre={place.person.pk}&links={link.pk}"
    assert address.replace("&", "&amp;") in place.cadre.get(reverse("link_list")).content.decode()
    data = answers(shown_form(place.cadre.get(address)))
    answer = place.cadre.post(address, data | {"form": "phone"})
    assert answer["Location"] == reverse("link_list")
    contact = Contact.objects.get()
    assert (contact.held_on, contact.form, [*contact.links.all()]) == (timezone.localdate(), "phone", [link])


def test_the_youth_of_the_list_stands_first_in_the_form(place):
    for name, youths in {"秦朗": ["秦朗", "白露", "顾清"], "": ["白露", "顾清", "秦朗"]}.items():
        asked = {"cadre": place.person.pk, "links": place.links[name].pk if name else "²"}
        form = place.cadre.get(reverse("contact_create"), asked).context["form"]
        assert [str(link.youth) for link in form.fields["links"].queryset] == youths


def test_the_list_asks_as_much_of_many_youths_as_of_few(place):
    few = queries(place.cadre, "link_list")
    for number in range(5):
        make_link(place.person, f"林{'甲乙丙丁戊'[number]}")
    assert queries(place.cadre, "link_list") == few
