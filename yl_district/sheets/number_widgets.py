"""Widgets that read counts, years and amounts of money as offices write them, or raise CellError."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from import_export.widgets import Widget

from .cells import READABLE_YEARS, CellError, Validator, plain, validate

DIGITS = re.compile(r"[0-9]{1,12}")
ABOUT = re.compile(r"(约|大约|近|将近)?([0-9]{1,12})(余|多)?([^0-9.]*?)(左右|上下|余|多)?")
THOUSANDS = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+")
AMOUNT = re.compile(r"[0-9]{1,12}(\.[0-9]{1,12})?")


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
