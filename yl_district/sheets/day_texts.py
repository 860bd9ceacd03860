"""Days as offices write them, with a time of day behind them or as the first of several, and months as Excel does."""

import re
from datetime import date
from typing import NamedTuple

WEEKDAY = r"\(?(?:周|星期|礼拜)[一二三四五六日天]\)?"
PART_OF_DAY = "(?:凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|早|晚|全天)"
CLOCK = (
    rf"{PART_OF_DAY}?\s*[0-9]{{1,2}}(?::[0-9]{{1,2}}(?::[0-9]{{1,2}}(?:\.[0-9]+)?)?|[点时](?:[0-9]{{1,2}}分?|半|整)?)"
)
TO = r"\s*(?:[-–—−~]+|至|到)\s*"
TIMES = rf"(?:{CLOCK}(?:{TO}{CLOCK})?|{PART_OF_DAY})"
BEHIND_DAY = rf"(?:{WEEKDAY}(?:\s*{TIMES})?|{TIMES})"
WHOLE_DAY = r"([0-9]{4})\s*[-./年]\s*([0-9]{1,2})\s*[-./月]\s*([0-9]{1,2})\s*[日号]?"
# Digits directly behind a day would be read as part of it.
APART = r"(?:\s+|T|(?<=[日号])\s*|\s*(?=[(周星礼凌清早上中下傍晚全]))"
TIMED = re.compile(rf"(?:{WHOLE_DAY}|([0-9]{{4}})([0-9]{{2}})([0-9]{{2}})){APART}{BEHIND_DAY}")
MONTH_DAY = re.compile(r"[0-9]{1,2}\s*月\s*[0-9]{1,2}.*", re.DOTALL)
RUN_OF_DAYS = re.compile(
    rf"{WHOLE_DAY}(?:{APART}{BEHIND_DAY})?({TO})"
    rf"(?:(?:([0-9]{{4}})\s*[-./年]\s*)?([0-9]{{1,2}})\s*[-./月]\s*)?([0-9]{{1,2}})\s*[日号]?(?:{APART}{BEHIND_DAY})?"
)
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
# Excel shows the month 2016-05 as May-16, and once more read from a text file as the day 16-May.
REWRITTEN = re.compile(r"(?:([A-Z][a-z]{2})-([0-9]{2})|([0-9]{1,2})-([A-Z][a-z]{2}))")
YEAR_SAID = re.compile(r"(?<![0-9])((?:19|20)[0-9]{2})(?![0-9])(\s*年)?")


class TitleDay(str):
    """The day since when a row has the state that a title states, as it is answered for all rows below titles."""


class DayRun(NamedTuple):
    """The first and the last of several days on end."""

    first: date
    last: date


def timed_day(text: str) -> tuple[str, str, str] | None:
    """Returns year, month and day of an NFKC text with a time of day or a weekday behind the day, None for others."""
    match = TIMED.fullmatch(text)
    if match is None:
        return None
    year, month, day = filter(None, match.groups())
    return year, month, day


def day_run(text: str) -> DayRun | None:
    """Returns the days of an NFKC text such as 2025.4.1-4.3 or 2025年4月1日至3日, None for any other."""
    match = RUN_OF_DAYS.fullmatch(text)
    if match is None:
        return None
    year, month, day, to, last_year, last_month, last_day = match.groups()
    # In 2025-04-01-03 the last part may be anything.
    if to == "-" in text[: match.start(4)] and last_year is None:
        return None
    try:
        first = date(int(year), int(month), int(day))
        last = date(int(last_year or year), int(last_month or month), int(last_day))
    except ValueError:
        return None
    return DayRun(first, last) if first < last else None


class RewrittenMonth(NamedTuple):
    """A month as Excel has rewritten it, of which only the last two digits of the year are left."""

    year_of_century: int
    month: int

    def may_be(self, year: int, month: int | None) -> bool:
        """Whether it was this month before."""
        return (year % 100, month) == self


def rewritten_month(text: str) -> RewrittenMonth | None:
    """Returns the month that Excel has rewritten as May-16 or 16-May, None for any other text."""
    match = REWRITTEN.fullmatch(text)
    if match is None:
        return None
    name, year = match[1] or match[4], match[2] or match[3]
    return RewrittenMonth(int(year), MONTHS.index(name) + 1) if name in MONTHS else None


def with_year(text: str, year: int) -> str:
    """Returns an NFKC text such as 3月5日 with the year before it; other texts, and all where it is 0, as they are."""
    return f"{year}年{text}" if year and MONTH_DAY.match(text) else text


def year_said(texts: list[str]) -> int:
    """Returns the only year that titles name, as in 2025年活动台账; 0 where they name none or several."""
    found = [match for text in texts for match in YEAR_SAID.findall(text)]
    years = {year for year, _ in found}
    return int(years.pop()) if len(years) == 1 and any(word for _, word in found) else 0
