"""Forms for signing in, reauthentication and the user's own account."""

from functools import cached_property

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from allauth.core import context
from allauth.mfa.adapter import get_adapter as get_second_factor_adapter
from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.forms import DeactivateTOTPForm as AllauthDeactivateTOTPForm
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY
from crispy_forms.helper import FormHelper
from django import forms
from django.contrib.auth.forms import PasswordChangeForm, SetPasswordForm
from django.core.exceptions import ValidationError

from yl_district.audit.access_log import Action, record
from yl_district.installation.facts import is_demo
from yl_district.pages.forms import prepare_field

from . import login_attempts
from .authentication import code_guess, note_spent_budget
from .password_validators import rules_in_words
from .second_factor import DEMO_SECRET, spend_code, step_of
from .sessions import ask_to_remember


class EntranceMixin:
    """Large fields in one column as on the sign-in page, with the messages common to all these forms."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        for name, field in self.fields.items():
            prepare_field(field)
            is_box = isinstance(field.widget, forms.CheckboxInput)
            field.widget.attrs["class"] = "form-check-input" if is_box else "form-control form-control-lg"
            field.widget.attrs.pop("placeholder", None)
            if name == next(iter(self.fields)):
                field.widget.attrs["autofocus"] = True
            field.widget.attrs["enterkeyhint"] = "go" if name == next(reversed(self.fields)) else "next"

    @property
    def problems(self):
        """The fields with errors, for the list above the form."""
        return [self[name] for name in self.fields if name in self.errors]

    @cached_property
    def helper(self):
        """The crispy-forms helper; the page provides the form tag."""
        helper = FormHelper(self)
        helper.form_tag = False
        return helper


class CredentialsForm(EntranceMixin, forms.Form):
    """Mobile number or user name, and password."""

    username = forms.CharField(
        label="手机号码或用户名", max_length=150, widget=forms.TextInput({"autocomplete": "username"})
    )
    password = forms.CharField(
        label="密码",
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
    )

    remember = forms.BooleanField(
        label="在这部手机上保持登录 30 天（仅限本人手机）",
        help_text="只对基层团干部、青年汇负责人有效；公用的手机和电脑请不要勾选。",
        required=False,
    )

    def __init__(self, *args, request=None, **options):
        super().__init__(*args, **options)
        self.request = request

    def clean(self):
        data = super().clean()
        if not self.errors:
            adapter = get_adapter()
            credentials = {"username": data["username"], "password": data["password"]}
            self.user = adapter.authenticate(self.request, **credentials)
            if self.user is None:
                raise adapter.validation_error("username_password_mismatch")
        return data

    def login(self, request, redirect_url=None):
        """Continues to the second factor or signs in; called by allauth's view."""
        ask_to_remember(request, self.cleaned_data["remember"])
        login = Login(user=self.user, redirect_url=redirect_url)
        return perform_password_login(request, {}, login)


class ResumeForm(EntranceMixin, forms.Form):
    """The password of the account whose session has ended."""

    password = forms.CharField(label="密码", max_length=1000, strip=False, widget=forms.PasswordInput())

    def __init__(self, *args, user, request, **options):
        super().__init__(*args, **options)
        self.user, self.request = user, request

    def clean_password(self):
        """Returns the password; raises ValidationError, and counts a login attempt, where it is wrong."""
        adapter, password = get_adapter(), self.cleaned_data["password"]
        if adapter.authenticate(self.request, username=self.user.username, password=password) != self.user:
            raise adapter.validation_error("incorrect_password")
        return password


class PasswordConfirmForm(EntranceMixin, forms.Form):
    """Reauthentication by the user's password."""

    password = forms.CharField(
        label="密码",
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
    )

    def __init__(self, *args, user, **options):
        super().__init__(*args, **options)
        self.user = user

    def clean_password(self):
        """Returns the password; raises ValidationError, and counts a login attempt, where it is wrong."""
        password = self.cleaned_data["password"]
        if not get_adapter().reauthenticate(self.user, password):
            raise get_adapter().validation_error("incorrect_password")
        return password


