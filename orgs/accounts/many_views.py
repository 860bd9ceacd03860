"""Acts for many accounts at once: their one-time links made anew, given another expiry, and taken back."""

from functools import partial

from django.db.models import Prefetch
from django.urls import reverse

from yl_district.pages.acts_for_many import ActForMany
from yl_district.pages.many_pages import page_of_many

from ..models import Invitation, User
from .account_forms import AccountFilter, InvitationForm, WithdrawalForm
from .actions import extend_link, renew_link, withdraw_link
from .slips import slip_of, slips_page

LINKS_SHOWN_ONCE = "一次性链接只在当时那一页显示；没有保存的，请在账号列表中勾选后“重新生成链接”。"
# Slips that somebody prints, cuts and hands out at once; also as many as one answer makes within seconds.
MOST_SLIPS = 200


def chosen_accounts(user):
    """The accounts that the user administers and that can sign in, with their newest invitation."""
    newest = Prefetch("invitations", Invitation.objects.newest(), to_attr="newest_invitations")
    return User.objects.visible_to(user).active().prefetch_related(newest)


def without_a_link_to_make(account):
    """Returns why an account needs no one-time link, or ""."""
    return "已设置密码，账号在用；忘记密码的，请在账号页面“重置密码”" if account.has_usable_password() else ""


def without_a_link_to_change(account):
    """Returns why an account has no one-time link whose expiry could be changed or that could be taken back, or ""."""
    newest = account.newest_invitations
    if account.has_usable_password() or not newest:
        return without_a_link_to_make(account) or "没有一次性链接，请“重新生成链接”"
    if newest[0].withdrawn_at or newest[0].used_at:
        return "一次性链接已撤回或已使用，请“重新生成链接”"
    return ""


def form_that_leaves_out(form_class, why):
    """Returns a form class for `ActForMany.form`: it knows which accounts are left out, and gathers slips."""

    def for_records(user, records):
        def build(data, **options):
            form = form_class(data, **options)
            form.left_out = {each.pk: reason for each in records if (reason := why(each))}
            form.slips = []
            return form

        return build

    return for_records


def renew(request, account, form):
    """Makes an account's one-time link anew."""
    path = renew_link(account, form.valid_for, request)
    form.slips.append(slip_of(request, account, path))


def extend(request, account, form):
    """Gives an account's one-time link another expiry."""
    extend_link(account, form.valid_for, request)


def withdraw(request, account, form):
    """Takes back an account's one-time link."""
    withdraw_link(account, request)


def show_slips(request, form, passed_over):
    """The page of the slips that were made."""
    return slips_page(request, form.slips, passed_over, reverse("account_list"))


def named_with_username(account):
    """An account's name and user name."""
    return f"{account}（{account.username}）"


of_accounts = partial(
    ActForMany,
    counted="个账号",
    of_list="account_list",
    rows=chosen_accounts,
    filter_class=AccountFilter,
    told=named_with_username,
    left_out=lambda form: form.left_out,
)
accounts_invite = page_of_many(
    of_accounts(
        "accounts_invite",
        "重新生成链接",
        icon="key",
        form=form_that_leaves_out(InvitationForm, without_a_link_to_make),
        act=renew,
        answer=show_slips,
        notice=lambda form: "原来的链接立即失效；新的链接和可打印的邀请单只在下一页显示一次。",
        again=LINKS_SHOWN_ONCE,
        most=MOST_SLIPS,
    )
)
accounts_extend = page_of_many(
    of_accounts(
        "accounts_extend",
        "更改链接期限",
        icon="calendar-event",
        form=form_that_leaves_out(InvitationForm, without_a_link_to_change),
        act=extend,
        notice=lambda form: "已发出的链接和邀请单照用，只是期限自现在起重新计算。",
    )
)
accounts_withdraw = page_of_many(
    of_accounts(
        "accounts_withdraw",
        "撤回链接",
        icon="link-off",
        form=form_that_leaves_out(WithdrawalForm, without_a_link_to_change),
        act=withdraw,
        notice=lambda form: "已发出的链接和邀请单立即失效；账号仍在，以后可以重新生成链接。",
    )
)
