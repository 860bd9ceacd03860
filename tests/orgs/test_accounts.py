"""Inviting, changing, resetting and closing accounts, each one transaction; through the test client."""

import re
from datetime import date, timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db.models import F
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from orgs.accounts.actions import set_roles
from orgs.accounts.invitations import link_path
from orgs.models import Invitation, Role, User
from orgs.role_descriptions import DESCRIPTIONS
from orgs.roles import RoleKind
from outreach.models import Link
from tests.factories import (
    make_link,
    make_organisation,
    make_person,
    make_post,
    make_second_factor,
    make_user,
)
from tests.orgs.sign_in import give_password, is_signed_in, signed_in
from tests.pages import browser_of, listed, page, queries, refused, send, status
from yl_district.audit.models import AccessEntry

pytestmark = pytest.mark.django_db
CHOSEN = "spring-walk-along-the-river"


@pytest.fixture
def root():
    return make_organisation("清河地区团工委", category="working_committee", domain="office")


@pytest.fixture
def branch(root):
    return make_organisation("柳林社区团支部", root)


@pytest.fixture
def other_branch(root):
    return make_organisation("槐荫社区团支部", root)


@pytest.fixture
def administrator(root):
    return make_user("程安", root, RoleKind.ADMINISTRATOR)


@pytest.fixture
def admin(administrator):
    return browser_of(administrator)


def minutes_old(user, minutes):
    """A link that was made for the user so many minutes ago."""
    link = link_path(user)
    Invitation.objects.filter(user=user).update(expires_at=F("expires_at") - timedelta(minutes=minutes))
    return link


def invitation(kind, organisation, **changes):
    """What the form of a new account sends."""
    facts = {"name": "顾清", "username": "guqing", "mobile": "13800138000"}
    return facts | {"kind_0": kind, "organisation_0": organisation.pk} | changes


def link_on(response):
    """The path of the one-time link that a page shows, None where it shows none."""
    return response.context["link"].replace("http://testserver", "") or None


def choose_password(client, link, password=CHOSEN):
    """Sends the form behind a one-time link."""
    return client.post(link, {"new_password1": password, "new_password2": password})


def test_a_link_opens_for_three_days(client, branch):
    user, days = make_user("顾清", branch), 3 * 24 * 60
    answers = [client.get(minutes_old(user, minutes)).status_code for minutes in (days - 1, days + 1)]
    assert answers == [200, 410]


def test_a_link_ends_with_the_sessions_where_the_password_stays(admin, client, branch, other_branch):
    user = make_user("顾清", branch, RoleKind.CADRE)
    link = link_path(user)
    assert client.get(link).status_code == 200
    facts = {"name": user.name, "kind_0": RoleKind.CADRE, "organisation_0": other_branch.pk}
    assert admin.post(reverse("account_update", args=[user.pk]), facts).status_code == 302
    assert client.get(link).status_code == 410


def test_an_invited_person_sets_a_password_by_a_link_that_is_shown_and_used_once(admin, branch, client):
    shown = send(admin, "account_invite", **invitation(RoleKind.CADRE, branch))
    link, user = link_on(shown), User.objects.get(username="guqing")
    assert link in shown.content.decode()
    assert (user.has_usable_password(), [str(role) for role in user.roles.all()]) == (
        False,
        ["柳林社区团支部 基层团干部"],
    )
    assert link_on(admin.get(user.get_absolute_url())) is None
    assert "至少 8 个字符，不与姓名、用户名、手机号码相近，不是常见密码。" in client.get(link).content.decode()
    assert "这个密码太常见了。" in choose_password(client, link, "password").content.decode()
    assert choose_password(client, link).url == reverse("login")
    assert give_password(client, "13800138000", CHOSEN).status_code == 302
    assert [client.get(link).status_code, choose_password(Client(), link).status_code] == [410, 410]


def test_a_link_ends_after_three_days_and_with_a_newer_one(admin, branch, client):
    first = link_on(send(admin, "account_invite", **invitation(RoleKind.CADRE, branch)))
    user = User.objects.get(username="guqing")
    second = link_on(send(admin, "account_reset", user.pk))
    assert [client.get(link).status_code for link in (first, second)] == [410, 200]
    Invitation.objects.update(expires_at=timezone.now())
    expired = client.get(second)
    assert expired.status_code == 410
    assert "链接已过期" in expired.content.decode()


