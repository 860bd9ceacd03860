"""Merging two people opens no case file to anybody who could not open both."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from members.merge_actions import merge_people, take_back_merge
from members.merge_traces import STAYS_ENDED, left_behind, to_be_left
from members.models import Person
from orgs.models import Role, User
from tests.factories import make_assisted_youth, make_grant, make_member, make_person, make_post, make_user
from tests.made_once import made_once
from tests.members.merged_records import everything, request_of
from tests.pages import browser_of, two_branches

pytestmark = pytest.mark.django_db


@made_once
def place():
    found = two_branches()
    found.bait, found.victim = make_person("章程"), make_person("章程")
    make_member(branch=found.here, person=found.bait)
    make_post(organisation=found.there, person=found.victim)
    found.file = reverse("assisted_youth_detail", args=[make_assisted_youth(found.there, person=found.victim).pk])
    found.caseworker = make_user("个案专员", found.root, "caseworker")
    found.client = browser_of(found.caseworker)
    return found


def merged(place, kept, lost):
    return merge_people(kept, lost, request=request_of(place.staff), reason="重复登记", values={})


@pytest.mark.sampled(2)
@pytest.mark.in_turn
@pytest.mark.cpu(4)
@pytest.mark.parametrize(("is_bait_kept", "has_file"), [(True, False), (False, False), (False, True)])
def test_a_grant_for_one_opens_nothing_of_the_other(place, is_bait_kept, has_file):
    if has_file:
        make_assisted_youth(place.here, person=place.bait, removed_on=timezone.localdate())
    grant = make_grant(place.caseworker, place.bait)
    before = everything()
    assert place.client.get(place.file).status_code == 404
    pair = (place.bait, place.victim) if is_bait_kept else (place.victim, place.bait)
    merge = merged(place, *pair)
    assert place.client.get(place.file).status_code == 404
    grant.refresh_from_db()
    assert (grant.person, grant.ended_on) == (pair[0], timezone.localdate())
    take_back_merge(merge, request=request_of(place.staff), reason="并错了")
    assert everything() == before
    assert place.client.get(place.file).status_code == 404


def test_whoever_may_open_the_one_file_asks_anew_for_what_has_become_of_both(place):
    make_grant(place.caseworker, place.victim)
    assert place.client.get(place.file).status_code == 200
    merge = merged(place, place.bait, place.victim)
    assert place.client.get(place.file).status_code == 404
    take_back_merge(merge, request=request_of(place.staff), reason="并错了")
    assert place.client.get(place.file).status_code == 200


def moved_away(user, place):
    user.roles.update(organisation=place.here)


def made_a_cadre(user, place):
    user.roles.update(kind="cadre")


def made_an_administrator(user, place):
    Role.objects.create(user=user, organisation=place.root, kind="administrator")


def gone(user, place):
    User.objects.filter(pk=user.pk).update(is_active=False)


def reset(user, place):
    """As of a new password, with which all grants end."""
    User.objects.filter(pk=user.pk).update(entrusted_by=place.staff, entrusted_at=timezone.now())


MEANWHILE = [moved_away, made_a_cadre, made_an_administrator, gone, reset]


@pytest.mark.sampled(2)
@pytest.mark.parametrize("change", MEANWHILE)
def test_a_grant_that_its_holder_could_not_be_given_today_comes_back_ended(place, change):
    grant = make_grant(place.caseworker, place.victim, organisation=place.there)
    other = make_grant(make_user("另一专员", place.root, "caseworker"), place.victim, organisation=place.there)
    merge = merged(place, place.bait, place.victim)
    assert [to_be_left(merge, one) for one in (place.staff, place.caseworker)] == [[], []]
    change(place.caseworker, place)
    for one in (User.objects.get(pk=place.staff.pk), place.branch_cadre):
        shown = [(grant, "个案授权", STAYS_ENDED)] if one.is_committee_staff else []
        assert to_be_left(merge, one) == shown
    take_back_merge(merge, request=request_of(place.staff), reason="并错了")
    for one in (grant, other):
        one.refresh_from_db()
    assert (grant.person, grant.ended_on) == (place.victim, timezone.localdate())
    assert (other.person, other.ended_on) == (place.victim, None)
    merge.refresh_from_db()
    assert left_behind(merge, place.staff) == [(grant, "个案授权", STAYS_ENDED)]
    assert browser_of(User.objects.get(pk=place.caseworker.pk)).get(place.file).status_code != 200


def test_roles_given_before_the_merge_keep_no_grant_ended(place):
    reset(place.caseworker, place)
    grant = make_grant(place.caseworker, place.victim)
    take_back_merge(merged(place, place.bait, place.victim), request=request_of(place.staff), reason="并错了")
    grant.refresh_from_db()
    assert grant.ended_on is None


def test_whoever_may_open_both_files_keeps_the_grant_that_expires_first(place):
    today = timezone.localdate()
    make_grant(place.caseworker, place.victim)
    first = make_grant(place.caseworker, place.bait, expires_on=today + timedelta(days=5))
    merged(place, place.bait, place.victim)
    assert place.client.get(place.file).status_code == 200
    assert list(Person.objects.get(pk=place.bait.pk).case_grants.filter(ended_on__isnull=True)) == [first]


def test_grants_in_two_organisations_are_not_grants_for_both_files(place):
    make_grant(place.caseworker, place.victim, organisation=place.there)
    make_grant(place.caseworker, place.bait, organisation=place.here)
    merged(place, place.bait, place.victim)
    assert place.client.get(place.file).status_code == 404
