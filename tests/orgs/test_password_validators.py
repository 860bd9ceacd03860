"""Password rules, as configured by the settings profile."""

from datetime import timedelta

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from orgs.accounts.password_validators import rules_in_words
from orgs.models import User
from tests.factories import PASSWORD, make_organisation, make_user
from tests.orgs.sign_in import signed_in

pytestmark = pytest.mark.django_db


def use_profile(settings, name):
    """Lets the rules of a profile hold, with the age that belongs to them."""
    shared = [each for each in settings.AUTH_PASSWORD_VALIDATORS if not each["NAME"].endswith("LengthValidator")]
    chosen = [{"NAME": path, "OPTIONS": options} for path, options in settings.PASSWORD_PROFILES[name]]
    settings.AUTH_PASSWORD_VALIDATORS = [*chosen, *shared]
    settings.PASSWORD_MAX_AGE_DAYS = 90 if name == "level_protection" else None


@pytest.fixture
def strict(settings):
    """The profile of the level protection rules."""
    use_profile(settings, "level_protection")


def refusals(password, user=None):
    """What is said against a password."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        return error.messages
    return []


def test_the_rules_are_said_before_anybody_types(settings):
    assert rules_in_words() == "至少 8 个字符，不与姓名、用户名、手机号码相近，不是常见密码。"
    use_profile(settings, "level_protection")
    assert rules_in_words() == (
        "至少 10 个字符，含大写字母、小写字母、数字、符号中的 3 种，不同于最近 5 次用过的密码，"
        "不与姓名、用户名、手机号码相近，不是常见密码。"
    )


@pytest.mark.parametrize(
    ("password", "messages"),
    [
        ("Qz7-Qz7-Q", ["密码太短，至少要有 10 个字符。"]),
        ("qz7qz7qz7qz7", ["密码须含大写字母、小写字母、数字、符号中的 3 种，请补足后重新输入。"]),
        ("Qz7qz7qz7qz7", []),
        ("qz7-qz7-qz7-", []),
        ("汉字汉字汉字汉字汉字汉字", ["密码须含大写字母、小写字母、数字、符号中的 3 种，请补足后重新输入。"]),
    ],
)
def test_level_protection_asks_for_length_and_kinds(strict, password, messages):
    assert refusals(password) == messages


def test_the_own_name_and_number_are_no_password():
    user = User(username="zhangcheng", name="章程", mobile="13800138000")
    assert len(refusals("zhangcheng1", user)) == len(refusals("13800138000", user)) == 1


def test_none_of_the_last_five_passwords_is_taken_again(strict):
    user = make_user()
    used = [f"Spring-walk-{number}" for number in range(6)]
    for password in used:
        user.set_password(password)
        user.save()
    assert user.former_passwords.count() == 5
    words = ["密码须不同于最近 5 次用过的密码，请换一个新密码。"]
    assert [refusals(password, user) for password in used] == [[], *[words] * 5]


def test_the_present_password_is_not_taken_again_though_it_was_set_before_anybody_kept_them(settings):
    user = make_user()
    user.set_password("Spring-walk-7")
    user.save()
    use_profile(settings, "level_protection")
    assert user.former_passwords.count() == 0
    assert refusals("Spring-walk-7", user) == ["密码须不同于最近 5 次用过的密码，请换一个新密码。"]


def test_an_old_password_is_changed_before_anything_else(strict):
    user = make_user("林知秋", make_organisation())
    client = signed_in(user)
    assert client.get(reverse("home")).status_code == 200
    User.objects.filter(pk=user.pk).update(password_set_at=timezone.now() - timedelta(days=91))
    page = client.get(reverse("member_list"), follow=True)
    assert page.redirect_chain == [(reverse("password_change"), 302)]
    assert "密码使用时间已超过规定期限，请先修改密码。" in page.content.decode()
    new = {"old_password": PASSWORD, "new_password1": "Spring-walk-7", "new_password2": "Spring-walk-7"}
    client.post(reverse("password_change"), new)
    assert client.get(reverse("member_list")).status_code == 200


def test_the_own_old_password_is_guessed_five_times_at_most():
    client = signed_in(make_user("林知秋", make_organisation()))
    data = {"old_password": "wrong", "new_password1": "Spring-walk-7", "new_password2": "Spring-walk-7"}
    statuses = [client.post(reverse("password_change"), data).status_code for _ in range(6)]
    assert statuses == [200] * 5 + [429]
