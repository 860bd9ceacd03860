"""What a page that keeps a form never repeats."""

import pytest
from allauth.account.forms import ReauthenticateForm
from django import forms
from django.contrib.auth.forms import SetPasswordForm
from django.urls import get_resolver

from members.models import Member
from orgs.accounts import sign_in_forms
from tests.records import below
from yl_district.pages.forms import PageFormMixin
from yl_district.web.error_pages import typed_value
from yl_district.web.kept_forms import NEVER_KEPT


def secret_fields():
    """The names of all fields in whose input nobody reads along, and of those for one-time codes."""
    found = {"old_password", "new_password1", "new_password2"}
    for form in [*below(forms.BaseForm), ReauthenticateForm, SetPasswordForm]:
        fields = getattr(form, "base_fields", {})
        found |= {name for name, field in fields.items() if isinstance(field.widget, forms.PasswordInput)}
    own = [form for form in below(forms.BaseForm) if form.__module__ == sign_in_forms.__name__]
    found |= {name for form in own for name in form.base_fields}
    return found - {"username", "remember"}


def test_no_password_and_no_code_is_kept():
    found = secret_fields()
    assert {"password", "code"} <= found
    assert [name for name in sorted(found) if not NEVER_KEPT.search(name)] == []


def test_everything_else_is():
    assert get_resolver().url_patterns  # loads all forms
    names = {name for form in below(PageFormMixin) for name in getattr(form, "base_fields", {})}
    assert {"name", "content", "credit_code"} <= names
    assert [name for name in sorted(names) if NEVER_KEPT.search(name)] == []


@pytest.mark.parametrize("name", ["form-0-code", "mfa-otp", "password1", "token"])
def test_however_a_form_is_prefixed(name):
    assert NEVER_KEPT.search(name)


def test_a_choice_between_yes_and_no_is_shown_in_words():
    shown = {sent: typed_value(Member._meta.get_field("in_school"), sent) for sent in ("true", "false", "unknown")}
    assert shown == {"true": "是", "false": "否", "unknown": "未填写"}
