"""Digits that Excel has lost of long numbers, or may have lost when it saved a sheet as text."""

from __future__ import annotations

import re

from import_export.widgets import Widget

from .cells import CellError, plain
from .date_widgets import TENTH, MonthWidget, PartialDateWidget, month_or_tenth
from .text_widgets import IdentityNumberWidget, TextWidget

CUT_NUMBER = re.compile(r"[0-9]{15}000")  # Excel keeps fifteen digits of a long number, the rest becomes 0
KEPT_DIGITS = 15
# What Excel shows instead of a number of twelve digits or more; a room such as 2E12 is none.
ROUNDED_NUMBER = re.compile(r"[0-9](\.[0-9]+E\+?|E\+)[0-9]{2,3}")
EXPONENT = re.compile(r"[EeＥｅ][+＋0-9０-９]")


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
        if value.isdigit() or EXPONENT.search(value, 0, 20) is None:
            return False
        return ROUNDED_NUMBER.fullmatch(plain(value).upper()) is not None
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
