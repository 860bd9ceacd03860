"""Stocks of random histories: the opening count and the changes on the days that records state give the closing one."""

from datetime import date, timedelta

import pytest
from django.db.models import DateField

from reports.figures.columns import fields_read
from reports.figures.counting import results_of
from reports.figures.lines import FIGURES
from reports.figures.scopes import Scope
from tests.reports.generated_district import FIRST, LAST, Lots, generated_district
from yl_district.fields import YearField
from yl_district.periods import Period

pytestmark = pytest.mark.django_db
STOCKS = [figure for figure in FIGURES if figure.is_stock]
# Of every figure within each organisation, so many periods between any two days.
PERIODS_TRIED = 2
LONGEST = 200  # days


def days_stated(figure):
    """Every day in a dated column that the figure reads; of a year its first day and that of the next."""
    found = set()
    for model, name in fields_read(figure):
        field = model._meta.get_field(name)
        if isinstance(field, (DateField, YearField)):
            values = model.objects.exclude(**{name: None}).order_by().values_list(name, flat=True).distinct()
            years = isinstance(field, YearField)
            found |= {date(year + n, 1, 1) for year in values for n in (0, 1)} if years else set(values)
    return found


def counts(figure, place, days):
    """{day: what the stock of the organisation comes to on it}."""
    days = sorted(set(days))
    found = results_of((figure, Scope(place, Period(day, day))) for day in days)
    return dict(zip(days, (result.value for result in found), strict=True))


@pytest.mark.in_turn
@pytest.mark.cpu(12)
def test_opening_count_and_changes_give_the_closing_count():
    """What a stock counts changes on no day but those that stand in the records."""
    tree, lots = generated_district(44), Lots(44)
    for place in (tree.root, tree.middle):
        place.refresh_from_db()
    moved = set()
    for figure in STOCKS:
        stated = days_stated(figure)
        for place in (tree.root, tree.middle) * PERIODS_TRIED:
            opening = FIRST + timedelta(days=lots.random.randrange((LAST - FIRST).days))
            closing = opening + timedelta(days=lots.random.randrange(LONGEST))
            turns = {day: day - timedelta(days=1) for day in stated if opening < day <= closing}
            found = counts(figure, place, [opening, closing, *turns, *turns.values()])
            changes = [found[day] - found[eve] for day, eve in turns.items()]
            assert found[opening] + sum(changes) == found[closing], (figure.key, place, opening, closing)
            moved |= {figure.key} if any(changes) else set()
    assert moved == {figure.key for figure in STOCKS}
