"""Signing in: names, login attempts, the second factor, and what is logged."""

import re
from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib.messages.storage.fallback import FallbackStorage
from django.core.management import call_command
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from orgs.accounts import login_attempts
from orgs.accounts.reauthentication import recently_confirmed
from orgs.accounts.second_factor import code_at, current_step, step_of
from orgs.models import Role
from tests.factories import PASSWORD, SECRET, make_organisation, make_second_factor, make_user
from tests.orgs.sign_in import CountingHasher, code_now, give_code, give_password, is_signed_in, signed_in
from tests.pages import browser_of
from yl_district.audit.models import AccessEntry

pytestmark = pytest.mark.django_db
TITLE = re.compile("<title>(.*?) ?· 地区团委工作台</title>")
WRONG = "手机号码、用户名或密码不正确，请重新输入（区分大小写）。"


@pytest.fixture
def root():
    return make_organisation("清河地区团工委", category="working_committee", domain="office")


@pytest.fixture
def user(root):
    return make_user("林知秋", root, mobile="13800138000")


def shift_tries(**by):
    """Lets time pass for the counters of guesses."""
    for attempt in AccessAttempt.objects.all():
        AccessAttempt.objects.filter(pk=attempt.pk).update(attempt_time=attempt.attempt_time - timedelta(**by))


def log_lines():
    """What the access log says, in the order of time."""
    return list(AccessEntry.objects.order_by("number").values_list("action", "who", "detail"))


@pytest.mark.parametrize("spelling", ["13800138000", "138 0013 8000", "１３８００１３８０００", " 13800138000 "])
def test_a_mobile_number_signs_in_however_it_is_written(client, user, spelling):
    assert give_password(client, spelling).url == reverse("home")
    assert is_signed_in(client)


def test_the_user_name_signs_in_too_and_the_log_says_so(client, user):
    give_password(client, user.username)
    client.post(reverse("logout"))
    assert log_lines() == [("sign_in", user.username, ""), ("sign_out", user.username, "")]


def test_a_signed_in_user_is_led_on_from_the_sign_in_page(user):
    assert signed_in(user).get(reverse("login")).url == reverse("home")


@pytest.mark.parametrize("name", ["nobody", "13900139000", "字" * 150, "' OR 1=1 --"])
def test_an_unknown_name_reads_like_a_wrong_password(client, user, name):
    known, unknown = give_password(client, user.username, "wrong"), give_password(Client(), name, "wrong")
    assert known.status_code == unknown.status_code == 200
    assert known.context["form"].non_field_errors() == unknown.context["form"].non_field_errors() == [WRONG]


def test_what_names_nobody_is_kept_nowhere(client, user):
    give_password(client, "my-secret-password", "x")
    assert log_lines() == [("sign_in_failed", "", "密码不正确")]
    counted = sorted(AccessAttempt.objects.values_list("username", flat=True))
    assert counted[:2] == ["password from 127.0.0.1", "password from everywhere"]
    assert [name[:8] for name in counted[2:]] == ["unknown:"]
    assert "my-secret-password" not in counted[2]


@pytest.mark.parametrize("name", ["a\0b", "x" * 151, ""])
def test_a_name_that_cannot_be_one_is_refused_in_words(client, name):
    response = give_password(client, name)
    assert response.status_code == 200
    assert list(response.context["form"].errors) == ["username"]


def test_a_left_user_and_one_without_a_password_do_not_get_in(client, user):
    user.is_active = False
    user.save()
    assert give_password(client, user.username).status_code == 200
    user.is_active = True
    user.set_unusable_password()
    user.save()
    assert give_password(client, user.username).status_code == 200


def test_five_wrong_passwords_lock_both_spellings_for_a_quarter_of_an_hour(client, user):
    for name in ["13800138000", user.username] * 2 + ["13800138000"]:
        assert give_password(client, name, "wrong").status_code == 200
    locked = give_password(client, user.username)
    assert locked.status_code == 429
    until = timezone.localtime(login_attempts.locked_until(user.username))
    assert f"请在 {until:%H:%M} 之后再试。" in locked.content.decode()
    assert log_lines()[-1] == ("sign_in_failed", user.username, "已锁定，未核对密码")
    shift_tries(minutes=14)
    assert give_password(Client(), user.username).status_code == 429
    shift_tries(minutes=1)
    assert give_password(Client(), user.username).status_code == 302


