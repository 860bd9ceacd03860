"""The end of sessions: an old cookie is rejected after each event that ends them."""

import base64
from importlib import import_module

import pytest
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.conf import settings
from django.contrib.sessions.backends import db
from django.contrib.sessions.middleware import SessionMiddleware
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.urls import reverse

from orgs.accounts.sessions import SEEN, STARTED
from orgs.models import Role
from tests.factories import PASSWORD, make_organisation, make_user
from tests.orgs.sign_in import is_signed_in, signed_in
from yl_district.audit.models import AccessEntry

pytestmark = pytest.mark.django_db
NEW_PASSWORD = "horse-battery-staple"


@pytest.fixture
def root():
    return make_organisation("清河地区团工委", category="working_committee", domain="office")


@pytest.fixture
def user(root):
    return make_user("林知秋", root)


@pytest.fixture
def administrator(root):
    return signed_in(make_user("程安", root, Role.Kind.ADMINISTRATOR))


def shift_session(client, key, seconds):
    """Lets time pass for one session."""
    session = client.session
    session[key] -= seconds
    session.save()


def old_cookie(client):
    """Another browser with the cookie that the client holds now."""
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = client.cookies[settings.SESSION_COOKIE_NAME].value
    return thief


def idle(client, **others):
    shift_session(client, SEEN, settings.SESSION_IDLE_SECONDS)


def last(client, **others):
    shift_session(client, STARTED, settings.SESSION_LAST_SECONDS)


def sign_out(client, **others):
    client.post(reverse("logout"))


def change_password(client, **others):
    data = {"old_password": PASSWORD, "new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD}
    assert client.post(reverse("password_change"), data).url == reverse("home")


def change_role(user, administrator, **others):
    role = user.roles.get()
    data = {"name": user.name, "kind_0": Role.Kind.LEADER, "organisation_0": role.organisation_id}
    assert administrator.post(reverse("account_update", args=[user.pk]), data).status_code == 302


def reset(user, administrator, **others):
    assert administrator.post(reverse("account_reset", args=[user.pk])).status_code == 302


def leave(user, administrator, **others):
    data = {"day": "2026-11-20"}
    assert administrator.post(reverse("account_leave", args=[user.pk]), data).status_code == 302


def end_own(client, user, **others):
    client.post(reverse("user_session_end", args=[UserSession.objects.get(user=user).pk]))


EVENTS = [idle, last, sign_out, change_password, change_role, reset, leave, end_own]


def test_an_old_cookie_opens_nothing_after_any_event(root, administrator, promises):
    alive = []
    for event in EVENTS:
        user = make_user("林知秋", root)
        client = signed_in(user)
        thief = old_cookie(client)
        assert is_signed_in(thief)
        event(client=client, user=user, administrator=administrator)
        alive += [event.__name__] if is_signed_in(thief) else []
    promises.add("B2", ends=len(EVENTS))
    assert alive == []
    assert is_signed_in(administrator)


def test_a_session_of_which_no_row_is_kept_ends_with_the_others(user, administrator):
    client = signed_in(user)
    UserSession.objects.filter(user=user).delete()
    assert is_signed_in(old_cookie(client))
    change_role(user, administrator)
    assert not is_signed_in(old_cookie(client))


def test_without_the_middleware_an_idle_session_lives_on(user, settings):
    """The twin: Django itself knows only the age of the cookie."""
    client = signed_in(user)
    idle(client)
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "SessionEnd" not in name]
    assert is_signed_in(old_cookie(client))


def test_use_keeps_a_session_alive_until_its_last_hour(user):
    client = signed_in(user)
    for _ in range(3):
        shift_session(client, SEEN, settings.SESSION_IDLE_SECONDS - 60)
        assert is_signed_in(client)


def test_the_end_by_time_is_said_and_logged(user):
    client = signed_in(user)
    idle(client)
    page = client.get(reverse("home"), follow=True)
    assert page.redirect_chain[0][0] == f"{reverse('login')}?next=/"
    assert "登录已超时，请重新登录。" in page.content.decode()
    entry = AccessEntry.objects.first()
    assert (entry.action, entry.who, entry.detail) == ("sign_out", user.username, "超时自动退出")


def test_an_end_by_time_that_cannot_be_noted_shows_nothing_but_that(user, request):
    client = signed_in(user)
    idle(client)
    request.getfixturevalue("broken_log")
    answer = client.get(reverse("home"))
    assert (answer.status_code, "暂时不能记录查阅日志" in answer.content.decode()) == (503, True)


