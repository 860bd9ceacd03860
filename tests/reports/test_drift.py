"""After signing, the page shows which records were added, removed and changed behind every number, and by whom."""

from datetime import date, timedelta

import pytest

from activities.models import Activity
from members.models import Member
from orgs.models import Organisation
from reports.editions.drift import SHOWN, drifts, moves, visible_moves
from reports.figures.measures import COUNTED, INCOMPLETE, MEASURED, ROUNDED
from reports.figures.scopes import Scope, scope_of
from tests.factories import (
    make_activity,
    make_assistance,
    make_assisted_youth,
    make_grant,
    make_member,
    make_organisation,
    make_user,
)
from tests.made_once import made_once
from tests.reports.signed import begun, signed
from yl_district.database.listed import Listed
from yl_district.history.tracking import because
from yl_district.periods import Period

pytestmark = pytest.mark.django_db
TODAY = date(2018, 1, 5)


@made_once
def place():
    root = make_organisation("清河地区团工委", category="working_committee", domain="office")
    branch = make_organisation("柳林社区团支部", root)
    make_member("章程", branch)
    make_member("秦朗", branch)
    make_activity(branch, "健步走", attendance=20, basis="exact")
    return branch


@made_once
def edition(place):
    root = Organisation.objects.get(depth=1)
    return signed(begun(Scope(root, Period.of_year(2017))), make_user("林知秋", root), TODAY)


def drift_by_key(edition):
    return {drift.signed.figure.key: drift for drift in drifts(edition)}


def told(drift, edition, user):
    rows = drift.signed.figure.rows(scope_of(edition.report)).model.objects.visible_to(user)
    lines, untold = visible_moves(drift, rows, edition, user)
    return [(line.name, line.move.label, line.move.former, line.move.present, line.acts) for line in lines], untold


def test_nothing_has_drifted_where_nothing_changed(edition):
    assert drifts(edition) == []


def test_records_that_came_went_and_changed_are_told_apart(edition, place):
    new = make_member("顾清", place)
    gone = Member.objects.get(person__name="秦朗")
    gone.left_on, gone.status = date(2017, 6, 1), "transferred_out"
    gone.save()
    activity = Activity.objects.get()
    activity.attendance = 25
    activity.save()
    found = drift_by_key(edition)
    kinds = {key: [(move.kind, move.key) for move in drift.moves] for key, drift in found.items()}
    assert kinds["members"] == [("went", gone.pk), ("came", new.pk)]
    assert kinds["attendances"] == [("changed", activity.pk)]
    assert (found["members"].difference, found["members"].counts) == ("0", "新计入 1 条，不再计入 1 条")
    assert (found["attendances"].difference, found["attendances"].counts) == ("+5", "数字变动 1 条")
    assert "sessions" not in found


def test_what_was_done_to_the_record_is_told_with_who_did_it_and_why(edition, place):
    clerk = make_user("陆远", place)
    activity = Activity.objects.get()
    activity.attendance = 25
    with because("补记人次", clerk):
        activity.save()
    lines, untold = told(drift_by_key(edition)["attendances"], edition, edition.signed_by)
    day = activity.history.latest().history_date
    assert lines == [("健步走（2017-04-08）", "数字变动", "20", "25", (f"{day:%Y-%m-%d} 陆远修改（补记人次）",))]
    assert untold == 0


@pytest.mark.parametrize(("microseconds", "is_told"), [(-1, False), (0, False), (1, True)])
def test_what_was_done_up_to_the_moment_of_signing_is_not_told(edition, place, microseconds, is_told):
    """What was written at that very moment is what was counted."""
    activity = Activity.objects.get()
    activity.attendance = 25
    activity.save()
    moment = edition.signed_at + timedelta(microseconds=microseconds)
    latest = activity.history.latest("history_id")
    activity.history.filter(pk=latest.pk).update(history_date=moment)
    activity.history.exclude(pk=latest.pk).update(history_date=edition.signed_at - timedelta(days=1))
    lines, _ = told(drift_by_key(edition)["attendances"], edition, edition.signed_by)
    told_of = {False: ("记录本身未改，随相关记录变动",), True: (f"{moment:%Y-%m-%d} 系统修改",)}
    assert [acts for *_, acts in lines] == [told_of[is_told]]


@pytest.mark.parametrize(
    ("changed", "label", "former", "present", "quality"),
    [
        ({"sign_in_count": 20}, "口径变动", "20", "20", MEASURED),
        ({"basis": "rounded"}, "数字变动", "20", "20余", ROUNDED),
    ],
)
def test_a_record_whose_quality_alone_changed_is_told(edition, place, changed, label, former, present, quality):
    Activity.objects.update(**changed)
    drift = drift_by_key(edition)["attendances"]
    lines, untold = told(drift, edition, edition.signed_by)
    assert [(line_label, *amounts) for _, line_label, *amounts, _ in lines] == [(label, former, present)]
    assert (drift.signed.value, drift.present.value, drift.present.quality, untold) == (20, 20, quality, 0)


