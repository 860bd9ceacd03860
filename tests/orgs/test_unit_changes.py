"""Changes of two-new organisations: spans by day, the state that follows from them, and the pages that tell them."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from orgs.models import Role, Unit, UnitChange
from reports.figures.lines import all_figures
from reports.figures.scopes import Scope
from tests.factories import make_organisation, make_unit, make_unit_change, make_user
from yl_district.periods import Period

pytestmark = pytest.mark.django_db

JANUARY, MARCH, MAY, JULY = (date(2017, month, 1) for month in (1, 3, 5, 7))
STAGES = ("candidate", "preparing")
# What a unit must have become before it can become this.
BEFORE = {"reachable": "unreachable", "dropped": "candidate", "refused": "recommended"}
FIGURES = ("units_retired", "units_toward_task", "district_contact_points")


@pytest.fixture
def root():
    return make_organisation("春晖地区团工委", category="working_committee", domain="office")


@pytest.fixture
def office(client, root):
    """The client of a member of the committee's staff."""
    client.force_login(make_user("林知秋", root))
    return client


def spans(unit):
    """The unit's changes as (kind, day, day of the next of its line)."""
    return [(one.kind, one.happened_on, one.ended_on) for one in unit.changes.in_order()]


def state(unit):
    """What the unit itself says."""
    unit.refresh_from_db()
    return unit.status, unit.status_on, unit.is_contact_point


def year_figures(root, year):
    """The figures of a year that read the units' changes."""
    scope = Scope(root, Period.of_year(year))
    return {key: figure.rows(scope).count() for key, figure in all_figures().items() if key in FIGURES}


# What a unit says of itself


@pytest.mark.both
def test_a_change_ends_with_the_next_of_its_line_and_the_unit_says_the_last_of_each():
    unit = make_unit()
    make_unit_change(unit, "deregistered", happened_on=MAY)
    make_unit_change(unit, "moved", happened_on=MARCH)
    make_unit_change(unit, "listed", happened_on=None)
    assert spans(unit) == [("listed", None, None), ("moved", MARCH, MAY), ("deregistered", MAY, None)]
    assert state(unit) == ("deregistered", MAY, True)


@pytest.mark.both
def test_a_change_moved_or_deleted_leaves_the_others_in_order():
    unit = make_unit()
    moved, gone = make_unit_change(unit, "moved", happened_on=MARCH), make_unit_change(unit, "deregistered")
    moved.happened_on = MAY
    moved.save()
    assert spans(unit) == [("moved", MAY, gone.happened_on), ("deregistered", gone.happened_on, None)]
    gone.happened_on = JANUARY
    gone.save()
    assert spans(unit) == [("deregistered", JANUARY, MAY), ("moved", MAY, None)]
    moved.refresh_from_db()
    moved.delete()
    assert (spans(unit), state(unit)) == ([("deregistered", JANUARY, None)], ("deregistered", JANUARY, None))
    gone.delete()
    assert (spans(unit), state(unit)) == ([], ("normal", None, None))


def test_what_a_unit_says_without_changes_stays():
    unit = make_unit(status_on=MARCH, is_contact_point=False)
    UnitChange.objects.rechain([unit.pk])
    assert state(unit) == ("normal", MARCH, False)
    assert unit.history.count() == 1


def test_the_units_history_tells_what_became_of_it():
    unit = make_unit()
    make_unit_change(unit, "moved", happened_on=MARCH)
    make_unit_change(unit, "listed", happened_on=MARCH)
    assert [row.status for row in unit.history.order_by("history_id")] == ["normal", "moved", "moved"]


# What figures read


@pytest.mark.both
def test_a_unit_moved_and_then_deregistered_is_retired_in_both_years_and_once_in_each(root):
    unit = make_unit(task_year=2017)
    make_unit_change(unit, "moved", happened_on=date(2018, 5, 1))
    assert year_figures(root, 2018)["units_retired"] == 1
    make_unit_change(unit, "deregistered", happened_on=date(2019, 5, 1))
    make_unit_change(make_unit(), "moved", happened_on=date(2019, 2, 1))
    assert [year_figures(root, year)["units_retired"] for year in (2017, 2018, 2019)] == [0, 1, 2]
    other = make_unit()
    make_unit_change(other, "moved", happened_on=date(2019, 1, 1))
    make_unit_change(other, "deregistered", happened_on=date(2019, 12, 31))
    assert year_figures(root, 2019)["units_retired"] == 3


