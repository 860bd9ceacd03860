"""How many findings each check has in a scope, and the first of them, for pages that show no more than that.

The same as `explained_findings`, which lists all. What is the same for everybody is kept until a register changes;
whether the reader may open a record is asked anew, of those alone that are shown.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

from django.apps import apps
from django.db.models import CharField, Value
from django.utils import timezone

from orgs.models.reach import reach_of
from yl_district.database.actors import whole_case_files
from yl_district.kept.reading import note_read, tables_read
from yl_district.kept.results import kept_results

from ..figures.counting import figures_of, results
from .explained_findings import ExplainedFinding, Group, given_reasons, groups, individual_finding
from .inspection import Audience, Check, Finding, Inspection, Page, Severity, finding_digest
from .lines import CHECKS

# Per check; further ones appear as these are corrected.
FINDINGS_SHOWN = 100
EVERY_ONE, LEFT_OPEN, ANSWERED = FINDING_STATES = ("", "open", "explained")


@dataclass(frozen=True)
class ShownFindings:
    """The findings of a check in one state: how many, the first, and the different figures that all of them affect."""

    number: int = 0
    first: tuple[ExplainedFinding, ...] = ()
    figures: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class CountedGroup:
    """The findings of one check, as many as a page shows, with the whole of them that a shared explanation covers."""

    check: Check
    whole: ExplainedFinding
    # The number of findings that one explanation can cover.
    shared_count: int
    states: Mapping[str, ShownFindings]

    @property
    def number(self):
        """The number of findings."""
        return self.states[EVERY_ONE].number

    @property
    def open_count(self):
        """The number of findings that prevent a report from being signed."""
        return self.states[LEFT_OPEN].number

    @property
    def explained_count(self):
        """The number of findings that have an explanation."""
        return self.states[ANSWERED].number

    @property
    def is_shared(self):
        """Whether one explanation can cover several of the findings."""
        return min(self.number, self.shared_count) > 1


class KeptPage(Page):
    """The URL of a page for whoever may open it."""


class CountedWhenAsked(Mapping):
    """The results of a scope's figures by key, those of one source counted where one is asked for; none of cases."""

    def __init__(self, scope):
        self.scope, self._found = scope, {}

    def _once(self, name, look):
        # Whoever asks later rests on the same tables.
        if name not in self._found:
            with tables_read() as tables:
                self._found[name] = look(), tables
        found, tables = self._found[name]
        note_read(tables)
        return found

    @property
    def _figures(self):
        return self._once("figures", lambda: figures_of(self.scope, with_cases=False))

    def __getitem__(self, key):
        figures = self._figures
        source = figures[key].source
        alike = [name for name, figure in figures.items() if figure.source is source]
        return self._once(source, lambda: results(self.scope, with_cases=False, only=alike))[key]

    def __iter__(self):
        return iter(self._figures)

    def __len__(self):
        return len(self._figures)


def counted_groups(scope, values, user, today, checks=CHECKS):
    """The findings of a scope by check, counted, as `user` may see them, in the order of the checks.

    `values` are the results of the scope's figures. Pages about records have their URLs whether or not the user may
    open them: `openable` leaves out the others.
    """
    reasons = given_reasons(scope, user)
    able = [check for check in checks if check.of_hub or not scope.hub]
    reader = Inspection(scope, CountedWhenAsked(scope), user, today)
    held = {check for check in able if check.is_kept and not (check.is_of_reader and reader.opens_files)}
    tallies = kept_tallies(reader, [check for check in able if check in held], reasons)
    others = groups(scope, values, user, today, [check for check in able if check not in held], reasons)
    live = {group.check: group for group in others}
    found = []
    for check in able:
        if tallies.get(check.key):
            found.append(group_of_tally(check, tallies[check.key], reader, reasons))
        elif check in live:
            found.append(group_of_all(live[check]))
    return found


def group_of_all(group: Group):
    """The group with all findings, as one that shows the first."""
    wanted = {
        EVERY_ONE: lambda each: True,
        LEFT_OPEN: lambda each: each.is_open,
        ANSWERED: lambda each: each.is_explained,
    }
    shown = {}
    for state, is_wanted in wanted.items():
        own = [each for each in group.findings if is_wanted(each)]
        affected = tuple(dict.fromkeys(each.finding.figures for each in own))
        shown[state] = ShownFindings(len(own), tuple(own[:FINDINGS_SHOWN]), affected)
    return CountedGroup(group.check, group.whole, group.shared_count, shown)


def kept_tallies(reader, checks, reasons):
    """{key of a check: its tally, None where nothing is found} of checks that are kept.

    `reader` is the inspection of whoever looks, for whom alone those are that look at no more than this reader may see.
    """
    scope, user, everybody = reader.scope, reader.user, replace(reader, user=None)
    reach = user and (user.pk, reach_of(user), timezone.localdate())
    # The digests of findings are keyed by a secret.
    basis = ("check", *scope.known_by, reader.today, finding_digest("check"))
    asked = {}
    for check in checks:
        given = {subject: reason.digest for (key, subject), reason in reasons.items() if key == check.key}
        inspection, whose = (reader, reach) if check.is_of_reader else (everybody, None)
        key = (*basis, whose, sorted_pairs(given), check.key)
        asked[key] = partial(tally_of, inspection, check, given)
    return {key[-1]: tally for key, tally in kept_results(asked).items()}


