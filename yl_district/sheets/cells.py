"""Widgets of django-import-export that read single cells as offices write them, or raise CellError.

Nothing is guessed: a cell that can be read in two ways is an error, with what was expected and the remedy.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeAlias, TypeVar

from django.core.exceptions import ValidationError
from import_export.widgets import Widget

from ..partial_dates import COMPACT_DAY, COMPACT_MONTH, DAY, MONTH, KnownDate, parse_known_date
from ..spreadsheets.limits import FORMULA_ERROR, UNCOMPUTED_FORMULA
from ..spreadsheets.workbooks import CELL_LIMIT, CUT, as_text
from ..validators import MOBILE, validate_identity_number, validate_mobile
from .day_texts import DayRun, day_run, rewritten_month, timed_day, with_year
from .mobile_texts import find_mobile

YEAR_OF_SHEET = "\0year"  # key of the year that the sheet's name or title says, which no heading can equal
SEPARATORS = re.compile(r"[、，,;；]")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
LINE_END = re.compile(r"(?:_x000D_|\r)\n|\r")
INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060\ufeff]")  # copied along with text from web pages
# The newest planes of Chinese characters are missing from Python's Unicode tables.
# One or two digits distinguish namesakes; four in a row are a number in the wrong column.
PERSON_NAME = re.compile(r"(?!.*\d{4})(?=\D)(?:[^\W_]|[·.\- \U00020000-\U0003fffd]){2,30}")
MIDDLE_DOT = re.compile(r"[•‧∙・⋅]")
DIGITS = re.compile(r"[0-9]{1,12}")
ABOUT = re.compile(r"(约|大约|近|将近)?([0-9]{1,12})(余|多)?([^0-9.]*?)(左右|上下|余|多)?")
THOUSANDS = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+")
AMOUNT = re.compile(r"[0-9]{1,12}(\.[0-9]{1,12})?")
SCIENTIFIC_NOTATION = re.compile(r"[0-9](\.[0-9]+)?E\+?[0-9]+")  # a long number that Excel has rounded, as CSV shows it
TENTH = re.compile(r"([0-9]{4})\.1")  # January, or October as Excel stores it in a number
CUT_NUMBER = re.compile(r"[0-9]{15}000")  # Excel keeps fifteen digits of a long number, the rest becomes 0
KEPT_DIGITS = 15
# What Excel shows instead of a number of twelve digits or more; a room such as 2E12 is none.
ROUNDED_NUMBER = re.compile(r"[0-9](\.[0-9]+E\+?|E\+)[0-9]{2,3}")
EXPONENT = re.compile(r"[EeＥｅ][+＋0-9０-９]")
QUOTES = "'`’‘\"“”。.,，;；、 "  # around a number, of which they are no part
LABELLED = re.compile(r"(?:居民|公民)?(?:身份证|证件|身份)(?:号码?)?[:\s]*")
CROSS = re.compile(r"(?<=[0-9])[×✕✖хХ]$")  # for the letter X at the end of an identity number
SAYS_NOTHING = frozenset("无 没有 暂无 未填 未提供 - -- — —— – / // \\ 、 N/A NA NULL NONE".split())
UNTIL_NOW = frozenset("至今 今 迄今 到现在 现在 目前 至目前 现任".split())
READABLE_YEARS = range(1900, 2101)
Dated = TypeVar("Dated", bound=KnownDate)
# Raises ValidationError for an invalid value.
Validator: TypeAlias = Callable[[Any], None]


class CellError(ValueError):
    """A cell that cannot be read: what was expected in it, and the remedy."""

    def __init__(self, expected: str, remedy: str, column: str | None = None) -> None:
        super().__init__(f"应为{expected}。{remedy}。")
        self.expected, self.remedy, self.column = expected, remedy, column


def is_blank(value: object) -> bool:
    """Whether a cell is empty or holds only white space and invisible characters."""
    if value is None or not isinstance(value, str):
        return value is None
    text = value.strip()
    return not text or (INVISIBLE.match(text) is not None and not INVISIBLE.sub("", text).strip())


def says_nothing(value: object) -> bool:
    """Whether a cell says that there is nothing to say, such as 无 or a stroke."""
    return isinstance(value, str) and plain(value).upper() in SAYS_NOTHING


def says_until_now(value: object) -> bool:
    """Whether a cell for an end says that it has not come, such as 至今."""
    return isinstance(value, str) and plain(value) in UNTIL_NOW


def cell_at(row: Sequence[Any], place: int) -> Any:
    """Returns the cell of a row at a place, None beyond its end."""
    return row[place] if place < len(row) else None


def check_formula(value: object) -> None:
    """Raises CellError for a cell whose formula failed or was never computed."""
    if value == UNCOMPUTED_FORMULA:
        raise CellError("公式算出的内容", "公式没有算出的值：请在 Excel 中打开并保存一次，或改为直接填写")
    if value == FORMULA_ERROR:
        raise CellError("公式算出的内容", "该单元格的公式出错（如 #N/A），请改正公式，或改为直接填写")


def check_digits(widget: Widget, value: object) -> None:
    """Raises CellError for a text whose digits Excel may have changed when it saved a sheet as CSV.

    A CSV file does not show which cells were numbers in the sheet. The check digit does not help: it is right by chance
    in one of eleven rounded numbers. Excel never writes blanks into a number, so a number with blanks was typed.
    """
    text = plain(value)
    if isinstance(widget, MonthWidget | PartialDateWidget) and TENTH.fullmatch(text):
        raise month_or_tenth(text)
    if isinstance(widget, IdentityNumberWidget) and is_cut(text):
        written = f"{text[:6]} {text[6:14]} {text[14:]}"
        remedy = f"文本文件中末三位为 0 的号码可能已被 Excel 改写，请对照身份证核对；确实如此的，请加空格写成 {written}"
        raise CellError("末几位没有丢失的 18 位身份证号", remedy)


def is_rounded(value: object) -> bool:
    """Whether a cell is a number of more than KEPT_DIGITS digits, or the rounded form of one as a text."""
    if isinstance(value, str):
        return EXPONENT.search(value, 0, 20) is not None and ROUNDED_NUMBER.fullmatch(plain(value).upper()) is not None
    return isinstance(value, (int, float)) and abs(value) >= 10**KEPT_DIGITS


def check_rounded(widget: Widget, value: object) -> None:
    """Raises CellError where a rounded number is in a column of texts or codes; all others refuse it themselves."""
    if isinstance(widget, TextWidget) and not isinstance(widget, IdentityNumberWidget):
        kept = f"Excel 只保留 {KEPT_DIGITS} 位有效数字，或只显示前几位"
        remedy = f"{kept}，末几位已经丢失：请把该列设为文本格式，对照原件重新输入"
        raise CellError("文本格式的完整号码或文字", remedy)


def has_doubtful_digits(text: str) -> bool:
    """Whether `check_digits` would doubt the digits of a text in a column of months or identity numbers."""
    return bool(TENTH.fullmatch(plain(text))) or is_cut(text)


def is_cut(text: str) -> bool:
    """Whether a text may be a long number that Excel has rounded."""
    return bool(CUT_NUMBER.fullmatch(plain(text)))


def month_or_tenth(text: str) -> CellError:
    """Returns the CellError for a text like 2008.1, which is January, or October stored as a number."""
    year = text[:4]
    remedy = f"1 月与存为数字的 10 月无法分辨，请写成 {year}-01 或 {year}-10"
    return CellError("年月，如 2017-10", remedy)


def plain(value: object) -> str:
    """Returns a cell as NFKC text without outer white space and invisible characters; numbers as Excel shows them."""
    if isinstance(value, str) and value.isascii():
        return value.strip()
    if isinstance(value, float):
        value = int(value) if value.is_integer() else f"{value:.15g}"
    if isinstance(value, (bool, date)):
        return as_text(value)
    return INVISIBLE.sub("", unicodedata.normalize("NFKC", str(value))).strip()


def text_key(text: object) -> str:
    """Returns the key by which texts are compared, regardless of blanks and of the width and case of characters."""
    return "".join(plain(text).casefold().split())


def quoted_cell(value: object) -> str:
    """Returns a cell as an error quotes it: at most 80 printable characters, and （空） for a blank cell."""
    return full_text(value)[:80] or "（空）"


def full_text(value: object) -> str:
    """Returns a cell as a person would read it, in full and printable, and "" for a blank cell."""
    if is_blank(value):
        return ""
    text = plain(value) if isinstance(value, float) else as_text(value)
    return CONTROL.sub("\ufffd", LINE_END.sub("\n", text))


def cell_text(text: str) -> str:
    """Returns a stored text as a cell can hold it, so that reading the cell returns the same."""
    return CONTROL.sub("", LINE_END.sub("\n", text)).strip()


def split_list(text: str) -> list[str]:
    """Returns the entries of a list in a cell, separated by `、`, `，`, `,`, `;` or `；`."""
    return [part.strip() for part in SEPARATORS.split(text) if part.strip()]


class TextWidget(Widget):
    """Text of at most `max_length` characters; on one line unless `has_lines`."""

    def __init__(self, max_length: int | None = None, has_lines: bool = False) -> None:
        super().__init__()
        self.max_length, self.has_lines = max_length or CELL_LIMIT, has_lines

    def clean(self, value: object, row: Any = None, **options: Any) -> str:
        text = LINE_END.sub("\n", value if isinstance(value, str) else plain(value)).strip()
        if CONTROL.search(text):
            raise CellError("不含不可见控制字符的文字", "请在单元格中重新输入这段文字")
        if not self.has_lines:
            text = " ".join(text.split())
        if text.endswith(CUT):
            raise CellError("完整的文字", "这段文字在导出时因超过 Excel 的上限被截断，请留空（系统中的原文不变）")
        if len(text) > self.max_length:
            raise CellError(f"不超过 {self.max_length} 个字", f"现有 {len(text)} 个字，请精简")
        return text

    def render(self, value: object, obj: Any = None, **options: Any) -> str:
        text = "" if value is None else str(value)
        # Nearly every text can be written as it is, and this test is fast.
        if text.isprintable() and "  " not in text and text[:1] != " " != text[-1:]:
            return text
        text = cell_text(text)
        return text if self.has_lines else " ".join(text.split())


class CodeWidget(TextWidget):
    """A number or code checked by the model field's validators, in NFKC and capital letters, without blanks.

    Quotation marks and stops around it are no part of it.
    """

    def __init__(self, validators: Iterable[Validator]) -> None:
        super().__init__()
        self.validators = validators

    def clean(self, value: object, row: Any = None, **options: Any) -> str:
        code = "".join(plain(value).strip(QUOTES).upper().split())
        for validator in self.validators:
            validate(validator, code)
        return code


def validate(validator: Validator, text: object) -> None:
    """Runs a model validator; raises CellError for its ValidationError."""
    try:
        validator(text)
    except ValidationError as error:
        params = error.params or {}
        remedy = params.get("remedy", "请改正后重新上传")
        raise CellError(params.get("expected", "；".join(error.messages)), remedy) from None


class NameWidget(TextWidget):
    """A person's name of 2 to 30 characters in NFKC, Chinese names without blanks, with `·` for every middle dot."""

    def clean(self, value: object, row: Any = None, **options: Any) -> str:
        if not isinstance(value, str):
            raise CellError("2 至 30 个字的姓名", "请填写姓名")
        text = MIDDLE_DOT.sub("·", super().clean(plain(value)))
        if not text.isascii():
            text = "".join(text.split()).replace(".", "·")
        if not PERSON_NAME.fullmatch(text):
            raise CellError("2 至 30 个字的姓名", "请只填写姓名，说明文字写在备注中")
        return text