@pytest.mark.parametrize(
    ("uid", "token"),
    [("x", "y"), ("MQ", "c0-0"), ("字", "字"), ("9" * 300, "a-b"), ("MTAwMDAwMDAwMDAwMDAwMDAwMDAw", "a-b")],
)
def test_a_link_of_nobody_is_a_clear_page(client, administrator, uid, token):
    assert client.get(reverse("invitation_accept", args=[uid, token])).status_code == 410


def test_a_left_account_has_no_link(admin, branch, client):
    link = link_on(send(admin, "account_invite", **invitation(RoleKind.CADRE, branch)))
    send(admin, "account_leave", User.objects.get(username="guqing").pk, day="2026-11-20")
    assert client.get(link).status_code == 410


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"name": ""}, "name", "请填写姓名。"),
        ({"username": "13900139000"}, "username", "不是手机号码的用户名"),
        ({"username": "13800138000"}, "username", "不是手机号码的用户名"),
        ({"username": "a b"}, "username", "请只使用字母、数字和"),
        ({"mobile": "12345"}, "mobile", "11 位手机号码"),
        ({"kind_0": "king"}, "kind_0", "选择一个有效的选项"),
        ({"kind_0": ""}, "kind_0", "请选择角色"),
        ({"organisation_0": ""}, "organisation_0", "请选择该角色所在的组织。"),
        ({"organisation_0": "9" * 30}, "organisation_0", "选择一个有效的选项"),
    ],
)
def test_an_invitation_is_refused_in_words(admin, branch, changes, field, message):
    response = admin.post(reverse("account_invite"), invitation(RoleKind.CADRE, branch, **changes))
    assert response.status_code == 200
    assert message in "".join(response.context["form"].errors[field])
    assert User.objects.count() == 1


def test_a_name_or_number_in_use_is_refused(admin, branch, administrator):
    make_user("陆远", branch, RoleKind.CADRE, mobile="13800138000")
    taken = invitation(RoleKind.CADRE, branch, username=administrator.username)
    errors = refused(admin, "account_invite", **taken)
    assert errors == {"username": "已存在一位使用该名字的用户。", "mobile": "这一手机号码已用于另一个账号。"}


@pytest.mark.parametrize(
    ("kinds", "message"),
    [
        ((RoleKind.AUDITOR, RoleKind.STAFF), "审计员只查访问日志，不能兼任其他角色。"),
        ((RoleKind.CASEWORKER, RoleKind.ADMINISTRATOR), "系统管理员不接触个案，不能兼任个案专员。"),
    ],
)
def test_roles_that_do_not_go_together_are_refused_by_form_and_model(admin, branch, kinds, message):
    user = make_user("陆远", branch, kinds[0])
    lines = {"kind_0": kinds[0], "organisation_0": branch.pk, "kind_1": kinds[1], "organisation_1": branch.pk}
    assert message in refused(admin, "account_update", user.pk, name="陆远", **lines)["__all__"]
    with pytest.raises(ValidationError, match=message):
        Role(user=user, organisation=branch, kind=kinds[1]).full_clean()
    assert user.roles.count() == 1


def test_an_auditor_of_a_branch_is_refused_by_form_act_and_model(admin, root, branch):
    words = "审计员只能设在委机关本级"
    assert words in refused(admin, "account_invite", **invitation(RoleKind.AUDITOR, branch))["organisation_0"]
    user = make_user("陆远", branch, RoleKind.CADRE)
    with pytest.raises(ValidationError, match=words):
        set_roles(user, [(RoleKind.AUDITOR, branch)])
    with pytest.raises(ValidationError, match=words):
        Role(user=make_user("秦朗"), organisation=branch, kind=RoleKind.AUDITOR).full_clean()
    send(admin, "account_invite", **invitation(RoleKind.AUDITOR, root))


def test_an_auditor_who_was_set_at_a_branch_before_reads_no_log(root, branch):
    auditors = [make_user("审计", organisation, RoleKind.AUDITOR) for organisation in (root, branch)]
    assert [status(browser_of(each), "access_entry_list") for each in auditors] == [200, 404]


