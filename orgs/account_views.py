"""Pages of accounts, for administrators, and the page that says what each role is."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from yl_district.pages import attempt, list_page

from .account_forms import AccountFilter, AccountInviteForm, AccountLeaveForm, AccountResetForm, AccountUpdateForm
from .account_tables import AccountTable
from .actions import invite, leave, reset_account, roles_of, update_account
from .invitations import link_path
from .models import User
from .role_descriptions import DESCRIPTIONS

LINK = "one_time_link"


def account_list(request):
    """Accounts, at first those that can sign in."""
    users = User.objects.visible_to(request.user).with_second_factor().order_by("name", "pk")
    return list_page(request, "orgs/account_list.html", AccountTable, AccountFilter, users, title="账号")


def account_detail(request, pk):
    """One account; a one-time link just made is shown this once."""
    account = visible_account(request, pk)
    link = request.session.pop(LINK, None)
    context = {
        "title": str(account),
        "account": account,
        "link": link["address"] if link and link["account"] == pk else "",
        "is_own": account.pk == request.user.pk,
    }
    return render(request, "orgs/account_detail.html", context)


def account_invite(request):
    """A new account with its one-time link."""
    form = AccountInviteForm(posted(request), user=request.user, day=timezone.localdate())
    made = []
    if form.is_valid() and attempt(form, lambda: made.append(invite(**form.cleaned_data, request=request))):
        return show_link(request, made[0], "已开立账号。")
    return form_response(request, "orgs/account_invite.html", form, "开立账号", reverse("account_list"))


def account_update(request, pk):
    """Changes an account's name, mobile number and roles."""
    account = visible_account(request, pk, is_active=True)
    facts = {"name": account.name, "mobile": account.mobile}
    form = AccountUpdateForm(
        posted(request), user=request.user, day=timezone.localdate(), initial=facts, held=roles_of(account)
    )
    if form.is_valid() and attempt(form, lambda: update_account(account, **form.cleaned_data, request=request)):
        messages.success(request, "已保存账号。")
        return redirect(account)
    return form_response(
        request, "orgs/account_update.html", form, f"修改账号：{account}", account.get_absolute_url(), account=account
    )


def account_reset(request, pk):
    """Takes the password away and makes a new one-time link."""
    account = visible_account(request, pk, is_active=True)
    form = AccountResetForm(posted(request), user=request.user, day=timezone.localdate())
    if form.is_valid() and attempt(form, lambda: reset_account(account, **form.cleaned_data, request=request)):
        return show_link(request, account, "已重置，原密码和各处登录均已失效。")
    return form_response(
        request, "orgs/account_reset.html", form, f"重置密码：{account}", account.get_absolute_url(), account=account
    )


def account_leave(request, pk):
    """Ends an account and hands over what its user kept."""
    account = visible_account(request, pk, is_active=True)
    form = AccountLeaveForm(posted(request), user=request.user, day=timezone.localdate(), account=account)
    if form.is_valid() and attempt(form, lambda: leave(account, **form.cleaned_data, request=request)):
        messages.success(request, "已办理离岗：账号停用，角色和登录均已结束。")
        return redirect("account_list")
    return form_response(
        request, "orgs/account_leave.html", form, f"办理离岗：{account}", account.get_absolute_url(), account=account
    )


def role_list(request):
    """What each role sees and does, in plain words."""
    return render(request, "orgs/role_list.html", {"title": "角色说明", "roles": DESCRIPTIONS})


def visible_account(request, pk, **facts):
    """The account, if the user administers it."""
    accounts = User.objects.visible_to(request.user).with_second_factor()
    return get_object_or_404(accounts.prefetch_related("roles__organisation"), pk=pk, **facts)


def posted(request):
    """What was sent, None where the page is only opened."""
    return request.POST if request.method == "POST" else None


def show_link(request, account, message):
    """Leads to the account's page, which shows the link this once."""
    account.refresh_from_db()
    request.session[LINK] = {"account": account.pk, "address": request.build_absolute_uri(link_path(account))}
    messages.success(request, message)
    return redirect(account)


def form_response(request, template, form, title, back, **context):
    """The page of a form about an account."""
    form.focus()
    return render(request, template, context | {"title": title, "form": form, "back": back})
