"""The types of the data checks: a check, its findings, and the inspection that it runs in."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, TextChoices, Value
from django.urls import reverse
from django.utils.crypto import salted_hmac

from members.models import Person
from orgs.models import User
from orgs.roles import RECORD_KEEPERS
from yl_district.kept.reading import note_read, tables_read

from ..figures.figure import Result
from ..figures.readers import CASE_FIGURES
from ..figures.scopes import Scope, scope_query


class Severity(TextChoices):
    """What is required before a report is signed: correction or explanation, explanation, nothing."""

    ERROR = "error", "账目不符"
    MUST_EXPLAIN = "must_explain", "须说明"
    NOTE = "note", "提示"


class Audience(TextChoices):
    """Who may see findings one by one; others who may know that there are some see only their number."""

    OPEN = "open", "所有查看指标的人"
    NAMES = "names", "掌握名单的人"
    CASES = "cases", "获得个案授权的人"


class Page(str):
    """The URL of a page, with the name by which the access table knows it, and the record that it is about, if any."""

    url_name = ""
    # (label of the model, key).
    record: tuple[str, int] | None = None

    @classmethod
    def of(cls, url, url_name, record=None):
        """The page at this URL."""
        page = cls(url)
        page.url_name, page.record = url_name, record and (record._meta.label, record.pk)
        return page


@dataclass(frozen=True)
class RawFinding:
    """One thing found: its subject, what is wrong, and the URL for correcting it, empty where that is closed."""

    subject: str
    name: str
    found: str
    url: str = ""
    # The figures affected, where they differ from those of the check.
    figures: tuple[str, ...] = ()
    is_open: bool = True


@dataclass(frozen=True)
class Check:
    """One check: what it looks for, its severity, the figures affected, and who may see its findings."""

    key: str
    label: str
    # The category in the annex of doubtful records.
    topic: str
    severity: Severity
    audience: Audience
    find: Callable[["Inspection"], Iterable[RawFinding]]
    figures: tuple[str, ...]
    advice: str
    unit: str = "项"
    # Whether it applies to hubs, of which only activities are known.
    of_hub: bool = False
    # Whether its findings are the same for everybody and rest on no case files, so that they are kept until a register
    # changes; those that only compare figures, which are kept themselves, need not be.
    is_kept: bool = False
    # Whether it looks at no more than its reader may see, so that it is kept for each.
    is_of_reader: bool = False

    @property
    def subject(self):
        """The subject of all findings of the check together."""
        return f"check:{self.key}"


@dataclass(frozen=True)
class Finding:
    """One finding of a check, or the number of findings where they are not shown one by one."""

    check: Check
    subject: str
    name: str
    found: str
    figures: tuple[str, ...]
    # A different digest means that a different state was found for the same subject.
    digest: str
    url: str = ""
    # The things that the number stands for, as far as the reader may see them one by one.
    parts: tuple[RawFinding, ...] = ()
    # The subjects that the number stands for, with their digests; never shown.
    covers: tuple[tuple[str, str], ...] = ()

    @property
    def advice(self):
        return self.check.advice

    @property
    def is_about_cases(self):
        """Whether it derives from case files, so that only readers who may know their number may see it."""
        return self.check.audience == Audience.CASES or not CASE_FIGURES.isdisjoint(self.figures)

    @property
    def must_be_explained(self):
        """Whether it prevents a report from being signed until it is explained."""
        return self.check.severity != Severity.NOTE


@dataclass(frozen=True)
class Inspection:
    """A scope and its results, inspected on `today` by `user`, or by the command line without one.

    Without case figures among the results, cases are not inspected.
    """

    scope: Scope
    results: Mapping[str, Result]
    user: User | None = None
    today: date | None = None

    @property
    def until(self):
        """The last day of the period, or today while the period is running."""
        return min(self.today or self.scope.day, self.scope.day)

    @property
    def is_running(self):
        """Whether the period is still running."""
        return self.until < self.scope.period.end

    @property
    def with_cases(self):
        """Whether the number of assisted youths may be known."""
        return "assisted_youths" in self.results

    @cached_property
    def names_people(self):
        """Whether the user may see people's names, as a keeper of the organisation's records."""
        return self.user is None or self.user.reaches_as(self.scope.organisation, *RECORD_KEEPERS)

    @cached_property
    def opens_files(self):
        """Whether the user may open case files, which make people known that others do not know."""
        return self.user is not None and Person.objects.with_open_case(self.user).exists()

    @cached_property
    def _known(self):
        return {}

    def once(self, name, look):
        """The result of `look`, computed once for all checks."""
        if name not in self._known:
            with tables_read() as tables:
                self._known[name] = look(), tables
        found, tables = self._known[name]
        note_read(tables)
        return found

    def value(self, key):
        """The value of a figure."""
        return self.results[key].value

    def opened(self, rows):
        """The rows with `is_open`: whether the user may open them individually."""
        if self.user is None:
            return rows.annotate(is_open=Value(True))
        seen = rows.model._default_manager.visible_to(self.user).filter(pk=OuterRef("pk"))
        return rows.annotate(is_open=Exists(seen))

    def page(self, url_name, *arguments, of=None, **query):
        """The URL of a page, for the row `of` if given; empty where the user may not open it."""
        if self.user and not (self.user.may_open(url_name) and (of is None or of.is_open)):
            return ""
        address = reverse(url_name, args=arguments)
        return Page.of(f"{address}?{urlencode(query)}" if query else address, url_name, of)

    def figure_page(self, key):
        """The URL of the records that a figure counts."""
        return f"{reverse('figure_detail', args=[key])}?{scope_query(self.scope)}"


def about(key):
    """The subject of a finding about a figure."""
    return f"figure:{key}"


def finding_digest(*said):
    """A keyed digest of what was found, which reveals nothing by itself."""
    text = json.dumps(said, ensure_ascii=False)
    return salted_hmac("reports.checks", text, algorithm="sha256").hexdigest()[:32]
