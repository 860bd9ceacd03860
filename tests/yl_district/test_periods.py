"""Periods, and what is in force on a day."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError

from outreach.models import Link
from tests.factories import make_link, make_person
from yl_district.periods import PARTS, Period, standing_on, years_before


def test_a_year_runs_from_its_first_day_to_its_last():
    year = Period.of_year(2017)
    assert year == Period(date(2017, 1, 1), date(2017, 12, 31))
    assert (year.bounds, year.year, year.eve) == ((date(2017, 1, 1), date(2017, 12, 31)), 2017, date(2016, 12, 31))


def test_a_period_may_be_one_day_and_belongs_to_the_year_in_which_it_ends():
    assert Period(date(2017, 5, 4), date(2017, 5, 4)).bounds == (date(2017, 5, 4), date(2017, 5, 4))
    assert Period(date(2016, 12, 1), date(2017, 1, 31)).year == 2017


def test_a_period_does_not_end_before_it_begins():
    with pytest.raises(ValidationError) as refused:
        Period(date(2017, 5, 4), date(2017, 5, 3))
    assert refused.value.messages == ["统计期间的结束日 2017-05-03 早于开始日 2017-05-04，请调换后重试。"]


def days(first, last):
    """A period by its first and last day as an office writes them, such as `2017.2.1`."""
    return Period(*(date(*map(int, day.split("."))) for day in (first, last)))


@pytest.mark.parametrize(
    ("part", "period", "name"),
    [
        ("year", days("2016.1.1", "2016.12.31"), "2016年"),
        ("h1", days("2016.1.1", "2016.6.30"), "2016年上半年"),
        ("h2", days("2016.7.1", "2016.12.31"), "2016年下半年"),
        ("q1", days("2016.1.1", "2016.3.31"), "2016年一季度"),
        ("q2", days("2016.4.1", "2016.6.30"), "2016年二季度"),
        ("q3", days("2016.7.1", "2016.9.30"), "2016年三季度"),
        ("q4", days("2016.10.1", "2016.12.31"), "2016年四季度"),
        ("m1", days("2016.1.1", "2016.1.31"), "2016年1月"),
        ("m2", days("2016.2.1", "2016.2.29"), "2016年2月"),
        ("m12", days("2016.12.1", "2016.12.31"), "2016年12月"),
    ],
)
def test_parts_of_a_year_have_their_days_and_names(part, period, name):
    assert Period.of_part(2016, part) == period
    assert (period.part, period.name) == (part, name)


@pytest.mark.parametrize("year", [1949, 2000, 2016, 2017, 2100])
def test_parts_cover_the_year_without_gap_or_overlap(year):
    for kind in ("h", "q", "m"):
        parts = [Period.of_part(year, part) for part in PARTS if part[0] == kind]
        assert [part.start for part in parts[1:]] == [part.end + timedelta(days=1) for part in parts[:-1]]
        assert Period(parts[0].start, parts[-1].end) == Period.of_year(year)


@pytest.mark.parametrize(
    ("period", "name"),
    [
        (days("2017.3.1", "2017.4.5"), "2017年3月1日至4月5日"),
        (days("2016.12.1", "2017.1.31"), "2016年12月1日至2017年1月31日"),
        (days("2017.5.4", "2017.5.4"), "2017年5月4日"),
        (days("2016.1.1", "2017.12.31"), "2016年1月1日至2017年12月31日"),
    ],
)
def test_other_runs_of_days_are_no_part_and_are_named_by_their_days(period, name):
    assert (period.part, period.name) == ("", name)


@pytest.mark.parametrize(
    ("period", "before", "year_before"),
    [
        (Period.of_year(2017), Period.of_year(2016), Period.of_year(2016)),
        (Period.of_part(2017, "h1"), Period.of_part(2016, "h2"), Period.of_part(2016, "h1")),
        (Period.of_part(2017, "h2"), Period.of_part(2017, "h1"), Period.of_part(2016, "h2")),
        (Period.of_part(2017, "q1"), Period.of_part(2016, "q4"), Period.of_part(2016, "q1")),
        (Period.of_part(2017, "q3"), Period.of_part(2017, "q2"), Period.of_part(2016, "q3")),
        (Period.of_part(2017, "m1"), Period.of_part(2016, "m12"), Period.of_part(2016, "m1")),
        # A month stays a month, however long February is.
        (Period.of_part(2017, "m2"), Period.of_part(2017, "m1"), Period.of_part(2016, "m2")),
        (Period.of_part(2016, "m3"), Period.of_part(2016, "m2"), Period.of_part(2015, "m3")),
        (days("2017.3.1", "2017.3.10"), days("2017.2.19", "2017.2.28"), days("2016.3.1", "2016.3.10")),
        (days("2016.3.1", "2016.3.10"), days("2016.2.20", "2016.2.29"), days("2015.3.1", "2015.3.10")),
        (days("2016.2.29", "2016.2.29"), days("2016.2.28", "2016.2.28"), days("2015.2.28", "2015.2.28")),
        (days("2015.3.1", "2016.2.29"), days("2014.2.28", "2015.2.28"), days("2014.3.1", "2015.2.28")),
        (days("2016.12.1", "2017.1.31"), days("2016.9.30", "2016.11.30"), days("2015.12.1", "2016.1.31")),
    ],
)
def test_period_before_and_same_period_of_the_year_before(period, before, year_before):
    assert (period.before, period.year_before) == (before, year_before)
    assert period.before.end == period.eve


@pytest.mark.parametrize(
    ("period", "after"),
    [
        (Period.of_year(2017), Period.of_year(2018)),
        (Period.of_part(2017, "h2"), Period.of_part(2018, "h1")),
        (Period.of_part(2017, "q3"), Period.of_part(2017, "q4")),
        (Period.of_part(2017, "q4"), Period.of_part(2018, "q1")),
        (Period.of_part(2016, "m1"), Period.of_part(2016, "m2")),
        (Period.of_part(2016, "m12"), Period.of_part(2017, "m1")),
        (days("2016.2.20", "2016.2.29"), days("2016.3.1", "2016.3.10")),
    ],
)
def test_period_after(period, after):
    assert period.after == after
    assert after.eve == period.end


@pytest.mark.parametrize(
    ("day", "number", "before"),
    [
        # From a leap day to another one, and to a year that has none, among them the end of a century.
        (date(2024, 2, 29), 0, date(2024, 2, 29)),
        (date(2024, 2, 29), 1, date(2023, 2, 28)),
        (date(2024, 2, 29), 2, date(2022, 2, 28)),
        (date(2024, 2, 29), 3, date(2021, 2, 28)),
        (date(2024, 2, 29), 4, date(2020, 2, 29)),
        (date(2024, 2, 29), 18, date(2006, 2, 28)),
        (date(2024, 2, 29), 24, date(2000, 2, 29)),
        (date(2024, 2, 29), 28, date(1996, 2, 29)),
        (date(2024, 2, 29), 124, date(1900, 2, 28)),
        (date(2000, 2, 29), 400, date(1600, 2, 29)),
        # The days beside it stay what they are, whatever either year has.
        (date(2024, 2, 28), 1, date(2023, 2, 28)),
        (date(2024, 2, 28), 4, date(2020, 2, 28)),
        (date(2024, 3, 1), 1, date(2023, 3, 1)),
        (date(2024, 3, 1), 4, date(2020, 3, 1)),
        (date(2023, 2, 28), 1, date(2022, 2, 28)),
        (date(2023, 2, 28), 3, date(2020, 2, 28)),
        (date(2023, 3, 1), 3, date(2020, 3, 1)),
        (date(2024, 1, 29), 1, date(2023, 1, 29)),
        (date(2024, 3, 29), 1, date(2023, 3, 29)),
        (date(2023, 12, 31), 28, date(1995, 12, 31)),
        (date(2024, 1, 1), 28, date(1996, 1, 1)),
    ],
)
def test_the_same_day_years_before(day, number, before):
    assert years_before(day, number) == before


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("begin", "end", "stands"),
    [
        (date(2017, 5, 4), None, True),
        (date(2017, 5, 5), None, False),
        (date(2016, 1, 1), date(2017, 5, 5), True),
        (date(2016, 1, 1), date(2017, 5, 4), False),
        (date(2016, 1, 1), date(2017, 5, 3), False),
    ],
)
def test_what_began_by_the_day_and_did_not_end_by_it_stands(begin, end, stands):
    make_link(make_person("陆远"), started_on=begin, ended_on=end)
    assert Link.objects.filter(standing_on(date(2017, 5, 4))).exists() is stands


@pytest.mark.django_db
@pytest.mark.parametrize(("end", "stands"), [(None, True), (date(2017, 5, 5), True), (date(2017, 5, 4), False)])
def test_an_empty_begin_means_always(end, stands):
    make_link(make_person("陆远"), bound_on=None, ended_on=end)
    assert Link.objects.filter(standing_on(date(2017, 5, 4), "bound_on", "ended_on")).exists() is stands


@pytest.mark.parametrize(
    ("day", "number", "expected"),
    [
        (date(2017, 5, 4), 28, date(1989, 5, 4)),
        (date(2016, 2, 29), 4, date(2012, 2, 29)),
        (date(2016, 2, 29), 3, date(2013, 2, 28)),
        (date(2016, 2, 28), 1, date(2015, 2, 28)),
        (date(2017, 2, 28), 1, date(2016, 2, 28)),
        (date(2104, 2, 29), 4, date(2100, 2, 28)),
        (date(2016, 3, 29), 1, date(2015, 3, 29)),
    ],
)
def test_the_same_day_of_an_earlier_year_is_moved_only_where_it_has_no_such_day(day, number, expected):
    assert years_before(day, number) == expected
