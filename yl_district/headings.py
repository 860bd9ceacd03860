"""Which heading of a sheet means which column: by name, by a usual synonym, or as the sender chose before."""

import re
from collections import defaultdict
from dataclasses import dataclass

from .cells import is_blank, plain

JOINT = "·"  # between the heading over several columns and that of one of them: 帮扶人·姓名
HINT = re.compile(r"[(\[【〔〖].*?(?:[)\]】〕〗]|$)")
EXPORT_MARK = "导出标记"  # the column in which our own exports say when they were made
IGNORED = frozenset("序号 no. no 排序 年龄 团龄 失败原因".split())
NUMBERED = frozenset(["编号", ""])  # ignored where it holds running numbers
RUNNING = re.compile(r"[0-9]{1,6}")
SAMPLES = 3


def heading_key(cell):
    """A heading as headings are compared: NFKC, without white space, star, colon and bracketed hints; None of others.

    A heading that is nothing but a hint keeps its words.
    """
    if not isinstance(cell, str):
        return None
    text = "".join(plain(cell).split())
    return (HINT.sub("", text) or text.strip("()[]【】〔〕〖〗")).strip("*:")


def named(heading, place):
    """A heading as people are told of it, by its place where the column has none."""
    return heading or f"第 {place + 1} 列（无标题）"


def heading_keys(heading):
    """The keys by which a heading may be known, the best first: all of it, then what stands in its own column."""
    key = heading_key(heading)
    whole, own = key.replace(JOINT, ""), key.rpartition(JOINT)[2]
    return list(dict.fromkeys([key, whole, own]))


def known_headings(columns, synonyms, remembered=None):
    """{heading key: the names of the columns that it can mean}; a column's own name means that column alone."""
    known = defaultdict(list)
    for column, words in synonyms.items():
        for word in words.split():
            known[heading_key(word)].append(column)
    chosen = {key: (column,) for key, column in (remembered or {}).items() if column in columns}
    exact = {heading_key(name): (name,) for name in columns}
    return {key: tuple(found) for key, found in known.items()} | chosen | exact


@dataclass(frozen=True)
class Recognised:
    """What the heading at a place is taken for.

    `how` is exact, synonym, remembered or mark where it means `column`; ignored; unknown; or ambiguous, where a person
    must say which of `choices` is meant, or none.
    """

    place: int
    heading: str
    column: str | None
    how: str
    choices: tuple = ()
    samples: tuple = ()


# How surely a heading means its column; the surer of two that mean the same one has it.
SURENESS = ["exact", "remembered", "synonym", "part"]


def recognise(headings, columns, synonyms, remembered=None, samples=()):
    """A Recognised for each place of `headings`.

    `columns` are names, `synonyms` {column: "words that mean it"}, `remembered` {heading key: column, or None where it
    was ignored}, `samples` the first rows of data. Of two headings for one column the surer has it, of two exact ones
    the first; everything else that two claim is ambiguous.
    """
    known, claims = known_headings(columns, synonyms), defaultdict(list)
    values = [_values(place, samples) for place in range(len(headings))]
    meanings = [
        _meaning(heading, columns, known, remembered or {}, values[place]) for place, heading in enumerate(headings)
    ]
    for place, (how, found) in enumerate(meanings):
        if how in SURENESS:
            claims[found[0]].append((SURENESS.index(how), place))
    for column, claimants in claims.items():
        claimants.sort()
        is_settled = len(claimants) == 1 or claimants[0][0] == 0 or claimants[0][0] < claimants[1][0]
        for _, place in claimants[1:] if is_settled else claimants:
            meanings[place] = "ambiguous", (column,)
    return [
        _recognised(place, headings[place], how, found, values[place]) for place, (how, found) in enumerate(meanings)
    ]


def _values(place, rows):
    cells = (row[place] for row in rows if place < len(row))
    return [cell for cell in cells if not is_blank(cell)]


def _meaning(heading, columns, known, remembered, values):
    """How a heading by itself is taken, and the columns that it can mean."""
    key, *parts = heading_keys(heading)
    if key in remembered:
        column = remembered[key]
        return ("remembered", (column,)) if column in columns else ("ignored", ())
    if key == EXPORT_MARK:
        return "mark", (EXPORT_MARK,)
    for one in [key, *parts]:
        found = known.get(one, ())
        if len(found) > 1:
            return "ambiguous", found
        if found:
            is_whole = one == key or one != parts[-1]
            return ("part" if not is_whole else "exact" if one == heading_key(found[0]) else "synonym"), found
    own = parts[-1] if parts else key
    if own.casefold() in IGNORED or (own in NUMBERED and are_running(values)):
        return "ignored", ()
    return ("unknown" if key or values else "ignored"), ()


def are_running(values):
    """Whether values count on by one, as the numbers of rows do; so do none."""
    texts = [plain(value) for value in values]
    if not all(RUNNING.fullmatch(text) for text in texts):
        return False
    numbers = [int(text) for text in texts]
    return numbers == list(range(numbers[0], numbers[0] + len(numbers))) if numbers else True


def _recognised(place, heading, how, found, values):
    column = found[0] if how in (*SURENESS, "mark") else None
    choices = found if how == "ambiguous" else ()
    return Recognised(place, heading, column, "synonym" if how == "part" else how, choices, tuple(values[:SAMPLES]))