class CodeForm(EntranceMixin, forms.Form):
    """A one-time code or a recovery code, at the second step of signing in."""

    confirms = False

    code = forms.CharField(
        label="动态口令或备用口令",
        max_length=20,
        widget=forms.TextInput({"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )

    def __init__(self, *args, user, **options):
        super().__init__(*args, **options)
        self.user = user

    def clean_code(self):
        """Uses up one attempt, then checks the code; a correct code is spent.

        Raises ValidationError where no attempt is left or the code is wrong.
        """
        request, guess = context.request, code_guess(context.request, self.user)
        if not guess.use():
            raise self._refused(guess.refusal())
        self.authenticator = spend_code(self.user, self.cleaned_data["code"])
        if self.authenticator is None:
            record(Action.SIGN_IN_FAILED, user=self.user, request=request, detail="动态口令不正确")
            raise get_second_factor_adapter().validation_error("incorrect_code")
        guess.was_right()
        login_attempts.reset_attempts(*guess.counter)
        return self.cleaned_data["code"]

    def _refused(self, refusal):
        """Returns the error where no attempt is left; a page of its own is shown where that is so for many accounts."""
        if refusal.is_of_budget:
            note_spent_budget(context.request, refusal)
            context.request.refusal, context.request.axes_locked_out = refusal, True
        words = login_attempts.when_again(refusal.until)
        return ValidationError(f"连续 {login_attempts.LIMIT} 次口令不正确，已暂停核对。{words}")

    def save(self):
        """Records in the session that the second factor was given."""
        post_authentication(context.request, self.authenticator, reauthenticated=self.confirms)


class CodeConfirmForm(CodeForm):
    """Reauthentication by a one-time code or a recovery code."""

    confirms = True


class SecondFactorForm(EntranceMixin, ActivateTOTPForm):
    """The first one-time code, which proves that the phone has the secret."""

    code = forms.CharField(
        label="动态口令",
        max_length=20,
        widget=forms.TextInput({"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )

    def __init__(self, *args, **options):
        session = context.request.session
        scanned = session.get(SECRET_SESSION_KEY)
        super().__init__(*args, **options)
        if scanned:
            # What a phone has scanned stays right when the page is opened again, in another tab too.
            self.secret = session[SECRET_SESSION_KEY] = scanned
        if is_demo():
            self.secret = DEMO_SECRET
            self.fields[
                "code"
            ].help_text = "演示数据：不用手机，运行 .venv/bin/python manage.py demo_code 即得此刻的口令。"

    def clean_code(self):
        """Returns the code and stores its time step, so that the code is valid once.

        Raises ValidationError where it does not belong to the secret shown on the page.
        """
        self.step = step_of(self.secret, self.cleaned_data["code"])
        if self.step is None:
            raise get_second_factor_adapter().validation_error("incorrect_code")
        return self.cleaned_data["code"]


class SecondFactorRemovalForm(EntranceMixin, AllauthDeactivateTOTPForm):
    """Confirms the removal of one-time codes; has no fields."""


class OwnPasswordForm(EntranceMixin, PasswordChangeForm):
    """Changes the user's own password."""

    field_order = ["old_password", "new_password1", "new_password2"]

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["new_password1"].help_text = rules_in_words()
        self.fields["new_password2"].help_text = ""

    def clean_old_password(self):
        """Returns the old password; raises ValidationError, and counts a login attempt, where it is wrong."""
        password = self.cleaned_data["old_password"]
        if not get_adapter().reauthenticate(self.user, password):
            raise ValidationError(self.error_messages["password_incorrect"], code="password_incorrect")
        return password

    def clean(self):
        """Looks at the new password once the old one was right: what is wrong with it may tell of former passwords."""
        return self.cleaned_data if "old_password" in self.errors else super().clean()


class FirstPasswordForm(EntranceMixin, SetPasswordForm):
    """Sets the password of an account by its one-time link."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["new_password1"].label = "密码"
        self.fields["new_password2"].label = "再次输入密码"
        self.fields["new_password1"].help_text = rules_in_words()
        self.fields["new_password2"].help_text = ""