@pytest.mark.both
def test_a_contact_point_counts_from_its_day_to_the_day_that_ends_it(root):
    unit = make_unit()
    make_unit_change(unit, "listed", happened_on=date(2017, 12, 31))
    make_unit_change(unit, "unlisted", happened_on=date(2018, 12, 31))
    make_unit(is_contact_point=True)
    counted = [year_figures(root, year)["district_contact_points"] for year in (2016, 2017, 2018)]
    assert counted == [1, 2, 1]


@pytest.mark.both
@pytest.mark.parametrize(("day", "counts"), [(date(2016, 12, 31), 1), (date(2017, 1, 1), 0)])
def test_a_contact_point_does_not_count_before_its_league_body_was_founded(root, day, counts):
    unit = make_unit()
    make_unit_change(unit, "listed", happened_on=None)
    Unit.objects.filter(pk=unit.pk).update(league_founded_on=day)
    assert year_figures(root, 2016)["district_contact_points"] == counts
    assert year_figures(root, 2017)["district_contact_points"] == 1


@pytest.mark.both
def test_a_retired_unit_is_no_contact_point_and_counts_toward_no_task_from_its_day(root):
    unit = make_unit(task_year=2017, is_contact_point=True)
    make_unit_change(unit, "deregistered", happened_on=date(2018, 1, 1))
    assert year_figures(root, 2017) == {"units_retired": 0, "units_toward_task": 1, "district_contact_points": 1}
    assert year_figures(root, 2018) == {"units_retired": 1, "units_toward_task": 0, "district_contact_points": 0}


@pytest.mark.parametrize(
    ("status", "day", "found"),
    [("normal", JANUARY, True), ("unreachable", MARCH, True), ("unreachable", MAY, False), ("normal", MAY, True)],
)
def test_units_of_a_status_on_a_day(status, day, found):
    unit = make_unit()
    make_unit_change(unit, "unreachable", happened_on=MARCH)
    make_unit_change(unit, "reachable", happened_on=MAY)
    assert Unit.objects.of_status_on(status, day).exists() is found
    assert Unit.objects.unreachable_on(day).exists() is (day == MARCH)


# What cannot be


def refused(unit, kind, day):
    """The fields and messages with which a change is refused; {} where it is not."""
    change = UnitChange(unit=unit, kind=kind, happened_on=day)
    try:
        change.full_clean()
        change.check_overlap()
    except ValidationError as error:
        return {name: "".join(messages) for name, messages in error.message_dict.items()}
    return {}


@pytest.mark.parametrize(
    ("kind", "day", "field", "message"),
    [
        ("moved", MARCH, "happened_on", "同一单位同一天只有一项这类变更（当日已登记联系不上）。"),
        (
            "reachable",
            JANUARY,
            "kind",
            "恢复联系之前为联系不上的单位（当时为正常）。请核对事项与日期",
        ),
        ("unreachable", MAY, "kind", "联系不上之前为正常的单位（当时为联系不上）"),
        ("moved", JANUARY, "kind", "能与其后 2017-03-01 的联系不上衔接的事项。请核对事项与日期"),
        ("unlisted", MAY, "kind", "不再列为区级联系点之前为区级联系点的单位（当时为非区级联系点）"),
        ("listed", JANUARY, "happened_on", "不早于建团日期（2017-02-01）的日期。请核对两个日期。"),
        ("moved", None, "happened_on", "变更发生的日期。请补填日期。"),
    ],
)
def test_a_change_that_contradicts_the_others_is_refused(kind, day, field, message):
    unit = make_unit(league_founded_on=date(2017, 2, 1))
    make_unit_change(unit, "unreachable", happened_on=MARCH)
    found = refused(unit, kind, day)
    assert list(found) == [field]
    assert message in found[field]


@pytest.mark.parametrize("kind", ["reachable", "moved", "deregistered", "listed"])
def test_a_change_that_follows_from_the_others_is_taken(kind):
    unit = make_unit(league_founded_on=date(2017, 2, 1))
    make_unit_change(unit, "unreachable", happened_on=MARCH)
    assert refused(unit, kind, MAY) == {}


