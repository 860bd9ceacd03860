"""One-time links: their states, made anew, given another expiry and taken back, for one account or many at once."""

from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from orgs.accounts.invitations import link_path
from orgs.models import Invitation, User
from orgs.roles import RoleKind
from tests.factories import make_organisation, make_user
from tests.forms import answers, shown_form
from tests.pages import asked, browser_of, listed, page, send
from tests.races import at_once
from yl_district.audit.models import AccessEntry

pytestmark = pytest.mark.django_db
CHOICE = {"new_password1": "spring-walk-along-the-river", "new_password2": "spring-walk-along-the-river"}
DAY = timedelta(days=1)


@pytest.fixture
def root():
    return make_organisation("清河地区团工委", category="working_committee", domain="office")


@pytest.fixture
def branch(root):
    return make_organisation("柳林社区团支部", root)


@pytest.fixture
def admin(root):
    return browser_of(make_user("程安", root, RoleKind.ADMINISTRATOR))


def invited(name, branch):
    """An account without a password, and the path of its link."""
    user = make_user(name, branch, RoleKind.CADRE)
    user.set_unusable_password()
    user.save()
    return user, link_path(user)


def done(client, url_name, users, **typed):
    """The answer to an act for ticked accounts, its form filled in."""
    answer = client.post(reverse(url_name), {"scope": "ticked", "keys": [user.pk for user in users]})
    assert answer.status_code == 200
    return client.post(reverse(url_name), answers(shown_form(answer)) | typed)


def state_of(user):
    """The state of the account's newest invitation."""
    return Invitation.objects.newest().get(user=user).state_at(timezone.now())


def told(link):
    """The status and heading of the page behind a link."""
    answer = Client().get(link)
    return answer.status_code, answer.content.decode().partition('sign-in-title">')[2].partition("<")[0]


def lapse(user):
    """Has the account's link expire a day ago."""
    Invitation.objects.filter(user=user).update(expires_at=timezone.now() - DAY)


def test_a_link_says_what_has_become_of_it_and_what_to_do(admin, branch):
    used, expired, withdrawn, replaced = (invited(name, branch) for name in ("陆远", "顾清", "秦朗", "白露"))
    assert Client().post(used[1], CHOICE).status_code == 302
    lapse(expired[0])
    done(admin, "accounts_withdraw", [withdrawn[0]])
    done(admin, "accounts_invite", [replaced[0]])
    assert [told(link) for _, link in (used, expired, withdrawn, replaced)] == [
        (410, "链接已用过"),
        (410, "链接已过期"),
        (410, "链接已撤回"),
        (410, "链接已更换"),
    ]
    text = Client().get(used[1]).content.decode()
    assert used[0].username in text and "不是您本人设置的" in text
    assert Client().post(used[1], CHOICE).status_code == 410
    assert Client().post(withdrawn[1], CHOICE).status_code == 410


def test_a_changed_link_opens_nothing_and_tells_of_no_account(branch):
    (user, link), (_, other) = invited("陆远", branch), invited("顾清", branch)
    changed = [f"{link.rstrip('/')[:-1]}/", link.replace(link.split("/")[2], other.split("/")[2])]
    assert [Client().get(each).status_code for each in changed] == [410, 410]
    assert Client().post(link, CHOICE).status_code == 302
    assert [user.username in Client().get(each).content.decode() for each in (link, *changed)] == [True, False, False]


def test_the_list_shows_and_finds_the_state_of_each(admin, branch):
    unused, used, expired, withdrawn = (invited(name, branch) for name in ("陆远", "顾清", "秦朗", "白露"))
    Client().post(used[1], CHOICE)
    lapse(expired[0])
    Invitation.withdraw_all(withdrawn[0])
    table = admin.get(reverse("account_list")).context["table"]
    cells = {row.record.name: strip_tags(row.get_cell("invitation")) for row in table.paginated_rows}
    until = f"{timezone.localtime(Invitation.objects.get(user=unused[0]).expires_at):%m-%d}"
    assert cells == {"程安": "—", "陆远": f"未使用 至 {until}", "顾清": "已使用", "秦朗": "已过期", "白露": "已撤回"}
    found = {
        state: listed(admin, "account_list", invitation=state) for state in ("unused", "used", "expired", "withdrawn")
    }
    assert found == {"unused": ["陆远"], "used": ["顾清"], "expired": ["秦朗"], "withdrawn": ["白露"]}


def test_the_list_asks_as_much_for_many_invitations_as_for_one(admin, branch):
    numbers = []
    for names in (["陆远"], ["顾清", "秦朗", "白露"]):
        for name in names:
            invited(name, branch)
        with CaptureQueriesContext(connection) as captured:
            admin.get(reverse("account_list"))
        numbers.append(asked(captured))
    assert numbers[0] == numbers[1]


