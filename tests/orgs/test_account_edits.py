"""Concurrent changes of accounts: stale pages, double clicks, and actions on a user who is just leaving."""

from datetime import date
from functools import partial

import pytest
from allauth.core.context import request_context
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from orgs.accounts.actions import accept_invitation, change_own_password, leave, reset_account, update_account
from orgs.accounts.invitations import link_path
from orgs.accounts.sign_in_forms import FirstPasswordForm, OwnPasswordForm
from orgs.models import Role, User
from orgs.roles import RoleKind
from tests.factories import PASSWORD, make_organisation, make_user
from tests.forms import answers, shown_form
from tests.orgs.sign_in import give_password
from tests.pages import browser_of, send
from tests.races import at_once
from yl_district.pages.edit_conflicts import UNSHOWN

pytestmark = pytest.mark.django_db
CHOSEN = "spring-walk-along-the-river"
CHOICE = {"new_password1": CHOSEN, "new_password2": CHOSEN}
DAY = date(2026, 11, 20)


@pytest.fixture
def root():
    return make_organisation("清河地区团工委", category="working_committee", domain="office")


@pytest.fixture
def branch(root):
    return make_organisation("柳林社区团支部", root)


@pytest.fixture
def user(branch):
    return make_user("陆远", branch, RoleKind.CADRE, "13800138000")


@pytest.fixture
def administrators(root):
    return [make_user(name, root, RoleKind.ADMINISTRATOR) for name in ("程安", "周明")]


@pytest.fixture
def admins(administrators):
    return [browser_of(each) for each in administrators]


@pytest.fixture
def asking(administrators, rf):
    """A request by an administrator."""
    return asked_by(administrators[0], rf)


def asked_by(user, rf):
    request = rf.post("/")
    request.user = user
    return request


def opened(client, url_name, *args):
    """What a browser sends back from the page as it is now shown."""
    return answers(shown_form(client.get(reverse(url_name, args=args))))


def sent(client, url_name, user, data):
    return client.post(reverse(url_name, args=[user.pk]), data)


def kinds_of(user):
    return [role.kind for role in user.roles.all()]


def test_two_administrators_who_correct_an_account_lose_nothing(admins, user):
    mine, theirs = (opened(client, "account_update", user.pk) for client in admins)
    assert (
        sent(admins[1], "account_update", user, theirs | {"mobile": "13900139000", "name": "陆遥"}).status_code == 302
    )
    answer = sent(admins[0], "account_update", user, mine | {"name": "陆原"})
    conflict = answer.context["form"].conflict
    assert answer.status_code == 409
    assert [(each.label, each.stored, each.typed) for each in conflict.differing] == [("姓名", "陆遥", "陆原")]
    assert [(each.label, each.stored) for each in conflict.taken_over] == [("手机号码", UNSHOWN)]
    text = answer.content.decode()
    assert ("陆遥" in text, "陆原" in text) == (True, True)
    assert sent(admins[0], "account_update", user, answers(shown_form(answer))).status_code == 302
    user.refresh_from_db()
    assert (user.name, user.mobile) == ("陆原", "13900139000")


def test_a_stale_page_does_not_bring_a_role_back(admins, user, branch):
    Role.objects.create(user=user, organisation=branch, kind=RoleKind.LEADER)
    mine, theirs = (opened(client, "account_update", user.pk) for client in admins)
    assert sent(admins[1], "account_update", user, theirs | {"kind_0": "", "kind_1": "leader"}).status_code == 302
    assert kinds_of(user) == ["leader"]
    answer = sent(admins[0], "account_update", user, mine | {"name": "陆原"})
    assert (answer.status_code, kinds_of(user)) == (409, ["leader"])
    assert sent(admins[0], "account_update", user, answers(shown_form(answer))).status_code == 302
    user.refresh_from_db()
    assert (user.name, kinds_of(user)) == ("陆原", ["leader"])


