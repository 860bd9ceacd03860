"""Dates known to the day, the month or only the year, and how they are compared.

A date known to the day is a `datetime.date`; one that is not is a PartialDate, which claims no day.
"""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

DAY = re.compile(r"([0-9]{4})[-./年]([0-9]{1,2})[-./月]([0-9]{1,2})[日号]?")
COMPACT_DAY = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
MONTH = re.compile(r"([0-9]{4})[-./年]([0-9]{1,2})月?")
COMPACT_MONTH = re.compile(r"([0-9]{4})([0-9]{2})")
ONLY_YEAR = re.compile(r"([0-9]{4})年?")


@dataclass(frozen=True)
class PartialDate:
    """A date of which only the year, or the year and the month, is known; raises ValueError for any other month."""

    year: int
    month: int | None = None

    def __post_init__(self) -> None:
        date(self.year, 1 if self.month is None else self.month, 1)

    def __str__(self) -> str:
        return f"{self.year:04}" if self.month is None else f"{self.year:04}-{self.month:02}"

    @property
    def earliest(self) -> date:
        """The first day that it can be."""
        return date(self.year, self.month or 1, 1)

    @property
    def latest(self) -> date:
        """The last day that it can be."""
        month = self.month or 12
        return date(self.year, month, monthrange(self.year, month)[1])


# A date as far as it is known.
KnownDate: TypeAlias = date | PartialDate


def earliest(known: Any) -> Any:
    """Returns the first day that a date can be, None for an unknown one."""
    return known.earliest if isinstance(known, PartialDate) else known


def latest(known: Any) -> Any:
    """Returns the last day that a date can be, None for an unknown one."""
    return known.latest if isinstance(known, PartialDate) else known


def may_agree(one: KnownDate | None, other: KnownDate | None) -> bool:
    """Whether two dates can be the same day; an unknown one can be any."""
    if one is None or other is None:
        return True
    return bool(earliest(one) <= latest(other) and earliest(other) <= latest(one))


def is_vaguer(told: object, known: object) -> bool:
    """Whether a date says less than the known one and does not contradict it; False for other values."""
    if not isinstance(told, PartialDate) or not isinstance(known, (date, PartialDate)):
        return False
    return told != known and told.earliest <= earliest(known) and latest(known) <= told.latest


def parse_known_date(text: str) -> KnownDate:
    """Returns the date that a text states as far as it goes: `1999-05-04`, `1999.5`, `1999年`, `19990504` and the like.

    Raises ValueError for any other text, and where there is no such day or month.
    """
    text = "".join(unicodedata.normalize("NFKC", text).split())
    if match := DAY.fullmatch(text) or COMPACT_DAY.fullmatch(text):
        year, month, day = map(int, match.groups())
        return date(year, month, day)
    if match := MONTH.fullmatch(text) or COMPACT_MONTH.fullmatch(text) or ONLY_YEAR.fullmatch(text):
        return PartialDate(*map(int, match.groups()))
    raise ValueError(f"no date: {text}")


def stored_date(text: str) -> KnownDate:
    """Returns the date whose `str` is the text."""
    return date.fromisoformat(text) if len(text) == 10 else PartialDate(*map(int, text.split("-")))
