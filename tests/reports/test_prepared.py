"""Queries compiled once: every scope of a shape gets its own numbers by them, and what can't be so is refused."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from members.models import Member
from reports.figures.counting import figures_of, results
from reports.figures.prepared import NotPrepared, prepared, shape_of
from reports.figures.scopes import Scope
from tests.factories import make_member, make_organisation
from tests.reports.generated_district import YEAR, generated_district
from yl_district.periods import Period

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def scopes(tree):
    """The root, an organisation below it and a hub, in periods that are over, run or lie ahead."""
    for place in (tree.root, tree.middle):
        place.refresh_from_db()
    hub = next(hub for hub in tree.hubs if hub.activities.exists())
    for period in (Period.of_year(YEAR), Period.of_part(YEAR, "q2")):
        for today in (period.start - timedelta(days=1), period.start + timedelta(days=40), period.end, date.max):
            yield Scope(tree.root, period, None, today)
            yield Scope(tree.middle, period, None, today)
            yield Scope(hub.organisation, period, hub, today)


@pytest.mark.in_turn
@pytest.mark.cpu(10)
def test_every_scope_gets_what_each_figure_comes_to_by_a_query_of_its_own():
    tree = generated_district(51)
    found = list(scopes(tree))
    assert len({shape_of(scope) for scope in found}) == 9
    for scope in found:
        alone = {key: figure.result(scope) for key, figure in figures_of(scope).items()}
        assert results(scope) == alone, (scope.name, scope.days)


def members_of_today(scope):
    """A source that reads the calendar instead of the scope."""
    return Member.objects.within(scope.organisation).as_of(timezone.localdate())


def members_looked_up(scope):
    """A source that reads the database before its query is asked."""
    return Member.objects.filter(pk__in=list(Member.objects.values_list("pk", flat=True)))


@pytest.mark.parametrize("source", [members_of_today, members_looked_up])
def test_a_source_that_depends_on_more_than_its_scope_is_refused(source):
    scope = Scope(make_organisation(), Period.of_year(YEAR))
    with pytest.raises(NotPrepared):
        prepared(source, scope, source)


def members_of_district(scope):
    """A source like those of the figures."""
    return Member.objects.within(scope.organisation).as_of(scope.day).values("pk")


def test_a_compiled_query_keeps_no_connection_of_the_thread_in_which_it_was_compiled():
    scope = Scope(make_organisation(), Period.of_year(YEAR))
    member = make_member(branch=scope.organisation, intake_on=scope.period.start)
    query = prepared(members_of_district, scope, members_of_district)
    assert query.compiler.connection is None
    assert query.ask(scope) == [{"pk": member.pk}]
