"""Reading single cells: import-export widgets that take what offices really write, or say why not.

Nothing is guessed: what can be read in two ways is refused, with the cell as found, what was expected and the remedy.
"""

import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError
from import_export.widgets import Widget

from .spreadsheets import as_text
from .validators import validate_identity_number, validate_mobile

SEPARATORS = re.compile(r"[、，,;；]")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
NAME = re.compile(r"[\w·.\- ]{2,30}", re.UNICODE)
DAY = re.compile(r"(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})日?")
MONTH = re.compile(r"(\d{4})[-./年](\d{1,2})月?")
DIGITS = re.compile(r"\d+")
YEARS = range(1900, 2101)


class CellError(ValueError):
    """A cell that cannot be taken: what was expected in it and how to mend it."""

    def __init__(self, expected, remedy, column=None):
        super().__init__(f"应为{expected}。{remedy}。")
        self.expected, self.remedy, self.column = expected, remedy, column


def is_blank(value):
    """Whether a cell holds nothing but white space."""
    return value is None or (isinstance(value, str) and not value.strip())


def plain(value):
    """A cell as text: NFKC, outer white space gone, whole numbers without a fraction."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, (bool, date)):
        return as_text(value)
    return unicodedata.normalize("NFKC", str(value)).strip()


def split_list(text):
    """The entries of a cell that holds a list, separated by `、`, `，`, `,` or `;`."""
    return [part.strip() for part in SEPARATORS.split(text) if part.strip()]


class TextWidget(Widget):
    """Text of at most `max_length` characters that passes the model field's validators."""

    def __init__(self, max_length=None, validators=()):
        super().__init__()
        self.max_length, self.validators = max_length, validators

    def clean(self, value, row=None, **options):
        is_code = bool(self.validators)
        text = plain(value).upper() if is_code or not isinstance(value, str) else value.strip()
        if CONTROL.search(text.replace("\r\n", "\n").replace("_x000D_", "")):
            raise CellError("不含不可见控制字符的文字", "请在单元格中重新输入这段文字")
        if self.max_length and len(text) > self.max_length:
            raise CellError(f"不超过 {self.max_length} 个字", f"现有 {len(text)} 个字，请精简")
        for validator in self.validators:
            validate(validator, text)
        return text

    def render(self, value, obj=None, **options):
        return "" if value is None else str(value)


def validate(validator, text):
    """Runs a model validator, turning its ValidationError into a CellError."""
    try:
        validator(text)
    except ValidationError as error:
        found = error.params or {}
        remedy = found.get("remedy", "请改正后重新上传")
        raise CellError(found.get("expected", "；".join(error.messages)), remedy) from None


class NameWidget(TextWidget):
    """A person's name: NFKC, blanks inside Chinese names removed, every middle dot as `·`, 2 to 30 characters."""

    def clean(self, value, row=None, **options):
        if isinstance(value, (bool, int, float, date)):
            raise CellError("2 至 30 个字的姓名", "请填写姓名")
        text = re.sub(r"[•‧∙・．⋅]", "·", super().clean(unicodedata.normalize("NFKC", value)))
        if not text.isascii():
            text = "".join(text.split())
        if not NAME.fullmatch(text) or DIGITS.search(text):
            raise CellError("2 至 30 个字的姓名", "请只填写姓名，说明文字写在备注中")
        return text


class IdentityNumberWidget(TextWidget):
    """An identity number typed as text; a number cell has lost its last digits and is refused by its type."""

    def clean(self, value, row=None, **options):
        if not isinstance(value, str):
            remedy = "Excel 只保留 15 位有效数字，末几位已经丢失：请把该列设为文本格式，对照身份证重新输入"
            raise CellError("文本格式的 18 位身份证号", remedy)
        number = "".join(plain(value).upper().split())
        validate(validate_identity_number, number)
        return number


class MobileWidget(TextWidget):
    """A mobile number, as text or as the number Excel made of it."""

    def clean(self, value, row=None, **options):
        number = re.sub(r"[\s\-]", "", plain(value)).removeprefix("+86")
        validate(validate_mobile, number)
        return number


class ChoiceWidget(Widget):
    """One of a field's choices by its Chinese label, or by a spelling offices use for it."""

    def __init__(self, choices, aliases=None):
        super().__init__()
        self.labels = {value: str(label) for value, label in choices if value != ""}
        self.values = {plain(label): value for value, label in self.labels.items()}
        for alias, label in (aliases or {}).items():
            self.values.setdefault(plain(alias), self.values[plain(label)])

    def clean(self, value, row=None, **options):
        text = "".join(plain(value).split())
        if text not in self.values:
            labels = list(self.labels.values())
            expected = "、".join(labels[:20]) + ("等" if len(labels) > 20 else "")
            raise CellError(f"以下之一：{expected}", "请从中选择一项")
        return self.values[text]

    def render(self, value, obj=None, **options):
        return self.labels.get(value, "")