def test_an_earlier_change_can_be_added_where_the_later_one_still_follows():
    unit = make_unit()
    make_unit_change(unit, "deregistered", happened_on=MAY)
    assert refused(unit, "moved", MARCH) == {}
    assert list(refused(unit, "moved", JULY)) == ["kind"]


def test_nothing_is_registered_before_it_happens():
    today = timezone.localdate()
    assert refused(make_unit(), "moved", today) == {}
    assert "不晚于今天（" in refused(make_unit(), "moved", today + timedelta(1))["happened_on"]


# Pages


def changed_on_page(client, unit, kind, day, **fields):
    """What the page answers to a change of a unit."""
    data = {"unit": unit.pk, "kind": kind, "happened_on": day, "remark": ""} | fields
    return client.post(reverse("unit_change_create"), data)


def messages(response):
    """The messages beside the fields, by field."""
    return {name: " ".join(found) for name, found in response.context["form"].errors.items()}


def test_a_change_is_registered_from_the_units_page_corrected_and_deleted(office):
    unit = make_unit()
    assert "没有登记过变更" in office.get(unit.get_absolute_url()).content.decode()
    page = office.get(reverse("unit_change_create"), {"unit": unit.pk}).content.decode()
    assert f'<option value="{unit.pk}" selected>' in page
    assert f'value="{timezone.localdate()}"' in page
    assert changed_on_page(office, unit, "moved", "2017-03-01", remark="迁往外区").status_code == 302
    change = UnitChange.objects.get()
    page = office.get(unit.get_absolute_url()).content.decode()
    assert "迁往外区" in page
    assert state(unit) == ("moved", MARCH, None)
    data = {"kind": "deregistered", "happened_on": "2017-05-01", "remark": ""}
    assert office.post(reverse("unit_change_update", args=[change.pk]), data).status_code == 302
    assert state(unit) == ("deregistered", MAY, None)
    response = office.post(reverse("unit_change_delete", args=[change.pk]), follow=True)
    assert "已删除两新变更" in response.content.decode()
    assert state(unit) == ("normal", None, None)


@pytest.mark.parametrize(
    ("changes", "kinds"),
    [
        ([], ["moved", "deregistered", "unreachable", *STAGES, "recommended", "listed", "verified"]),
        (["unreachable"], ["moved", "deregistered", "reachable", *STAGES, "recommended", "listed", "verified"]),
        (["deregistered"], ["moved", "unreachable", *STAGES, "recommended", "listed", "verified"]),
        (["listed"], ["moved", "deregistered", "unreachable", *STAGES, "recommended", "unlisted", "verified"]),
    ],
)
def test_the_form_offers_what_can_have_become_of_the_unit(office, changes, kinds):
    unit = make_unit()
    for kind in changes:
        make_unit_change(unit, kind)
    form = office.get(reverse("unit_change_create"), {"unit": unit.pk}).context["form"]
    assert [value for value, _ in form.fields["kind"].widget.choices if value] == kinds


def test_what_contradicts_the_other_changes_is_refused_beside_its_field(office):
    unit = make_unit()
    make_unit_change(unit, "unreachable", happened_on=MARCH)
    assert "同一天只有一项" in messages(changed_on_page(office, unit, "moved", "2017-03-01"))["happened_on"]
    assert "当时为正常" in messages(changed_on_page(office, unit, "reachable", "2017-01-01"))["kind"]
    assert messages(changed_on_page(office, unit, "moved", ""))["happened_on"] == "请填写日期。"
    assert spans(unit) == [("unreachable", MARCH, None)]


def test_a_change_on_which_the_next_one_depends_is_not_deleted(office):
    unit = make_unit()
    lost = make_unit_change(unit, "unreachable", happened_on=MARCH)
    make_unit_change(unit, "reachable", happened_on=MAY)
    page = office.post(reverse("unit_change_delete", args=[lost.pk])).content.decode()
    assert "没有删除。应为：其后没有以它为前提的变更（已登记 2017-05-01 恢复联系）。请先删除其后的那一项。" in page
    assert UnitChange.objects.count() == 2


