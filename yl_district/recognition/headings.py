"""Matches the headings of a sheet to columns by name, by a common synonym, or by the sender's earlier choice."""

import re
from collections import defaultdict
from dataclasses import dataclass

from ..sheets.cells import is_blank, plain

JOINT = "·"  # between a heading over several columns and that of one of them: 帮扶人·姓名
HINT = re.compile(r"[(\[【〔〖].*?(?:[)\]】〕〗]|$)")
ENGLISH = re.compile(r"(?<=[\u4e00-\u9fff])[*:/|\-]*[A-Za-z][A-Za-z.'/&\-]{2,}$")  # 姓名 Name; not 微信ID
EXPORT_MARK = "导出标记"  # heading of the column in which exported lists mark their records and date
IGNORED = frozenset("序号 no. no 排序 年龄 团龄 失败原因".split())
NUMBERED = frozenset(["编号", ""])  # headings ignored above running numbers
RUNNING = re.compile(r"[0-9]{1,6}")
SAMPLES = 3


def heading_key(cell):
    """Returns the key by which headings are compared, None for a cell that is not text.

    That is the heading in NFKC without white space, star, colon and bracketed hints, and without an English heading
    behind a Chinese one. A heading that consists of a hint keeps its words.
    """
    if not isinstance(cell, str):
        return None
    text = "".join(plain(cell).split())
    key = (HINT.sub("", text) or text.strip("()[]【】〔〕〖〗")).strip("*:")
    return key if key.isascii() or not key[-1:].isascii() else ENGLISH.sub("", key)


def shown_heading(heading, place):
    """Returns the heading as it is shown to people, with the column's number where it is blank."""
    return heading or f"第 {place + 1} 列（无标题）"


def heading_keys(heading):
    """Returns the keys by which a heading may be known, best first: the whole heading, then its own column's part."""
    key = heading_key(heading)
    whole, own = key.replace(JOINT, ""), key.rpartition(JOINT)[2]
    return list(dict.fromkeys([key, whole, own]))


def repeated_keys(heading):
    """Returns the keys of cells that repeat a heading, or a part of one that is written in several rows."""
    return {*heading_keys(heading), *heading_key(heading).split(JOINT)} - {""}


def known_headings(columns, synonyms, remembered=None):
    """Returns {heading key: the names of the columns it can mean}; the name of a column means that column only."""
    known = defaultdict(list)
    for column, words in synonyms.items():
        for word in words.split():
            known[heading_key(word)].append(column)
    chosen = {key: (column,) for key, column in (remembered or {}).items() if column in columns}
    exact = {heading_key(name): (name,) for name in columns}
    return {key: tuple(names) for key, names in known.items()} | chosen | exact


@dataclass(frozen=True)
class Recognised:
    """The meaning of the heading at a place.

    `how` is exact, synonym, remembered or mark for a heading that means `column`; ignored; unknown; or ambiguous, where
    a person must choose one of `choices`, or none.
    """

    place: int
    heading: str
    column: str | None
    how: str
    choices: tuple = ()
    samples: tuple = ()


# Degrees of certainty, highest first. Of two headings with the same meaning, the more certain one gets the column.
CERTAINTY = ["exact", "remembered", "synonym", "part"]


def recognise(headings, columns, synonyms, remembered=None, samples=()):
    """Returns a Recognised for each of `headings`.

    `columns` are names, `synonyms` {column: "words that mean it"}, `remembered` {heading key: column, or None where it
    was ignored}, and `samples` the first rows of data. Of two headings for one column the more certain one gets it, of
    two exact or equal ones the first; any other column that several headings claim is ambiguous.
    """
    known, claims = known_headings(columns, synonyms), defaultdict(list)
    values = [_values(place, samples) for place in range(len(headings))]
    meanings = [
        _meaning(heading, columns, known, remembered or {}, values[place]) for place, heading in enumerate(headings)
    ]
    for place, (how, names) in enumerate(meanings):
        if how in CERTAINTY:
            claims[names[0]].append((CERTAINTY.index(how), place))
    for column, claimants in claims.items():
        claimants.sort()
        best = [place for certainty, place in claimants if certainty == claimants[0][0]]
        is_repeated = len({heading_key(headings[place]) for place in best}) == 1
        is_settled = claimants[0][0] == 0 or is_repeated
        for _, place in claimants[1:] if is_settled else claimants:
            meanings[place] = "ambiguous", (column,)
    return [
        _recognised(place, headings[place], how, names, values[place]) for place, (how, names) in enumerate(meanings)
    ]


def _values(place, rows):
    """Returns the filled cells of a column."""
    cells = (row[place] for row in rows if place < len(row))
    return [cell for cell in cells if not is_blank(cell)]


def _meaning(heading, columns, known, remembered, values):
    """Returns how a heading is recognised regardless of the others, and the names of the columns it can mean."""
    key, *parts = heading_keys(heading)
    if key in remembered:
        column = remembered[key]
        return ("remembered", (column,)) if column in columns else ("ignored", ())
    if key == EXPORT_MARK:
        return "mark", (EXPORT_MARK,)
    for part in [key, *parts]:
        names = known.get(part, ())
        if len(names) > 1:
            return "ambiguous", names
        if names:
            is_whole = part == key or part != parts[-1]
            return ("part" if not is_whole else "exact" if part == heading_key(names[0]) else "synonym"), names
    own = parts[-1] if parts else key
    if own.casefold() in IGNORED or (own in NUMBERED and are_running(values)):
        return "ignored", ()
    return ("unknown" if key or values else "ignored"), ()


def are_running(values):
    """Whether the values are consecutive whole numbers, as row numbers are; True for no values."""
    texts = [plain(value) for value in values]
    if not all(RUNNING.fullmatch(text) for text in texts):
        return False
    numbers = [int(text) for text in texts]
    return numbers == list(range(numbers[0], numbers[0] + len(numbers))) if numbers else True


def _recognised(place, heading, how, names, values):
    """Returns the Recognised for a heading with the meaning that `_meaning` found."""
    column = names[0] if how in (*CERTAINTY, "mark") else None
    choices = names if how == "ambiguous" else ()
    return Recognised(place, heading, column, "synonym" if how == "part" else how, choices, tuple(values[:SAMPLES]))
