"""Which names and numbers are written differently and may still mean the same: pure comparisons, without a database."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections import defaultdict
from functools import cache, lru_cache

from opencc import OpenCC

# The blocks of Chinese characters, as first and last.
IDEOGRAPHS = (("\u3400", "\u4dbf"), ("\u4e00", "\u9fff"), ("\uf900", "\ufaff"), ("\U00020000", "\U000323af"))
MOST_SPELLINGS = 64
FIRM_PLACES = ("北京市", "北京")  # before the name of a firm, written or left out
FIRM = re.compile(r"(?:股份|集团|有限责任|有限|分|子|总)*公司$|集团$|事务所$")
BRANCHING = re.compile(r"(?:分公司|分部|分店|总公司|总部|本部)$")
RANKS = {
    "团总支": re.compile(r"(?:团总支|总支部委员会|总支部|总支)$"),
    "团支部": re.compile(r"(?:团支部|支部委员会|支部)$"),
    "团工委": re.compile(r"(?:团工委|工作委员会|工委)$"),
    "团委": re.compile(r"(?:团委|委员会)$"),
}
HAPPENING = re.compile(r"(?:系列|主题|志愿服务|实践|活动)+$")


@cache
def simplified() -> dict[int, str]:
    """{code point of a character: the simplified one of which it is a variant}, for characters that are not it."""
    runs = (range(ord(first), ord(last) + 1) for first, last in IDEOGRAPHS)
    characters = [chr(point) for run in runs for point in run]
    # Line by line, as neighbouring characters would be read as words.
    folded = OpenCC("t2s").convert("\n".join(characters)).split("\n")
    return {ord(one): other for one, other in zip(characters, folded, strict=True) if one != other}


@cache
def variants() -> dict[str, list[str]]:
    """{character: all that are variants of it, itself first}, for characters that have any."""
    found: dict[str, list[str]] = defaultdict(list)
    for point, character in simplified().items():
        found[character] = [*(found[character] or [character]), chr(point)]
    return dict(found)


@lru_cache(maxsize=10_000)
def name_key(name: str) -> str:
    """What spellings of one name have in common: no blanks, dots and marks, no capitals, the simplified characters."""
    text = unicodedata.normalize("NFKC", name).casefold().translate(simplified())
    if text.isalnum():
        return text
    return "".join(character for character in text if character.isalnum() or ord(character) > 0x20000)


def is_its_own_key(name: str) -> bool:
    """Whether a name is its own key, told without working that out."""
    is_own = name.translate(simplified()) == name == name.casefold()
    return is_own and name.isalnum() and unicodedata.is_normalized("NFKC", name)


def spellings(name: str) -> list[str]:
    """All names of the same characters in one of their variants, up to MOST_SPELLINGS of them."""
    known = variants()
    choices = [known.get(character, [character]) for character in name.translate(simplified())]
    return ["".join(chosen) for chosen in itertools.islice(itertools.product(*choices), MOST_SPELLINGS)]


@lru_cache(maxsize=10_000)
def firm_key(name: str) -> str:
    """What the full and the short name of a firm or an organisation have in common, empty where nothing is left.

    Brackets lose what they hold where it is a place or a branch, quotation marks and the legal form go.
    """
    text = unicodedata.normalize("NFKC", name)
    text = re.sub(r"\(([^()]*)\)", lambda match: "" if is_said_beside(match[1]) else match[1], text)
    text = name_key(text)
    for place in FIRM_PLACES:
        text = text.removeprefix(place)
    return FIRM.sub("", BRANCHING.sub("", text))


@lru_cache(maxsize=10_000)
def league_key(name: str) -> str:
    """What spellings of the name of a league organisation have in common: that of the firm or place, and its rank."""
    text = (
        unicodedata.normalize("NFKC", name).removeprefix("中国").removeprefix("共产主义青年团").removeprefix("共青团")
    )
    for rank, endings in RANKS.items():
        if ending := endings.search(text):
            stem = firm_key(text[: ending.start()])
            return stem and f"{stem}/{rank}"
    return firm_key(text)


def is_said_beside(words: str) -> bool:
    """Whether words in brackets only say where a firm is or which of its branches."""
    return bool(BRANCHING.search(words)) or name_key(words) in FIRM_PLACES


@lru_cache(maxsize=10_000)
def happening_key(name: str) -> str:
    """What spellings of the name of an activity have in common: without marks, and without 活动 at its end."""
    key = name_key(name)
    return HAPPENING.sub("", key) or key


def is_one_digit_off(one: str, other: str) -> bool:
    """Whether two numbers differ in one digit, or have two neighbouring digits in the other order."""
    if len(one) != len(other) or one == other:
        return False
    places = [place for place, (left, right) in enumerate(zip(one, other, strict=True)) if left != right]
    if len(places) == 1:
        return True
    first, last = places[0], places[-1]
    return len(places) == 2 and last == first + 1 and one[first] + one[last] == other[last] + other[first]