def test_a_state_without_a_day_is_shown_and_kept_by_the_form(office):
    unit = make_unit(is_contact_point=True)
    change = unit.changes.get()
    assert "一直如此" in office.get(unit.get_absolute_url()).content.decode()
    data = {"kind": "listed", "happened_on": "", "remark": "老点"}
    assert office.post(reverse("unit_change_update", args=[change.pk]), data).status_code == 302
    assert spans(unit) == [("listed", None, None)]


def test_the_form_of_a_known_unit_leaves_its_state_to_its_changes(office):
    unit = make_unit()
    form = office.get(reverse("unit_update", args=[unit.pk])).context["form"]
    assert [name for name in ("status", "status_on", "is_contact_point", "listed_on") if name in form.fields] == []


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, []),
        ({"status": "moved", "status_on": "2017-03-01"}, [("moved", MARCH, None)]),
        ({"status": "unreachable"}, [("unreachable", None, None)]),
        ({"is_contact_point": "true"}, [("listed", None, None)]),
        (
            {"is_contact_point": "true", "league_founded_on": "2017-01-01", "league_form": "own"},
            [("listed", JANUARY, None)],
        ),
        ({"is_contact_point": "true", "listed_on": "2017-05-01"}, [("listed", MAY, None)]),
    ],
)
def test_the_state_of_a_new_unit_holds_since_its_day(office, said, expected):
    data = {"name": "清和科技", "kind": "enterprise", "status": "normal", "has_party_branch": "unknown"}
    data |= {"is_contact_point": "unknown"} | said
    assert office.post(reverse("unit_create"), data).status_code == 302
    assert spans(Unit.objects.get()) == expected


def test_a_new_unit_listed_before_its_founding_is_refused(office):
    data = {"name": "清和科技", "kind": "enterprise", "status": "normal", "has_party_branch": "unknown"}
    data |= {"is_contact_point": "true", "league_founded_on": "2017-05-01", "league_form": "own"}
    found = messages(office.post(reverse("unit_create"), data | {"listed_on": "2017-01-01"}))
    assert "不早于建团日期（2017-05-01）" in found["listed_on"]
    assert not Unit.objects.exists()


def test_changes_are_narrowed_by_kind_year_and_organisation(office, root):
    branch = make_organisation("望湖社区团支部", root)
    moved = make_unit_change(make_unit("天青文化", branch=branch), "moved", happened_on=date(2018, 1, 1))
    listed = make_unit_change(make_unit("白石物业"), "listed")

    def found(**query):
        return [row.record for row in office.get(reverse("unit_change_list"), query).context["table"].rows]

    assert found() == [moved, listed]
    assert (found(kind="listed"), found(year=2018), found(organisation=branch.pk)) == ([listed], [moved], [moved])
    assert found(search="bswy") == [listed]


def test_a_cadre_changes_the_units_of_the_own_branch_alone(client, root):
    branch, other = make_organisation("望湖社区团支部", root), make_organisation("槐荫社区团支部", root)
    client.force_login(make_user("陆远", branch, Role.Kind.CADRE))
    assert changed_on_page(client, make_unit(branch=branch), "moved", "2017-03-01").status_code == 302
    assert "unit" in messages(changed_on_page(client, make_unit(branch=other), "moved", "2017-03-01"))
    assert UnitChange.objects.count() == 1


# Closed years


@pytest.mark.sampled(3)
@pytest.mark.both
@pytest.mark.parametrize("kind", UnitChange.Kind)
def test_what_is_entered_today_with_effect_from_today_moves_no_closed_year(office, root, kind):
    today = timezone.localdate()
    founded = None if kind in (*STAGES, "dropped") else date(2015, 1, 1)
    unit = make_unit(task_year=2016, is_contact_point=kind == "unlisted", league_founded_on=founded)
    if kind in BEFORE:
        make_unit_change(unit, BEFORE[kind], happened_on=MARCH)
    make_unit_change(make_unit(is_contact_point=True), "moved", happened_on=MARCH)
    years = (2016, 2017, today.year - 1)
    before = [year_figures(root, year) for year in years]
    assert changed_on_page(office, unit, kind, today, remark="核对").status_code == 302
    assert [year_figures(root, year) for year in years] == before
