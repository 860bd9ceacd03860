"""Widgets that read days, months, partly known dates and times of day as offices write them, or raise CellError.

Nothing is guessed: a cell that can be read in two ways is an error, with what was expected and the remedy.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time
from typing import Any, TypeVar

from import_export.widgets import Widget

from ..partial_dates import COMPACT_DAY, COMPACT_MONTH, DAY, MONTH, KnownDate, parse_known_date
from .cells import READABLE_YEARS, YEAR_OF_SHEET, CellError, plain
from .day_texts import DayRun, day_run, rewritten_month, timed_day, with_year

CLOCK_TIME = re.compile(
    r"(上午|早上|中午|下午|晚上)?([0-9]{1,2})(?::([0-9]{1,2})(?::([0-9]{1,2}))?|[点时](?:([0-9]{1,2})分?|(半)|整)?)"
)
TENTH = re.compile(r"([0-9]{4})\.1")  # January, or October as Excel stores it in a number
Dated = TypeVar("Dated", bound=KnownDate)


def month_or_tenth(text: str) -> CellError:
    """Returns the CellError for a text like 2008.1, which is January, or October stored as a number."""
    year = text[:4]
    remedy = f"1 月与存为数字的 10 月无法分辨，请写成 {year}-01 或 {year}-10"
    return CellError("年月，如 2017-10", remedy)


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


class TimeWidget(Widget):
    """A time of day: `14:05`, `9:30:00`, `14点`, `9时30分`, `下午2点半`."""

    EXPECTED = "时刻，如 14:05"

    def clean(self, value: object, row: Any = None, **options: Any) -> time:
        match = None if isinstance(value, date) else CLOCK_TIME.fullmatch("".join(plain(value).split()))
        if match is None:
            raise CellError(self.EXPECTED, "请只填写一个时刻，写明时和分")
        part, hour, minute, second, said_minute, half = match.groups()
        hours = int(hour) + (12 if part in ("下午", "晚上") and int(hour) < 12 else 0)
        try:
            return time(hours, 30 if half else int(minute or said_minute or 0), int(second or 0))
        except ValueError:
            raise CellError(f"真实存在的{self.EXPECTED}", "请核对时和分") from None

    def render(self, value: time | None, obj: Any = None, **options: Any) -> str:
        return "" if value is None else f"{value:%H:%M:%S}".removesuffix(":00")


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
