"""A cadre's or hub operator's own phone stays signed in for thirty days, unless something ends it; no other does."""

import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.test import Client
from django.urls import reverse

from orgs.accounts.sessions import SEEN, STARTED
from orgs.models import Role
from orgs.roles import STAYING_SIGNED_IN
from tests.factories import PASSWORD, make_organisation, make_user
from tests.orgs.sign_in import code_now, give_code, is_signed_in, signed_in
from yl_district.audit.models import AccessEntry

pytestmark = pytest.mark.django_db
DAY = 24 * 3600


@pytest.fixture
def root():
    return make_organisation("清河地区团工委", category="working_committee", domain="office")


@pytest.fixture
def branch(root):
    return make_organisation("大华社区团支部", root)


def remembered(user, **more):
    """A phone on which the box at the sign-in was ticked."""
    client = Client()
    sent = {"username": user.username, "password": PASSWORD, "remember": "on"} | more
    if client.post(reverse("login"), sent).url == reverse("mfa_authenticate"):
        give_code(client, code_now())
    assert is_signed_in(client)
    return client


def let_pass(client, seconds):
    session = client.session
    session[SEEN] -= seconds
    session[STARTED] -= seconds
    session.save()


def lasts(client, seconds=DAY):
    """Whether a phone that lay about for so long opens anything."""
    let_pass(client, seconds)
    return is_signed_in(client)


@pytest.mark.parametrize("kind", Role.Kind)
def test_only_those_who_need_no_code_and_see_no_case_stay_signed_in(root, kind):
    assert lasts(remembered(make_user("林知秋", root, kind))) == (kind in STAYING_SIGNED_IN)


def test_whoever_has_another_role_beside_does_not(root, branch):
    user = make_user("林知秋", branch, Role.Kind.CADRE)
    Role.objects.create(user=user, organisation=root, kind=Role.Kind.STAFF)
    assert not lasts(remembered(user))


def test_whoever_has_no_role_does_not(branch):
    user = make_user("林知秋", branch, Role.Kind.CADRE)
    user.roles.all().delete()
    assert not lasts(remembered(user))


def test_twin_a_phone_of_which_nobody_asked_it_is_signed_out(branch):
    assert not lasts(signed_in(make_user("林知秋", branch, Role.Kind.CADRE)))


def test_a_remembered_phone_is_asked_again_after_thirty_days(branch):
    client = remembered(make_user("林知秋", branch, Role.Kind.CADRE))
    assert client.cookies[settings.SESSION_COOKIE_NAME]["max-age"] == settings.SESSION_REMEMBERED_SECONDS
    assert [lasts(client, days * DAY) for days in (29, 1)] == [True, False]


def test_it_is_listed_as_such_logged_and_ended_from_elsewhere(branch):
    user = make_user("林知秋", branch, Role.Kind.CADRE)
    phone = remembered(user)
    assert AccessEntry.objects.filter(action="sign_in").first().detail == "保持登录 30 天"
    listed = UserSession.objects.get(user=user)
    desk = signed_in(user)
    assert f"保持登录至 {listed.data['remembered_until']}" in desk.get(reverse("usersessions_list")).content.decode()
    desk.post(reverse("user_session_end", args=[listed.pk]))
    assert (is_signed_in(phone), is_signed_in(desk)) == (False, True)


def change_password(user, administrator):
    data = {"old_password": PASSWORD, "new_password1": "horse-battery-staple", "new_password2": "horse-battery-staple"}
    assert signed_in(user).post(reverse("password_change"), data).url == reverse("home")


def give_more(user, administrator):
    data = {"name": user.name, "kind_0": Role.Kind.LEADER, "organisation_0": user.roles.get().organisation_id}
    assert administrator.post(reverse("account_update", args=[user.pk]), data).status_code == 302


def reset(user, administrator):
    assert administrator.post(reverse("account_reset", args=[user.pk])).status_code == 302


def leave(user, administrator):
    assert administrator.post(reverse("account_leave", args=[user.pk]), {"day": "2026-11-20"}).status_code == 302


def give_more_by_command(user, administrator):
    Role.objects.filter(user=user).update(kind=Role.Kind.STAFF)


@pytest.mark.parametrize("event", [change_password, give_more, reset, leave, give_more_by_command])
def test_what_ends_other_sessions_ends_it_at_once(root, branch, event):
    user = make_user("林知秋", branch, Role.Kind.CADRE)
    phone = remembered(user)
    let_pass(phone, DAY)
    event(user, signed_in(make_user("程安", root, Role.Kind.ADMINISTRATOR)))
    assert not is_signed_in(phone)


def test_the_phone_that_changed_its_password_is_a_browser_like_any_other(branch):
    phone = remembered(make_user("林知秋", branch, Role.Kind.CADRE))
    let_pass(phone, DAY)
    data = {"old_password": PASSWORD, "new_password1": "horse-battery-staple", "new_password2": "horse-battery-staple"}
    assert phone.post(reverse("password_change"), data).url == reverse("home")
    assert (is_signed_in(phone), lasts(phone)) == (True, False)


def test_a_wish_of_an_earlier_sign_in_does_not_last(root, branch):
    """Whoever is at the phone next has to want it too."""
    client = Client()
    cadre = make_user("林知秋", branch, Role.Kind.CADRE)
    client.post(reverse("login"), {"username": cadre.username, "password": "x", "remember": "on"})
    client.post(reverse("login"), {"username": cadre.username, "password": PASSWORD})
    assert not lasts(client)
