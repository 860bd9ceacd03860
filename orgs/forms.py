"""What is read about organisations, two-new organisations, contacts with them and supplies."""

from functools import cached_property

from crispy_forms.helper import FormHelper
from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm


class OrganisationChoiceField(forms.ModelChoiceField):
    """A choice of an organisation, indented as the tree is, dissolved ones marked."""

    def label_from_instance(self, organisation):
        ended = "（已撤销）" if organisation.dissolved_on else ""
        return f"{'　' * (organisation.depth - 1)}{organisation.name}{ended}"


class SignInForm(AuthenticationForm):
    """User name and password."""

    error_messages = {
        "invalid_login": "用户名或密码不正确，请重新输入（区分大小写）。",
        "inactive": "此账号已停用，请联系委机关。",
    }

    def __init__(self, request=None, *args, **options):
        super().__init__(request, *args, **options)
        self.fields["username"].label = "用户名"
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-control form-control-lg"


class OwnPasswordForm(PasswordChangeForm):
    """The user's own new password."""

    field_order = ["old_password", "new_password1", "new_password2"]

    @property
    def problems(self):
        """The wrong fields, for the list above the form."""
        return [self[name] for name in self.fields if name in self.errors]

    @cached_property
    def helper(self):
        """One field below the other; the form itself is the page's."""
        helper = FormHelper(self)
        helper.form_tag = False
        return helper
