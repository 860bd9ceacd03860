"""The trace of a printed summary: asked for in one query, it counts the records that each figure counts by itself."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reports.figures.counting import figures_of
from reports.figures.readers import CASE_FIGURES
from reports.figures.scopes import Scope
from reports.printing.printed import record_numbers
from tests.reports.district import YEAR, full_district
from yl_district.periods import Period

pytestmark = pytest.mark.django_db


@pytest.mark.both
def test_record_numbers_are_those_of_each_figure_by_itself():
    scope = Scope(full_district().root, Period.of_year(YEAR), None, date(2018, 1, 5))
    figures = figures_of(scope)
    with CaptureQueriesContext(connection) as captured:
        found = record_numbers(scope, figures.values())
    assert len(captured) == 1
    assert found == {key: figure.number(scope) for key, figure in figures.items()}
    assert all(found[key] for key in ("members", "sessions", "assisted_youths")) and found.keys() > CASE_FIGURES