def test_the_address_makes_no_difference(user):
    statuses = [
        give_password(Client(), user.username, "wrong", REMOTE_ADDR=f"10.0.0.{number}").status_code
        for number in range(40)
    ]
    assert statuses == [200] * 5 + [429] * 35


def test_a_browser_that_signed_in_before_is_not_kept_out(user):
    own = signed_in(user)
    own.post(reverse("logout"))
    stranger = Client()
    for _ in range(6):
        give_password(stranger, user.username, "wrong")
    assert give_password(stranger, user.username).status_code == 429
    assert give_password(own, user.username).status_code == 302


def test_a_known_browser_has_five_guesses_of_its_own(user):
    own = signed_in(user)
    own.post(reverse("logout"))
    assert [give_password(own, user.username, "wrong").status_code for _ in range(6)] == [200] * 5 + [429]
    assert give_password(Client(), user.username).status_code == 302


def test_a_changed_cookie_makes_no_known_browser(user):
    own = signed_in(user)
    own.post(reverse("logout"))
    own.cookies["known_browser"] = own.cookies["known_browser"].value[:-1] + "x"
    for _ in range(5):
        give_password(Client(), user.username, "wrong")
    assert give_password(own, user.username).status_code == 429


def test_a_right_password_is_no_guess(user):
    """However often the second step is left open."""
    make_second_factor(user)
    answers = [give_password(Client(), user.username).status_code for _ in range(6)]
    assert answers == [302] * 6


def test_guesses_are_counted_anew_once_somebody_is_in(user):
    tried = []
    for _ in range(2):
        tried += [give_password(Client(), user.username, "wrong").status_code for _ in range(4)]
        signed_in(user)
    assert tried == [200] * 8


def test_an_unknown_name_costs_as_many_digests_as_a_known_one(client, user, settings):
    settings.PASSWORD_HASHERS = ["tests.orgs.sign_in.CountingHasher"]
    user.set_password(PASSWORD)
    user.save()
    spent = []
    for name in (user.username, "nobody"):
        CountingHasher.made = 0
        give_password(client, name, "wrong")
        spent.append(CountingHasher.made)
    assert spent == [1, 1]


def test_a_browser_known_to_one_account_has_no_guesses_of_its_own_at_another(user, root):
    own = signed_in(make_user("程安", root))
    own.post(reverse("logout"))
    for _ in range(5):
        give_password(Client(), user.username, "wrong")
    assert give_password(own, user.username).status_code == 429


