"""The drawing of how far the assistances to each youth have come in a year."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from reports.checks.case_progress import YouthProgress, progress_of
from reports.models import Target
from tests.factories import make_assistance, make_assisted_youth, make_grant
from tests.made_once import made_once
from tests.pages import page, queries, two_branches
from yl_district.audit.models import AccessEntry

pytestmark = pytest.mark.django_db
MIDSUMMER = date(2017, 6, 30)


@made_once
def district():
    """Two youths whose files the staff may open, one of them since April, and one whose file stays closed."""
    place = two_branches()
    place.first = make_assisted_youth(place.here, "白露", registered_on=date(2016, 3, 1))
    place.second = make_assisted_youth(place.there, "苏棠", registered_on=date(2017, 4, 1))
    place.closed = make_assisted_youth(place.here, "何雨", registered_on=date(2016, 3, 1))
    for youth in (place.first, place.second):
        make_grant(place.staff, youth.person)
    for month in range(1, 7):
        make_assistance([place.first, place.closed], held_on=date(2017, month, 5))
    make_assistance(held_on=date(2017, 5, 4), with_everyone=True)
    make_assistance([place.first], held_on=date(2016, 12, 31))
    return place


def drawn(place, day=MIDSUMMER):
    """(received, due, wanted, words) of each youth of the office's page by a day of 2017."""
    rows = progress_of(place.staff, 2017, day)
    return {row.youth.person.name: (row.received, row.due, row.wanted, row.words) for row in rows}


@pytest.mark.both
def test_each_open_file_has_what_was_received_and_what_is_due_by_the_day(district):
    assert drawn(district) == {"白露": (7, 6, 12, "超前 1 次"), "苏棠": (1, 3, 12, "落后 2 次")}


def test_a_year_that_has_passed_is_counted_to_its_end(district):
    assert drawn(district, date(2018, 5, 1)) == {"白露": (7, 12, 12, "落后 5 次"), "苏棠": (1, 9, 12, "落后 8 次")}


def test_the_districts_target_takes_the_place_of_twelve(district):
    Target.objects.create(
        year=2017, figure="assistances_per_youth", task="每名青少年", value=6, due_on=date(2017, 12, 1)
    )
    assert drawn(district) == {"白露": (7, 3, 6, "已完成全年"), "苏棠": (1, 1, 6, "与进度持平")}


def test_whoever_has_left_the_register_is_drawn_no_more(district):
    type(district.first).objects.filter(pk=district.first.pk).update(removed_on=date(2017, 6, 1))
    assert list(drawn(district)) == ["苏棠"]


@pytest.mark.parametrize(
    ("received", "due", "width", "mark", "state"),
    [(0, 0, 0, 0, "ahead"), (3, 6, 25, 50, "behind"), (12, 6, 100, 50, "done"), (30, 12, 100, 100, "done")],
)
def test_bars_and_marks_stay_within_the_whole(received, due, width, mark, state):
    row = YouthProgress(None, received, due, 12)
    assert (row.width, row.mark, row.state) == (width, mark, state)


def test_the_page_draws_says_and_opens_the_numbers(district):
    text = page(district.office, "case_progress", year="2017")
    assert ("白*" in text, "苏*" in text, "何*" in text) == (True, True, False)
    assert 'aria-label="已帮扶 7 次，全年 12 次，应达到 12 次"' in text
    address = f"{reverse('assisted_youth_detail', args=[district.first.pk])}?year=2017"
    assert f'href="{address}#rows"' in text
    table = district.office.get(address).context["table"]
    assert table.paginator.count == 7
    assert AccessEntry.objects.filter(action="case_view", subject="case_progress").count() == 1


@pytest.mark.parametrize("year", ["", "坏", "20171", "9999", "0000"])
def test_an_unknown_year_is_this_one(district, year):
    assert f"{timezone.localdate().year} 年帮扶进度" in page(district.office, "case_progress", year=year)


def test_others_are_not_let_in(district):
    assert district.cadre.get(reverse("case_progress")).status_code == 404


def test_the_page_asks_as_much_for_many_youths_as_for_one(district):
    before = queries(district.office, "case_progress", year="2017")
    for number in range(5):
        make_grant(district.staff, make_assisted_youth(district.here, f"叶{number}").person)
    assert queries(district.office, "case_progress", year="2017") == before
