"""Guesses per address and in all: what is refused before any digest is made, and who gets in all the same."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.forms import PasswordChangeForm
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from orgs.accounts.guess_budgets import guesser
from orgs.accounts.invitations import link_path
from orgs.accounts.sign_in_forms import OwnPasswordForm
from orgs.roles import RoleKind
from tests.factories import PASSWORD, make_organisation, make_second_factor, make_user
from tests.orgs.sign_in import CountingHasher, code_now, give_code, give_password, is_signed_in, signed_in
from tests.pages import browser_of, page, send
from yl_district.audit.models import AccessEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def root():
    return make_organisation("清河地区团工委", category="working_committee", domain="office")


@pytest.fixture
def user(root):
    return make_user("林知秋", root)


def statuses(tries, names=None, address="10.0.0.{}", **extra):
    """The answers to wrong passwords for as many names, from one address or from one each."""
    return [
        give_password(Client(), name, "wrong", REMOTE_ADDR=address.format(number), **extra).status_code
        for number, name in enumerate(names or [f"nobody{number}" for number in range(tries)])
    ]


def pass_time(**by):
    """Lets time pass for all counters."""
    for attempt in AccessAttempt.objects.all():
        AccessAttempt.objects.filter(pk=attempt.pk).update(attempt_time=attempt.attempt_time - timedelta(**by))


def digests_of(act):
    """How many digests of passwords are made meanwhile."""
    CountingHasher.made = 0
    act()
    return CountingHasher.made


def test_one_address_guesses_so_often_at_all_names_together(settings, user):
    settings.GUESSES_PER_ADDRESS, settings.PASSWORD_HASHERS = 4, ["tests.orgs.sign_in.CountingHasher"]
    answers = []
    assert digests_of(lambda: answers.extend(statuses(9, address="10.0.0.7"))) == 4
    assert answers == [200] * 4 + [429] * 5
    refused = []
    assert digests_of(lambda: refused.append(give_password(Client(), user.username, REMOTE_ADDR="10.0.0.7"))) == 0
    assert 890 < int(refused[0]["Retry-After"]) <= 900
    assert "以前登录过的电脑、手机不受影响。请在 " in refused[0].content.decode()
    assert give_password(Client(), user.username, REMOTE_ADDR="10.0.0.8").status_code == 302
    pass_time(minutes=14)
    assert statuses(1, address="10.0.0.7") == [429]
    pass_time(minutes=1)
    assert give_password(Client(), user.username, REMOTE_ADDR="10.0.0.7").status_code == 302


def test_twin_without_a_budget_every_guess_of_an_address_is_checked(settings):
    settings.GUESSES_PER_ADDRESS, settings.PASSWORD_HASHERS = 10**6, ["tests.orgs.sign_in.CountingHasher"]
    assert digests_of(lambda: statuses(9, address="10.0.0.7")) == 9


def test_all_addresses_guess_so_often_together_and_keep_out_no_browser_that_is_known(settings, user):
    own = signed_in(user)
    own.post(reverse("logout"))
    settings.GUESSES_IN_ALL = 6
    assert statuses(9) == [200] * 5 + [429] * 4  # the own sign-in cost a tenth
    assert give_password(Client(), user.username, REMOTE_ADDR="10.9.9.9").status_code == 429
    assert give_password(own, user.username, "wrong").status_code == 200
    assert give_password(own, user.username).status_code == 302
    assert is_signed_in(own)


def test_a_known_browser_gets_in_from_an_address_that_guesses(settings, user):
    own = signed_in(user)
    own.post(reverse("logout"))
    settings.GUESSES_PER_ADDRESS = 2
    assert statuses(3, address="127.0.0.1")[-1] == 429
    assert give_password(own, user.username).status_code == 302


def test_whoever_set_the_password_by_a_link_is_known_at_the_first_sign_in(settings, user):
    own, chosen = Client(), "spring-walk-along-the-river"
    assert own.post(link_path(user), {"new_password1": chosen, "new_password2": chosen}).status_code == 302
    settings.GUESSES_PER_ADDRESS = 1
    assert statuses(3, address="127.0.0.1") == [200, 429, 429]
    assert give_password(own, user.username, chosen).status_code == 302


@pytest.mark.cpu(5)
def test_an_office_of_thirty_behind_one_address_gets_in_at_nine(root):
    people = [make_user("经办人", root, RoleKind.CADRE) for _ in range(30)]
    for number, person in enumerate(people):
        client, tries = Client(), [*["wrong"] * (number % 3), PASSWORD]
        assert [give_password(client, person.username, one).status_code for one in tries][-1] == 302


def test_a_right_password_costs_a_tenth_of_a_wrong_one(settings, user):
    settings.GUESSES_PER_ADDRESS = 2
    answers = [give_password(Client(), user.username).status_code for _ in range(12)]
    assert answers == [302] * 11 + [429]


def test_the_log_says_once_that_an_address_has_no_guess_left(settings):
    settings.GUESSES_PER_ADDRESS = 2
    statuses(6, address="10.0.0.7")
    lines = list(AccessEntry.objects.order_by("number").values_list("address", "detail"))
    assert [detail[:8] for _, detail in lines] == ["密码不正确", "密码不正确", "核对次数已达上限"]
    assert {address for address, _ in lines} == {"10.0.0.7"}


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("10.0.0.7", "10.0.0.7"),
        ("::ffff:10.0.0.7", "10.0.0.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("", "nowhere"),
        ("unix:", "nowhere"),
    ],
)
def test_of_a_long_address_the_subscribers_network_counts(rf, address, counted):
    assert guesser(rf.get("/", REMOTE_ADDR=address)) == counted


def test_codes_have_budgets_too(settings, root):
    settings.GUESSES_PER_ADDRESS = 3
    answers = []
    for _ in range(3):
        client, user = Client(), make_user("程安", root, RoleKind.CASEWORKER)
        give_password(client, user.username)
        answers += [give_code(client, "000000x").status_code for _ in range(2)]
    assert answers == [200] * 3 + [429] * 3


def lost_cookie(client):
    """The client without what makes it a known browser."""
    client.cookies.pop("known_browser", None)
    return client


@pytest.mark.parametrize(
    ("url_name", "field"),
    [("account_reauthenticate", "password"), ("password_change", "old_password"), ("mfa_reauthenticate", "code")],
)
def test_whoever_is_signed_in_is_counted_wherever_a_secret_is_asked(settings, user, url_name, field):
    make_second_factor(user)
    client = browser_of(user)
    settings.GUESSES_PER_ADDRESS = 2
    answers = [client.post(reverse(url_name), {field: "x"}).status_code for _ in range(4)]
    assert answers == [200, 200, 429, 429]


def test_what_is_wrong_with_a_new_password_is_told_to_whoever_knows_the_old_one(settings, user, monkeypatch):
    """Otherwise "not one of the last passwords" would tell whether a guess is the present one, and count nothing."""
    settings.AUTH_PASSWORD_VALIDATORS = [{"NAME": "orgs.accounts.password_validators.FormerPasswordValidator"}]
    client = browser_of(user)

    def told():
        sent = {"old_password": "wrong", "new_password1": PASSWORD, "new_password2": PASSWORD}
        return list(client.post(reverse("password_change"), sent).context["form"].errors)

    assert told() == ["old_password"]
    monkeypatch.setattr(OwnPasswordForm, "clean", PasswordChangeForm.clean)
    assert told() == ["old_password", "new_password2"]  # the twin


def test_links_that_are_none_count_and_so_does_what_is_sent_to_a_right_one(settings, user):
    settings.GUESSES_PER_ADDRESS = 3
    wrong, right, client = reverse("invitation_accept", args=["MQ", "c0-0"]), link_path(user), Client()
    assert [client.get(wrong).status_code for _ in range(2)] == [410, 410]
    assert [client.get(right).status_code for _ in range(3)] == [200, 200, 200]
    weak = {"new_password1": "password", "new_password2": "password"}
    assert [client.post(right, weak).status_code for _ in range(2)] == [200, 429]
    assert client.get(wrong).status_code == 429
    assert give_password(client, user.username).status_code == 302  # counted apart


def locked_at_both_steps(user):
    """A browser whose owner has guessed the code too often, and then the password."""
    client = Client()
    give_password(client, user.username)
    for _ in range(5):
        give_code(client, "000000x")
    for _ in range(5):
        give_password(Client(), user.username, "wrong")
    return client


def is_let_in(user):
    """Whether password and code open the account from an unknown browser."""
    client = Client()
    if give_password(client, user.username).status_code != 302:
        return False
    give_code(client, code_now())
    return is_signed_in(client)


def test_the_documented_command_lifts_the_lock_of_codes_as_well(root):
    user = make_user("程安", root, RoleKind.CASEWORKER)
    locked_at_both_steps(user)
    assert not is_let_in(user)
    call_command("axes_reset_username", user.username)
    assert is_let_in(user)


def test_an_administrator_lifts_both_locks_on_the_accounts_page(root):
    user, administrator = make_user("程安", root, RoleKind.CASEWORKER), make_user("顾清", root, RoleKind.ADMINISTRATOR)
    admin = browser_of(administrator)
    assert "登录锁定" not in page(admin, "account_detail", user.pk)
    locked_at_both_steps(user)
    shown = page(admin, "account_detail", user.pk)
    assert "登录锁定" in shown and reverse("account_unlock", args=[user.pk]) in shown
    send(admin, "account_unlock", user.pk)
    line = AccessEntry.objects.first()
    assert (line.action, line.user_id, line.detail) == (
        "account",
        administrator.pk,
        f"{user.username}：解除登录锁定",
    )
    assert "登录锁定" not in page(admin, "account_detail", user.pk)
    assert is_let_in(user)


def test_a_reset_lifts_the_lock_of_codes_as_well(root):
    user, admin = make_user("程安", root, RoleKind.CASEWORKER), browser_of(make_user("顾清", root, "administrator"))
    locked_at_both_steps(user)
    send(admin, "account_reset", user.pk)
    user.refresh_from_db()
    user.set_password(PASSWORD)
    user.save()
    assert is_let_in(user)
