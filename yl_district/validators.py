"""Validators of single values; their messages say, in Chinese, what was expected and what to do."""

import re
from datetime import date

from django.core.exceptions import ValidationError
from django.utils import timezone
from stdnum import exceptions as stdnum_errors
from stdnum.cn import ric, uscc

from .fields import MonthField

# Spelt out, since \d also takes the digits of other scripts.
MOBILE = re.compile(r"1[3-9][0-9]{9}")
IDENTITY_NUMBER = re.compile(r"[0-9]{17}[0-9X]")


def problem(expected, remedy, code="problem"):
    """A ValidationError with expectation and remedy as separate params, for the import's report.

    Its code must not be one of a form field's own error codes, whose messages would replace this one.
    """
    message = f"应为：{expected}。{remedy}。".replace("%", "%%")
    return ValidationError(message, code=code, params={"expected": expected, "remedy": remedy})


def identity_number_birth_date(number):
    """The birth date in an 18-character identity number (GB 11643); raises ValueError where it is not a date."""
    return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))


def identity_number_gender(number):
    """`M` or `F` by the 17th digit: odd is male (GB 11643)."""
    return "M" if int(number[16]) % 2 else "F"


def validate_identity_number(number):
    """Validates length, characters, birth date and check digit of a citizen's identity number (GB 11643)."""
    if re.fullmatch(r"\d{15}", number):
        raise problem("18 位居民身份证号", "15 位旧号码已停用，请向本人核对 18 位号码")
    if not IDENTITY_NUMBER.fullmatch(number):
        raise problem("18 位居民身份证号（前 17 位为数字，末位为数字或 X）", "请对照身份证原件改正")
    try:
        born = identity_number_birth_date(number)
    except ValueError:
        born = None
    if born is None or born.year < 1900:
        raise problem("第 7 至 14 位是真实存在的出生日期", "请对照身份证原件改正")
    # Which day it is here need be worked out only for whoever was born about now.
    if born.year >= timezone.now().year - 1 and born > (today := timezone.localdate()):
        raise problem(f"第 7 至 14 位是不晚于今天（{today}）的出生日期", "请对照身份证原件改正")
    if ric.calc_check_digit(number) != number[-1]:
        raise problem("校验码正确的身份证号", "号码至少有一位抄错，请对照身份证原件改正")


def validate_mobile(number):
    """Validates a mainland mobile number of eleven digits."""
    if not MOBILE.fullmatch(number):
        raise problem("11 位手机号码（1 开头，第二位 3 至 9）", "请核对后改正；固定电话请写在备注中")


def validate_year(year):
    """Validates a calendar year, from 1949 to 2099."""
    if not 1949 <= year <= 2099:
        raise problem("四位数的年度，如 2017", "请核对年度")


def validate_credit_code(code):
    """Validates length, alphabet and check character of a unified social credit code (GB 32100)."""
    try:
        uscc.validate(code)
    except stdnum_errors.ValidationError:
        raise problem("校验码正确的 18 位统一社会信用代码", "请对照营业执照或登记证书改正") from None


def check_order(instance, begin, end, same_day=True):
    """Raises ValidationError for the field `end` where it is before `begin`, or, without `same_day`, on it."""
    first, last = getattr(instance, begin), getattr(instance, end)
    if first and last and (last < first or (last == first and not same_day)):
        field = instance._meta.get_field(begin)
        label = field.verbose_name
        if isinstance(field, MonthField):
            raise ValidationError({end: problem(f"不早于{label}（{first:%Y-%m}）的年月", "请核对两个年月")})
        raise ValidationError({end: problem(f"不早于{label}（{first}）的日期", "请核对两个日期")})
