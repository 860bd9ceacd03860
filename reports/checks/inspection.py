"""What a check is, what it finds, and what it is given to look with."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, TextChoices, Value
from django.urls import reverse
from django.utils.crypto import salted_hmac

from orgs.models import User
from orgs.roles import RECORD_KEEPERS

from ..figures.figure import Result
from ..figures.readers import CASE_FIGURES
from ..figures.scopes import Scope, scope_query


class Gravity(TextChoices):
    """What has to happen before a report that rests on it is signed: mended or explained, explained, nothing."""

    ERROR = "error", "账目不符"
    MUST_EXPLAIN = "must_explain", "须说明"
    NOTE = "note", "提示"


class Telling(TextChoices):
    """To whom findings are told one by one; to others who may know that there are some, by their number alone."""

    OPEN = "open", "所有查看指标的人"
    NAMES = "names", "掌握名单的人"
    CASES = "cases", "获得个案授权的人"


@dataclass(frozen=True)
class Found:
    """One thing found: what it is about, what is the matter, and where it is mended, empty where that is closed."""

    subject: str
    name: str
    found: str
    url: str = ""
    # The figures that it touches where they are not those of its check.
    figures: tuple[str, ...] = ()
    is_open: bool = True


@dataclass(frozen=True)
class Check:
    """One check: what it looks for, how grave that is, which figures it touches, and who is told."""

    key: str
    label: str
    # What the annex of doubtful records calls the kind of thing.
    topic: str
    gravity: Gravity
    telling: Telling
    find: Callable[["Inspection"], Iterable[Found]]
    figures: tuple[str, ...]
    advice: str
    unit: str = "项"
    # Whether a hub, of which nothing but its activities is known, is looked at as well.
    of_hub: bool = False

    @property
    def subject(self):
        """What stands for everything that the check finds."""
        return f"check:{self.key}"


@dataclass(frozen=True)
class Finding:
    """Something that a check found, or the number of such things where they are not told one by one."""

    check: Check
    subject: str
    name: str
    found: str
    figures: tuple[str, ...]
    # Another one means that another thing is found of the same subject.
    digest: str
    url: str = ""
    # What the number stands for, as far as the reader may know it one by one.
    parts: tuple[Found, ...] = ()
    # The subjects that the number stands for, with their digests; never told.
    covers: tuple[tuple[str, str], ...] = ()

    @property
    def advice(self):
        return self.check.advice

    @property
    def is_about_cases(self):
        """Whether it follows from case files, so that only those may know it who know their number."""
        return self.check.telling == Telling.CASES or not CASE_FIGURES.isdisjoint(self.figures)

    @property
    def must_be_explained(self):
        """Whether it keeps a report from being signed until there is a reason for it."""
        return self.check.gravity != Gravity.NOTE


@dataclass(frozen=True)
class Inspection:
    """A scope and its results, looked at on `today` by `user`, without one by the command line.

    Without case figures among the results no case is looked at.
    """

    scope: Scope
    results: Mapping[str, Result]
    user: User | None = None
    today: date | None = None

    @property
    def until(self):
        """The last day of the period, or today in one that still runs."""
        return min(self.today or self.scope.day, self.scope.day)

    @property
    def is_running(self):
        """Whether the period has not ended."""
        return self.until < self.scope.day

    @property
    def with_cases(self):
        """Whether the number of assisted youths is known here."""
        return "assisted_youths" in self.results

    @cached_property
    def names_people(self):
        """Whether people are named to the user there, who keeps their records."""
        return self.user is None or self.user.reaches_as(self.scope.organisation, *RECORD_KEEPERS)

    @cached_property
    def _known(self):
        return {}

    def once(self, name, look):
        """What `look` finds, looked for once for all checks."""
        if name not in self._known:
            self._known[name] = look()
        return self._known[name]

    def value(self, key):
        """A figure's number."""
        return self.results[key].value

    def opened(self, rows):
        """The rows with `is_open`: whether the user may open them one by one."""
        if self.user is None:
            return rows.annotate(is_open=Value(True))
        seen = rows.model._default_manager.visible_to(self.user).filter(pk=OuterRef("pk"))
        return rows.annotate(is_open=Exists(seen))

    def page(self, url_name, *arguments, of=None, **query):
        """The address of a page, of the row `of` where one is given; empty where the user may not open it."""
        if self.user and not (self.user.may_open(url_name) and (of is None or of.is_open)):
            return ""
        address = reverse(url_name, args=arguments)
        return f"{address}?{urlencode(query)}" if query else address

    def figure_page(self, key):
        """The address of the records that a figure counts."""
        return f"{reverse('figure_detail', args=[key])}?{scope_query(self.scope)}"


def record(row):
    """A stored row as the subject of a finding: `members.member:12`."""
    return f"{row._meta.label_lower}:{row.pk}"


def about(key):
    """A figure as the subject of a finding."""
    return f"figure:{key}"


def digest_of(*said):
    """What stands for something found; it tells nothing by itself."""
    text = json.dumps(said, ensure_ascii=False)
    return salted_hmac("reports.checks", text, algorithm="sha256").hexdigest()[:32]
