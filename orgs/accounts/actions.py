"""Actions on accounts; each is one transaction and adds an entry to the access log."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from yl_district.audit.access_log import Action, record, subject_of

from ..models import Invitation, Role, User
from ..roles import RoleKind, misplaced, role_conflict
from . import login_attempts
from .invitations import link_path
from .second_factor import remove_second_factor
from .sessions import end_sessions

PASSWORD_FIELDS = ["password", "password_set_at"]
ENTRUSTED_FIELDS = ["entrusted_by", "entrusted_at"]
NO_LINK = "没有还能使用的一次性链接：可能刚被使用或撤回。请返回列表查看，需要时重新生成。"


def locked_account(user):
    """Returns the account as stored now, locked for the rest of the transaction.

    Raises ValidationError where its user has left meanwhile.
    """
    account = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if not account.is_active:
        raise ValidationError("这一账号刚刚已由他人办理离岗，不能再变更。请返回列表查看。")
    return account


@transaction.atomic
def invite(name, username, mobile, roles, request):
    """Returns a new account without a password; `roles` are pairs of kind and organisation."""
    user = User(name=name, username=username, mobile=mobile or None)
    user.entrust(request and request.user)
    user.set_unusable_password()
    user.full_clean(exclude=["password"])
    user.save()
    set_roles(user, roles)
    log(request, user, f"开立账号：{roles_in_words(roles)}")
    return user


@transaction.atomic
def update_account(user, name, mobile, roles, request):
    """Changes the name, mobile number and roles; a change of roles ends the user's sessions."""
    user = locked_account(user)
    user.name, user.mobile = name, mobile or None
    user.full_clean(exclude=["password"])
    user.save(update_fields=["name", "name_sort", "mobile"])
    before = roles_of(user)
    if set(roles) == set(before):
        log(request, user, "修改资料")
        return
    refuse_own(user, request.user)
    set_roles(user, roles)
    user.entrust(request.user)
    user.save(update_fields=ENTRUSTED_FIELDS)
    end_sessions(user)
    for path in settings.ROLE_CHANGE_ACTIONS:
        import_string(path)(user=user)
    log(request, user, f"变更角色：{roles_in_words(before)} → {roles_in_words(roles)}")


@transaction.atomic
def reset_account(user, without_second_factor, request):
    """Removes the password and ends all sessions, so that only a new one-time link gives access.

    Whoever follows that link may be a different person, so grants end as well.
    Raises ValidationError for the administrator's own account.
    """
    user = locked_account(user)
    if user.pk == request.user.pk:
        raise ValidationError("重置会立即结束您自己的登录。自己的密码请用“修改密码”更改。")
    user.set_unusable_password()
    user.entrust(request.user)
    user.save(update_fields=[*PASSWORD_FIELDS, *ENTRUSTED_FIELDS])
    if without_second_factor:
        remove_second_factor(user)
    end_sessions(user)
    for path in settings.RESETTING_ACTIONS:
        import_string(path)(user=user)
    login_attempts.lift_locks(user.username)
    log(request, user, "重置密码和动态口令" if without_second_factor else "重置密码")


@transaction.atomic
def renew_link(user, valid_for, request):
    """Returns the path of a new one-time link, which ends the former one.

    Raises ValidationError for an account whose user has set a password meanwhile.
    """
    user = locked_account(user)
    refuse_in_use(user)
    user.entrust(request.user)
    user.save(update_fields=ENTRUSTED_FIELDS)
    path = link_path(user, request.user, valid_for)
    expires_at = user.invitations.newest().get().expires_at
    log(request, user, f"重新生成一次性链接，有效期至 {in_minutes(expires_at)}")
    return path


@transaction.atomic
def extend_link(user, valid_for, request):
    """Has the account's one-time link expire after `valid_for` from now on, also one that has expired.

    Raises ValidationError where there is none that could still be used.
    """
    user = locked_account(user)
    refuse_in_use(user)
    expires_at = timezone.now() + valid_for
    if not user.invitations.untouched().update(expires_at=expires_at):
        raise ValidationError(NO_LINK)
    log(request, user, f"更改一次性链接的有效期至 {in_minutes(expires_at)}")


@transaction.atomic
def withdraw_link(user, request):
    """Takes back the account's one-time link.

    Raises ValidationError where there is none that could still be used.
    """
    user = locked_account(user)
    if not Invitation.withdraw_all(user):
        raise ValidationError(NO_LINK)
    log(request, user, "撤回一次性链接")


def refuse_in_use(user):
    """Raises ValidationError for an account with a password, whose user needs no link, or a reset."""
    if user.has_usable_password():
        raise ValidationError("本人已设置密码，账号在用。忘记密码的，请在账号页面办理“重置密码”。")


