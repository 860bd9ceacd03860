"""Data made once: each test finds them untouched, whatever ran before, and whoever begins without them finds none."""

from datetime import timedelta
from itertools import groupby
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, connection

from members.models import Member, Person
from orgs.models import Organisation
from tests.factories import make_member, make_organisation, make_user
from tests.made_once import DataMadeOnce, made_once, makers_for, pytest_collection_modifyitems
from tests.pages import browser_of

pytestmark = pytest.mark.both


@made_once
def branch():
    return make_organisation("柳林社区团支部")


@made_once
def roll(branch):
    member = make_member("章程", branch)
    return SimpleNamespace(branch=branch, member=member, client=browser_of(make_user(organisation=branch)))


def in_database():
    """The names of organisations and people."""
    return [[row.name for row in model.objects.order_by("pk")] for model in (Organisation, Person)]


@pytest.mark.parametrize("turn", [1, 2])
def test_what_a_test_does_to_data_and_objects_is_not_seen_by_the_next(turn, branch):
    assert (branch.name, in_database()) == ("柳林社区团支部", [["柳林社区团支部"], []])
    branch.name = "改名团支部"
    branch.save()
    make_organisation("槐荫社区团支部", branch)


@pytest.mark.parametrize("turn", [1, 2])
def test_data_may_be_made_upon_other_data_and_are_the_same_objects(turn, roll, branch):
    assert in_database() == [["柳林社区团支部"], ["章程"]]
    assert roll.branch is branch
    assert roll.member.branch is branch
    assert roll.client.session["_auth_user_id"]
    roll.member.delete()
    branch.name = "改名团支部"
    roll.client.logout()


def test_data_upon_others_are_gone_where_a_test_begins_with_these_alone(branch):
    assert in_database() == [["柳林社区团支部"], []]


def test_whoever_begins_without_data_finds_none(db):
    assert in_database() == [[], []]


@pytest.mark.django_db(transaction=True)
def test_a_test_that_commits_has_data_of_its_own(branch):
    assert not connection.in_atomic_block
    assert in_database() == [["柳林社区团支部"], []]


def test_a_test_has_one_transaction_within_those_of_the_data(roll):
    assert len(connection.atomic_blocks) == 3


@pytest.mark.parametrize("turn", [1, 2])
def test_a_test_whose_transaction_breaks_leaves_the_data_as_they_are(turn, roll):
    assert in_database() == [["柳林社区团支部"], ["章程"]]
    roll.member.delete()
    with pytest.raises(IntegrityError):
        Member.objects.create(branch=roll.branch)
    assert connection.needs_rollback


@pytest.fixture
def no_data(django_db_setup, django_db_blocker):
    """Data made once, of which there are none, where no test has a transaction."""
    with django_db_blocker.unblock():
        data = DataMadeOnce()
        data.blocker = django_db_blocker
        yield data
        data.take_back(0)


def lone():
    """A branch of its own."""
    return make_organisation("远山团支部")


def faulty(lone):
    """Fails, with somebody in the database already."""
    Person.objects.create(name="半途")
    raise LookupError


def test_where_data_cannot_be_made_nothing_is_left_of_them(no_data):
    with pytest.raises(LookupError):
        no_data.make([lone, faulty], no_data.blocker)
    assert (no_data.layers, connection.in_atomic_block, in_database()) == ([], False, [[], []])


def test_data_of_yesterday_are_made_anew(no_data):
    no_data.make([lone], no_data.blocker)
    first = no_data.layers[0]
    no_data.make([lone], no_data.blocker)
    assert no_data.layers == [first]
    no_data.day -= timedelta(days=1)
    no_data.make([lone], no_data.blocker)
    assert no_data.layers[0].around is not first.around
    assert in_database() == [["远山团支部"], []]


def test_tests_that_begin_with_the_same_data_follow_one_another(request):
    tests = [test for test in request.session.items if test.path == request.path][::-1]
    pytest_collection_modifyitems(tests)
    assert len(list(groupby(tests, key=makers_for))) == len({tuple(makers_for(test)) for test in tests})
