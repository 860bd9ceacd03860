"""The returns of a period: what the organisations below have signed, its sums, and who is missing."""

from collections import defaultdict
from dataclasses import dataclass

from orgs.models import Organisation
from youthhubs.models import Hub

from ..figures.counting import results
from ..figures.figure import Overlap, Result
from ..figures.lines import all_figures
from ..figures.measures import QUALITIES
from ..figures.readers import CASE_FIGURES
from ..models import CountedFigure, Edition, Report


@dataclass(frozen=True)
class Return:
    """One organisation or hub below, with its report for the period and the latest edition of it."""

    place: Organisation | Hub
    report: Report | None = None
    edition: Edition | None = None

    @property
    def state(self):
        """The state of the report: 已签发, 编写中 or 未编写."""
        if self.edition:
            return "已签发"
        return "编写中" if self.report else "未编写"


@dataclass(frozen=True)
class ReturnSum:
    """One figure over all signed returns, compared with the superior organisation's own count."""

    result: Result
    own: Result
    returns: int

    @property
    def difference(self):
        """The difference between the returns and the own count, formatted as on pages."""
        return self.result.beyond(self.own)

    @property
    def is_of_note(self):
        """Whether it gets a row: activity types without activities do not."""
        return not self.own.figure.is_of_type or bool(self.result.value or self.own.value or self.own.is_missing)

    @property
    def is_repeated(self):
        """Whether the same person may be counted in several returns."""
        return self.result.figure.overlap is Overlap.OVERLAPPING

    @property
    def is_smallest(self):
        """Whether it is the minimum of the returns rather than their sum."""
        return self.result.figure.measure.is_least


def places_below(scope, of_hubs=False):
    """The organisations directly below that existed at the period's end, or the hubs that were open."""
    if of_hubs:
        return list(Hub.objects.within(scope.organisation).as_of(scope.day).select_related("organisation"))
    standing = Organisation.objects.within(scope.organisation).as_of(scope.day)
    return list(standing.filter(depth=scope.organisation.depth + 1))


def returns(scope, of_hubs=False):
    """The return of every place below, including those without a report."""
    places, (start, end) = places_below(scope, of_hubs), scope.period.bounds
    reports = Report.objects.filter(form=Report.form_of(scope.period), starts_on=start, ends_on=end)
    of_places = reports.filter(hub__in=places) if of_hubs else reports.filter(hub=None, organisation__in=places)
    found = {report.hub_id or report.organisation_id: report for report in of_places}
    editions = Edition.objects.filter(report__in=found.values()).without_contents().select_related("signed_by")
    newest = {edition.report_id: edition for edition in editions.order_by("number")}
    return [
        Return(place, found.get(place.pk), newest.get(found[place.pk].pk) if place.pk in found else None)
        for place in places
    ]


def kept_of(returns, with_cases=True):
    """The signed figures of the returns; those of cases only with `with_cases`."""
    editions = [each.edition.pk for each in returns if each.edition]
    kept = CountedFigure.objects.filter(edition__in=editions).defer("records").order_by("position", "edition")
    return [figure for figure in kept if with_cases or figure.key not in CASE_FIGURES]


def sums(scope, kept, with_cases=True):
    """Yields every figure that was signed and is counted here as well: over all returns, and by the own count.

    Percentages are left out, which cannot be added up.
    """
    signed = defaultdict(list)
    for each in kept:
        signed[each.key].append(each)
    for key, own in results(scope, with_cases).items():
        if key in signed and not own.figure.measure.is_share:
            value = own.figure.measure.of_values(each.value for each in signed[key])
            quality = max((each.quality for each in signed[key]), key=QUALITIES.index)
            yield ReturnSum(Result(own.figure, value, quality), own, len(signed[key]))


def by_place(returns, kept, key):
    """Yields the returns in which a figure was signed, with the figure's result."""
    signed = {each.edition_id: each for each in kept if each.key == key}
    label = all_figures()[key]
    for each in returns:
        if each.edition and each.edition.pk in signed:
            one = signed[each.edition.pk]
            yield each, Result(label, one.value, one.quality)
