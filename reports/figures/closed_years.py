"""What a transaction moves: figures of closed years before and after it, as far as its reader may read them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import date
from functools import cache, cached_property
from typing import Any, TypeAlias

from django.db.models import DateField, Field, Min, Model, QuerySet

from activities.models import Activity, ActivityType, Campaign, EducationSpan
from assistance.models import Assistance, AssistedYouth
from members.models import Person
from orgs.models import Organisation, User
from orgs.roles import FIGURE_READERS
from outreach.models import Contact
from yl_district.database.actors import whole_case_files
from yl_district.days import is_announced
from yl_district.fields import YearField
from yl_district.history.watching import Write, field_names
from yl_district.pages.announcements import Counted, Effect
from yl_district.periods import Period
from yl_district.record_options import options_of
from youthhubs.models import TeamMember

from ..models import Report
from .columns import FieldRead, fields_read
from .counting import results_of
from .figure import Figure, Result, Timing
from .lines import FIGURES, all_figures, campaign_figures, figures_now, type_figures
from .readers import may_know_cases
from .scopes import Scope

# (organisation's primary key, year, figure's key).
Place: TypeAlias = tuple[int, int, str]
# Of the types of activities one, and of the campaigns one of each audience, since their figures read the same.
FIGURES_OF_ANY_TYPE = [
    *FIGURES,
    *type_figures([ActivityType(key="any", name="any")]),
    *campaign_figures(
        Campaign(pk=0, key=value, name=label, audience=value) for value, label in Campaign.Audience.choices
    ),
]
# What belongs to no organisation, and is read by the figures of each.
OF_THE_DISTRICT = (ActivityType, EducationSpan, Campaign)


class ClosedFigures:
    """The figures of closed years that a transaction may move, counted before and after what it writes.

    Each is counted before the first write on which it can depend. They are those that the user may read: of the
    organisations that the records written belong or belonged to, which are all of them for what is the district's, of
    all above these, and of the user's own; with `only_signed` only where the organisation has signed a report on that
    year, without `with_cases` none that reads case files.
    """

    def __init__(self, user: User, today: date, *, only_signed: bool = False, with_cases: bool = True) -> None:
        self.user, self.today, self.only_signed, self.with_cases = user, today, only_signed, with_cases
        self.before: dict[Place, Result] = {}

    @cached_property
    def figures(self) -> dict[str, Figure]:
        """Every figure, by key."""
        return all_figures()

    @cached_property
    def years(self) -> range:
        """The closed years."""
        return closed_years(self.today)

    @cached_property
    def signed(self) -> set[tuple[int, int]]:
        """(organisation's primary key, year) of each signed report on a closed year or a part of one."""
        reports = Report.objects.filter(hub=None, editions__isnull=False, ends_on__year__lt=self.today.year)
        return set(reports.order_by().values_list("organisation", "ends_on__year"))

    @whole_case_files()
    def note(self, write: Write) -> None:
        """Counts the figures on which the write may have an influence, those left out that have been counted."""
        names = write.names & names_read(write.model)
        first = first_year(write, names) if names else self.today.year
        if (first is not None and first >= self.today.year) or (self.only_signed and not self.signed):
            return
        figures = [figure for figure in self.figures.values() if reads(figure, write.model, names)]
        is_of_all = issubclass(write.model, OF_THE_DISTRICT)
        organisations = Organisation.objects.all() if is_of_all else organisations_of([*write.versions, *write.related])
        self.before |= counted_places(
            (figure, scope)
            for scope in read_scopes(self.user, organisations, years_between(first, last_year(write), self.years))
            for figure in figures
            if (scope.organisation.pk, scope.year, figure.key) not in self.before and self._may_count(figure, scope)
        )

    def _may_count(self, figure: Figure, scope: Scope) -> bool:
        if self.only_signed and (scope.organisation.pk, scope.year) not in self.signed:
            return False
        return not figure.is_case or (self.with_cases and may_know_cases(self.user, scope))

    def effects(self) -> list[Effect]:
        """The figures counted that differ by now, by organisation and year; those that may still be read."""
        if not self.before:
            return []
        organisations = Organisation.objects.visible_as(self.user, *FIGURE_READERS)
        found = organisations.in_bulk({place for place, _, _ in self.before})
        # What was written may have changed whom a figure counts, as another audience of a campaign does.
        figures = self.figures | figures_now()
        asked = [
            (figures[key], Scope(found[place], Period.of_year(year)))
            for place, year, key in self.before
            if place in found
        ]
        after = counted_places((figure, scope) for figure, scope in asked if self._may_count(figure, scope))
        ranks = {key: rank for rank, key in enumerate(self.figures)}
        moved = [at for at, result in after.items() if said(result) != said(self.before[at])]
        moved.sort(key=lambda at: (found[at[0]].path, at[1], ranks[at[2]]))
        return [
            Effect(
                Counted(found[place].name, year, self.figures[key].label, self.figures[key].unit, said(was)), said(now)
            )
            for (place, year, key), was, now in ((at, self.before[at], after[at]) for at in moved)
        ]


def counted_places(asked: Iterable[tuple[Figure, Scope]]) -> dict[Place, Result]:
    """The results of (figure, scope) pairs, by place."""
    pairs = list(asked)
    if not pairs:
        return {}
    return {
        (scope.organisation.pk, scope.year, figure.key): result
        for (figure, scope), result in zip(pairs, results_of(pairs), strict=True)
    }


def said(result: Result) -> str:
    """The amount of a result with its unit."""
    return f"{result.amount}{result.unit}"


def closed_years(today: date) -> range:
    """The years whose last day lies before `today`, from the first with an activity, a contact or a report."""
    firsts = (
        Activity.objects.aggregate(first=Min("held_on")),
        Contact.objects.aggregate(first=Min("held_on")),
        Report.objects.aggregate(first=Min("starts_on")),
    )
    days = [found["first"] for found in firsts if found["first"]]
    return range(min(days).year if days else today.year - 1, today.year)


def years_between(first: int | None, last: int | None, years: range) -> range:
    """Those of the closed `years` from the first to the last one, each None where there is no bound."""
    start = years.start if first is None else max(years.start, first)
    return range(start, years.stop if last is None else min(years.stop, last + 1))


def first_year(write: Write, names: Collection[str]) -> int | None:
    """The first year in which the write can change what is counted by the fields `names`, None for any."""
    model: type[Model] = type(write.versions[0])
    end = end_field(model)
    if end and write.model is model and names == {end}:
        return min(day.year for one in write.versions if (day := getattr(one, end)))
    begins = [begin for one in write.versions for begin in begins_of(one)]
    return None if not begins or None in begins else min(filter(None, begins))


def begins_of(record: Any) -> list[int | None]:
    """The years before which the record counts nowhere, None for a date that is not known.

    A record without dates of its own has those of the records that it belongs to.
    """
    model: type[Model] = type(record)
    named = options_of(model).begins
    known = [getattr(record, name) for name in named]
    if any(known):
        return [year_of(day) for day in known if day]
    own = [field.name for field in dated_fields(model) if field.name != end_field(model)]
    if named or own:
        return [year_of(getattr(record, name)) for name in named or own]
    owners = [getattr(record, field.name) for field in model._meta.concrete_fields if field.many_to_one]
    return [begin for owner in owners if dated_fields(owner._meta.model) for begin in begins_of(owner)]


def last_year(write: Write) -> int | None:
    """The last year in which the write can change what is counted, None for all to come."""
    begins = [begin for one in write.versions for begin in begins_of(one)]
    model: type[Model] = type(write.versions[0])
    is_endless = is_lasting(model) or not begins or None in begins
    return None if is_endless else max(filter(None, begins))


def year_of(day: Any) -> int | None:
    """The year of a day, or the year itself."""
    return day.year if isinstance(day, date) else day


@cache
def dated_fields(model: type[Model]) -> list[Field]:
    """The dates and years of a model that figures read."""
    fields = [field for field in model._meta.concrete_fields if isinstance(field, (DateField, YearField))]
    return [field for field in fields if field.name not in options_of(model).neutral and field.editable]


@cache
def end_field(model: type[Model]) -> str:
    """The name of the day on which what a record says ends, empty without one."""
    fields = dated_fields(model)
    return next((field.name for field in fields if is_announced(field) or field.name == "ended_on"), "")


@cache
def is_lasting(model: type[Model]) -> bool:
    """Whether a record can be counted in years after its own dates, as all but mere happenings can."""
    timings = {figure.timing for figure in FIGURES_OF_ANY_TYPE if reads(figure, model, field_names(model))}
    return bool(end_field(model) or options_of(model).states) or timings != {Timing.FLOW}


@cache
def names_read(model: type[Model]) -> frozenset[str]:
    """The names of the fields of a model that any figure reads."""
    names, figures = field_names(model), FIGURES_OF_ANY_TYPE
    return frozenset(name for name in names if any(reads(figure, model, [name]) for figure in figures))


def reads(figure: Figure, model: type[Model], names: Collection[str]) -> bool:
    """Whether a figure reads one of these fields of `model`."""
    # A campaign may get another audience.
    known_by = figure.key, figure.source
    if known_by not in _fields_read:
        _fields_read[known_by] = fields_read(figure)
    return any((model, name) in _fields_read[known_by] for name in names)


_fields_read: dict[tuple[str, Callable[..., Any]], set[FieldRead]] = {}


def organisations_of(named: Iterable[Any], steps: int = 3) -> list[Organisation]:
    """The organisations among the records `named`, and those that these belong to by up to so many `steps`."""
    found: list[Organisation] = []
    for one in named:
        if isinstance(one, Organisation):
            found.append(one)
        elif isinstance(one, Person):
            found += [each for keys in places_of_person(one) for each in Organisation.objects.filter(pk__in=keys)]
        elif isinstance(one, QuerySet):
            owners = [field.name for field in one.model._meta.concrete_fields if field.related_model is Organisation]
            for name in owners:
                found += Organisation.objects.filter(pk__in=one.order_by().values(name))
        elif isinstance(one, Assistance) and one.with_everyone:
            found += organisations_of([AssistedYouth.objects.all()])
        elif isinstance(one, Model) and steps:
            keys = [field.name for field in one._meta.concrete_fields if field.many_to_one or field.one_to_one]
            linked = [getattr(one, field.name).all() for field in one._meta.many_to_many] if one.pk else []
            found += organisations_of([*(getattr(one, name) for name in keys), *linked], steps - 1)
    return found


def places_of_person(person: Person) -> list[QuerySet]:
    """The keys of the organisations in which a person has or had a post, a membership, a case file or a team.

    Those of the youths to whom a volunteer is assigned are among them.
    """
    if person.pk is None:
        return []
    return [
        person.posts.order_by().values("organisation"),
        person.memberships.order_by().values("branch"),
        person.assistance_cases.order_by().values("organisation"),
        TeamMember.objects.order_by().filter(volunteer__person=person).values("hub__organisation"),
        AssistedYouth.objects.order_by().filter(pairings__volunteer__person=person).values("organisation"),
    ]


def read_scopes(user: User, organisations: Iterable[Organisation], years: Iterable[int]) -> list[Scope]:
    """The scopes of those years that the user may read: of these organisations, all above them, and the user's own.

    Where an organisation has been moved, those above its former place are among them.
    """
    named = [*organisations, *user.reached_organisations]
    present = Organisation.objects.filter(pk__in={one.pk for one in named}).values_list("path", flat=True)
    step = Organisation.steplen
    paths = {
        path[:end] for path in [*present, *(one.path for one in named)] for end in range(step, len(path) + 1, step)
    }
    read = list(Organisation.objects.visible_as(user, *FIGURE_READERS).filter(path__in=paths))
    return [Scope(place, Period.of_year(year)) for place in read for year in years]
