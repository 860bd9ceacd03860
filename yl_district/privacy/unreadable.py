"""What stands for the content of a cell that cannot be decrypted, since it was damaged or moved outside the system."""

import logging
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

logger = logging.getLogger(__name__)
UNREADABLE = "【不能读取】"
_found = ContextVar("found", default=None)


class UnreadableText(str):
    """The text shown in place of the content; `cell` is the stored ciphertext, which saving leaves as it is.

    It equals itself, and a text of which the blind index of its column says that it was the content.
    """

    cell: Any
    problem: str

    def __new__(cls, cell, problem="", index=None, digest=None):
        self = super().__new__(cls, UNREADABLE)
        self.cell, self.problem, self.index, self.digest = cell, problem, index, digest
        return self

    def __getnewargs__(self):
        return self.cell, self.problem, self.index, self.digest

    def __eq__(self, other):
        if isinstance(other, UnreadableText):
            return self.cell == other.cell
        return bool(other and self.digest and isinstance(other, str) and self.index.digest(other) == self.digest)

    def __ne__(self, other):
        return not self == other

    def __hash__(self):
        return hash(self.cell)


@contextmanager
def noting_unreadable():
    """Collects the places of the unreadable cells that are met in the block, each once, in words without content."""
    found = {}
    token = _found.set(found)
    try:
        yield found
    finally:
        _found.reset(token)


def note_unreadable(kind, key, column):
    """Notes that a cell could not be read: the record's kind and key, and the column's label."""
    place = f"{kind} 编号 {key} 的“{column}”"
    found = _found.get()
    if found is None or place not in found:
        logger.error("不能读取：%s", place)
    if found is not None:
        found.setdefault(place, False)


def untold_places():
    """The places noted in the present block that have not been told yet, in their order."""
    found = _found.get() or {}
    places = [place for place, is_told in found.items() if not is_told]
    found.update(dict.fromkeys(places, True))
    return places