def case_district():
    """The signed year of a district with a youth and an assistance, and both of these."""
    root = make_organisation("清河地区团工委", category="working_committee", domain="office")
    youth = make_assisted_youth(make_organisation("柳林社区团支部", root))
    assistance = make_assistance([youth])
    user = make_user("林知秋", root)
    return signed(begun(Scope(root, Period.of_year(2017))), user, TODAY), youth, assistance


def test_a_deleted_case_record_is_only_counted_to_whoever_asks():
    """A number told would say that there was a file; of other records the committee is told it."""
    edition, youth, assistance = case_district()
    make_grant(edition.signed_by, youth.person)
    assert told(drift_of_one(edition, assistance.delete), edition, edition.signed_by) == ([], 1)


def drift_of_one(edition, act):
    """The drift of the figure of assistances after an act on one of them."""
    act()
    return drift_by_key(edition)["assistances"]


def test_a_moved_case_record_is_told_by_grant_alone():
    edition, youth, assistance = case_district()
    assistance.held_on = date(2016, 6, 1)
    drift = drift_of_one(edition, assistance.save)
    assert told(drift, edition, edition.signed_by) == ([], 1)
    make_grant(edition.signed_by, youth.person)
    lines, untold = told(drift, edition, edition.signed_by)
    assert ([(name, label) for name, label, *_ in lines], untold) == ([(str(assistance), "不再计入")], 0)


def test_fifty_moves_are_told_and_the_others_counted(edition, place):
    for number in range(SHOWN + 1):
        make_member(f"团员{number}", place)
    drift = drift_by_key(edition)["members"]
    lines, untold = told(drift, edition, edition.signed_by)
    assert (len(drift.moves), len(lines), untold) == (51, 50, 1)


def test_a_record_moved_by_another_one_says_that_it_was_not_changed_itself(edition, place):
    place.domain = "enterprise"
    place.save()
    lines, _ = told(drift_by_key(edition)["community_members"], edition, edition.signed_by)
    assert [(name, label, acts) for name, label, _, _, acts in lines] == [
        ("章程", "不再计入", ("记录本身未改，随相关记录变动",)),
        ("秦朗", "不再计入", ("记录本身未改，随相关记录变动",)),
    ]


def test_deleted_records_are_told_to_the_committee_alone(edition, place):
    activity = Activity.objects.get()
    key = activity.pk
    activity.delete()
    drift = drift_by_key(edition)["sessions"]
    lines, untold = told(drift, edition, edition.signed_by)
    assert [(name, label) for name, label, *_ in lines] == [(f"已删除的记录（编号 {key}）", "不再计入")]
    assert untold == 0
    assert told(drift, edition, make_user("陆远", place, "cadre")) == ([], 1)


def test_records_beyond_reach_are_only_counted(edition, place):
    other = make_organisation("槐荫社区团支部", Organisation.objects.get(depth=1))
    make_member("温岚", other)
    assert told(drift_by_key(edition)["members"], edition, make_user("陆远", place, "cadre")) == ([], 1)


def test_a_changed_quality_is_a_change_of_the_record():
    assert [move.kind for move in moves([(1, 5, COUNTED)], [(1, 5, MEASURED)])] == ["changed"]
    assert list(moves([(1, 5, COUNTED)], [(1, 5, COUNTED)])) == []


def test_a_move_says_what_the_record_added_as_pages_write_it(edition, place):
    def move(former, present):
        (one,) = moves([(1, *former)], [(1, *present)])
        return one.label, one.former, one.present

    assert move((5, COUNTED), (5, MEASURED)) == ("口径变动", "5", "5")
    assert move((5, COUNTED), (5, INCOMPLETE)) == ("口径变动", "5", "5")
    assert move((0, COUNTED), (0, INCOMPLETE)) == ("数字变动", "0", "未统计")
    assert move((0, INCOMPLETE), (30, ROUNDED)) == ("数字变动", "未统计", "30余")
    Activity.objects.update(sign_in_count=20)
    assert drift_by_key(edition)["attendances"].counts == "口径变动 1 条"


def test_any_number_of_keys_is_one_condition(place):
    keys = [*range(10_000_000, 10_200_000), *Member.objects.values_list("pk", flat=True)]
    assert Member.objects.filter(pk__in=Listed(keys)).count() == 2


def test_rows_do_not_add_queries(edition, place, django_assert_num_queries):
    for number in range(30):
        make_member(f"团员{number}", place)
    with django_assert_num_queries(len(edition.figures.all()) + 4):
        drifts(edition)