def test_the_cookie_of_a_known_browser_is_kept_from_scripts_and_other_sites(user):
    cookie = signed_in(user).cookies["known_browser"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


def test_no_link_signs_anybody_out(user):
    client = signed_in(user)
    assert client.get(reverse("logout")).status_code == 405
    assert is_signed_in(client)


def test_an_operator_unlocks_an_account(client, user, capsys):
    for _ in range(6):
        give_password(client, user.username, "wrong")
    call_command("axes_reset_username", user.username)
    assert give_password(client, user.username).status_code == 302


@pytest.mark.parametrize("kind", [Role.Kind.ADMINISTRATOR, Role.Kind.CASEWORKER, Role.Kind.AUDITOR])
def test_a_role_that_demands_it_needs_the_second_factor(client, root, kind):
    user = make_user("程安", root, kind)
    assert give_password(client, user.username).url == reverse("mfa_authenticate")
    assert not is_signed_in(client)
    assert give_code(client, code_now()).url == reverse("home")
    assert is_signed_in(client)


def test_whoever_owes_the_second_factor_reaches_only_its_set_up(client, user, root):
    Role.objects.create(user=user, organisation=root, kind=Role.Kind.CASEWORKER)
    give_password(client, user.username)
    for name in ("home", "member_list", "account_list", "usersessions_list"):
        assert client.get(reverse(name)).status_code in (302, 404)
    page = client.get(reverse("home"), follow=True)
    assert page.redirect_chain == [(f"{reverse('mfa_activate_totp')}?next=%2F", 302)]
    assert "data:image/svg+xml;base64," in page.content.decode()
    secret = page.context["form"].secret
    assert secret in page.content.decode()
    code = code_for(secret)
    done = client.post(reverse("mfa_activate_totp"), {"code": code}, follow=True)
    assert done.redirect_chain == [(reverse("mfa_view_recovery_codes"), 302)]
    assert len(done.context["unused_codes"]) == 10
    assert client.get(reverse("home")).status_code == 200
    again = Client()
    give_password(again, user.username)
    assert give_code(again, code).status_code == 200
    assert give_code(again, done.context["unused_codes"][0]).status_code == 302


def test_what_a_page_fetches_neither_leads_to_the_set_up_nor_spoils_it(client, user, root):
    Role.objects.create(user=user, organisation=root, kind=Role.Kind.CASEWORKER)
    give_password(client, user.username)
    page = client.get(reverse("home"), follow=True)
    for name in ("app_manifest", "service_worker", "offline", "session_state"):
        assert client.get(reverse(name)).status_code == 200
    assert client.get(reverse("draft_key"), headers={"accept": "application/json"}).status_code == 403
    again = client.get(reverse("mfa_activate_totp"))
    assert list(again.context["messages"]) == []
    assert again.context["form"].secret == page.context["form"].secret
    answer = client.post(reverse("mfa_activate_totp"), {"code": code_for(page.context["form"].secret)})
    assert answer.url == reverse("mfa_view_recovery_codes")


def code_for(secret):
    """The present code of a secret just shown."""
    return code_at(secret, current_step())


def test_a_wrong_first_code_is_refused(client, user):
    give_password(client, user.username)
    client.get(reverse("mfa_activate_totp"))
    response = client.post(reverse("mfa_activate_totp"), {"code": "000000x"})
    assert list(response.context["form"].errors) == ["code"]


def test_a_code_counts_once(user):
    make_second_factor(user)
    code = code_now()
    first, second = Client(), Client()
    give_password(first, user.username)
    assert give_code(first, code).status_code == 302
    give_password(second, user.username)
    refused = give_code(second, code)
    assert refused.context["form"].errors["code"] == ["动态口令不正确或已用过，请等待下一个口令后重新输入。"]
    assert not is_signed_in(second)
    assert give_code(second, code_now(ahead=1)).status_code == 302


def test_a_code_is_taken_half_a_minute_early_or_late_and_no_more(monkeypatch):
    monkeypatch.setattr("orgs.accounts.second_factor.current_step", lambda: 1000)
    taken = [shift for shift in range(-12, 13) if step_of(SECRET, code_at(SECRET, 1000 + shift)) is not None]
    assert taken == [-1, 0, 1]


def test_a_wrong_code_stands_in_the_log(client, user):
    make_second_factor(user)
    give_password(client, user.username)
    give_code(client, "000000x")
    assert log_lines() == [("sign_in_failed", user.username, "动态口令不正确")]


def test_a_recovery_code_counts_once(user):
    make_second_factor(user)
    owner = signed_in(user)
    owner.post(reverse("mfa_generate_recovery_codes"))
    code, *_ = owner.get(reverse("mfa_view_recovery_codes")).context["unused_codes"]
    results = []
    for _ in range(2):
        client = Client()
        give_password(client, user.username)
        results.append(give_code(client, code).status_code)
    assert results == [302, 200]


@pytest.mark.parametrize("code", ["", "abc", "１２３４５６", "0" * 21, "1\0"])
def test_a_hostile_code_is_refused_in_words(client, user, code):
    make_second_factor(user)
    give_password(client, user.username)
    response = give_code(client, code)
    assert response.status_code == 200
    assert list(response.context["form"].errors) == ["code"]


def test_five_wrong_codes_stop_the_second_step_but_not_a_known_browser(user):
    make_second_factor(user)
    own = signed_in(user)
    own.post(reverse("logout"))
    client = Client()
    give_password(client, user.username)
    for _ in range(5):
        give_code(client, "000000")
    stopped = give_code(client, code_now(ahead=1))
    assert stopped.context["form"].errors["code"][0].startswith("连续 5 次口令不正确，已暂停核对。请在 ")
    assert not is_signed_in(client)
    give_password(own, user.username)
    assert give_code(own, code_now(ahead=1)).status_code == 302


def test_a_password_proved_before_a_reset_is_worth_nothing_after_it(user):
    make_second_factor(user)
    client = Client()
    give_password(client, user.username)
    user.set_unusable_password()
    user.save()
    assert give_code(client, code_now()).url == reverse("login")
    assert not is_signed_in(client)


def test_the_second_step_needs_the_first(client):
    assert client.get(reverse("mfa_authenticate")).url == reverse("login")
    assert give_code(client, "123456").url == reverse("login")


def test_the_second_factor_is_offered_to_all_and_given_up_by_whoever_may(user, root):
    make_second_factor(user)
    client = signed_in(user)
    assert client.get(reverse("mfa_index")).status_code == 200
    assert client.post(reverse("mfa_deactivate_totp")).url == reverse("login")
    assert not is_signed_in(client)
    keeper = signed_in(make_user("程安", root, Role.Kind.CASEWORKER), ahead=1)
    refused = keeper.post(reverse("mfa_deactivate_totp"))
    assert "您的角色必须使用动态口令，不能停用。" in refused.content.decode()


def test_the_pages_of_ones_own_account_have_titles(user):
    client = signed_in(user)
    own = ["mfa_index", "mfa_activate_totp", "account_reauthenticate", "usersessions_list", "password_change"]
    pages = [client.get(reverse(name)) for name in own]
    make_second_factor(user)
    client = signed_in(user, ahead=1)
    of_codes = ["mfa_deactivate_totp", "mfa_view_recovery_codes", "mfa_generate_recovery_codes", "mfa_reauthenticate"]
    pages += [client.get(reverse(name), follow=True) for name in of_codes]
    titles = [TITLE.search(page.content.decode())[1] for page in pages]
    assert [title for title in titles if not title] == [] and len(set(titles)) > len(own)


def test_an_act_that_asks_again_leads_back_to_the_page(user):
    make_second_factor(user)
    client = signed_in(user)
    session = client.session
    for given in session["account_authentication_methods"]:
        given["at"] -= 301
    session.save()
    page, confirm = reverse("mfa_generate_recovery_codes"), reverse("account_reauthenticate")
    assert client.get(page).url == f"{confirm}?next={page.replace('/', '%2F')}"
    wrong = client.post(confirm, {"password": "wrong", "next": page})
    assert wrong.context["form"].errors["password"] == ["密码不正确，请重新输入（区分大小写）。"]
    assert client.post(confirm, {"password": PASSWORD, "next": page}).url == page
    assert client.get(page).status_code == 200


def ask(user, client, method="get"):
    """What a view that asks for a confirmation answers within the client's session."""
    request = getattr(RequestFactory(), method)("/members/?page=2")
    request.user, request.session = user, client.session
    request._messages = FallbackStorage(request)
    return recently_confirmed(lambda request: HttpResponse("shown"))(request)


def test_a_view_can_ask_for_a_confirmation_within_the_last_minutes(user):
    fresh, old = signed_in(user), browser_of(user)
    assert ask(user, fresh).content == b"shown"
    asked = f"{reverse('account_reauthenticate')}?next=%2Fmembers%2F%3Fpage%3D2"
    assert [ask(user, old, method).url for method in ("get", "post")] == [asked, asked]
    old.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert ask(user, old).content == b"shown"


@pytest.mark.parametrize("target", ["https://example.org/", "//example.org", "javascript:alert(1)"])
def test_confirming_leads_nowhere_else(user, target):
    client = signed_in(user)
    assert client.post(reverse("account_reauthenticate"), {"password": PASSWORD, "next": target}).url == reverse("home")


def test_a_code_confirms_too(user):
    make_second_factor(user)
    client = signed_in(user)
    page = reverse("usersessions_list")
    answer = client.post(reverse("mfa_reauthenticate"), {"code": code_now(ahead=1), "next": page})
    assert answer.url == page
