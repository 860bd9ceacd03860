"""Forms for accounts and their roles, and the filter of the account list."""

from datetime import timedelta

import django_filters as filters
from crispy_forms.layout import Column
from django import forms
from django.utils import timezone

from yl_district.pages.filters import PageFilter, SearchFilter
from yl_district.pages.forms import CLEAR, ActionForm, mask_stored_value, prepare_field, refuse_after
from yl_district.pages.record_choices import RecordChoiceField
from yl_district.pages.unreadable_fields import REPLACING
from yl_district.pinyin import NAME_ORDER
from yl_district.validators import validate_mobile

from ..forms import OrganisationChoiceField
from ..models import Invitation, Organisation, User, invited
from ..roles import RoleKind, misplaced, role_conflict
from .actions import roles_of
from .invitations import usual_validity
from .username_field import UsernameField

# Of the newest invitation of an account, which nothing has replaced.
INVITATION_STATES = [state for state in Invitation.State.choices if state[0] != Invitation.State.REPLACED]
# Days that a one-time link may be good.
VALIDITIES = (1, 3, 7, 14)


class AccountFilter(PageFilter):
    """Filter of the account list; by default accounts that can sign in."""

    defaults = {"state": "active"}

    search = SearchFilter("姓名、用户名或手机号码")
    state = filters.ChoiceFilter(label="状态", choices=[("active", "在用"), ("left", "已离岗")], method="by_state")
    role = filters.ChoiceFilter(label="角色", choices=RoleKind, method="by_role")
    invitation = filters.ChoiceFilter(label="邀请", choices=INVITATION_STATES, method="by_invitation")

    def by_state(self, users, name, value):
        """Accounts that can sign in, or those whose users have left."""
        return users.active() if value == "active" else users.left()

    def by_role(self, users, name, value):
        """Accounts that hold a role of one kind."""
        return users.holding(value)

    def by_invitation(self, users, name, value):
        """Accounts whose newest one-time link is in a state."""
        return invited(users, value, timezone.now())


class InvitationForm(ActionForm):
    """How long one-time links are good."""

    days = forms.TypedChoiceField(
        label="链接有效期",
        choices=[(days, f"{days} 天") for days in VALIDITIES],
        coerce=int,
        initial=lambda: usual_validity().days,
    )

    @property
    def valid_for(self):
        """The chosen validity."""
        return timedelta(days=self.cleaned_data["days"])


class WithdrawalForm(ActionForm):
    """Takes back one-time links; asks nothing."""


class RolesForm(ActionForm):
    """Name, mobile number and roles: one line of kind and organisation per role, plus an empty line.

    A bound form reads as many lines as were submitted, even if the account has fewer roles by now.
    """

    name = forms.CharField(label="姓名", max_length=30)
    mobile = forms.CharField(
        label="手机号码", max_length=11, required=False, validators=[validate_mobile], help_text="可用于登录。"
    )
    spare_lines, most_lines = 1, 30

    def __init__(self, data=None, *, held=(), **options):
        sent = sum(f"kind_{number}" in (data or {}) for number in range(self.most_lines))
        self.lines = max(len(held) + self.spare_lines, sent)
        super().__init__(data, **options)
        for number in range(self.lines):
            self._add_line(number, *(held[number] if number < len(held) else ("", None)))

    def _add_line(self, number, kind, organisation):
        """Adds the two fields of one role: its kind, and the organisation at the top of its scope."""
        choice = forms.ChoiceField(label="角色", choices=[("", "（无）"), *RoleKind.choices], required=False)
        place = OrganisationChoiceField(label="所在组织", queryset=self._places(), required=False)
        for name, field, value in ((f"kind_{number}", choice, kind), (f"organisation_{number}", place, organisation)):
            prepare_field(field)
            self.fields[name] = field
            self.initial[name] = value

    def _column(self, name):
        """Returns a field's layout column; a role's kind and organisation share a row."""
        is_role = name.startswith(("kind_", "organisation_"))
        return Column(name, css_class="col-sm-6") if is_role else super()._column(name)

    def _places(self):
        """Returns the organisations that the user administers, including their subtrees."""
        return Organisation.objects.administered_by(self.user)

    @property
    def groups(self):
        """The field groups: the account's own fields, then the role lines."""
        lines = [name for number in range(self.lines) for name in (f"kind_{number}", f"organisation_{number}")]
        own = [name for name in self.fields if name not in lines and name != REPLACING]
        return [("账号", *own), ("角色（角色的范围是所在组织及其下级）", *lines)]

    def clean(self):
        data = super().clean()
        data["roles"] = [role for role in map(self._line, range(self.lines)) if role]
        if len(set(data["roles"])) < len(data["roles"]):
            self.add_error(None, "同一组织的同一角色填写了两次，请删去重复的一行。")
        reason = role_conflict(kind for kind, _ in data["roles"])
        if reason:
            self.add_error(None, reason)
        return {name: value for name, value in data.items() if not name.startswith(("kind_", "organisation_"))}

    def _line(self, number):
        """Returns the role on a line, or None if the line is incomplete.

        Adds an error for a role without an organisation or in an organisation where it cannot be held.
        """
        kind, organisation = (self.cleaned_data.get(f"{name}_{number}") for name in ("kind", "organisation"))
        if kind and not organisation and not self.has_error(f"organisation_{number}"):
            self.add_error(f"organisation_{number}", "请选择该角色所在的组织。")
        reason = organisation and misplaced(kind, organisation)
        if reason:
            self.add_error(f"organisation_{number}", reason)
        return (kind, organisation) if kind and organisation else None


