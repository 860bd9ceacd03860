"""Numbers that lists out of other systems write for the choices of a column, asked about once for each column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .cells import plain

CODES_ASKED = "codes"  # the question what numbers in a column of choices mean
NOT_TAKEN = "不采用，这些格须改写"
LONGEST_CODE = 2  # digits


@dataclass(frozen=True)
class CodeList:
    """The codes of a column, whose `meanings` are the labels of its choices by number.

    `name` is that of the question about them, `asked` its words, and `usual` the answer that takes the codes. `beside`
    says which other cells would have told what they mean.
    """

    name: str
    heading: str
    asked: str
    usual: str
    meanings: Mapping[int, str] = field(repr=False)
    beside: str = ""

    @property
    def question(self) -> str:
        """The id of the question."""
        return f"{CODES_ASKED}-{self.name}"

    def meant(self, value: object) -> str:
        """Returns the label that a cell's number means, also where its leading zero is lost; "" for any other cell."""
        text = plain(value)
        is_code = text.isascii() and text.isdigit() and len(text) <= LONGEST_CODE
        return self.meanings.get(int(text), "") if is_code else ""


def standard_codes(name: str, heading: str, standard: str, meanings: Mapping[int, str], examples: str) -> CodeList:
    """The CodeList of a national standard, with some of its codes as examples."""
    return CodeList(name, heading, f"{heading}栏的数字是什么？", f"按国家标准 {standard} 的代码：{examples}", meanings)


def yes_no_codes(name: str, heading: str) -> CodeList:
    """The CodeList of a column that says yes or no."""
    return CodeList(name, heading, f"{heading}栏的 1、0 是什么？", "1 是“是”，0 是“否”", {1: "是", 0: "否"})
