"""Visits of fixed volunteers: planned, done, due, cancelled, and counted as an assistance."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from assistance.models import Assistance, Pairing, Visit
from reports.workbench.owed import owed_by
from tests.factories import make_assisted_youth, make_grant, make_pairing, make_visit
from tests.made_once import made_once
from tests.pages import listed, page, refused, send, two_branches
from yl_district.periods import Period

pytestmark = pytest.mark.django_db


@made_once
def district():
    """A pairing since 2017, whose youth's file is open to the office."""
    place = two_branches()
    place.youth = make_assisted_youth(place.here)
    place.pairing = make_pairing(place.youth)
    make_grant(place.staff, place.youth.person)
    return place


def due_on(pairing):
    """The day on which the next visit of a pairing is due."""
    return Pairing.objects.with_visit_days().get(pk=pairing.pk).due_on


@pytest.mark.both
@pytest.mark.parametrize(
    ("every", "rhythm", "last", "due"),
    [
        (2, "weeks", date(2017, 2, 20), date(2017, 3, 6)),
        (1, "months", date(2017, 1, 31), date(2017, 2, 28)),
        (3, "months", date(2017, 11, 1), date(2018, 2, 28)),
        (1, "weeks", None, date(2017, 1, 17)),
        (None, "", date(2017, 3, 4), None),
    ],
)
def test_the_next_visit_is_due_by_the_rhythm_after_the_last_one(district, every, rhythm, last, due):
    pairing = district.pairing
    pairing.visit_every, pairing.visit_rhythm = every, rhythm
    pairing.save()
    if last:
        make_visit(pairing, done_on=last)
        make_visit(pairing, done_on=last + timedelta(days=1), cancelled_on=last, cancel_reason="登记错了")
    assert due_on(pairing) == due


@pytest.mark.both
def test_a_visit_that_is_planned_goes_before_the_rhythm_until_it_is_done_or_cancelled(district):
    pairing = district.pairing
    pairing.visit_every, pairing.visit_rhythm = 1, "months"
    pairing.save()
    visit = make_visit(pairing, planned_on=date(2017, 6, 1), done_on=None, way="")
    assert due_on(pairing) == date(2017, 6, 1)
    assert list(Pairing.objects.due_by(date(2017, 5, 31), date(2017, 5, 1))) == []
    assert list(Pairing.objects.due_by(date(2017, 6, 1), date(2017, 5, 1))) == [pairing]
    visit.cancel(date(2017, 5, 20), "搬家")
    assert due_on(pairing) == date(2017, 2, 28)


def test_a_visit_is_planned_logged_counted_as_an_assistance_and_taken_back(district):
    office = district.office
    send(office, "visit_create", district.pairing.pk, planned_on="2017-05-02")
    visit = Visit.objects.get()
    assert (visit.state_on(date(2017, 5, 2)), visit.state_on(date(2017, 5, 3))) == ("planned", "overdue")
    send(
        office,
        "visit_update",
        visit.pk,
        planned_on="2017-05-02",
        done_on="2017-05-04",
        way="phone",
        observations="近况良好",
    )
    answer = send(office, "visit_count", visit.pk, kind="counselling", content="近况良好")
    assert "已计入帮扶记录。" in answer.content.decode()
    assistance = Assistance.objects.get()
    assert (assistance.held_on, assistance.form, assistance.kind) == (date(2017, 5, 4), "phone", "counselling")
    assert (list(assistance.youths.all()), assistance.content) == ([district.youth], "近况良好")
    assert list(assistance.volunteers.all()) == [district.pairing.volunteer]
    assert "来自走访" in page(office, "assistance_detail", assistance.pk)
    errors = refused(office, "visit_count", visit.pk, kind="counselling")
    assert "这次走访已计入帮扶记录，不必重复" in errors["__all__"]
    send(office, "visit_uncount", visit.pk)
    assert (Assistance.objects.count(), Visit.objects.done().count()) == (0, 1)


def test_the_assistance_follows_a_visit_that_is_corrected_and_ends_with_one_that_is_cancelled(district):
    visit = make_visit(district.pairing)
    send(district.office, "visit_count", visit.pk, kind="culture")
    send(district.office, "visit_update", visit.pk, done_on="2017-04-01", way="online")
    assistance = Assistance.objects.get()
    assert (assistance.held_on, assistance.form) == (date(2017, 4, 1), "")
    errors = refused(district.office, "visit_update", visit.pk, planned_on="2017-04-01", way="")
    assert "请先撤销计入，再清空日期" in errors["done_on"]
    send(district.office, "visit_cancel", visit.pk, day="2017-04-02", cancel_reason="登记错了")
    visit.refresh_from_db()
    assert (Assistance.objects.count(), visit.cancelled_on, visit.cancel_reason) == (0, date(2017, 4, 2), "登记错了")
    assert (Visit.objects.done_during(Period.of_year(2017)).count(), Visit.objects.count()) == (0, 1)


