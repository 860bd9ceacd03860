"""What a single cell says, whatever its column: a text, a blank, nothing; and CellError for one that cannot be read."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any, TypeAlias

from django.core.exceptions import ValidationError

from ..spreadsheets.limits import FORMULA_ERROR, UNCOMPUTED_FORMULA
from ..spreadsheets.workbooks import as_text

YEAR_OF_SHEET = "\0year"  # key of the year that the sheet's name or title says, which no heading can equal
SEPARATORS = re.compile(r"[、，,;；]")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
LINE_END = re.compile(r"(?:_x000D_|\r)\n|\r")
INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060\ufeff]")  # copied along with text from web pages
SAYS_NOTHING = frozenset("无 没有 暂无 未填 未提供 - -- — —— – / // \\ 、 N/A NA NULL NONE".split())
UNTIL_NOW = frozenset("至今 今 迄今 到现在 现在 目前 至目前 现任".split())
READABLE_YEARS = range(1900, 2101)
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
    return not text or (not text.isprintable() and not INVISIBLE.sub("", text).strip())


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


def plain(value: object) -> str:
    """Returns a cell as NFKC text without outer white space and invisible characters; numbers as Excel shows them."""
    if isinstance(value, str) and (value.isascii() or is_plain_text(value)):
        return value.strip()
    if isinstance(value, float):
        value = int(value) if value.is_integer() else f"{value:.15g}"
    if isinstance(value, (bool, date)):
        return as_text(value)
    return INVISIBLE.sub("", unicodedata.normalize("NFKC", str(value))).strip()


def is_plain_text(text: str) -> bool:
    """Whether a text is in NFKC, without invisible characters; most are, which is found faster than normalised."""
    return text.isprintable() and unicodedata.is_normalized("NFKC", text)


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


def validate(validator: Validator, text: object) -> None:
    """Runs a model validator; raises CellError for its ValidationError."""
    try:
        validator(text)
    except ValidationError as error:
        params = error.params or {}
        remedy = params.get("remedy", "请改正后重新上传")
        raise CellError(params.get("expected", "；".join(error.messages)), remedy) from None


def one_of(labels: Iterable[str]) -> str:
    """Returns the expectation that a cell holds one of `labels`, for a CellError."""
    labels = list(labels)
    return f"以下之一：{'、'.join(labels[:20])}{'等' if len(labels) > 20 else ''}"