def sorted_pairs(given):
    """The items of a dictionary in a fixed order, so that it can be part of a key."""
    return tuple(sorted(given.items()))


def tally_of(inspection, check, given):
    """What pages show of a check's findings, as JSON; None where nothing is found.

    `given` are the digests of what was explained, by subject.
    """
    with whole_case_files():
        raw = list(check.find(inspection))
    if not raw:
        return None
    found = [individual_finding(check, each) for each in raw]
    each = [(one.subject, one.digest) for one in found]
    explained = [given.get(one.subject) == one.digest for one in found]
    states = {
        EVERY_ONE: found,
        LEFT_OPEN: [one for one, is_explained in zip(found, explained, strict=True) if not is_explained],
        ANSWERED: [one for one, is_explained in zip(found, explained, strict=True) if is_explained],
    }
    return {
        "digest": finding_digest(check.key, sorted(each)),
        "figures": list(dict.fromkeys(key for one in found for key in one.figures)),
        "states": {state: shown_as_json(own) for state, own in states.items()},
    }


def shown_as_json(found):
    """The number of findings, the first of them, and the figures affected, as JSON."""
    return {
        "number": len(found),
        "first": [finding_as_json(one) for one in found[:FINDINGS_SHOWN]],
        "figures": [list(keys) for keys in dict.fromkeys(one.figures for one in found)],
    }


def finding_as_json(finding):
    """A finding as JSON, without its check."""
    page = [finding.url, getattr(finding.url, "url_name", ""), getattr(finding.url, "record", None)]
    return [finding.subject, finding.name, finding.found, list(finding.figures), finding.digest, page]


def finding_from_json(check, told):
    """The finding from JSON."""
    subject, name, found, figures, digest, (url, url_name, record) = told
    if url_name:
        url = KeptPage(url)
        url.url_name, url.record = url_name, record and tuple(record)
    return Finding(check, subject, name, found, tuple(figures), digest, url)


def group_of_tally(check, tally, reader, reasons):
    """The findings of a check as the inspection's reader may see them: one by one, or as a number."""
    number = tally["states"][EVERY_ONE]["number"]
    figures = tuple(tally["figures"])
    finding = Finding(check, check.subject, check.label, f"共 {number} {check.unit}", figures, tally["digest"])
    reason = reasons.get((check.key, check.subject))
    whole = ExplainedFinding(finding, reason, reason is not None and reason.digest == finding.digest)
    if check.audience == Audience.NAMES and not reader.names_people:
        # Explanations may contain names.
        is_explained = whole.is_explained or not tally["states"][LEFT_OPEN]["number"]
        states = states_of_number(ExplainedFinding(finding, None, is_explained))
    else:
        states = states_one_by_one(check, tally["states"], whole, reasons)
    return CountedGroup(check, whole, number, states)


def states_of_number(answered):
    """The states of the one finding that stands for all."""
    shown = ShownFindings(1, (answered,), (answered.finding.figures,))
    is_wanted = {EVERY_ONE: True, LEFT_OPEN: answered.is_open, ANSWERED: answered.is_explained}
    return {state: shown if is_wanted[state] else ShownFindings() for state in FINDING_STATES}


def states_one_by_one(check, told, whole, reasons):
    """The states of findings shown one by one; all are explained together where the whole of them is."""
    if whole.is_explained:
        told = {EVERY_ONE: told[EVERY_ONE], LEFT_OPEN: None, ANSWERED: told[EVERY_ONE]}
    elif check.severity == Severity.NOTE:
        told = {**told, LEFT_OPEN: None}
    shared = whole if whole.is_explained else None
    return {
        state: ShownFindings(
            own["number"],
            tuple(answered_finding(finding_from_json(check, each), shared, reasons) for each in own["first"]),
            tuple(map(tuple, own["figures"])),
        )
        if own
        else ShownFindings()
        for state, own in told.items()
    }


def answered_finding(finding, shared, reasons):
    """The finding with its own explanation, or else with the shared one, if any."""
    reason = reasons.get((finding.check.key, finding.subject))
    if reason is not None and reason.digest == finding.digest:
        return ExplainedFinding(finding, reason, True)
    if shared:
        return ExplainedFinding(finding, shared.explanation, True, is_shared=True)
    return ExplainedFinding(finding, reason)


def openable(shown, user):
    """The findings with the URLs of those pages alone that the user may open, asked for all together in one query."""
    pages = [one.finding.url for one in shown if isinstance(one.finding.url, KeptPage)]
    asked = defaultdict(set)
    for page in pages:
        if page.record and user.may_open(page.url_name):
            label, key = page.record
            asked[label].add(key)
    seen = [
        apps.get_model(label)._default_manager.visible_to(user).filter(pk__in=keys).order_by()
        for label, keys in sorted(asked.items())
    ]
    told = [rows.values_list(Value(rows.model._meta.label, CharField()), "pk") for rows in seen]
    open_records = set(told[0].union(*told[1:], all=True)) if told else set()
    return [with_open_page(one, user, open_records) for one in shown]


def with_open_page(answered, user, open_records):
    """The finding without the URL of a page that the user may not open."""
    page = answered.finding.url
    if not isinstance(page, KeptPage):
        return answered
    is_open = user.may_open(page.url_name) and (page.record is None or page.record in open_records)
    return answered if is_open else replace(answered, finding=replace(answered.finding, url=""))