def in_minutes(moment):
    """Returns a moment in the wording of the access log."""
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}"


@transaction.atomic
def unlock_account(user, request):
    """Ends the locks that wrong passwords and one-time codes have put on the account; neither is changed."""
    user = locked_account(user)
    login_attempts.lift_locks(user.username)
    log(request, user, "解除登录锁定")


@transaction.atomic
def accept_invitation(form, token, request):
    """Sets the password chosen by the holder of a one-time link; ends sessions and open links.

    Raises ValidationError where the link has been used or has expired meanwhile.
    """
    user = form.user = locked_account(form.user)
    if not user.invitations.of_token(token).open_at(timezone.now()).update(used_at=timezone.now()):
        raise ValidationError("这一链接刚刚已使用或已失效。")
    save_password(form)
    end_sessions(user)
    record(Action.ACCOUNT, subject_of(user), user=user, request=request, detail="凭一次性链接设置密码")


@transaction.atomic
def change_own_password(form, request):
    """Sets the user's new password and returns the account.

    Raises ValidationError where the session was ended meanwhile, such as by a reset.
    """
    user = form.user = locked_account(request.user)
    if user.get_session_auth_hash() != request.user.get_session_auth_hash():
        raise ValidationError("您的登录刚刚已被结束，密码没有修改。请重新登录后再试。")
    save_password(form)
    record(Action.ACCOUNT, subject_of(user), user=user, request=request, detail="本人修改密码")
    return user


def save_password(form):
    """Saves the form's password and no other field of the account; ends an unused one-time link."""
    Invitation.withdraw_all(form.user)
    form.save(commit=False).save(update_fields=PASSWORD_FIELDS)


@transaction.atomic
def leave(user, successor, day, request):
    """Ends the account's access and transfers its user's responsibilities to `successor`, all or nothing."""
    user = locked_account(user)
    refuse_own(user, request.user)
    before = roles_of(user)
    set_roles(user, [])
    user.is_active = False
    user.mobile = None  # free for another account
    user.set_unusable_password()
    user.save(update_fields=["is_active", "mobile", *PASSWORD_FIELDS])
    remove_second_factor(user)
    end_sessions(user)
    for path in settings.LEAVING_ACTIONS:
        import_string(path)(user=user, successor=successor, day=day, by=request.user)
    handed = f"，由 {successor.username} 接手" if successor else ""
    log(request, user, f"离岗 {day}：{roles_in_words(before)}{handed}")


def refuse_own(user, by):
    """Raises ValidationError where `user` is `by`: nobody changes their own roles, on purpose or by mistake."""
    if user.pk == by.pk:
        raise ValidationError("不能变更自己的角色，也不能为自己办理离岗。请由另一位系统管理员办理。")


def set_roles(user, roles):
    """Gives the user exactly these roles, as pairs of kind and organisation.

    Raises ValidationError where roles conflict, are misplaced, or would leave the root without an administrator.
    """
    reasons = [role_conflict(kind for kind, _ in roles), *(misplaced(*role) for role in roles)]
    if any(reasons):
        raise ValidationError(list(filter(None, reasons)))
    # Locked, so that two administrators who remove each other's role are serialised.
    administering = Role.objects.select_for_update().filter(kind=RoleKind.ADMINISTRATOR, organisation__depth=1)
    had_administrator = bool(list(administering))
    wanted = dict.fromkeys((kind, organisation.pk) for kind, organisation in roles)  # in their order
    for role in user.roles.all():
        if (role.kind, role.organisation_id) in wanted:
            del wanted[role.kind, role.organisation_id]
        else:
            role.delete()
    for kind, organisation in wanted:
        Role.objects.create(user=user, kind=kind, organisation_id=organisation)
    user.forget_roles()
    left = User.objects.active().filter(roles__kind=RoleKind.ADMINISTRATOR, roles__organisation__depth=1)
    if had_administrator and not left.exists():
        raise ValidationError("这是委机关本级唯一的系统管理员，请先为另一账号设置系统管理员角色，再办理变更。")


def roles_of(user):
    """Returns the user's roles as pairs of kind and organisation."""
    return [(role.kind, role.organisation) for role in user.roles.select_related("organisation")]


def roles_in_words(roles):
    """Returns the roles in the wording of the access log."""
    return "、".join(f"{organisation}{RoleKind(kind).label}" for kind, organisation in roles) or "无角色"


def log(request, user, detail):
    """Adds an access log entry about the account."""
    record(Action.ACCOUNT, subject_of(user), request=request, detail=f"{user.username}：{detail}")
