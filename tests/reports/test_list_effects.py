"""One list of who came, all its effects, all taken back: over random histories, every figure is what it has to be."""

from datetime import date
from random import Random

import pytest

from activities.actions import add_sign_in, confirm_list, remove_sign_in, reopen_list
from activities.models import Activity, SignIn
from outreach.credits import CreditEffect
from outreach.models import Credit
from reports.figures.counting import results_of
from reports.figures.lines import all_figures
from reports.figures.scopes import Scope
from tests.factories import make_activity, make_contact, make_link, make_person, make_post
from tests.pages import two_branches
from yl_district.periods import Period

pytestmark = [pytest.mark.django_db, pytest.mark.both]
DAY = date(2017, 4, 8)
STEPS = 30


@pytest.fixture
def place():
    """Two branches whose three cadres are linked to twelve youths, some to several, and two activities of one day."""
    place = two_branches()
    place.cadres = [
        make_post(f"团干{number}", branch).person for number, branch in enumerate([place.here] * 2 + [place.there])
    ]
    place.youths = [make_person(f"青年{number}") for number in range(12)]
    place.links = [
        make_link(cadre, youth=youth, ended_on=None if number % 5 else date(2017, 4, 1 + number))
        for at, cadre in enumerate(place.cadres)
        for number, youth in enumerate(place.youths)
        if (number + at) % 3
    ]
    place.activities = [make_activity(place.here, name, held_on=DAY) for name in ("健步走", "读书会")]
    return place


def figures(place):
    """Every figure of the year for the district and both branches."""
    scopes = [Scope(one, Period.of_year(2017)) for one in (place.root, place.here, place.there)]
    asked = [(figure, scope) for scope in scopes for figure in all_figures().values()]
    return [(result.figure.key, result.amount) for result in results_of(asked)]


def pairs_counted(place):
    """The contact × youth pairs of the district, as the figures have them."""
    figure = all_figures()["youth_contacts"]
    return figure.result(Scope(place.root, Period.of_year(2017))).value


def lists(place):
    """Who is on which list, and whether they came."""
    return {(one.activity_id, one.person_id): one.presence for one in SignIn.objects.all()}


def become(place, wanted):
    """Signs people in and out until the lists are as `wanted`."""
    for place_of, presence in lists(place).items():
        if wanted.get(place_of) != presence:
            remove_sign_in(SignIn.objects.get(activity=place_of[0], person=place_of[1]))
    known, people = lists(place), {one.pk: one for one in [*place.youths, *place.cadres]}
    for (activity, person), presence in wanted.items():
        if (activity, person) not in known:
            add_sign_in(Activity.objects.get(pk=activity), people[person], "", presence=presence)


def change_lists(place, lots):
    """Signs somebody in or out of one of the lists."""
    at = lots.choice(place.activities).pk, lots.choice([*place.youths, *place.cadres]).pk
    presence = lots.choice(["present", "present", "present", "absent", "excused"])
    known = lists(place)
    become(place, {key: known[key] for key in known if key != at} if at in known else known | {at: presence})


def confirm_some(place, lots):
    """Confirms or opens again one of the lists."""
    activity = lots.choice(place.activities)
    activity.refresh_from_db()
    if activity.is_confirmed and lots.random() < 0.5:
        reopen_list(activity, place.staff)
    elif activity.sign_in_count:
        credited = lots.sample([one.pk for one in place.cadres], lots.randrange(4))
        again = [pk for pk in credited if lots.random() < 0.3]
        confirm_list(activity, place.staff, DAY, credited=credited, again=again, contact_form="theme")


def expected_pairs(place, by_hand):
    """The pairs that follow from the confirmed lists, counted one by one, beside the links of those logged by hand."""
    count = len(by_hand)
    for credit in Credit.objects.select_related("activity"):
        if not credit.activity.is_confirmed:
            continue
        came = set(credit.activity.sign_ins.present().values_list("person", flat=True))
        for link in place.links:
            stands = link.started_on <= DAY and not (link.ended_on and link.ended_on <= DAY)
            is_beside = not credit.counts_again and link in by_hand
            count += link.cadre_id == credit.cadre_id and link.youth_id in came and stands and not is_beside
    return count


@pytest.mark.in_turn
@pytest.mark.cpu(6)
@pytest.mark.parametrize("seed", [1, 2, *(pytest.param(seed, marks=pytest.mark.full) for seed in range(3, 40))])
def test_all_that_follows_from_lists_is_counted_once_follows_them_and_goes_with_them(place, seed):
    lots = Random(seed)
    by_hand = lots.sample(place.links, 3)
    for link in by_hand:
        make_contact(link.cadre, [link], held_on=DAY, form="online")
    for _ in range(STEPS):
        change_lists(place, lots)
    before, listed = figures(place), lists(place)
    most = 0
    for _ in range(STEPS):
        lots.choice([change_lists, confirm_some])(place, lots)
        assert pairs_counted(place) == expected_pairs(place, by_hand)
        most = max(most, pairs_counted(place))
    assert most > len(by_hand)
    become(place, listed)
    for activity in place.activities:
        reopen_list(activity, place.staff)
    assert (lists(place), figures(place)) == (listed, before)


@pytest.mark.in_turn
def test_twin_an_undo_that_leaves_contacts_behind_moves_figures(place, monkeypatch):
    for youth in place.youths:
        add_sign_in(place.activities[0], youth, "")
    before = figures(place)
    confirm_list(place.activities[0], place.staff, DAY, credited=[place.cadres[0].pk], contact_form="theme")
    monkeypatch.setattr(CreditEffect, "settle", lambda effect, activities: None)
    reopen_list(place.activities[0], place.staff)
    assert figures(place) != before
