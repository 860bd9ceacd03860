"""What a correction moves: figures of closed years before and after it, as far as its reader may read them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any, TypeAlias

from django.db.models import DateField, Field, Min, Model, Q, QuerySet

from activities.models import Activity
from members.models import Person
from orgs.models import Organisation, User
from orgs.roles import FIGURE_READERS
from outreach.models import Contact
from yl_district.fields import YearField
from yl_district.pages.corrections import Counted
from yl_district.periods import Period
from yl_district.record_options import options_of

from ..models import Report
from .columns import FieldRead, fields_read
from .counting import results_of
from .figure import Figure
from .lines import all_figures
from .readers import may_know_cases
from .scopes import Scope

# (organisation's primary key, year, figure's key).
Place: TypeAlias = tuple[int, int, str]


def closed_years(today: date) -> range:
    """The years whose last day lies before `today`, from the first with an activity, a contact or a report."""
    firsts = (
        Activity.objects.aggregate(first=Min("held_on")),
        Contact.objects.aggregate(first=Min("held_on")),
        Report.objects.aggregate(first=Min("starts_on")),
    )
    days = [found["first"] for found in firsts if found["first"]]
    return range(min(days).year if days else today.year - 1, today.year)


def years_touched(records: Iterable[Model], years: range) -> range:
    """Those of the closed `years` in which the records, versions of one, can have been counted.

    They lie between their earliest and latest date or year, and are all years where one of these is empty.
    """
    dates = [getattr(one, field.name) for one in records for field in dated_fields(type(one))]
    if not dates or None in dates:
        return years
    found = [value.year if isinstance(value, date) else value for value in dates]
    return range(max(years.start, min(found)), min(years.stop, max(found) + 1))


def dated_fields(model: type[Model]) -> list[Field]:
    """The dates and years of a model that figures read."""
    fields = [field for field in model._meta.concrete_fields if isinstance(field, (DateField, YearField))]
    return [field for field in fields if field.name not in options_of(model).neutral and field.editable]


def closed_figures(
    user: User, versions: Sequence[Any], names: Collection[str], named: Iterable[Any], today: date
) -> dict[Place, Counted]:
    """The figures of closed years on which the fields `names` of a record may have an influence.

    `versions` are the record as it was and as it is to be. The figures are those that the user may read: of the
    organisations that the versions and the values `named` are or belong to, of all above these, and of the user's own.
    """
    figures = [figure for figure in all_figures().values() if reads(figure, type(versions[0]), names)]
    if not figures:
        return {}
    years = years_touched(versions, closed_years(today))
    asked = [
        (figure, scope)
        for scope in read_scopes(user, organisations_of([*versions, *named]), years)
        for figure in figures
        if not figure.is_case or may_know_cases(user, scope)
    ]
    return {
        (scope.organisation.pk, scope.year, figure.key): Counted(
            scope.organisation.name, scope.year, figure.label, figure.unit, f"{result.amount}{result.unit}"
        )
        for (figure, scope), result in zip(asked, results_of(asked), strict=True)
    }


def reads(figure: Figure, model: type[Model], names: Collection[str]) -> bool:
    """Whether a figure reads one of these fields of `model`."""
    if figure.key not in _fields_read:
        _fields_read[figure.key] = fields_read(figure)
    return any((model, name) in _fields_read[figure.key] for name in names)


_fields_read: dict[str, set[FieldRead]] = {}


def organisations_of(named: Iterable[Any], steps: int = 2) -> list[Organisation]:
    """The organisations among values of a form, and those that its records belong to by up to so many `steps`.

    A person belongs to those in which they have or had a post, a membership, a case file or a place in a team.
    """
    found: list[Organisation] = []
    for one in named:
        if isinstance(one, Organisation):
            found.append(one)
        elif isinstance(one, Person):
            known = Q(posts__person=one) | Q(members__person=one) | Q(assisted_youths__person=one)
            known |= Q(hubs__team_members__volunteer__person=one)
            found += Organisation.objects.filter(known).distinct()
        elif isinstance(one, QuerySet):
            owners = [field.name for field in one.model._meta.concrete_fields if field.related_model is Organisation]
            for name in owners:
                found += Organisation.objects.filter(pk__in=one.order_by().values(name))
        elif isinstance(one, Model) and steps:
            keys = [field.name for field in one._meta.concrete_fields if field.many_to_one or field.one_to_one]
            found += organisations_of([getattr(one, name) for name in keys], steps - 1)
    return found


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