class IdentityNumberWidget(CodeWidget):
    """An identity number typed as text; a number has lost its last digits, in its cell or as CSV shows it.

    A label before it, a cross for its last letter and hyphens leave no doubt, since its check digit must be right.
    """

    def __init__(self) -> None:
        super().__init__([validate_identity_number])

    def clean(self, value: object, row: Any = None, **options: Any) -> str:
        if not isinstance(value, str) or SCIENTIFIC_NOTATION.fullmatch(plain(value).upper()):
            remedy = "Excel 只保留 15 位有效数字，末几位已经丢失：请把该列设为文本格式，对照身份证重新输入"
            raise CellError("文本格式的 18 位身份证号", remedy)
        text = plain(value)
        if not (text.isascii() and text.isalnum()):
            text = CROSS.sub("X", LABELLED.sub("", text.strip(QUOTES), 1).strip(QUOTES)).replace("-", "")
        return super().clean(text)


class MobileWidget(TextWidget):
    """A mobile number, in a cell of type text or number; of several the first."""

    def clean(self, value: object, row: Any = None, **options: Any) -> str:
        text = plain(value)
        if MOBILE.fullmatch(text):
            return text
        found = find_mobile(text)
        if found is None:
            validate(validate_mobile, re.sub(r"[\s\-]", "", text))
        return found.number if found else text

    def rest(self, value: object) -> str:
        """Returns what a cell says beside the number that is read from it, "" for nothing."""
        text = plain(value)
        found = None if MOBILE.fullmatch(text) else find_mobile(text)
        return found.rest if found else ""


