"""Account pages for administrators, and the page that describes each role."""

from functools import partial

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from yl_district.pages import edit_conflicts
from yl_district.pages.choice_answers import FIELD, choices_asked_for
from yl_district.pages.forms import ActionForm
from yl_district.pages.pages import act_form, carry_out, end_page, list_page, redirect_after, template_names
from yl_district.pinyin import NAME_ORDER

from ..models import User
from ..role_descriptions import DESCRIPTIONS
from .account_forms import AccountFilter, AccountInviteForm, AccountLeaveForm, AccountResetForm, AccountUpdateForm
from .account_tables import AccountTable
from .actions import invite, leave, reset_account, unlock_account, update_account
from .invitations import link_path
from .login_attempts import latest_lock

LINK = "one_time_link"


def account_list(request):
    """The list of accounts; by default those that can sign in."""
    users = User.objects.visible_to(request.user).with_second_factor().order_by(*NAME_ORDER)
    return list_page(request, AccountTable, AccountFilter, users, title="账号")


def account_detail(request, pk):
    """One account; shows a newly issued one-time link once only."""
    account = visible_account(request, pk)
    link = request.session.pop(LINK, None)
    newest = account.invitations.newest().first()
    context = {
        "title": str(account),
        "invitation": newest,
        "awaits_password": account.is_active and not account.has_usable_password(),
        "may_change_link": newest and not (newest.used_at or newest.withdrawn_at),
        "account": account,
        "link": link["address"] if link and link["account"] == pk else "",
        "is_own": account.pk == request.user.pk,
        "locked_until": latest_lock(account.username),
    }
    return render(request, "orgs/account_detail.html", context)


def account_invite(request):
    """Creates an account and shows its one-time link."""
    build = partial(act_form, request, AccountInviteForm)

    def act(form):
        form.instance = invite(**form.cleaned_data, request=request)
        form.link = link_path(form.instance, request.user)

    if FIELD in request.GET:
        return choices_asked_for(request.GET, build())
    form, target = filled_in(request, build, act)
    if target:
        return redirect_to_link(request, form, form.instance, "已开立账号。", target)
    return form_response(request, form, "开立账号", reverse("account_list"))


def account_update(request, pk):
    """Changes an account's name, mobile number and roles.

    Redirects to the list if the account is now out of the user's scope.
    """
    account = visible_account(request, pk, is_active=True)

    def build(data=None):
        form = AccountUpdateForm(data, instance=account, user=request.user, day=timezone.localdate())
        form.version = edit_conflicts.as_version(edit_conflicts.form_digests(form))
        return form

    def act(form):
        update_account(account, **form.cleaned_data, request=request)
        form.note_replaced()

    if FIELD in request.GET:
        return choices_asked_for(request.GET, build())
    form, target = filled_in(request, build, act, account)
    if target:
        is_reached = edit_conflicts.is_reached(account, request.user)
        return redirect_after(request, form, "已保存账号。", target if is_reached else "account_list")
    return form_response(request, form, f"修改账号：{account}", account.get_absolute_url(), account=account)


def account_reset(request, pk):
    """Removes the account's password and issues a new one-time link."""
    account = visible_account(request, pk, is_active=True)

    def build(data=None):
        form = act_form(request, AccountResetForm, data)
        form.version = edit_conflicts.as_version(edit_conflicts.record_digests(account, request.user))
        return form

    def act(form):
        reset_account(account, **form.cleaned_data, request=request)
        form.link = link_path(account, request.user)

    form, target = filled_in(request, build, act, account)
    if target:
        return redirect_to_link(request, form, account, "已重置，原密码和各处登录均已失效。", target)
    return form_response(request, form, f"重置密码：{account}", account.get_absolute_url(), account=account)


def account_unlock(request, pk):
    """Ends the locks that wrong passwords and one-time codes have put on an account."""
    account = visible_account(request, pk, is_active=True)
    return end_page(
        request,
        ActionForm,
        account,
        partial(unlock_account, account, request=request),
        title=f"解除登录锁定：{account}",
        message="已解除锁定，可以重新登录。",
        account=account,
    )


def account_leave(request, pk):
    """Closes an account and transfers its user's responsibilities to a successor."""
    account = visible_account(request, pk, is_active=True)
    return end_page(
        request,
        partial(AccountLeaveForm, account=account),
        account,
        partial(leave, account, request=request),
        title=f"办理离岗：{account}",
        message="已办理离岗：账号停用，角色和登录均已结束。",
        after=reverse("account_list"),
        account=account,
    )


def role_list(request):
    """Describes what each role sees and does."""
    return render(request, "orgs/role_list.html", {"title": "角色说明", "roles": DESCRIPTIONS})


def visible_account(request, pk, **facts):
    """Returns the account if the user administers it; raises Http404 otherwise."""
    accounts = User.objects.visible_to(request.user).with_second_factor()
    return get_object_or_404(accounts.prefetch_related("roles__organisation"), pk=pk, **facts)


def filled_in(request, build, act, stored=None):
    """Returns the form, and the redirect target once the action has been carried out, else None."""
    return carry_out(request, build, act, stored) if request.method == "POST" else (build(), None)


def redirect_to_link(request, form, account, message, target):
    """Redirects to the account's page, which shows the new one-time link once.

    A form submitted twice keeps the link from the first submission.
    """
    if not form.repeated:
        request.session[LINK] = {"account": account.pk, "address": request.build_absolute_uri(form.link)}
    return redirect_after(request, form, message, target)


def form_response(request, form, title, back, **context):
    """Renders the page of an account form."""
    form.focus()
    context |= {"title": title, "form": form, "back": back}
    return render(request, template_names(request, "form"), context, status=form.http_status)
