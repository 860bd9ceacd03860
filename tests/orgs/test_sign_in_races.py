"""Concurrent login attempts from two processes, as the server runs them."""

import json
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction

from orgs.accounts.actions import set_roles
from orgs.accounts.login_attempts import LIMIT
from orgs.models import Role, User
from tests.factories import make_organisation, make_second_factor, make_user
from tests.orgs.sign_in import code_now
from tests.races import HANGING, beside

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]
TIMES = 20


@pytest.fixture(scope="module")
def rivals():
    """Two processes of the site."""
    command = [sys.executable, "-m", "tests.orgs.rival"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    processes = [subprocess.Popen(command, cwd=settings.BASE_DIR, **pipes) for _ in range(2)]
    yield processes
    for process in processes:
        process.stdin.close()
        process.wait(timeout=HANGING)
        process.stdout.close()


def race(rivals, act, *arguments, **changes):
    """How many of the tries of both processes, begun together, came out true."""
    for process in rivals:
        command = {"act": act, "arguments": arguments, "times": TIMES, "settings": changes}
        print(json.dumps(command), file=process.stdin, flush=True)
    counts = [int(process.stdout.readline()) for process in rivals]
    assert min(counts) >= 0
    return sum(counts)


def test_of_forty_guesses_at_once_five_are_checked(rivals, promises):
    checked = race(rivals, "guess", make_user().username)
    promises.add("B1", tries=2 * TIMES, checked=checked)
    assert checked == LIMIT


def test_of_forty_guesses_at_a_name_of_nobody_five_are_checked(rivals):
    assert race(rivals, "guess", "nobody") == LIMIT


@pytest.mark.in_turn
@pytest.mark.parametrize("budget", ["GUESSES_PER_ADDRESS", "GUESSES_IN_ALL"])
def test_of_forty_guesses_at_as_many_names_a_budget_lets_ten_be_checked(rivals, promises, budget):
    checked = race(rivals, "guess_somebody", "nobody", **{budget: 10})
    promises.add("B1", guesses=2 * TIMES, budgeted=checked)
    assert checked == 10


def test_without_a_budget_all_guesses_at_as_many_names_are_checked(rivals):
    """The twin."""
    assert race(rivals, "guess_somebody", "nobody", GUESSES_PER_ADDRESS=1000) == 2 * TIMES


def test_without_counting_first_more_are_checked(rivals):
    """The twin: axes as it comes counts after the password is looked at."""
    stock = {"AXES_HANDLER": "axes.handlers.database.AxesDatabaseHandler", "AXES_FAILURE_LIMIT": LIMIT}
    checked = race(rivals, "guess", make_user().username, **stock)
    assert checked > LIMIT


def test_of_forty_uses_of_one_code_one_is_taken(rivals):
    user = make_user()
    make_second_factor(user)
    taken = race(rivals, "use_code", user.username, code_now())
    assert taken == 1


@pytest.mark.full
def test_without_the_lock_a_code_is_taken_by_each_process(rivals):
    """The twin: allauth as it comes remembers used codes in the process alone."""
    user = make_user()
    make_second_factor(user)
    # allauth would take a code within its own half minute alone, which may end meanwhile.
    taken = race(rivals, "use_code_as_allauth", user.username, code_now(), MFA_TOTP_TOLERANCE=1)
    assert taken > 1


@pytest.mark.in_turn
@pytest.mark.cpu(8)
def test_two_administrators_who_take_each_other_away_leave_one():
    root = make_organisation()
    first, second = (make_user("程安", root, Role.Kind.ADMINISTRATOR) for _ in range(2))

    def take_the_other_away():
        with transaction.atomic():
            set_roles(User.objects.get(pk=second.pk), [])

    with transaction.atomic():
        set_roles(first, [])
        other = beside(take_the_other_away)
    with pytest.raises(ValidationError, match="这是委机关本级唯一的系统管理员"):
        other.result(timeout=HANGING)
    assert Role.objects.get().user == second