class ChoiceWidget(Widget):
    """One of a field's choices by its Chinese label or an alias for it."""

    def __init__(self, choices: Iterable[tuple[Any, Any]], aliases: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self.labels = {value: str(label) for value, label in choices if value != ""}
        self.values = {text_key(label): value for value, label in self.labels.items()}
        for alias, label in (aliases or {}).items():
            self.values.setdefault(text_key(alias), self.values[text_key(label)])

    def clean(self, value: object, row: Any = None, **options: Any) -> Any:
        key = text_key(value)
        if key not in self.values:
            raise CellError(one_of(self.labels.values()), "请从中选择一项")
        return self.values[key]

    def render(self, value: object, obj: Any = None, **options: Any) -> str:
        return self.labels.get(value, "")


def one_of(labels: Iterable[str]) -> str:
    """Returns the expectation that a cell holds one of `labels`, for a CellError."""
    labels = list(labels)
    return f"以下之一：{'、'.join(labels[:20])}{'等' if len(labels) > 20 else ''}"


class YesNoWidget(Widget):
    """A bool, written 是 or 否, another of `ANSWERS`, or one of the column's own `words`."""

    ANSWERS = dict.fromkeys("是 有 √ ✓ Y".split(), True) | dict.fromkeys("否 无 × N".split(), False)

    def __init__(self, words: Mapping[str, bool] | None = None) -> None:
        super().__init__()
        self.answers = self.ANSWERS | dict(words or {})

    def clean(self, value: object, row: Any = None, **options: Any) -> bool:
        answer = self.answers.get(plain(value).upper())
        if answer is None:
            raise CellError("是 或 否", "请填写“是”或“否”，不清楚时留空")
        return answer

    def render(self, value: object, obj: Any = None, **options: Any) -> str:
        return "" if value is None else as_text(value)


class About(int):
    """A number of which its cell says that it is not exact."""


class IntegerWidget(Widget):
    """A whole number in `values`, by default from 0 on; `expected` and `remedy` are those of its CellError.

    It may be followed by one of `units`. What is said to be approximate is read as About where `takes_about`.
    """

    REMEDY = "请只填写数字，不带单位和“余”“约”等字"
    LIMIT = 2_000_000_000

    def __init__(
        self,
        values: range = range(LIMIT + 1),
        expected: str = "不小于 0 的整数",
        remedy: str = REMEDY,
        units: Collection[str] = (),
        takes_about: bool = False,
    ) -> None:
        super().__init__()
        self.values, self.expected, self.remedy = values, expected, remedy
        self.units, self.takes_about = units, takes_about

    def clean(self, value: object, row: Any = None, **options: Any) -> int:
        text = plain(value)
        if isinstance(value, str) and not text.isdigit():
            number = self._counted("".join(text.split()))
            if number is not None:
                return number
        if isinstance(value, (bool, date)) or not re.fullmatch("[0-9]+", text):
            raise CellError(self.expected, self.remedy)
        if not DIGITS.fullmatch(text) or int(text) not in self.values:
            raise self.beyond()
        return int(text)

    def _counted(self, text: str) -> int | None:
        """Returns the number of a text with a unit or a word for about, None where it has neither or is in doubt."""
        match = ABOUT.fullmatch(text.replace(",", "") if THOUSANDS.match(text) else text)
        if match is None or (match[4] and match[4] not in self.units) or int(match[2]) not in self.values:
            return None
        if match[1] or match[3] or match[5]:
            return About(match[2]) if self.takes_about else None
        return int(match[2])

    def beyond(self) -> CellError:
        """Returns the CellError for a number outside the range."""
        return CellError(f"{self.expected}，最大 {self.values[-1]}", "请核对数字")

    def render(self, value: object, obj: Any = None, **options: Any) -> str:
        return "" if value is None else str(value)


class YearWidget(IntegerWidget):
    """A calendar year in four digits, with or without 年 or 年度, checked by the model field's validators."""

    def __init__(self, validators: Iterable[Validator] = ()) -> None:
        super().__init__(READABLE_YEARS, "四位年份，如 2017")
        self.validators = validators

    def beyond(self) -> CellError:
        return CellError(self.expected, self.remedy)

    def clean(self, value: object, row: Any = None, **options: Any) -> int:
        year = super().clean(re.sub(r"年度?$", "", plain(value)) if isinstance(value, str) else value)
        for validator in self.validators:
            validate(validator, year)
        return year


class DecimalWidget(Widget):
    """An amount of money from 0 on, with at most two decimals."""

    def clean(self, value: object, row: Any = None, **options: Any) -> Decimal:
        text = plain(value).removeprefix("¥").removesuffix("元").replace(",", "")
        amount = Decimal(text) if AMOUNT.fullmatch(text) else None
        if amount is None or amount >= 100_000_000 or amount != amount.quantize(Decimal("0.01")):
            raise CellError("不小于 0、最多两位小数的金额", "请只填写数字")
        return amount.quantize(Decimal("0.01"))

    def render(self, value: Decimal | None, obj: Any = None, **options: Any) -> str:
        return "" if value is None else f"{value.normalize():f}"


class DayWidget(Widget):
    """A date: `2017-05-04`, `2017.5.4`, `2017年5月4日`, `20170504` or an Excel date, also with a time of day.

    `3月5日` is of the year that the sheet's title names. Of several days on end the first is read where `takes_runs`.
    """

    EXPECTED = "日期，如 2017-05-04"

    def __init__(self, takes_runs: bool = False) -> None:
        super().__init__()
        self.takes_runs = takes_runs

    def clean(self, value: object, row: Any = None, **options: Any) -> date:
        if isinstance(value, datetime):
            value = value.date()
        if isinstance(value, date):
            return in_range(value, self.EXPECTED)
        said = with_year(plain(value), (row or {}).get(YEAR_OF_SHEET, 0))
        text = "".join(said.split())
        match = DAY.fullmatch(text) or COMPACT_DAY.fullmatch(text)
        parts = match.groups() if match else timed_day(said)
        run = day_run(said) if parts is None and self.takes_runs else None
        if run:
            return in_range(run.first, self.EXPECTED)
        if isinstance(value, bool) or not parts:
            raise CellError(self.EXPECTED, "请写全年、月、日")
        year, month, day_of_month = parts
        return day(year, month, day_of_month, self.EXPECTED)

    def run(self, value: object, row: Any = None) -> DayRun | None:
        """Returns the several days on end that a cell states, None for one that does not."""
        if not self.takes_runs or not isinstance(value, str):
            return None
        return day_run(with_year(plain(value), (row or {}).get(YEAR_OF_SHEET, 0)))

    def render(self, value: date | None, obj: Any = None, **options: Any) -> str:
        return "" if value is None else value.isoformat()


class MonthWidget(DayWidget):
    """A month: `2017-05`, `2017.5`, `2017年5月`, `201705`, or any day in it; read as its first day."""

    EXPECTED = "年月，如 2017-05"

    def clean(self, value: object, row: Any = None, **options: Any) -> date:
        check_tenth(value)
        if not isinstance(value, (date, bool)):
            text = "".join(plain(value).split())
            match = MONTH.fullmatch(text) or COMPACT_MONTH.fullmatch(text)
            if match:
                year, month = match.groups()
                return day(year, month, 1, self.EXPECTED)
        check_rewritten(value, self.EXPECTED)
        try:
            return super().clean(value).replace(day=1)
        except CellError as error:
            raise CellError(self.EXPECTED, error.remedy.replace("年、月、日", "年和月")) from None

    def render(self, value: date | None, obj: Any = None, **options: Any) -> str:
        return "" if value is None else f"{value:%Y-%m}"


class PartialDateWidget(Widget):
    """A date known to the day, the month or only the year: `2017-05-04`, `2017.5`, `2017年`, or an Excel date."""

    EXPECTED = "真实存在的日期、年月或年份，如 1999-05-04、1999-05 或 1999"

    def clean(self, value: object, row: Any = None, **options: Any) -> KnownDate:
        check_tenth(value)
        if isinstance(value, datetime):
            value = value.date()
        try:
            text = plain(value)
            known = value if isinstance(value, date) else parse_known_date("-".join(timed_day(text) or [text]))
        except ValueError:
            check_rewritten(value, self.EXPECTED)
            raise CellError(self.EXPECTED, "请核对；不知道日或月的，写到年月或年份即可") from None
        return in_range(known, "日期")

    def render(self, value: KnownDate | None, obj: Any = None, **options: Any) -> str:
        return "" if value is None else str(value)


def check_rewritten(value: object, expected: str) -> None:
    """Raises CellError for a month that Excel has rewritten, which may be a day as well."""
    if isinstance(value, str) and (found := rewritten_month(plain(value))):
        century = 19 if found.year_of_century > 30 else 20
        written = f"{century}{found.year_of_century:02}-{found.month:02}"
        raise CellError(expected, f"可能是 Excel 改写的年月，请把该列设为文本格式，重新写成 {written} 的样子")


def check_tenth(value: object) -> None:
    """Raises CellError for a number like 2008.1, which may be January or October."""
    if isinstance(value, float) and TENTH.fullmatch(plain(value)):
        raise month_or_tenth(plain(value))


def day(year: str, month: str, day_of_month: str | int, expected: str) -> date:
    """Returns the date of these numbers; raises CellError where there is no such day, or outside `READABLE_YEARS`."""
    try:
        return in_range(date(int(year), int(month), int(day_of_month)), expected)
    except ValueError as error:
        if isinstance(error, CellError):
            raise
        raise CellError(f"真实存在的{expected}", "请核对年、月、日") from None


def in_range(value: Dated, expected: str) -> Dated:
    """Returns the date; raises CellError outside `READABLE_YEARS`."""
    if value.year not in READABLE_YEARS:
        raise CellError(f"1900 至 2100 年之间的{expected}", "请核对年份")
    return value
