"""Charts by month: one row for each month of the period, whatever the period."""

from datetime import date

import pytest

from reports.figures.charts import bars_by_month
from reports.figures.scopes import Scope
from tests.reports.district import YEAR, add_activity, bare_district
from yl_district.periods import Period

pytestmark = pytest.mark.django_db


def drawn(root, period):
    add_activity("sports", date(YEAR - 1, 12, 20), host=root, attendance=30, basis="exact")
    add_activity("sports", date(YEAR, 2, 3), host=root, attendance=12, basis="exact")
    add_activity("sports", date(YEAR, 12, 5), host=root, attendance=8, basis="exact")
    return [(row["label"], row["sessions"], row["text"]) for row in bars_by_month(Scope(root, period))]


def test_months_of_two_years_are_two():
    rows = drawn(bare_district(), Period(date(YEAR - 1, 12, 1), date(YEAR, 12, 31)))
    assert len(rows) == 13
    assert [row for row in rows if row[1]] == [
        ("2016年12月", 1, "30"),
        ("2017年2月", 1, "12"),
        ("2017年12月", 1, "8"),
    ]


def test_a_quarter_has_three_months():
    rows = drawn(bare_district(), Period.of_part(YEAR, "q1"))
    assert rows == [("1月", 0, "0"), ("2月", 1, "12"), ("3月", 0, "0")]


def test_what_is_too_long_to_draw_is_left_out():
    assert drawn(bare_district(), Period(date(1949, 1, 1), date(2100, 12, 31))) == []