def test_twin_without_the_version_the_stale_page_brings_the_role_back(admins, user, branch):
    Role.objects.create(user=user, organisation=branch, kind=RoleKind.LEADER)
    mine, theirs = (opened(client, "account_update", user.pk) for client in admins)
    sent(admins[1], "account_update", user, theirs | {"kind_0": "", "kind_1": "leader"})
    unmarked = {name: value for name, value in mine.items() if name != "version"}
    assert sent(admins[0], "account_update", user, unmarked | {"name": "陆原"}).status_code == 302
    assert sorted(kinds_of(user)) == ["cadre", "leader"]


def test_a_role_typed_into_a_line_that_is_gone_by_now_is_kept(admins, user, branch):
    mine, theirs = (opened(client, "account_update", user.pk) for client in admins)
    assert sent(admins[1], "account_update", user, theirs | {"kind_0": ""}).status_code == 302
    answer = sent(admins[0], "account_update", user, mine | {"kind_1": "leader", "organisation_1": branch.pk})
    assert answer.status_code == 409
    kept = answers(shown_form(answer))
    assert (kept["kind_0"], kept["kind_1"], kept["organisation_1"]) == ("", "leader", str(branch.pk))


@pytest.mark.parametrize("url_name", ["account_reset", "account_leave"])
def test_whoever_resets_or_ends_an_account_is_told_of_what_changed_meanwhile(admins, user, url_name):
    page = opened(admins[0], url_name, user.pk)
    send(admins[1], "account_update", user.pk, name="陆远", mobile="13800138000")
    answer = sent(admins[0], url_name, user, page)
    assert (answer.status_code, answer.context["form"].conflict.labels) == (409, ("最近经办时间", "角色"))
    user.refresh_from_db()
    assert (user.is_active, user.has_usable_password()) == (True, True)


@pytest.mark.parametrize("url_name", ["account_reset", "account_leave"])
def test_a_sign_in_meanwhile_stands_in_nobodys_way(admins, user, url_name):
    page = opened(admins[0], url_name, user.pk)
    assert give_password(Client(), user.username).status_code == 302
    assert sent(admins[0], url_name, user, page).status_code == 302


def test_an_invitation_pressed_twice_makes_one_account_and_shows_its_link(admins, branch):
    facts = {"name": "顾清", "username": "guqing", "kind_0": "cadre", "organisation_0": branch.pk}
    page = opened(admins[0], "account_invite") | facts
    answers = [admins[0].post(reverse("account_invite"), page) for _ in range(2)]
    user = User.objects.get(username="guqing")
    assert [answer.url for answer in answers] == [user.get_absolute_url()] * 2
    link = admins[0].get(user.get_absolute_url()).context["link"]
    assert Client().post(link, CHOICE).status_code == 302
    again = admins[0].post(reverse("account_invite"), page | {"username": "guqing2"})
    assert (again.status_code, User.objects.filter(name="顾清").count()) == (409, 1)


def press_twice(client, user, page):
    """Whether the first link is good after a second press; how many links were made."""
    first = client.post(reverse("account_reset", args=[user.pk]), page)
    link = client.session["one_time_link"]["address"]
    client.post(reverse("account_reset", args=[user.pk]), page)
    assert first.status_code == 302
    return Client().get(link).status_code


def test_a_reset_pressed_twice_leaves_the_link_good(admins, user):
    assert press_twice(admins[0], user, opened(admins[0], "account_reset", user.pk)) == 200


def test_twin_without_the_token_the_second_press_ends_the_link(admins, user):
    assert press_twice(admins[0], user, {}) == 410


def acts_on(user, request, branch, rf):
    """Everything that is done to an account, with the account as it was read before."""
    token = link_path(user).rstrip("/").rsplit("/", 1)[1]
    own = OwnPasswordForm(user, CHOICE | {"old_password": PASSWORD})
    first = FirstPasswordForm(user, CHOICE)
    own_request = asked_by(user, rf)
    with request_context(own_request):
        assert (own.is_valid(), first.is_valid()) == (True, True)
    roles = [(RoleKind.LEADER, branch)]
    return {
        "update": partial(update_account, user, "陆远", "13800138000", roles, request),
        "reset": partial(reset_account, user, False, request),
        "leave": partial(leave, user, None, DAY, request),
        "accept": partial(accept_invitation, first, token, own_request),
        "password": partial(change_own_password, own, own_request),
    }