def test_deleting_the_assistance_leaves_the_visit(district):
    visit = make_visit(district.pairing)
    send(district.office, "visit_count", visit.pk, kind="culture")
    send(district.office, "assistance_delete", Assistance.objects.get().pk)
    assert Visit.objects.get().counts_as is None


WRONG = {
    "neither planned nor done": ({}, "__all__", "请填写计划日期或走访日期"),
    "in no way": ({"done_on": "2017-05-04"}, "way", "走访入户、电话、面对面或线上"),
    "before the pairing": ({"done_on": "2017-01-09", "way": "phone"}, "done_on", "不早于结对日期（2017-01-10）"),
    "in the future": ({"done_on": "2100-01-01", "way": "phone"}, "done_on", "不晚于今天"),
    "planned far ahead": ({"planned_on": "2099-01-01"}, "planned_on", "最多提前一年"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_visit_is_refused_in_words(district, case):
    typed, field, words = WRONG[case]
    assert words in refused(district.office, "visit_create", district.pairing.pk, **typed)[field]
    assert Visit.objects.count() == 0


def test_a_visit_after_the_pairing_is_refused(district):
    district.pairing.end(date(2017, 6, 1))
    errors = refused(district.office, "visit_create", district.pairing.pk, done_on="2017-06-02", way="phone")
    assert "不晚于结对结束（2017-06-01）的日期" in errors["done_on"]


def test_a_visit_outside_the_register_does_not_count_as_an_assistance(district):
    district.youth.remove(date(2017, 3, 1))
    visit = make_visit(district.pairing)
    errors = refused(district.office, "visit_count", visit.pk, kind="culture")
    assert "不在库时的走访不计入帮扶" in errors["__all__"]


def test_only_a_visit_done_counts_as_an_assistance(district):
    visit = make_visit(district.pairing, planned_on=date(2017, 3, 4), done_on=None, way="")
    errors = refused(district.office, "visit_count", visit.pk, kind="culture")
    assert "请先登记走访日期和方式" in errors["__all__"]


def test_pledge_and_rhythm_are_noted_and_what_is_missing_is_told(district):
    pairing = district.pairing
    assert "还没有签保密承诺" in page(district.office, "pairing_detail", pairing.pk)
    send(district.office, "pairing_update", pairing.pk, pledged_on="2017-01-10", visit_every="2", visit_rhythm="weeks")
    text = page(district.office, "pairing_detail", pairing.pk)
    assert ["还没有签保密承诺" in text, "还没有附上保密承诺书" in text, "每 2 周一次" in text] == [False, True, True]
    errors = refused(district.office, "pairing_update", pairing.pk, visit_every="2", visit_rhythm="")
    assert "两项一起填写" in errors["visit_rhythm"]
    errors = refused(district.office, "pairing_update", pairing.pk, visit_every="40", visit_rhythm="weeks")
    assert "1 至 26 的整数" in errors["visit_every"]


def test_pairings_and_visits_are_narrowed_by_what_is_due(district):
    today = timezone.localdate()
    pairing = district.pairing
    assert listed(district.office, "pairing_list") == ["白*"]
    assert listed(district.office, "pairing_list", due="overdue") == []
    visit = make_visit(pairing, planned_on=today - timedelta(days=1), done_on=None, way="")
    make_visit(pairing)
    for query in ({"due": "overdue"}, {"due": "month"}, {"pledged": "no"}, {"search": "bl"}):
        assert (query, listed(district.office, "pairing_list", **query)) == (query, ["白*"])
    assert listed(district.office, "pairing_list", pledged="yes") == []
    for query in ({"state": "overdue"}, {"state": "planned"}):
        assert (query, listed(district.office, "visit_list", **query)) == (query, ["已逾期"])
    for query in (
        {"state": "done"},
        {"year": "2017"},
        {"way": "visit"},
        {"search": "bl", "state": "done"},
        {"counted": "no", "state": "done"},
    ):
        assert (query, listed(district.office, "visit_list", **query)) == (query, ["已走访"])
    assert listed(district.office, "visit_list", counted="yes") == []
    assert listed(district.office, "visit_list", reported="yes") == []
    visit.cancel(today, "外出")
    assert listed(district.office, "visit_list", state="cancelled") == ["已取消"]
    assert listed(district.office, "pairing_list", due="overdue") == []


def test_whoever_may_open_the_file_is_told_of_visits_overdue(district):
    today = timezone.localdate()
    make_visit(district.pairing, planned_on=today - timedelta(days=1), done_on=None, way="")
    words = "名帮扶对象的走访已逾期"
    told = {each.words: (each.number, each.address) for each in owed_by(district.staff, today, None)}
    assert told[words] == (1, f"{reverse('pairing_list')}?due=overdue")
    assert words not in {each.words for each in owed_by(district.staff, today - timedelta(days=1), None)}
    assert words not in {each.words for each in owed_by(district.branch_cadre, today, None)}
