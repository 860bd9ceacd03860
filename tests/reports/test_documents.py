"""The trace of a printed summary: it includes every number of the text, with the records behind it."""

from datetime import date
from itertools import product

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reports.figures.counting import results
from reports.figures.scopes import Scope
from reports.printing.printed import (
    LONGEST_TEXT,
    PrintedSummary,
    Unprintable,
    keys_in_text,
    printed_summary,
    summary_content,
    trace,
)
from reports.text.sentences import Block, Number
from tests.made_once import made_once
from tests.reports.district import YEAR, add_activity, add_member, full_district, year_scope
from yl_district.periods import Period

pytestmark = pytest.mark.django_db
COUNTED_ON = date(2018, 1, 5)


def bare(*blocks):
    """A printed summary of nothing but these blocks."""
    return PrintedSummary("总结", blocks, "团工委", "2017年12月31日", "清河", "2017年", COUNTED_ON, ())


@made_once
def place():
    return full_district()


def test_place_period_and_day_of_counting_are_those_of_the_scope(place):
    quarter = Scope(place.village, Period.of_part(YEAR, "q2"))
    summary = printed_summary(quarter, COUNTED_ON)
    assert (summary.place, summary.period, summary.counted_on) == ("柳林村团支部", "2017年二季度", COUNTED_ON)


# The joint branch has nothing to count in the third quarter.
WITH_NUMBERS = set(product(["root", "village", "community", "joint"], ["year", "h1", "q3", "m5"])) - {("joint", "q3")}


@pytest.mark.sampled(6)
@pytest.mark.parametrize(("name", "part"), sorted(WITH_NUMBERS))
def test_every_number_of_the_text_has_its_row(place, name, part):
    summary = printed_summary(Scope(getattr(place, name), Period.of_part(YEAR, part)), COUNTED_ON)
    rows = {row.key: row for row in summary.trace}
    numbers = [part for block in summary.blocks for part in block.parts if isinstance(part, Number)]
    assert [number for number in numbers if number.key not in rows] == []
    own = [number for number in numbers if not number.aspect]
    assert own != []
    assert [number for number in own if not number.text.startswith(rows[number.key].amount)] == []


def test_rows_tell_value_definition_records_target_and_quality(place):
    scope = year_scope(place.root)
    found = results(scope)
    for row in printed_summary(scope, COUNTED_ON).trace:
        result = found[row.key]
        assert (row.label, row.unit, row.definition) == (
            result.figure.label,
            result.figure.unit,
            result.figure.definition,
        )
        assert (row.value, row.quality, row.target) == (result.value, result.quality, result.target)
        assert row.records == len(result.figure.parts(scope))
        assert row.amount == result.amount


def test_a_type_of_which_nothing_was_held_has_a_row_only_where_it_is_told_of(place):
    scope = year_scope(place.root)
    found = results(scope)
    untold, told = trace(scope, found), trace(scope, found, {"sessions.yoga"})
    assert "sessions.yoga" not in [row.key for row in untold]
    assert [row.key for row in told if row not in untold] == ["sessions.yoga"]
    assert keys_in_text([Block(0, ("举办", Number("sessions.yoga", "0场")))]) == {"sessions.yoga"}


def test_without_cases_nothing_of_them_is_traced(place):
    keys = {row.key for row in printed_summary(year_scope(place.root), COUNTED_ON, with_cases=False).trace}
    assert keys & {"assisted_youths", "assistances", "scholarships_granted"} == set()


def test_a_text_without_end_is_refused_with_what_to_do():
    with pytest.raises(Unprintable, match=r"^正文共 300001 字，超过可以生成文件的 300000 字。请精简正文后重新下载。$"):
        summary_content(bare(Block(0, ("字" * (LONGEST_TEXT + 1),))))
    assert summary_content(bare(Block(0, ("字" * LONGEST_TEXT,))))["title"] == "总结"


def test_rows_do_not_add_queries(place):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            printed_summary(year_scope(place.root), COUNTED_ON)
        return len(captured)

    before = queries()
    for number in range(20):
        add_member(place.village, f"团员{number}")
        add_activity(
            "sports", date(YEAR, 4, 1), name=f"健步走{number}", host=place.root, attendance=number, basis="exact"
        )
    assert queries() == before