def test_the_last_role_taken_away_by_a_branchs_administrator_leads_to_the_list(branch):
    admin = browser_of(make_user("周明", branch, RoleKind.ADMINISTRATOR))
    user = make_user("陆远", branch, RoleKind.CADRE)
    response = send(admin, "account_update", user.pk, name="陆远")
    assert response.redirect_chain == [(reverse("account_list"), 302)]
    assert "已保存账号。" in response.content.decode()
    assert user.roles.count() == 0


def test_the_same_role_twice_is_refused(admin, branch):
    user = make_user("陆远", branch, RoleKind.CADRE)
    lines = {"kind_0": "cadre", "organisation_0": branch.pk, "kind_1": "cadre", "organisation_1": branch.pk}
    assert "填写了两次" in refused(admin, "account_update", user.pk, name="陆远", **lines)["__all__"]


def test_roles_are_added_and_taken_away_and_sessions_end_only_then(admin, branch, other_branch):
    user = make_user("陆远", branch, RoleKind.CADRE)
    client = signed_in(user)
    same = {"name": "陆遥", "mobile": "13800138000", "kind_0": "cadre", "organisation_0": branch.pk}
    send(admin, "account_update", user.pk, **same)
    user.refresh_from_db()
    assert (user.name, user.mobile, is_signed_in(client)) == ("陆遥", "13800138000", True)
    send(admin, "account_update", user.pk, **same, kind_1="hub_operator", organisation_1=other_branch.pk)
    assert {str(role) for role in user.roles.all()} == {"柳林社区团支部 基层团干部", "槐荫社区团支部 青年汇负责人"}
    assert not is_signed_in(client)
    send(admin, "account_update", user.pk, name="陆遥")
    assert list(user.roles.all()) == []


def test_resetting_takes_the_second_factor_away_where_asked(admin, root):
    user = make_user("白露", root, RoleKind.CASEWORKER)
    send(admin, "account_reset", user.pk)
    assert Authenticator.objects.filter(user=user).count() == 1
    send(admin, "account_reset", user.pk, without_second_factor="on")
    assert Authenticator.objects.filter(user=user).count() == 0


def test_an_administrator_does_not_lock_himself_out(admin, administrator):
    words = "重置会立即结束您自己的登录。自己的密码请用“修改密码”更改。"
    assert refused(admin, "account_reset", administrator.pk) == {"__all__": words}
    assert is_signed_in(admin)


def test_the_mobile_number_of_somebody_who_left_is_free_again(admin, branch):
    user = make_user("陆远", branch, RoleKind.CADRE, mobile="13800138000")
    send(admin, "account_leave", user.pk, day="2026-11-20")
    assert status(admin, "account_update", user.pk) == 404
    send(admin, "account_invite", **invitation(RoleKind.CADRE, branch))


def test_leaving_is_one_act_that_ends_everything(admin, branch):
    user, heir = make_user("陆远", branch, RoleKind.CADRE), make_user("秦朗", branch, RoleKind.CADRE)
    make_second_factor(user)
    clients = [signed_in(user, ahead=ahead) for ahead in (0, 1)]
    cadre, taker = make_post("陆远", branch).person, make_post("秦朗", branch).person
    for person, account in ((cadre, user), (taker, heir)):
        person.user = account
        person.save()
    youths = [make_link(cadre, name).youth for name in ("白露", "顾清", "章程")]
    send(admin, "account_leave", user.pk, day="2026-11-20", successor=heir.pk)

    user.refresh_from_db()
    live = [client for client in clients if is_signed_in(client)]
    standing = Link.objects.filter(cadre=cadre, ended_on=None)
    left = (len(live), UserSession.objects.filter(user=user).count(), user.roles.count(), standing.count())
    assert left == (0, 0, 0, 0)
    assert (user.is_active, user.has_usable_password(), Authenticator.objects.filter(user=user).count()) == (
        False,
        False,
        0,
    )
    taken = Link.objects.filter(cadre=taker, ended_on=None)
    assert [(link.youth, link.started_on) for link in taken] == [(youth, date(2026, 11, 20)) for youth in youths]
    assert Link.objects.filter(cadre=cadre, ended_on=date(2026, 11, 20)).count() == 3
    assert give_password(Client(), user.username).status_code == 200


