"""manage.py sign_in_effects: what follows from the lists of a past year is proposed, and written when told to."""

import io
import json
from datetime import date

import pytest
from django.core.management import CommandError, call_command

from activities.actions import add_sign_in
from activities.models import Activity
from outreach.models import Contact, Credit
from tests.factories import make_activity, make_contact, make_link, make_post
from tests.made_once import made_once
from tests.pages import two_branches

pytestmark = [pytest.mark.django_db, pytest.mark.both]
DAY = date(2017, 4, 8)


@made_once
def place():
    """A branch whose cadre is linked to two youths who came to its walk, one of whom was called that day.

    The cadre of another branch, who has no part in it, is linked to the other one.
    """
    place = two_branches()
    place.person = make_post("陆远", place.here).person
    place.links = [make_link(place.person, name) for name in ("白露", "顾清")]
    place.activity = make_activity(place.here, "春季健步走", held_on=DAY)
    make_link(make_post("秦朗", place.there).person, youth=place.links[1].youth)
    for link in place.links:
        add_sign_in(place.activity, link.youth, "")
    make_contact(place.person, place.links[:1], held_on=DAY)
    make_activity(place.here, "读书会", held_on=DAY)
    return place


def run(*arguments):
    """What the command says."""
    said = io.StringIO()
    call_command("sign_in_effects", *arguments, stdout=said)
    return said.getvalue()


def figures_of(name):
    """What moves in an organisation where one more youth is reached at an activity."""
    moved = [("联系青年", "1人次", "2人次"), ("线下联系", "0人次", "1人次"), ("联系到的青年", "1名", "2名")]
    return [{"organisation": name, "figure": label, "before": was, "after": now} for label, was, now in moved]


def test_it_says_what_would_follow_and_writes_nothing(place):
    told = json.loads(run("2017", "--json"))
    assert told == {
        "year": 2017,
        "is_closed": True,
        "applied": False,
        "lists": 1,
        "contacts": [
            {"activity": "春季健步走", "held_on": "2017-04-08", "cadre": "陆远", "form": "主题活动", "youths": 1}
        ],
        "youths": 1,
        "figures": [*figures_of("清河地区团工委"), *figures_of("柳林社区团支部")],
    }
    assert (Contact.objects.count(), Credit.objects.count()) == (1, 0)
    assert not Activity.objects.get(pk=place.activity.pk).is_confirmed


def test_applied_once_it_writes_them_and_then_nothing_is_left(place):
    said = run("2017", "--apply")
    assert "清河地区团工委 联系青年：1人次 → 2人次" in said
    contact = Contact.objects.get(activity=place.activity)
    assert [link.youth.name for link in contact.links.all()] == ["顾清"]
    assert set(contact.history.values_list("history_change_reason", flat=True)) == {"补计活动名单的联系"}
    assert json.loads(run("2017", "--json"))["lists"] == 0


def test_other_years_are_left_alone(place):
    assert json.loads(run("2016", "--apply", "--json"))["lists"] == 0
    assert Contact.objects.count() == 1


@pytest.mark.parametrize("year", ["17", "二〇一七", ""])
def test_what_is_no_year_is_said(place, year):
    with pytest.raises(CommandError, match="年度"):
        run(year)
