"""Guesses what the columns of a table without known headings are, by what their cells hold; a person confirms it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from django.db.models import Model

from ..recognition.headings import Recognised
from ..sheets import cells
from ..sheets.choice_widgets import ChoiceWidget
from ..sheets.columns import Column, RecordNameColumn
from ..sheets.date_widgets import DayWidget, PartialDateWidget
from ..sheets.text_widgets import IdentityNumberWidget, MobileWidget, NameWidget
from .outcomes import known_names

MOST = 0.8  # share of a column's cells that must look alike
FEWER = 0.5  # of names, some of which may be new
MOBILE_LIKE = re.compile(r"(?:\+?86)?1[3-9][0-9]{9}")
IDENTITY_LIKE = re.compile(r"[0-9]{17}[0-9Xx]")
NAME_LIKE = re.compile(r"[㐀-鿿·]{2,4}")
DAY_LIKE = re.compile(r"(?:19|20)\d\d(?:[-./年]\d{1,2}(?:[-./月]\d{1,2}日?|月)?|[01]\d[0-3]?\d)?", re.ASCII)
PHONE_WORDS = ("电话", "手机")
# Returns the column among those left that the texts of a column are, None for none.
Guess: TypeAlias = Callable[[Sequence[str], Sequence[Column], Model | None], Column | None]


def share(texts: Sequence[str], is_so: Callable[[str], Any]) -> float:
    """The share of texts of which something is so."""
    return sum(bool(is_so(text)) for text in texts) / len(texts)


def of_widget(columns: Iterable[Column], *kinds: type) -> Column | None:
    """The first column whose cells are read by one of these widgets."""
    return next((item for item in columns if isinstance(item.widget, kinds)), None)


def identity_column(texts: Sequence[str], columns: Sequence[Column], committee: Model | None) -> Column | None:
    """The column of identity numbers."""
    if share(texts, lambda text: IDENTITY_LIKE.match(text.replace(" ", ""))) < FEWER:
        return None
    return of_widget(columns, IdentityNumberWidget)


def mobile_column(texts: Sequence[str], columns: Sequence[Column], committee: Model | None) -> Column | None:
    """The column of mobile numbers, or of phones."""
    if share(texts, lambda text: MOBILE_LIKE.match(re.sub(r"[\s\-]", "", text))) < FEWER:
        return None
    by_name = (item for item in columns if any(word in item.column_name for word in PHONE_WORDS))
    return of_widget(columns, MobileWidget) or next(by_name, None)


def choice_column(texts: Sequence[str], columns: Sequence[Column], committee: Model | None) -> Column | None:
    """The first column among whose choices the texts are."""
    for item in columns:
        if isinstance(item.widget, ChoiceWidget):
            values = item.widget.values
            if share(texts, lambda text, values=values: cells.text_key(text) in values) >= MOST:  # type: ignore[misc]
                return item
    return None


def record_column(texts: Sequence[str], columns: Sequence[Column], committee: Model | None) -> Column | None:
    """The first column that names records, of which the texts are some."""
    for item in columns:
        if isinstance(item, RecordNameColumn):
            known = known_names(item, committee)
            if share(texts, lambda text, known=known: cells.text_key(text) in known) >= FEWER:  # type: ignore[misc]
                return item
    return None


def person_column_of(texts: Sequence[str], columns: Sequence[Column], committee: Model | None) -> Column | None:
    """The column of people's names, which are short and mostly differ."""
    if share(texts, NAME_LIKE.fullmatch) < MOST or 2 * len(set(texts)) < len(texts):
        return None
    return next((item for item in columns if item.column_name == "姓名"), None) or of_widget(columns, NameWidget)


def day_column(texts: Sequence[str], columns: Sequence[Column], committee: Model | None) -> Column | None:
    """The only required column of days, else that of births."""
    if share(texts, lambda text: DAY_LIKE.match("".join(text.split()))) < MOST:
        return None
    required = [item for item in columns if item.required and isinstance(item.widget, DayWidget)]
    return required[0] if len(required) == 1 else of_widget(columns, PartialDateWidget)


GUESSES: Sequence[Guess] = (
    identity_column,
    mobile_column,
    choice_column,
    record_column,
    person_column_of,
    day_column,
)


def guessed(
    found: Iterable[Recognised],
    items: Mapping[str, Column],
    rows: Sequence[Sequence[Any]],
    committee: Model | None,
) -> list[Recognised]:
    """The headings with a guess for each unknown one whose cells tell its column; each column is guessed once.

    The names of records are those known to the committee below the root for which the file is imported, if any.
    """
    found = list(found)
    taken = {one.column for one in found}
    for at, one in enumerate(found):
        texts = [cells.full_text(row[one.place]).strip() for row in rows if one.place < len(row)]
        texts = [text for text in texts if text]
        left = [item for name, item in items.items() if name not in taken]
        guesses = (guess(texts, left, committee) for guess in GUESSES if texts and one.how == "unknown")
        if item := next(filter(None, guesses), None):
            taken.add(item.column_name)
            found[at] = replace(one, column=item.column_name, how="guessed")
    return found