@pytest.fixture
def stale_acts(user, branch, asking, rf):
    return acts_on(User.objects.get(pk=user.pk), asking, branch, rf)


@pytest.mark.parametrize("name", ["update", "reset", "leave", "accept", "password"])
def test_nothing_done_to_an_account_read_before_brings_back_who_left(user, stale_acts, asking, name):
    leave(User.objects.get(pk=user.pk), None, DAY, asking)
    with pytest.raises(ValidationError, match="刚刚已由他人办理离岗"):
        stale_acts[name]()
    user.refresh_from_db()
    assert (user.is_active, user.mobile, user.has_usable_password(), kinds_of(user)) == (False, None, False, [])


def test_twin_without_reading_again_a_role_is_given_to_who_left(user, stale_acts, asking, monkeypatch):
    leave(User.objects.get(pk=user.pk), None, DAY, asking)
    monkeypatch.setattr("orgs.accounts.actions.locked_account", lambda user: user)
    stale_acts["update"]()
    user.refresh_from_db()
    assert (user.mobile, kinds_of(user)) == ("13800138000", ["leader"])


def test_a_reset_is_not_undone_by_a_change_of_the_own_password_under_way(user, stale_acts, asking):
    reset_account(User.objects.get(pk=user.pk), False, asking)
    with pytest.raises(ValidationError, match="请重新登录后再试"):
        stale_acts["password"]()
    user.refresh_from_db()
    assert not user.has_usable_password()


def test_a_link_counts_once_however_many_use_it_at_once(user, stale_acts):
    stale_acts["accept"]()
    with pytest.raises(ValidationError, match="刚刚已使用"):
        stale_acts["accept"]()


def race(root, branch, rf, order):
    """An account that somebody ends while another gives it a role, each as read before; what becomes of it.

    The two act in this order, or without one at the same moment.
    """
    administrators = [make_user(name, root, RoleKind.ADMINISTRATOR) for name in ("程安", "周明")]
    user = make_user("陆远", branch, RoleKind.CADRE)
    stale = [User.objects.get(pk=user.pk) for _ in administrators]
    requests = [asked_by(each, rf) for each in administrators]
    acts = [
        partial(leave, stale[0], None, DAY, requests[0]),
        partial(update_account, stale[1], "陆远", "", [(RoleKind.LEADER, branch)], requests[1]),
    ]
    acts = [partial(answer, act) for act in acts]
    if order:
        for place in order:
            acts[place]()
    else:
        at_once(acts)
    user.refresh_from_db()
    return user.is_active, kinds_of(user)


def answer(act):
    """What the act comes to; a refusal is an answer too."""
    try:
        return act()
    except ValidationError as error:
        return error.messages


ORDERS = [(0, 1), (1, 0), None, None, None]


@pytest.mark.both
@pytest.mark.django_db(transaction=True)
def test_somebody_who_leaves_while_a_role_is_given_has_left(rf):
    root = make_organisation("清河地区团工委")
    branch = make_organisation("柳林社区团支部", root)
    ends = [race(root, branch, rf, order) for order in ORDERS]
    assert ends == [(False, [])] * len(ORDERS)


@pytest.mark.both
@pytest.mark.django_db(transaction=True)
def test_twin_without_reading_again_the_race_gives_a_role_to_who_left(rf, monkeypatch):
    monkeypatch.setattr("orgs.accounts.actions.locked_account", lambda user: user)
    root = make_organisation("清河地区团工委")
    assert race(root, make_organisation("柳林社区团支部", root), rf, ORDERS[0]) == (False, ["leader"])
