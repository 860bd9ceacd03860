"""A session that ended while something was typed: the same account goes on, and nobody else reads it."""

import time

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from activities.models import Activity, ActivityType
from orgs.access import opens_case_files
from orgs.accounts import session_views
from orgs.accounts.ended_sessions import OWNER_COOKIE, account_mark, marked_account
from orgs.accounts.login_attempts import LIMIT
from orgs.accounts.sessions import SEEN, STARTED
from orgs.models import Role
from tests.factories import PASSWORD, make_organisation, make_user
from tests.forms import answers, shown_form
from tests.orgs.sign_in import code_now, is_signed_in, signed_in
from yl_district.pages import submit_once

pytestmark = pytest.mark.django_db
JSON = {"Accept": "application/json"}
TYPED = "把学雷锋月的照片交给社区"


@pytest.fixture
def root():
    return make_organisation("清河地区团工委", category="working_committee", domain="office")


@pytest.fixture
def user(root):
    return make_user("林知秋", root)


@pytest.fixture
def late(user):
    """A browser in which the session of the user has just ended for want of use."""
    client = signed_in(user)
    end_by_time(client)
    return client


def end_by_time(client):
    session = client.session
    session[SEEN] -= settings.SESSION_IDLE_SECONDS
    session.save()


def activity(user, root):
    """The fields of a form that can be saved."""
    return {
        "name": TYPED,
        "host": root.pk,
        "type": ActivityType.objects.first().pk,
        "held_on": "2026-04-08",
        "session_count": "1",
        "submission": submit_once.new_token(user),
    }


def kept_in(page):
    """The ciphertext of the form that a page keeps."""
    return page.context["kept"]


def resume(client, user, **given):
    return client.post(reverse("session_resume"), {"account": account_mark(user)} | given)


def resume_by_script(client, user, **given):
    sent = {"account": account_mark(user)} | given
    return client.post(reverse("session_resume"), sent, headers=JSON).json()


def test_a_form_sent_after_the_end_waits_unread_until_its_own_account_signs_in(late, user, root):
    page = late.post(reverse("activity_create"), activity(user, root))
    assert (page.status_code, TYPED in page.content.decode()) == (401, False)
    page = resume(late, user, password=PASSWORD, kept=kept_in(page))
    assert (page.status_code, TYPED in page.content.decode(), is_signed_in(late)) == (200, True, True)
    assert f'action="{reverse("activity_create")}"' in page.content.decode()
    assert late.post(reverse("activity_create"), answers(shown_form(page))).status_code == 302
    assert Activity.objects.get().name == TYPED


def test_a_wrong_password_keeps_the_form(late, user, root):
    kept = kept_in(late.post(reverse("activity_create"), activity(user, root)))
    page = resume(late, user, password="x", kept=kept)
    assert (kept_in(page), page.context["problem"]) == (kept, "密码不正确，请重新输入（区分大小写）。")
    assert not is_signed_in(late)


def test_so_does_a_lock(late, user, root):
    kept = kept_in(late.post(reverse("activity_create"), activity(user, root)))
    for _ in range(LIMIT):
        resume(late, user, password="x", kept=kept)
    page = resume(late, user, password=PASSWORD, kept=kept)
    assert (page.status_code, kept_in(page), is_signed_in(late)) == (429, kept, False)
    assert resume_by_script(late, user, password=PASSWORD)["problem"].startswith("核对次数已达上限")


def test_a_colleague_at_the_same_browser_reads_nothing(late, user, root):
    kept = kept_in(late.post(reverse("activity_create"), activity(user, root)))
    page = resume(late, make_user("程安", root), password=PASSWORD, kept=kept)
    assert page.url == reverse("home")


def test_a_session_ended_elsewhere_keeps_the_form_too(user, root):
    client = signed_in(user)
    client.session.flush()
    page = client.post(reverse("activity_create"), activity(user, root))
    assert (page.status_code, page.context["owner"]) == (401, user)


def test_twin_without_the_cookie_of_its_owner_a_form_leads_to_the_sign_in(late, user, root):
    del late.cookies[OWNER_COOKIE]
    answer = late.post(reverse("activity_create"), activity(user, root))
    assert answer.url == f"{reverse('login')}?next={reverse('activity_create')}"


