"""Many figures counted in one query equal those counted one by one."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orgs.models import Organisation
from reports.figures import counting
from reports.figures.counting import results_of, root_organisation
from reports.figures.lines import all_figures
from reports.figures.scopes import Scope
from tests.factories import make_organisation
from tests.reports.generated_district import YEAR, generated_district
from yl_district.periods import Period

pytestmark = [pytest.mark.django_db, pytest.mark.both]
PERIODS = [Period.of_year(YEAR), Period.of_part(YEAR, "q2"), Period(date(YEAR, 3, 5), date(YEAR, 9, 4))]


def pairs_of(organisations):
    """Every figure within each organisation and period."""
    scopes = [Scope(one, period) for one in organisations for period in PERIODS]
    return [(figure, scope) for scope in scopes for figure in all_figures().values()]


def differing(pairs):
    """The figures that come out otherwise than each by itself."""
    alone = [figure.result(scope) for figure, scope in pairs]
    return [one for one, other in zip(results_of(pairs), alone, strict=True) if one != other]


@pytest.mark.in_turn
@pytest.mark.cpu(6)
def test_all_figures_together_are_what_each_is_by_itself():
    generated_district(21)
    pairs = pairs_of([root_organisation(), Organisation.objects.filter(depth=2).first()])
    assert differing(pairs) == []


@pytest.mark.in_turn
def test_an_empty_district_has_nothing_of_every_figure():
    assert differing(pairs_of([make_organisation()])) == []


def test_the_number_of_queries_does_not_follow_from_the_figures():
    make_organisation()
    pairs = pairs_of([root_organisation()])
    for asked in (pairs[:2], pairs[:100]):
        with CaptureQueriesContext(connection) as captured:
            results_of(asked)
        assert len(captured) == 1


def test_no_more_are_asked_together_than_a_database_takes(monkeypatch):
    monkeypatch.setattr(counting, "MOST_TOGETHER", 10)
    make_organisation()
    pairs = pairs_of([root_organisation()])[:25]
    with CaptureQueriesContext(connection) as captured:
        assert [result.figure for result in results_of(pairs)] == [figure for figure, _ in pairs]
    assert len(captured) == 3


def test_of_nothing_nothing_is_asked(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert results_of([]) == []
