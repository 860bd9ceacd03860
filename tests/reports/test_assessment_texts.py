"""What texts and checks say of assessments of prevention work: only what there is."""

from datetime import date
from decimal import Decimal

import pytest

from orgs.models import Role
from reports.checks.assessments import assessments_open
from reports.checks.inspection import Inspection
from reports.documents.summary import summary_of_writer
from reports.figures.counting import results
from reports.figures.scopes import Scope
from reports.models import Assessment, AssessmentItem
from reports.text import TextWriter, Vocabulary, default_drafts
from reports.text.writing import Draft
from tests.factories import make_assessment, make_user
from tests.made_once import made_once
from tests.pages import page, two_branches
from yl_district.periods import Period

pytestmark = pytest.mark.django_db
YEAR = Period.of_year(2017)


@made_once
def place():
    place = two_branches()
    place.leading = make_user("程前", place.root, Role.Kind.LEADER)
    place.assessment = make_assessment(place.root, items=2)
    return place


def concluded(place, grade="passed", points="96.5"):
    """Gives the assessment its result."""
    result = {"state": "concluded", "result_on": date(2018, 1, 5), "grade": grade}
    Assessment.objects.update(**result, result_points=points and Decimal(points))


def summary_says(place, year=2017):
    """The sentences of the annual summary on the assessment."""
    scope = Scope(place.root, Period.of_year(year))
    writer = TextWriter(scope, [Draft("考核", "{预防考核}")], vocabulary=Vocabulary(scope))
    return [block.text for block in summary_of_writer(writer).blocks if not block.level]


def test_the_summary_says_something_only_when_there_is_a_result(place):
    assert summary_says(place) == []
    concluded(place)
    assert summary_says(place) == ["完成预防青少年违法犯罪考核各项内容，考核结果为96.5分、通过。"]
    assert summary_says(place, 2016) == []


def test_a_result_without_points_or_not_passed_is_told_as_it_is(place):
    concluded(place, "failed", None)
    assert summary_says(place) == ["预防青少年违法犯罪考核结果为未通过。"]


def test_the_default_text_of_a_year_has_the_sentence_with_the_records_behind_it(place):
    concluded(place)
    scope = Scope(place.root, YEAR)
    for style in ("full", "short", "list"):
        writer = TextWriter(scope, default_drafts(scope, Vocabulary(scope), style), vocabulary=Vocabulary(scope))
        assert "完成预防青少年违法犯罪考核各项内容" in "".join(block.text for block in summary_of_writer(writer).blocks)
    text = page(place.office, "figure_detail", "assessment_results", year=2017)
    assert place.assessment.get_absolute_url() in text


def test_a_result_counts_for_its_organisation_and_year_alone_whatever_becomes_of_the_list(place):
    concluded(place)
    counted = {
        (scope.organisation.name, scope.year): results(scope)["assessment_results"].value
        for scope in (Scope(one, Period.of_year(year)) for one in (place.root, place.here) for year in (2017, 2018))
    }
    assert counted == {(place.root.name, 2017): 1, (place.root.name, 2018): 0} | dict.fromkeys(
        [(place.here.name, 2017), (place.here.name, 2018)], 0
    )
    assert results(Scope(place.root, YEAR, today=date(2018, 1, 4)))["assessment_results"].value == 0
    AssessmentItem.objects.update(points=5, ended_on=date(2018, 2, 1))
    assert summary_says(place) == ["完成预防青少年违法犯罪考核各项内容，考核结果为96.5分、通过。"]


@pytest.mark.parametrize(
    ("today", "found"),
    [
        (date(2017, 6, 30), ["第 1 项没有自评，截止 2017-06-30"]),
        (date(2017, 7, 1), ["第 1 项没有自评，截止 2017-06-30，已过期"]),
    ],
)
def test_items_to_be_rated_are_found_for_staff_with_the_deadline(place, today, found):
    Assessment.objects.update(due_on=date(2017, 6, 30))
    _, second = place.assessment.items.all()
    second.rate(Decimal(5))
    for user, expected in ((place.staff, found), (place.leading, [])):
        inspection = Inspection(Scope(place.root, YEAR, today=today), {}, user, today)
        assert [each.found for each in assessments_open(inspection)] == expected
