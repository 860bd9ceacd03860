"""Words that depend on the period, on either side of each turning point; variants resolved in advance."""

from datetime import date

import pytest

from reports.text.parsing import resolve_variants
from reports.text.words import guidance, quarter, season
from yl_district.periods import Period

SEASONS = ["服务季", "运动季", "文体季", "文化季"]


@pytest.mark.parametrize(("day", "is_new"), [(17, False), (18, True), (19, True)])
def test_the_guiding_thought_is_that_of_the_day(day, is_new):
    assert ("新时代" in guidance(date(2017, 10, day))) == is_new


@pytest.mark.parametrize("month", range(1, 13))
def test_each_month_is_in_the_quarter_in_which_it_ends(month):
    number = [1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4][month - 1]
    period = Period.of_part(2017, f"m{month}")
    assert quarter(period) == number
    assert season(period)[0] == SEASONS[number - 1]
    assert season(period, 1)[0] == SEASONS[number % 4]


def test_a_quarter_and_a_half_year_are_in_that_in_which_they_end():
    periods = {part: quarter(Period.of_part(2017, part)) for part in ("q1", "q2", "q3", "q4", "h1", "h2", "year")}
    assert periods == {"q1": 1, "q2": 2, "q3": 3, "q4": 4, "h1": 2, "h2": 4, "year": 4}


def test_only_variants_on_the_subject_are_decided_also_within_others():
    source = "开头[本级是:甲|否:乙][青年汇零:没有|其余:有[本级是:丙|否:丁]]。"
    source = source.replace("[本级", "[本级 ").replace("[青年汇", "[青年汇 ")
    assert resolve_variants(source, "本级", "否") == "开头乙[青年汇 零:没有|其余:有丁]。"
    assert resolve_variants(source, "青年汇", "零") == "开头[本级 是:甲|否:乙]没有。"
