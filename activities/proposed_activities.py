"""What titles of a sign-in list say of an activity that nobody has registered: name, day, host, hub, type, venue."""

import re
from dataclasses import dataclass
from datetime import date

from yl_district.likeness import happening_key
from yl_district.sheets.cells import plain, text_key
from yl_district.sheets.day_texts import year_said

from .titles import FULL_DAY, SHORT_DAY, bare_title, day_told, is_on, shares

SIGN_IN_WORDS = re.compile(
    r"(?:参加|到场)?(?:人员)?(?:签到|签字|签名)(?:登记)?[表册簿]?|(?:参加|到场)?人员(?:名单|名册|登记表)|(?:名单|名册)$"
)
BRACKETS = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]|【([^【】]*)】")
SAID_NAME = re.compile(r"(?:活动名称|活动主题|主题)\s*:\s*(\S+)")
SAID_VENUE = re.compile(r"(?:活动地点|地点|地址)\s*:\s*(\S+)")
FACT_LINE = re.compile(r"^[^:]{2,6}:")
RANK = re.compile(r"(?:团总支|团支部|团工委|团委|联合支部|支部)$")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
LEAST_PLACE = 2  # characters of an organisation's name without its rank that tell it


@dataclass
class ProposedActivity:
    """What is proposed of an activity that titles name, None or "" for what they do not say."""

    name: str
    held_on: date | None
    host: object = None
    hub: object = None
    type: object = None
    venue: str = ""

    @property
    def initial(self):
        """Returns {field of the activity: value} of what is proposed."""
        records = {"host": self.host, "hub": self.hub, "type": self.type}
        keys = {name: record.pk for name, record in records.items() if record}
        said = {"name": self.name, "held_on": self.held_on, "venue": self.venue}
        return keys | {name: value for name, value in said.items() if value}


def proposed_activity(titles, day, organisations, hubs, types):
    """Returns the ProposedActivity of titles, those that name it first; `day` is what its row says, else None.

    Host, hub and type are the longest of those given that the titles name, a hub's organisation where no other is.
    """
    texts = [plain(title) for title in titles]
    key = text_key("".join(texts))
    hub = longest_named(hubs, key, lambda one: one.name)
    host = longest_named(organisations, key, bare_name)
    if hub and (host is None or text_key(bare_name(host)) in text_key(hub.name)):
        host = hub.organisation
    venue = next((match[1] for text in texts if (match := SAID_VENUE.search(text))), "")
    kind = longest_named(types, key, lambda one: one.name)
    return ProposedActivity(name_said(texts), day or day_said(texts), host, hub, kind, venue)


def name_said(texts):
    """Returns the name of the activity in the first of the texts that has one, "" for none."""
    for text in texts:
        if match := SAID_NAME.search(text):
            return match[1]
    for text in texts:
        name = name_in(text)
        if not FACT_LINE.match(text) and CHINESE.search(name) and len(bare_title(text)) > 1:
            return name
    return ""


def name_in(text):
    """Returns a title without its day, brackets about it, and what it says of signing in."""
    text = BRACKETS.sub(lambda match: "" if day_told(match[0]) else match[0], plain(text))
    text = SHORT_DAY.sub("", FULL_DAY.sub("", text))
    text = BRACKETS.sub(lambda match: match[0] if match[0][1:-1].strip() else "", SIGN_IN_WORDS.sub("", text))
    return " ".join(text.split()).strip(" -_—–、,;:.。·")


def day_said(texts):
    """Returns the day that the first of the texts with one states, by the only year of all where it has none."""
    for told in filter(None, map(day_told, texts)):
        year, month, day = told
        try:
            return date(year or year_said(texts), month, day)
        except ValueError:
            continue
    return None


def longest_named(records, key, name_of):
    """Returns the one of the records with the longest name that a text, as a key, has; None for none or several."""
    named = [(len(name), one) for one in records if len(name := text_key(name_of(one))) >= LEAST_PLACE and name in key]
    longest = max((length for length, _ in named), default=0)
    found = [one for length, one in named if length == longest]
    return found[0] if len(found) == 1 else None


def bare_name(organisation):
    """Returns an organisation's name without its rank, as lists write it."""
    return RANK.sub("", organisation.name)


def activities_alike(name, held_on, activities):
    """Returns those activities of a day whose names are near to a name or title: spelled otherwise, or partly in it."""
    if held_on is None:
        return []
    key, day = text_key(plain(name)), (held_on.year, held_on.month, held_on.day)
    same_day = [one for one in activities if is_on(one, day)]
    return [
        one
        for one in same_day
        if happening_key(one.name) == happening_key(name)
        or shares(text_key(one.name), key)
        or text_key(one.name) in key
    ]