def test_passwords_are_kept_by_no_page(late):
    sent = {"old_password": PASSWORD, "new_password1": "x", "new_password2": "x"}
    assert late.post(reverse("password_change"), sent).status_code == 302


def test_whoever_has_one_time_codes_gives_one(root):
    user = make_user("周予安", root, Role.Kind.CASEWORKER)
    client = signed_in(user)
    end_by_time(client)
    kept = kept_in(client.post(reverse("activity_create"), activity(user, root)))
    page = resume(client, user, password=PASSWORD, kept=kept)
    assert (page.context["asks_code"], kept_in(page), is_signed_in(client)) == (True, kept, False)
    page = resume(client, user, code="000000", kept=kept)
    assert (page.context["asks_code"], "动态口令不正确" in page.context["problem"]) == (True, True)
    page = resume(client, user, code=code_now(1), kept=kept)
    assert answers(shown_form(page))["name"] == TYPED
    assert is_signed_in(client)


def test_a_code_alone_signs_nobody_in(root):
    user = make_user("周予安", root, Role.Kind.CASEWORKER)
    client = Client()
    resume_by_script(client, user, code=code_now())
    assert not is_signed_in(client)


def test_scripts_are_told_that_a_session_has_ended_and_reload_nothing(late):
    for headers in (JSON, {"HX-Request": "true"}):
        answer = late.get(reverse("role_list"), headers=headers)
        assert (answer.status_code, "HX-Refresh" in answer, "HX-Redirect" in answer) == (401, False, False)


def test_scripts_go_on_with_a_new_token(late, user):
    answer = resume_by_script(late, user, password="x")
    assert (answer["code"], answer["problem"]) == (False, "密码不正确，请重新输入（区分大小写）。")
    assert resume_by_script(late, user, password=PASSWORD)["done"]
    assert is_signed_in(late)


def test_a_page_takes_back_its_browser_from_another_account(user, root):
    client = signed_in(make_user("程安", root))
    assert resume_by_script(client, user, password=PASSWORD)["done"]
    assert client.get(reverse("session_state")).json()["account"] == account_mark(user)


def test_a_closed_or_forged_account_is_not_asked_for(late, user):
    forged = late.post(reverse("session_resume"), {"account": f"{user.pk}:x", "password": PASSWORD}, headers=JSON)
    assert forged.json() == {"problem": session_views.UNKNOWN_ACCOUNT}
    user.is_active = False
    user.save()
    assert marked_account(account_mark(user)) is None
    assert resume(late, user, password=PASSWORD).url == reverse("login")


def test_the_state_tells_whose_session_it_is_and_how_long_it_lasts(user):
    assert Client().get(reverse("session_state")).json()["account"] == ""
    began = int(time.time())
    state = signed_in(user).get(reverse("session_state")).json()
    took, left = int(time.time()) - began, state["left"]
    assert state["account"] == account_mark(user)
    assert settings.SESSION_IDLE_SECONDS - left["idle"] in range(took + 1)
    assert settings.SESSION_LAST_SECONDS - left["last"] in range(took + 1)


def used_since(client, ask):
    """Whether a session counts as used after a page has asked for its state."""
    session = client.session
    session[SEEN] -= 600
    session[STARTED] -= 600
    session.save()
    ask(reverse("session_state"))
    return client.session[SEEN] != session[SEEN]


def test_a_page_that_only_looks_does_not_prolong_its_session(user):
    client = signed_in(user)
    assert [used_since(client, ask) for ask in (client.get, client.post)] == [False, True]


def test_each_session_has_a_key_of_drafts_of_its_own_that_ends_with_it(user):
    here, there = signed_in(user), signed_in(user)
    keys = [client.get(reverse("draft_key")).json()["key"] for client in (here, here, there)]
    assert (keys[0] == keys[1], keys[0] == keys[2]) == (True, False)
    here.post(reverse("logout"))
    assert here.get(reverse("draft_key"), headers=JSON).status_code == 401


def test_pages_about_cases_keep_no_draft_in_the_browser(root):
    names = ("activity_create", "assisted_youth_update", "assistance_create", "case_grant_create", "scholarship_update")
    assert [opens_case_files(name) for name in names] == [False, True, True, True, True]
    client = signed_in(make_user("周予安", root, Role.Kind.CASEWORKER))
    page = client.get(reverse("case_grant_create")).content.decode()
    assert 'data-drafts="server"' in page