def test_links_made_anew_end_the_former_and_are_shown_on_slips(admin, branch):
    accounts = [invited(name, branch) for name in ("陆远", "顾清")]
    in_use = make_user("秦朗", branch, RoleKind.CADRE)
    answer = done(admin, "accounts_invite", [*(user for user, _ in accounts), in_use], days="7")
    slips = answer.context["slips"]
    assert [(slip.account.name, slip.places) for slip in slips] == [
        ("陆远", "柳林社区团支部"),
        ("顾清", "柳林社区团支部"),
    ]
    assert [each.told for each in answer.context["passed_over"]] == [f"秦朗（{in_use.username}）"]
    assert "已设置密码，账号在用" in answer.content.decode()
    assert [told(link)[0] for _, link in accounts] == [410, 410]
    assert {Client().get(slip.link.replace("http://testserver", "")).status_code for slip in slips} == {200}
    good_for = slips[0].expires_at - timezone.now()
    assert 6 * DAY < good_for <= 7 * DAY
    assert {User.objects.get(pk=user.pk).entrusted_by.name for user, _ in accounts} == {"程安"}
    in_use.refresh_from_db()
    assert in_use.has_usable_password()


def test_another_expiry_keeps_the_slip_good(admin, branch):
    (first, link), (second, _) = invited("陆远", branch), invited("顾清", branch)
    lapse(first)
    Invitation.withdraw_all(second)
    assert told(link)[0] == 410
    answer = done(admin, "accounts_extend", [first, second], days="14")
    assert answer.url == reverse("account_list")
    assert Client().get(link).status_code == 200
    assert 13 * DAY < Invitation.objects.get(user=first).expires_at - timezone.now() <= 14 * DAY
    assert (state_of(first), state_of(second)) == ("unused", "withdrawn")


def test_links_are_taken_back_together_and_the_accounts_stay(admin, branch):
    accounts = [invited(name, branch) for name in ("陆远", "顾清")]
    done(admin, "accounts_withdraw", [user for user, _ in accounts])
    assert [told(link) for _, link in accounts] == [(410, "链接已撤回")] * 2
    assert User.objects.active().filter(pk__in=[user.pk for user, _ in accounts]).count() == 2


def test_each_act_is_logged_without_the_link(admin, branch):
    user, _ = invited("陆远", branch)
    path = done(admin, "accounts_invite", [user]).context["slips"][0].link
    done(admin, "accounts_extend", [user])
    done(admin, "accounts_withdraw", [user])
    details = [entry.detail for entry in AccessEntry.objects.filter(action="account").order_by("number")]
    assert [detail.partition("，")[0].partition("至")[0] for detail in details] == [
        f"{user.username}：重新生成一次性链接",
        f"{user.username}：更改一次性链接的有效期",
        f"{user.username}：撤回一次性链接",
    ]
    assert path.rstrip("/").rsplit("/", 1)[1] not in "".join(details)


def test_an_accounts_page_offers_what_its_link_allows(admin, branch):
    user, _ = invited("陆远", branch)
    texts = [page(admin, "account_detail", user.pk)]
    Invitation.withdraw_all(user)
    texts.append(page(admin, "account_detail", user.pk))
    done(admin, "accounts_invite", [user])
    Client().post(link_path(user), CHOICE)
    texts.append(page(admin, "account_detail", user.pk))
    offers = ("重新生成链接", "更改链接期限", "撤回链接")
    assert [[offer in text for offer in offers] for text in texts] == [[True] * 3, [True, False, False], [False] * 3]


def test_a_change_of_roles_takes_an_unused_link_back(admin, branch, root):
    user, link = invited("陆远", branch)
    send(admin, "account_update", user.pk, name="陆远", kind_0="leader", organisation_0=root.pk)
    assert told(link) == (410, "链接已撤回")


def test_accounts_out_of_reach_are_not_acted_upon(branch, root):
    other = browser_of(make_user("周明", make_organisation("槐荫社区团支部", root), RoleKind.ADMINISTRATOR))
    user, link = invited("陆远", branch)
    for url_name in ("accounts_invite", "accounts_extend", "accounts_withdraw"):
        assert other.post(reverse(url_name), {"keys": user.pk, "rows": f"{user.pk}=x"}).status_code == 404
    assert Client().get(link).status_code == 200


@pytest.mark.both
def test_the_database_keeps_one_newest_invitation_for_each_account(branch):
    user, _ = invited("陆远", branch)
    with pytest.raises(IntegrityError):
        Invitation.objects.create(user=user, digest="x", expires_at=timezone.now())


@pytest.mark.both
@pytest.mark.django_db(transaction=True)
def test_one_slip_used_by_two_at_once_sets_one_password():
    root = make_organisation("清河地区团工委", category="working_committee", domain="office")
    user, link = invited("陆远", root)
    sent = [partial(Client().post, link, CHOICE | {key: f"{CHOICE[key]}{at}" for key in CHOICE}) for at in range(4)]
    statuses = sorted(answer.status_code for answer in at_once(sent))
    assert (statuses, state_of(user)) == ([302, 410, 410, 410], "used")


@pytest.mark.both
@pytest.mark.django_db(transaction=True)
def test_two_administrators_at_once_leave_one_good_link():
    root = make_organisation("清河地区团工委", category="working_committee", domain="office")
    user, _ = invited("陆远", root)
    sent = []
    for name in ("程安", "周明"):
        client = browser_of(make_user(name, root, RoleKind.ADMINISTRATOR))
        shown = client.post(reverse("accounts_invite"), {"keys": user.pk})
        sent.append(partial(client.post, reverse("accounts_invite"), answers(shown_form(shown))))
    pages = [answer.content.decode() for answer in at_once(sent)]
    assert sorted('class="slip"' in text for text in pages) == [False, True]
    assert "他人刚修改了这一条" in "".join(pages)
    assert Invitation.objects.open_at(timezone.now()).count() == 1