class YesNoWidget(Widget):
    """是 or 否."""

    ANSWERS = {"是": True, "否": False, "有": True, "无": False, "√": True, "×": False, "Y": True, "N": False}

    def clean(self, value, row=None, **options):
        answer = self.ANSWERS.get(plain(value).upper())
        if answer is None:
            raise CellError("是 或 否", "请填写“是”或“否”，不清楚时留空")
        return answer

    def render(self, value, obj=None, **options):
        return "" if value is None else as_text(value)


class IntegerWidget(Widget):
    """A whole number not below 0."""

    def __init__(self, values=range(0, 2_000_000_000), expected="不小于 0 的整数"):
        super().__init__()
        self.values, self.expected = values, expected

    def clean(self, value, row=None, **options):
        text = plain(value)
        if isinstance(value, (bool, date)) or not DIGITS.fullmatch(text) or int(text) not in self.values:
            raise CellError(self.expected, "请只填写数字，单位、“余”“约”等字写在备注或数字口径中")
        return int(text)

    def render(self, value, obj=None, **options):
        return "" if value is None else str(value)


class YearWidget(IntegerWidget):
    """A calendar year in four digits, with or without 年."""

    def __init__(self):
        super().__init__(YEARS, "四位年份，如 2017")

    def clean(self, value, row=None, **options):
        return super().clean(plain(value).removesuffix("年").removesuffix("年度") if isinstance(value, str) else value)


class DecimalWidget(Widget):
    """An amount with at most two decimals."""

    def clean(self, value, row=None, **options):
        text = plain(value).removesuffix("元").replace(",", "")
        try:
            amount = Decimal(text)
            if not 0 <= amount < 100_000_000 or amount != amount.quantize(Decimal("0.01")):
                raise InvalidOperation
        except InvalidOperation:
            raise CellError("不小于 0、最多两位小数的金额", "请只填写数字") from None
        return amount.quantize(Decimal("0.01"))

    def render(self, value, obj=None, **options):
        return "" if value is None else f"{value.normalize():f}"


class DayWidget(Widget):
    """A day: `2017-05-04`, `2017.5.4`, `2017年5月4日`, `20170504` or an Excel date."""

    EXPECTED = "日期，如 2017-05-04"

    def clean(self, value, row=None, **options):
        if isinstance(value, datetime):
            value = value.date()
        if isinstance(value, date):
            return in_range(value, self.EXPECTED)
        text = "".join(plain(value).split())
        match = DAY.fullmatch(text) or re.fullmatch(r"(\d{4})(\d{2})(\d{2})", text)
        if isinstance(value, bool) or not match:
            raise CellError(self.EXPECTED, "请写全年、月、日")
        return day(*match.groups(), self.EXPECTED)

    def render(self, value, obj=None, **options):
        return "" if value is None else value.isoformat()


class MonthWidget(DayWidget):
    """A month: `2017-05`, `2017.5`, `2017年5月`, `201705`, or any day in it; kept as its first day."""

    EXPECTED = "年月，如 2017-05"

    def clean(self, value, row=None, **options):
        if isinstance(value, float) and not value.is_integer():
            if round(value * 10) == value * 10 and round(value * 10) % 10 == 1:
                remedy = "数字格式的 1 月与 10 月无法分辨，请把单元格设为文本格式后重新输入年月"
                raise CellError("文本格式的年月，如 2017-10", remedy)
            value = repr(value)
        if not isinstance(value, (date, bool)):
            text = "".join(plain(value).split())
            match = MONTH.fullmatch(text) or re.fullmatch(r"(\d{4})(\d{2})", text)
            if match:
                return day(*match.groups(), 1, self.EXPECTED)
        try:
            return super().clean(value).replace(day=1)
        except CellError as error:
            raise CellError(self.EXPECTED, error.remedy.replace("年、月、日", "年和月")) from None

    def render(self, value, obj=None, **options):
        return "" if value is None else f"{value:%Y-%m}"


def day(year, month, day_of_month, expected):
    """The day of these numbers; raises CellError where the calendar has none."""
    try:
        return in_range(date(int(year), int(month), int(day_of_month)), expected)
    except ValueError as error:
        if isinstance(error, CellError):
            raise
        raise CellError(f"真实存在的{expected}", "请核对年、月、日") from None


def in_range(value, expected):
    """The day itself; raises CellError outside 1900 to 2100."""
    if value.year not in YEARS:
        raise CellError(f"1900 至 2100 年之间的{expected}", "请核对年份")
    return value