def test_what_was_typed_before_an_end_that_cannot_be_noted_is_sent_again(user, request):
    client = signed_in(user)
    idle(client)
    request.getfixturevalue("broken_log")
    answer = client.post(reverse("activity_create"), {"name": "学雷锋走进社区"})
    kept = [("name", "学雷锋走进社区") in answer.context["form"].values, "再次提交" in answer.content.decode()]
    assert (answer.status_code, answer["Retry-After"], kept) == (503, "60", [True, True])


def test_a_changed_password_keeps_the_browser_that_changed_it(user):
    here, there = signed_in(user), signed_in(user)
    change_password(here)
    assert (is_signed_in(here), is_signed_in(there)) == (True, False)
    listed = here.get(reverse("usersessions_list")).context["sessions"]
    assert [session.session_key for session in listed] == [here.session.session_key]


def test_the_own_sessions_are_listed_and_ended_one_by_one_or_all_others(user, root):
    here, there, elsewhere = (signed_in(user) for _ in range(3))
    foreign = signed_in(make_user("程安", root))
    page = here.get(reverse("usersessions_list"))
    assert len(page.context["sessions"]) == 3
    ended = UserSession.objects.get(session_key=there.session.session_key)
    assert foreign.post(reverse("user_session_end", args=[ended.pk])).status_code == 404
    assert here.get(reverse("user_session_end", args=[ended.pk])).status_code == 405
    here.post(reverse("user_session_end", args=[ended.pk]))
    assert [is_signed_in(client) for client in (here, there, elsewhere)] == [True, False, True]
    here.post(reverse("usersessions_list"))
    assert [is_signed_in(client) for client in (here, elsewhere, foreign)] == [True, False, True]


def test_a_session_without_a_beginning_is_over(user):
    client = signed_in(user)
    session = client.session
    del session[STARTED]
    session.save()
    assert not is_signed_in(client)


def kept_cells():
    """Everything that the tables of sessions hold, as text."""
    rows = [*Session.objects.values_list(), *UserSession.objects.values_list()]
    return [str(cell) for row in rows for cell in row]


@pytest.mark.both
def test_nothing_that_a_copy_of_the_database_holds_is_a_cookie(user, promises):
    client = signed_in(user)
    secret = client.cookies[settings.SESSION_COOKIE_NAME].value
    kept = [*kept_cells(), *(cell[:40] for cell in kept_cells())]
    assert [cell for cell in kept if secret in cell] == []
    thief = Client()
    for cell in kept:
        thief.cookies[settings.SESSION_COOKIE_NAME] = cell
        assert not is_signed_in(thief)
    assert is_signed_in(client)
    if connection.vendor == "sqlite":
        promises.add("B2", copies=len(kept))


def test_twin_with_sessions_as_django_keeps_them_the_copy_opens_everything(user, settings):
    client = signed_in(user)
    plain = db.SessionStore()
    plain.update(dict(client.session))
    plain.save()
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.db"
    own, given = "yl_district.web.sealed_sessions.SecretSessionMiddleware", SessionMiddleware
    settings.MIDDLEWARE = [
        f"{given.__module__}.{given.__name__}" if name == own else name for name in settings.MIDDLEWARE
    ]
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = Session.objects.get(session_key=plain.session_key).session_key
    assert is_signed_in(thief)


def test_the_contents_are_ciphertext_of_their_own_row(user):
    """A secret of a second factor that is being set up is among them."""
    here, there = signed_in(user), signed_in(user)
    session = here.session
    session["secret"] = "GEZDGNBVGY3TQOJQ"
    session.save()
    rows = [Session.objects.get(session_key=client.session.session_key) for client in (here, there)]
    packed = base64.b64decode(rows[0].session_data)
    assert (b"GEZDGNBVGY3TQOJQ" in packed, here.session["secret"]) == (False, "GEZDGNBVGY3TQOJQ")
    Session.objects.filter(pk=rows[1].pk).update(session_data=rows[0].session_data)
    assert (is_signed_in(there), is_signed_in(here)) == (False, True)


def test_sessions_of_before_are_ended(user):
    client = signed_in(user)
    import_module("orgs.migrations.0014_end_sessions").end_sessions(apps, None)
    assert (Session.objects.count(), UserSession.objects.count(), is_signed_in(client)) == (0, 0, False)


def test_a_forged_cookie_is_nobody(client, user):
    signed_in(user)
    for value in ("x", "a" * 32, "%E5%AD%97", "a" * 5000):
        client.cookies[settings.SESSION_COOKIE_NAME] = value
        assert client.get(reverse("home")).status_code == 302
    assert Session.objects.count() == 1
