"""What the organisations below have signed of a period: their numbers added up, and who is missing."""

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
    """One organisation or hub below, with its report of the period and the newest edition of it."""

    place: Organisation | Hub
    report: Report | None = None
    edition: Edition | None = None

    @property
    def state(self):
        """How far it has come, in words."""
        if self.edition:
            return "已签发"
        return "编写中" if self.report else "未编写"


@dataclass(frozen=True)
class Sum:
    """One figure over all signed returns, beside what the whole counts itself."""

    result: Result
    own: Result
    returns: int

    @property
    def difference(self):
        """How much the returns together differ from the whole's own count, as pages write it."""
        return self.result.beyond(self.own)

    @property
    def is_of_note(self):
        """Whether it has a line: an activity type of which nothing was held has none."""
        return not self.own.figure.is_of_type or bool(self.result.value or self.own.value or self.own.is_missing)

    @property
    def is_repeated(self):
        """Whether one person may stand in several returns."""
        return self.result.figure.overlap is Overlap.OVERLAPPING

    @property
    def is_smallest(self):
        """Whether it is the smallest of the returns' numbers instead of their sum."""
        return self.result.figure.measure.is_least


def places_below(scope, of_hubs=False):
    """The organisations directly below that stood at the period's end, or the hubs that were open."""
    if of_hubs:
        return list(Hub.objects.within(scope.organisation).as_of(scope.day).select_related("organisation"))
    standing = Organisation.objects.within(scope.organisation).as_of(scope.day)
    return list(standing.filter(depth=scope.organisation.depth + 1))


def returns(scope, of_hubs=False):
    """The return of every place below, also of those that have sent none."""
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
    """The signed figures of the returns, those of case files where asked for, by the edition's key."""
    editions = [each.edition.pk for each in returns if each.edition]
    kept = CountedFigure.objects.filter(edition__in=editions).defer("records").order_by("position", "edition")
    return [figure for figure in kept if with_cases or figure.key not in CASE_FIGURES]


def sums(scope, kept, with_cases=True):
    """Every figure that was signed and that the whole counts too: over all returns, and by the whole itself."""
    signed = defaultdict(list)
    for each in kept:
        signed[each.key].append(each)
    for key, own in results(scope, with_cases).items():
        if key in signed:
            value = own.figure.measure.of_values(each.value for each in signed[key])
            quality = max((each.quality for each in signed[key]), key=QUALITIES.index)
            yield Sum(Result(own.figure, value, quality), own, len(signed[key]))


def by_place(returns, kept, key):
    """The returns in which a figure was signed, each with that figure."""
    signed = {each.edition_id: each for each in kept if each.key == key}
    label = all_figures()[key]
    for each in returns:
        if each.edition and each.edition.pk in signed:
            one = signed[each.edition.pk]
            yield each, Result(label, one.value, one.quality)
