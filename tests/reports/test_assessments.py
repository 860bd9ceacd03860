"""Assessments of prevention work: the checklist, its rating and review, changes in mid-year, and the result."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from orgs.models import Role
from reports.assessment.progress import points_for, shown_items, shown_to
from reports.figures.scopes import Scope
from reports.models import Assessment, AssessmentItem, AssessmentStep
from tests.factories import (
    make_activity,
    make_assessment,
    make_assessment_item,
    make_assisted_youth,
    make_attachment,
    make_user,
)
from tests.made_once import made_once
from tests.pages import browser_of, page, queries, refused, send, status, two_branches
from tests.today import filled_in
from yl_district.periods import Period

pytestmark = pytest.mark.django_db
FILLING, RATED, REVIEWED, CONCLUDED = Assessment.State
YEAR = Period.of_year(2017)
RESULT = {"result_on": "2018-01-05", "grade": "passed", "result_points": "96.5"}


@made_once
def place():
    place = two_branches()
    place.leading = make_user("程前", place.root, Role.Kind.LEADER)
    place.leader = browser_of(place.leading)
    place.assessment = make_assessment(place.root, items=2)
    place.first, place.second = place.assessment.items.all()
    return place


def reread(record):
    """The record as it is stored."""
    return type(record).objects.get(pk=record.pk)


def points(item):
    """The points of an item: possible, by self-rating, by review."""
    item = reread(item)
    return item.points, item.self_points, item.reviewed_points


def rated(place, *given):
    """Has the office rate the items with so many points, and hand them in."""
    for item, own in zip((place.first, place.second), given, strict=True):
        send(place.office, "assessment_item_rate", item.pk, self_points=own, self_words="做了")
    send(place.office, "assessment_submit", place.assessment.pk, words="")


def concluded(place, **result):
    """Takes the assessment to its result."""
    rated(place, "9", "8.5")
    send(place.leader, "assessment_review", place.assessment.pk, accept_rest="on", words="")
    send(place.office, "assessment_conclude", place.assessment.pk, words="", **RESULT | result)


def kinds(place):
    """The steps of the assessment, with who took them."""
    return [(step.kind, step.written_by) for step in place.assessment.steps.all()]


def test_an_assessment_goes_from_the_checklist_to_the_result(place):
    rated(place, "9", "8.5")
    send(place.leader, "assessment_item_review", place.first.pk, reviewed_points="7", review_words="少一次")
    send(place.leader, "assessment_review", place.assessment.pk, accept_rest="on", words="")
    assert points(place.first) == (10, 9, 7)
    assert points(place.second) == (10, Decimal("8.5"), Decimal("8.5"))
    send(place.office, "assessment_conclude", place.assessment.pk, words="", **RESULT)
    assessment = reread(place.assessment)
    assert (assessment.state, assessment.result_words) == (CONCLUDED, "96.5分、通过")
    assert kinds(place) == [("handed_in", place.staff), ("reviewed", place.leading), ("concluded", place.staff)]
    assert "96.5分、通过" in page(place.office, "assessment_detail", place.assessment.pk)


@pytest.mark.parametrize(("value", "given"), [(0, "0"), (1, "1.6"), (5, "8.3"), (6, "10"), (9, "10")])
def test_points_are_proposed_in_full_where_the_number_is_reached_and_else_in_proportion(value, given):
    assert points_for(value, 6, Decimal(10)) == Decimal(given)


def test_an_item_shows_what_the_records_have_up_to_the_deadline_and_proposes_points(place):
    Assessment.objects.filter(pk=place.assessment.pk).update(due_on=date(2017, 6, 30))
    for held_on in (date(2017, 4, 1), date(2017, 6, 30), date(2017, 7, 1)):
        make_activity(place.root, held_on=held_on)
    item = make_assessment_item(place.assessment, 3, figure="sessions.sports", wanted=4)
    [shown] = shown_to(place.staff, reread(place.assessment), [item], date(2018, 1, 1))
    assert (shown.result.value, shown.proposed, shown.is_reached) == (2, 5, False)
    text = page(place.office, "assessment_item_rate", item.pk)
    assert 'value="5"' in text
    assert f"{reverse('figure_detail', args=['sessions.sports'])}?{shown.query.replace('&', '&amp;')}" in text


def test_before_its_year_an_item_has_no_number(place):
    item = make_assessment_item(place.assessment, 3, figure="sessions", wanted=4)
    [shown] = shown_to(place.staff, place.assessment, [item], date(2016, 12, 31))
    assert (shown.result, shown.proposed) == (None, None)


def test_a_number_about_cases_is_only_for_those_who_may_know_it(place):
    make_assisted_youth(place.here, "白露")
    item = make_assessment_item(place.assessment, 3, figure="assisted_youths", wanted=1)
    scope = Scope(place.root, YEAR)
    [known], [other] = (shown_items([item], scope, with_cases) for with_cases in (True, False))
    assert (known.result.value, known.proposed, known.is_withheld) == (1, 10, False)
    assert (other.result, other.proposed, other.is_withheld, other.label) == (None, None, True, known.label)


def test_a_list_with_items_to_be_rated_is_not_handed_in_and_says_which(place):
    send(place.office, "assessment_item_rate", place.second.pk, self_points="10", self_words="")
    found = refused(place.office, "assessment_submit", place.assessment.pk, words="已报")
    assert found == {"__all__": "没有提交：第 1 项没有自评。请逐项自评后再提交。"}
    AssessmentItem.objects.all().delete()
    found = refused(place.office, "assessment_submit", place.assessment.pk, words="")
    assert found == {"__all__": "没有提交：清单中还没有考核项目，请先录入或导入清单。"}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("10.1", "应为：不超过分值 10 的分数。请核对分数。"),
        ("9.55", "最多一位小数，如 4.5。"),
        ("-1", "请填写不小于 0 的分数。"),
        ("九分", "请填写数字，最多一位小数，如 4.5。"),
        ("", "请填写自评分。"),
    ],
)
def test_points_that_cannot_be_are_refused(place, given, message):
    assert refused(place.office, "assessment_item_rate", place.first.pk, self_points=given, self_words="已办") == {
        "self_points": message
    }


def test_points_beyond_the_items_are_refused_by_review_and_database(place):
    rated(place, "9", "9")
    found = refused(place.leader, "assessment_item_review", place.first.pk, reviewed_points="11", review_words="")
    assert found == {"reviewed_points": "应为：不超过分值 10 的分数。请核对分数。"}
    with pytest.raises(IntegrityError), transaction.atomic():
        AssessmentItem.objects.filter(pk=place.first.pk).update(self_points=11)


def test_what_was_handed_in_is_fixed_until_it_is_returned(place):
    rated(place, "9", "8")
    acts = [
        ("assessment_item_rate", place.first.pk, {"self_points": "10", "self_words": ""}),
        ("assessment_item_end", place.first.pk, {"ended_on": "2017-06-01", "end_reason": "调整"}),
        ("assessment_item_create", place.assessment.pk, {"number": 3, "content": "新项", "points": "5"}),
        ("assessment_item_update", place.first.pk, {"number": 1, "content": "改", "points": "5"}),
    ]
    for name, key, data in acts:
        response = place.office.post(reverse(name, args=[key]), data)
        assert (response.status_code, "请主管领导先退回" in response.content.decode()) == (200, True), name
        assert place.office.get(reverse(name, args=[key])).status_code == 302
    assert points(place.first) == (10, 9, None)
    send(place.leader, "assessment_return", place.assessment.pk, words="第 1 项请核对")
    send(place.office, "assessment_item_rate", place.first.pk, self_points="7", self_words="")
    assert points(place.first) == (10, 7, None)
    assert "第 1 项请核对" in page(place.office, "assessment_detail", place.assessment.pk)


def test_an_item_changed_after_its_rating_keeps_it_and_is_to_be_rated_anew(place):
    send(place.office, "assessment_item_rate", place.first.pk, self_points="9", self_words="甲")
    send(place.office, "assessment_item_rate", place.second.pk, self_points="10", self_words="")
    changed = {"number": 1, "content": "办好两件事", "points": "6", "section": "", "evidence": ""}
    send(place.office, "assessment_item_update", place.first.pk, **changed)
    item = reread(place.first)
    assert (item.self_points, item.rated_for, item.points, item.is_changed) == (9, 10, 6, True)
    text = page(place.office, "assessment_detail", place.assessment.pk)
    assert "自评时的内容是“做好第1项工作”，分值 10，自评 9，请重新自评。" in text
    found = refused(place.office, "assessment_submit", place.assessment.pk, words="")
    assert found == {"__all__": "没有提交：第 1 项已变更需重新自评。请逐项自评后再提交。"}
    send(place.office, "assessment_item_rate", place.first.pk, self_points="5", self_words="乙")
    assert not reread(place.first).is_changed
    text = page(place.office, "assessment_item_detail", place.first.pk)
    assert "自评 9 / 10 分" in text
    assert "当时的内容：做好第1项工作；自评说明：甲" in text


def test_an_item_that_was_returned_may_give_fewer_points_than_its_review_gave(place):
    rated(place, "9", "8")
    send(place.leader, "assessment_item_review", place.first.pk, reviewed_points="9", review_words="好")
    send(place.leader, "assessment_return", place.assessment.pk, words="清单变更")
    changed = {"number": 1, "content": "做好第1项工作", "points": "6", "section": "", "evidence": ""}
    send(place.office, "assessment_item_update", place.first.pk, **changed)
    assert points(place.first) == (6, 9, 9)
    send(place.office, "assessment_item_rate", place.first.pk, self_points="6", self_words="")
    assert points(place.first) == (6, 6, None)
    assert "自评 9 / 10 分，审核 9 分" in page(place.office, "assessment_item_detail", place.first.pk)


def test_a_rated_item_is_not_deleted_but_withdrawn_with_its_points(place):
    send(place.office, "assessment_item_rate", place.first.pk, self_points="9", self_words="")
    address = reverse("assessment_item_delete", args=[place.first.pk])
    assert "已经评过分，不能删除" in place.office.post(address).content.decode()
    send(place.office, "assessment_item_end", place.first.pk, ended_on="2017-06-01", end_reason="上级调整")
    send(place.office, "assessment_item_delete", place.second.pk)
    text = page(place.office, "assessment_detail", place.assessment.pk)
    assert "2017-06-01 撤销：上级调整；自评 9 / 10 分" in text
    assert [item.number for item in place.assessment.items.all()] == [1]
    # Its number is free again.
    send(place.office, "assessment_item_create", place.assessment.pk, number=1, content="新的一项", points="5")
    assert [item.content for item in place.assessment.items.standing()] == ["新的一项"]


def test_the_same_number_twice_and_the_same_year_twice_are_refused(place):
    item = {"number": 1, "content": "新的一项", "points": "5"}
    found = refused(place.office, "assessment_item_create", place.assessment.pk, **item)
    assert found == {"__all__": "清单中已有这个序号，请改用其他序号，或打开原来的项目修改。"}
    found = refused(place.office, "assessment_create", organisation=place.root.pk, year=2017, name="考核")
    assert found == {"__all__": "这个组织这一年度已有考核清单，请打开原来的清单。"}


def test_a_figure_needs_a_wanted_number_and_the_other_way_round(place):
    item = {"number": 3, "content": "新的一项", "points": "5"}
    found = refused(place.office, "assessment_item_create", place.assessment.pk, figure="sessions", **item)
    assert found == {"wanted": "应为：大于 0 的整数。请填写指标应达到的数，或不选指标。"}
    found = refused(place.office, "assessment_item_create", place.assessment.pk, wanted=3, **item)
    assert found == {"wanted": "应为：先选择指标。没有指标的项目，请不要填应达到的数。"}


def test_a_checklist_is_copied_to_the_next_year_without_points(place):
    send(place.office, "assessment_item_rate", place.first.pk, self_points="9", self_words="")
    AssessmentItem.objects.filter(pk=place.second.pk).update(ended_on=date(2017, 5, 4))
    copy = {"organisation": place.root.pk, "year": 2018, "name": "考核"}
    send(place.office, "assessment_copy", place.assessment.pk, **copy)
    [item] = Assessment.objects.get(year=2018).items.all()
    assert (item.number, item.content, item.points, item.self_points) == (1, "做好第1项工作", 10, None)


def test_whoever_handed_in_does_not_review(place):
    Role.objects.create(user=place.staff, organisation=place.root, kind=Role.Kind.LEADER)
    place.office = browser_of(place.staff)
    rated(place, "9", "8")
    found = refused(place.office, "assessment_item_review", place.first.pk, reviewed_points="9", review_words="")
    assert found == {"__all__": "没有审核：自评是您自己提交的，请由其他领导审核。"}
    found = refused(place.office, "assessment_review", place.assessment.pk, accept_rest="on", words="")
    assert found == {"__all__": "没有审核：自评是您自己提交的，请由其他领导审核。"}


def test_two_reviewers_at_once_are_told_of_each_other(place):
    rated(place, "9", "8")
    other = browser_of(make_user("方圆", place.root, Role.Kind.LEADER))
    address = reverse("assessment_item_review", args=[place.first.pk])
    version = other.get(address).context["form"].version
    send(place.leader, "assessment_item_review", place.first.pk, reviewed_points="7", review_words="少一次")
    answer = other.post(address, {"reviewed_points": "9", "review_words": "很好", "version": version})
    assert (answer.status_code, points(place.first)) == (409, (10, 9, 7))
    assert "很好" in answer.content.decode()


def test_a_review_is_not_ended_with_items_without_points_unless_they_are_accepted(place):
    rated(place, "9", "8")
    send(place.leader, "assessment_item_review", place.first.pk, reviewed_points="7", review_words="")
    found = refused(place.leader, "assessment_review", place.assessment.pk, words="")
    assert found == {"__all__": "没有完成审核：第 2 项还没有审核分。请逐项审核，或勾选按自评分审核。"}


def test_a_form_sent_twice_counts_once(place):
    rated(place, "9", "8")
    address = reverse("assessment_return", args=[place.assessment.pk])
    token = place.leader.get(address).context["form"].submission
    for _ in range(2):
        place.leader.post(address, {"words": "请核对", "submission": token})
    assert kinds(place) == [("handed_in", place.staff), ("returned", place.leading)]


def test_a_result_is_not_older_than_the_year_nor_ahead_of_today(place):
    rated(place, "9", "8")
    send(place.leader, "assessment_review", place.assessment.pk, accept_rest="on", words="")
    early = RESULT | {"result_on": "2016-12-31", "words": "政法委评定"}
    assert refused(place.office, "assessment_conclude", place.assessment.pk, **early) == {
        "result_on": "应为：不早于 2017-01-01 的日期（这是 2017 年度的考核）。请核对结果日期。"
    }
    ahead = RESULT | {"result_on": filled_in("{tomorrow}"), "words": ""}
    assert refused(place.office, "assessment_conclude", place.assessment.pk, **ahead).keys() == {"result_on"}
    assert reread(place.assessment).state == REVIEWED


def test_a_result_is_corrected_only_with_a_reason_which_is_kept(place):
    concluded(place)
    found = refused(place.office, "assessment_conclude", place.assessment.pk, words="", **RESULT)
    assert found == {"words": "更正已登记的结果，请在说明中写明原因。"}
    send(place.office, "assessment_conclude", place.assessment.pk, **RESULT | {"result_points": "97", "words": "登错"})
    assert reread(place.assessment).result_words == "97分、通过"
    assert [step.words for step in AssessmentStep.objects.all()][-2:] == ["96.5分、通过", "97分、通过：登错"]


@pytest.mark.both
def test_a_result_stands_only_with_its_day_and_steps_are_never_changed(place):
    with pytest.raises(IntegrityError), transaction.atomic():
        Assessment.objects.update(state=CONCLUDED)
    rated(place, "9", "8")
    with pytest.raises(ValidationError, match="不能修改或删除"):
        AssessmentStep.objects.get().save()


def test_pages_are_for_staff_and_leaders_of_the_organisation(place):
    there = make_assessment(place.there, items=1)
    clerk = browser_of(make_user("高山", place.here, Role.Kind.STAFF))
    for client, own, other in ((place.office, 200, 200), (place.leader, 200, 200), (clerk, 404, 404)):
        assert status(client, "assessment_detail", place.assessment.pk) == own
        assert status(client, "assessment_item_detail", there.items.get().pk) == other
    assert [status(place.cadre, "assessment_detail", one.pk) for one in (place.assessment, there)] == [404, 404]
    assert status(place.leader, "assessment_item_rate", place.first.pk) == 404
    assert status(place.office, "assessment_item_review", place.first.pk) == 404


def test_evidence_is_attached_to_an_item_and_counted_in_the_list(place):
    make_attachment(place.first, place.staff, "照片.pdf")
    text = page(place.leader, "assessment_detail", place.assessment.pk)
    assert "附件 1 份" in text
    assert "照片.pdf" in page(place.leader, "assessment_item_detail", place.first.pk)


def test_a_long_checklist_takes_no_more_queries_than_a_short_one(place):
    make_assessment_item(place.assessment, 3, figure="sessions", wanted=4)
    queries(place.office, "assessment_detail", place.assessment.pk)
    few = queries(place.office, "assessment_detail", place.assessment.pk)
    for number in range(4, 20):
        make_assessment_item(place.assessment, number, figure="sessions", wanted=4)
    assert queries(place.office, "assessment_detail", place.assessment.pk) <= few


def test_a_checklist_that_nothing_was_done_with_is_deleted(place):
    send(place.office, "assessment_delete", place.assessment.pk)
    assert (Assessment.objects.count(), AssessmentItem.objects.count()) == (0, 0)
    kept = make_assessment(place.root)
    make_assessment_item(kept, self_points=Decimal(4))
    answer = place.office.post(reverse("assessment_delete", args=[kept.pk]))
    assert "清单已有自评或办理记录，不能删除" in answer.content.decode()