class AccountInviteForm(RolesForm):
    """Data of a new account; the view sets `instance` once it is created."""

    instance = None
    username = UsernameField(label="用户名", help_text="字母、数字和 @ . + - _ ，登录时使用，以后不变。")
    field_order = ["name", "username", "mobile"]

    def clean(self):
        data = super().clean()
        if not data["roles"] and not self.errors:
            self.add_error("kind_0", "请选择角色；没有角色的账号登录后看不到任何内容。")
        return data


class AccountUpdateForm(RolesForm):
    """Corrects an account or changes its roles, which may move it out of the administrator's scope.

    The registered mobile number is shown only as a masked hint.
    """

    rechecks_reach = False
    mobile = forms.CharField(label="手机号码", max_length=11, required=False)

    def __init__(self, data=None, *, instance, **options):
        super().__init__(data, initial={"name": instance.name}, held=roles_of(instance), **options)
        self.instance, self.registered = instance, instance.mobile or ""
        if self.registered:
            mask_stored_value(self.fields["mobile"], self.registered)
        self.offer_replacing(instance, ["mobile"])

    def clean(self):
        data = super().clean()
        self.take_replacing(data, CLEAR)
        data.pop(REPLACING, None)
        return data

    def stored_value(self, name):
        """Returns the stored value of a field, also where the form shows only a hint of it."""
        return self.registered if name == "mobile" else self.get_initial_for_field(self.fields[name], name)

    def clean_mobile(self):
        """Returns the number entered, or the registered one if the field was left empty.

        Raises ValidationError where the number entered is not a valid mobile number.
        """
        mobile = self.cleaned_data["mobile"]
        if mobile == CLEAR:
            return ""
        if mobile:
            validate_mobile(mobile)
        return mobile or self.registered


class AccountResetForm(ActionForm):
    """Issues a new one-time link, optionally removing the second factor."""

    without_second_factor = forms.BooleanField(label="同时移除动态口令（更换或遗失手机时勾选）", required=False)


class AccountLeaveForm(ActionForm):
    """The leaving date and the successor; afterwards only root administrators see the account."""

    rechecks_reach = False
    day = forms.DateField(label="离岗日期")
    successor = RecordChoiceField(label="接手人", queryset=User.objects.none(), required=False)

    def __init__(self, *args, account, **options):
        super().__init__(*args, **options)
        refuse_after(self.fields["day"], self.day)
        self.fields["day"].initial = self.day
        others = User.objects.visible_to(self.user).active().exclude(pk=account.pk).order_by(*NAME_ORDER)
        self.fields["successor"].queryset = others
        self.fields["successor"].help_text = "接手 1+100 联系等工作；暂无接手人可以不填。"