def note_leaving(user, successor, day, by):
    """Stands for what another part does when somebody leaves."""
    user.roles.model.objects.filter(user=by).count()
    user.former_passwords.create(password=f"{user.username} {successor} {day} {by.username}")


def fail_leaving(user, successor, day, by):
    """Stands for a part that cannot do it."""
    raise ValidationError("此人名下还有未移交的个案，请先移交。")


def test_every_part_has_its_say_when_somebody_leaves(admin, branch, administrator, settings):
    user = make_user("陆远", branch, RoleKind.CADRE)
    settings.LEAVING_ACTIONS = ["tests.orgs.test_accounts.note_leaving"]
    send(admin, "account_leave", user.pk, day="2026-11-20")
    note = f"{user.username} None 2026-11-20 {administrator.username}"
    assert [each.password for each in user.former_passwords.all()] == [note]


def test_leaving_is_all_or_nothing(admin, branch, settings):
    user = make_user("陆远", branch, RoleKind.CADRE)
    client = signed_in(user)
    settings.LEAVING_ACTIONS = ["tests.orgs.test_accounts.fail_leaving"]
    errors = refused(admin, "account_leave", user.pk, day="2026-11-20")
    assert errors == {"__all__": "此人名下还有未移交的个案，请先移交。"}
    user.refresh_from_db()
    assert (user.is_active, user.roles.count(), is_signed_in(client)) == (True, 1, True)


@pytest.mark.parametrize("day", ["2999-01-01", "2099-01-01", "昨天", ""])
def test_a_day_of_leaving_that_cannot_be_is_refused(admin, branch, day):
    user = make_user("陆远", branch, RoleKind.CADRE)
    assert list(refused(admin, "account_leave", user.pk, day=day)) == ["day"]


def test_nobody_changes_the_own_roles(admin, administrator, root):
    words = "不能变更自己的角色，也不能为自己办理离岗。请由另一位系统管理员办理。"
    more = {"kind_0": "administrator", "organisation_0": root.pk, "kind_1": "staff", "organisation_1": root.pk}
    assert refused(admin, "account_update", administrator.pk, name="程安", **more) == {"__all__": words}
    assert refused(admin, "account_leave", administrator.pk, day="2026-11-20") == {"__all__": words}
    assert [role.kind for role in administrator.roles.all()] == ["administrator"]
    send(admin, "account_update", administrator.pk, name="程平", kind_0="administrator", organisation_0=root.pk)


def test_the_root_keeps_an_administrator(administrator, root, branch):
    other = make_user("顾清", branch, RoleKind.ADMINISTRATOR)
    Role.objects.create(user=other, organisation=root, kind=RoleKind.ADMINISTRATOR)
    second = browser_of(other)
    send(second, "account_leave", administrator.pk, day="2026-11-20")
    assert User.objects.active().filter(roles__kind="administrator", roles__organisation=root).get() == other


def test_the_last_administrator_of_the_root_cannot_be_taken_away(administrator, root):
    with pytest.raises(ValidationError, match="这是委机关本级唯一的系统管理员"):
        set_roles(administrator, [])


def test_an_administrator_of_a_branch_reaches_only_its_accounts(root, branch, other_branch, administrator):
    admin = browser_of(make_user("周明", branch, RoleKind.ADMINISTRATOR))
    own, foreign = make_user("陆远", branch, RoleKind.CADRE), make_user("秦朗", other_branch, RoleKind.CADRE)
    both = make_user("白露", branch, RoleKind.CADRE)
    Role.objects.create(user=both, organisation=other_branch, kind=RoleKind.CADRE)
    nobody = make_user("无职")
    assert listed(admin, "account_list") == ["陆远", "周明"]
    for name in ("detail", "update", "reset", "leave"):
        assert status(admin, f"account_{name}", own.pk) == 200
        for hidden in (foreign, both, nobody, administrator):
            assert status(admin, f"account_{name}", hidden.pk) == 404
            assert admin.post(reverse(f"account_{name}", args=[hidden.pk])).status_code in (404, 405)
    errors = refused(admin, "account_invite", **invitation(RoleKind.CADRE, other_branch))
    assert list(errors) == ["organisation_0"]
    assert list(refused(admin, "account_leave", own.pk, day="2026-11-20", successor=foreign.pk)) == ["successor"]


