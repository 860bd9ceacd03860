"""Password validators, each with a help text shown before a password is entered."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth import password_validation
from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.utils import timezone


class MinimumLengthValidator(password_validation.MinimumLengthValidator):
    """Django's minimum length, with Chinese messages."""

    def get_error_message(self):
        return f"密码太短，至少要有 {self.min_length} 个字符。"

    def get_help_text(self):
        return f"至少 {self.min_length} 个字符"


class SimilarityValidator(password_validation.UserAttributeSimilarityValidator):
    """Django's refusal of passwords similar to the user's data, with a Chinese help text."""

    def get_help_text(self):
        return "不与姓名、用户名、手机号码相近"


class CommonPasswordValidator(password_validation.CommonPasswordValidator):
    """Django's refusal of common passwords, with a Chinese help text."""

    def get_help_text(self):
        return "不是常见密码"


class KindsValidator:
    """Requires a number of character classes out of four: upper case, lower case, digits, symbols."""

    KINDS = (str.isupper, str.islower, str.isdigit, lambda character: not character.isalnum())

    def __init__(self, kinds=3):
        self.kinds = kinds

    def validate(self, password, user=None):
        """Raises ValidationError for a password with too few character classes."""
        if sum(any(map(is_of_kind, password)) for is_of_kind in self.KINDS) < self.kinds:
            raise ValidationError(f"密码须{self.get_help_text()}，请补足后重新输入。", code="password_too_uniform")

    def get_help_text(self):
        return f"含大写字母、小写字母、数字、符号中的 {self.kinds} 种"


class FormerPasswordValidator:
    """Refuses the account's current and last passwords; stores the hash of each new one."""

    def __init__(self, count=5):
        self.count = count

    def validate(self, password, user=None):
        """Raises ValidationError for the current password and the `count` last ones."""
        if user is None or user.pk is None:
            return
        former = [each.password for each in user.former_passwords.all()[: self.count]]
        if any(check_password(password, hashed) for hashed in {user.password, *former}):
            raise ValidationError(f"密码须{self.get_help_text()}，请换一个新密码。", code="password_used_before")

    def password_changed(self, password, user=None):
        """Stores the hash of the password just set; called by Django once it is saved."""
        user.former_passwords.create(password=user.password)
        kept = user.former_passwords.values_list("pk", flat=True)[: self.count]
        user.former_passwords.exclude(pk__in=list(kept)).delete()

    def get_help_text(self):
        return f"不同于最近 {self.count} 次用过的密码"


def rules_in_words():
    """Returns all password rules in one sentence."""
    return f"{'，'.join(map(str, password_validation.password_validators_help_texts()))}。"


def is_too_old(user):
    """Whether the password is older than `PASSWORD_MAX_AGE_DAYS`."""
    if not settings.PASSWORD_MAX_AGE_DAYS or not user.is_authenticated:
        return False
    return (user.password_set_at or user.date_joined) < timezone.now() - timedelta(days=settings.PASSWORD_MAX_AGE_DAYS)
