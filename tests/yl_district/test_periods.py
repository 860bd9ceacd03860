"""Runs of days, and what stands on a day."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from outreach.models import Link
from tests.factories import make_link, make_person
from yl_district.periods import Period, standing_on


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
