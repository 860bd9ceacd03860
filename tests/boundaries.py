"""Boundary days of dated rules, for tests of any model: what is in force on DAY, and what lies within YEAR."""

from datetime import date

import pytest

from yl_district.periods import Period

DAY = date(2017, 12, 31)
NEXT_DAY = date(2018, 1, 1)
YEAR = Period.of_year(2017)

stock = pytest.mark.parametrize(
    ("begin", "end", "stands"),
    [
        pytest.param(date(2017, 3, 1), None, True, id="began before"),
        pytest.param(DAY, None, True, id="begins on the day"),
        pytest.param(NEXT_DAY, None, False, id="begins the day after"),
        pytest.param(date(2017, 3, 1), date(2017, 12, 30), False, id="ended before"),
        pytest.param(date(2017, 3, 1), DAY, False, id="ends on the day"),
        pytest.param(date(2017, 3, 1), NEXT_DAY, True, id="ends the day after"),
        pytest.param(DAY, DAY, False, id="begins and ends on the day"),
    ],
)
open_stock = pytest.mark.parametrize(
    ("end", "stands"),
    [
        pytest.param(None, True, id="always"),
        pytest.param(DAY, False, id="until the day"),
        pytest.param(NEXT_DAY, True, id="until the day after"),
    ],
)
by_the_day = pytest.mark.parametrize(
    ("day", "counts"),
    [
        pytest.param(date(2017, 3, 1), True, id="before"),
        pytest.param(DAY, True, id="on the day"),
        pytest.param(NEXT_DAY, False, id="the day after"),
        pytest.param(None, False, id="never"),
    ],
)
flow = pytest.mark.parametrize(
    ("day", "counts"),
    [
        pytest.param(date(2016, 12, 31), False, id="the day before"),
        pytest.param(date(2017, 1, 1), True, id="first day"),
        pytest.param(date(2017, 6, 15), True, id="within"),
        pytest.param(DAY, True, id="last day"),
        pytest.param(NEXT_DAY, False, id="the day after"),
    ],
)