@pytest.mark.parametrize("kind", [kind for kind in RoleKind if kind != RoleKind.ADMINISTRATOR])
def test_only_administrators_see_accounts_and_everybody_sees_the_roles(root, administrator, kind):
    admin = browser_of(make_user("他人", root, kind))
    pages = [("account_list",), ("account_invite",), ("account_detail", administrator.pk)]
    assert [status(admin, *each) for each in pages] == [404, 404, 404]
    text = page(admin, "role_list")
    assert all(kind.label in text for kind in RoleKind)


def test_every_role_is_described():
    assert [description.kind for description in DESCRIPTIONS] == list(RoleKind)


def test_the_list_shows_mobiles_masked_and_can_be_narrowed(admin, branch):
    make_user("陆远", branch, RoleKind.CADRE, mobile="13800138000")
    send(admin, "account_leave", make_user("秦朗", branch, RoleKind.CADRE).pk, day="2026-11-20")
    text = page(admin, "account_list")
    assert ("138****8000" in text, "13800138000" in text) == (True, False)
    searches = ("13800138000", "+86 138-0013-8000", "138001", "13800138001")
    assert [listed(admin, "account_list", search=text) for text in searches] == [["陆远"], ["陆远"], [], []]
    assert listed(admin, "account_list", role="cadre") == ["陆远"]
    assert listed(admin, "account_list", state="left") == ["秦朗"]


def test_the_list_takes_the_same_queries_for_more_accounts(admin, branch):
    make_user("陆远", branch, RoleKind.CADRE)
    few = queries(admin, "account_list")
    for _ in range(10):
        make_user("陆远", branch, RoleKind.CADRE)
    assert queries(admin, "account_list") == few


def test_every_change_has_its_line_in_the_log(admin, branch, administrator):
    send(admin, "account_invite", **invitation(RoleKind.CADRE, branch))
    pk = User.objects.get(username="guqing").pk
    send(admin, "account_update", pk, name="顾清", kind_0="leader", organisation_0=branch.pk)
    send(admin, "account_reset", pk, without_second_factor="on")
    send(admin, "account_leave", pk, day="2026-11-20")
    entries = AccessEntry.objects.filter(action="account").order_by("number")
    assert {(entry.who, entry.subject) for entry in entries} == {(administrator.username, f"orgs.user:{pk}")}
    assert [entry.detail for entry in entries] == [
        "guqing：开立账号：柳林社区团支部基层团干部",
        "guqing：变更角色：柳林社区团支部基层团干部 → 柳林社区团支部主管领导",
        "guqing：重置密码和动态口令",
        "guqing：离岗 2026-11-20：柳林社区团支部主管领导",
    ]


def test_a_form_sets_nothing_that_it_does_not_offer(admin, branch):
    user = make_user("陆远", branch, RoleKind.CADRE)
    extra = {"is_superuser": "on", "is_staff": "on", "username": "root", "password": "x", "session_stamp": "9"}
    send(admin, "account_update", user.pk, name="陆远", kind_0="cadre", organisation_0=branch.pk, **extra)
    after = User.objects.get(pk=user.pk)
    assert (after.is_superuser, after.is_staff, after.username, after.session_stamp) == (False, False, user.username, 0)
    assert after.password == user.password


def test_somebody_known_stays_known_after_leaving(admin, branch):
    user = make_user("陆远", branch, RoleKind.CADRE)
    person = make_person("陆远", user=user)
    send(admin, "account_leave", user.pk, day="2026-11-20")
    person.refresh_from_db()
    assert person.user == user


def test_the_first_administrator_is_made_from_a_shell_and_only_the_first(client, capsys):
    with pytest.raises(CommandError, match="还没有团组织"):
        call_command("first_administrator", "guanli")
    make_organisation("清河地区团工委", category="working_committee", domain="office")
    with pytest.raises(CommandError, match="请输入合法的用户名"):
        call_command("first_administrator", "a b")
    call_command("first_administrator", "guanli")
    link = re.search(r"/invitations/\S+", capsys.readouterr().out).group()
    assert choose_password(client, link).status_code == 302
    assert [role.kind for role in User.objects.get(username="guanli").roles.all()] == ["administrator"]
    with pytest.raises(CommandError, match="已有系统管理员"):
        call_command("first_administrator", "other")
