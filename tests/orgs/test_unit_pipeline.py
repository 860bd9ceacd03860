"""Two-new organisations on their way to a league body: stages by day, what they lack, what is due, and the page."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from orgs.models import Unit, UnitChange, UnitContact
from tests.factories import make_organisation, make_unit, make_unit_change, make_unit_contact
from tests.made_once import made_once
from tests.pages import listed, page, queries, refused, send, two_branches

pytestmark = pytest.mark.django_db

JANUARY, MARCH, MAY, JULY = (date(2017, month, 1) for month in (1, 3, 5, 7))


@made_once
def district():
    return two_branches()


def stage(unit, day):
    """The stage of a unit on a day."""
    return Unit.objects.with_stage_on(day).get(pk=unit.pk).stage_on


def words(refusal):
    """The messages of a ValidationError by field."""
    return {name: "".join(messages) for name, messages in refusal.value.message_dict.items()}


# Stages


@pytest.mark.both
def test_a_unit_goes_from_candidate_to_its_founding_day_by_day():
    unit = make_unit(league_founded_on=JULY, league_form="own")
    make_unit_contact(unit, held_on=date(2016, 12, 1))
    make_unit_change(unit, "candidate", happened_on=JANUARY)
    make_unit_contact(unit, held_on=MARCH)
    make_unit_change(unit, "preparing", happened_on=MAY)
    days = [date(2016, 12, 31), JANUARY, date(2017, 2, 28), MARCH, MAY, date(2017, 6, 30), JULY]
    stages = ["outside", "candidate", "candidate", "contacted", "preparing", "preparing", "founded"]
    assert [stage(unit, day) for day in days] == stages
    assert [list(Unit.objects.in_stage_on(one, day)) for one, day in zip(stages, days, strict=True)] == [[unit]] * 7


def test_a_unit_is_dropped_and_listed_as_a_candidate_again():
    unit = make_unit()
    make_unit_change(unit, "candidate", happened_on=JANUARY)
    make_unit_change(unit, "dropped", happened_on=MARCH, remark="没有青年")
    make_unit_change(unit, "candidate", happened_on=MAY)
    assert [stage(unit, day) for day in (JANUARY, MARCH, MAY)] == ["candidate", "outside", "candidate"]


def test_a_unit_whose_founding_has_no_day_has_long_been_founded():
    assert stage(make_unit(league_form="joint"), JANUARY) == "founded"
    assert stage(make_unit(league_form="none"), JANUARY) == "outside"


@pytest.mark.parametrize(
    ("fields", "kind", "remark", "expected"),
    [
        (
            {"league_founded_on": MARCH, "league_form": "own"},
            "candidate",
            "",
            {"happened_on": "不晚于建团日期（2017-03-01）"},
        ),
        ({"league_founded_on": MAY, "league_form": "own"}, "preparing", "", {}),
        ({"status": "moved", "status_on": MARCH}, "preparing", "", {"happened_on": "不晚于迁址（2017-03-01）的日期"}),
        ({"status": "moved", "status_on": MAY}, "preparing", "", {}),
        ({}, "dropped", "", {"remark": "不再列为候选的原因"}),
    ],
)
def test_the_day_of_a_stage_is_no_later_than_what_ends_it(fields, kind, remark, expected):
    change = UnitChange(unit=make_unit(**fields), kind=kind, happened_on=MAY, remark=remark)
    if not expected:
        change.full_clean()
        return
    with pytest.raises(ValidationError) as refusal:
        change.full_clean()
    assert {name: said[3 : 3 + len(expected[name])] for name, said in words(refusal).items()} == expected


def test_a_preparing_unit_becomes_no_candidate():
    unit = make_unit()
    make_unit_change(unit, "preparing", happened_on=MARCH)
    with pytest.raises(ValidationError) as refusal:
        UnitChange(unit=unit, kind="candidate", happened_on=MAY).check_overlap()
    assert "列为候选之前为未列为候选的单位（当时为筹备）" in words(refusal)["kind"]


# Contact points


@pytest.mark.both
def test_a_recommended_contact_point_waits_until_it_is_listed_or_refused():
    unit, other = make_unit(), make_unit()
    for one in (unit, other):
        make_unit_change(one, "recommended", happened_on=JANUARY)
    make_unit_change(unit, "listed", happened_on=MARCH)
    make_unit_change(other, "refused", happened_on=MAY)
    assert [set(Unit.objects.recommended_on(day)) for day in (JANUARY, MARCH, MAY)] == [{unit, other}, {other}, set()]
    assert [set(Unit.objects.listed_on(day)) for day in (JANUARY, MARCH, MAY)] == [set(), {unit}, {unit}]
    for one in (unit, other):
        one.refresh_from_db()
    assert (unit.is_contact_point, other.is_contact_point) == (True, False)


# What is lacking, and what is due


@pytest.mark.parametrize(
    ("fields", "is_contacted", "lacking"),
    [
        ({}, False, ["团员数未摸清", "还没有联系过", "没有书记人选"]),
        ({"league_members": 2, "secretary_name": "顾清"}, True, ["团员 2 名，不足 3 名"]),
        ({"league_members": 3, "secretary_name": "顾清"}, False, ["还没有联系过"]),
        ({"league_members": 3, "secretary_name": "顾清"}, True, []),
    ],
)
def test_a_unit_is_ready_with_three_members_a_contact_and_a_secretary(fields, is_contacted, lacking):
    unit = make_unit(**fields)
    if is_contacted:
        make_unit_contact(unit)
    assert unit.lacking(is_contacted) == lacking
    assert Unit.objects.ready().exists() is (lacking == [])


@pytest.mark.both
def test_a_next_step_is_due_until_the_unit_is_contacted_again():
    unit, gone = make_unit(), make_unit()
    for one in (unit, gone):
        make_unit_contact(one, held_on=JANUARY, next_step="送材料", next_on=MARCH)
    make_unit_change(gone, "moved", happened_on=JANUARY)
    found = Unit.objects.with_step_due_by(MARCH, MARCH)
    assert list(found) == [unit]
    assert not Unit.objects.with_step_due_by(MARCH - timedelta(days=1), MARCH).exists()
    make_unit_contact(unit, held_on=JANUARY)
    assert not found.all().exists()


@pytest.mark.parametrize(
    ("fields", "name", "expected"),
    [
        ({"next_step": "送材料"}, "next_on", "下一步的日期"),
        ({"next_on": MARCH}, "next_step", "到那天要办的事"),
        (
            {"next_step": "送材料", "next_on": date(2016, 12, 31)},
            "next_on",
            "这次联络（2017-01-01）当天至两年以内的日期",
        ),
        ({"next_step": "送材料", "next_on": date(2019, 1, 2)}, "next_on", "这次联络（2017-01-01）当天至两年以内的日期"),
    ],
)
def test_a_next_step_has_a_day_after_its_contact(fields, name, expected):
    with pytest.raises(ValidationError) as refusal:
        UnitContact(unit=make_unit(), form="phone", held_on=JANUARY, **fields).full_clean()
    assert list(words(refusal)) == [name]
    assert expected in words(refusal)[name]


# The page


def placed(answer):
    """{stage: names of the units on its cards} of the page."""
    return {one.stage.value: [str(card.unit) for card in one.cards] for one in answer.context["columns"] if one.cards}


def test_the_page_shows_each_unit_in_its_stage_with_what_it_lacks(district):
    today = timezone.localdate()
    candidate = make_unit("白石物业", branch=district.here, has_party_branch=True)
    ready = make_unit("清和科技", branch=district.here, league_members=3, secretary_name="顾清")
    founded = make_unit("天青文化", branch=district.here, league_founded_on=today, league_form="own")
    make_unit("望湖软件", branch=district.here)
    gone = make_unit("春晖软件", branch=district.here)
    for unit in (candidate, ready, gone):
        make_unit_change(unit, "candidate")
    make_unit_change(gone, "moved", happened_on=today)
    make_unit_contact(ready, held_on=today, next_step="送材料", next_on=today + timedelta(days=7))
    make_unit_change(founded, "recommended", happened_on=today, handled_by="团工委")
    answer = district.cadre.get("/units/pipeline/")
    assert placed(answer) == {"candidate": ["白石物业"], "contacted": ["清和科技"], "founded": ["天青文化"]}
    text = answer.content.decode()
    assert "团员数未摸清；还没有联系过；没有书记人选" in text
    assert "条件具备" in text
    assert [str(card.unit) for card in answer.context["due"]] == ["清和科技"]
    assert "推荐（团工委）" in text
    for query, names in [
        ({"has_party_branch": "yes"}, {"candidate": ["白石物业"]}),
        ({"ready": "yes"}, {"contacted": ["清和科技"]}),
        ({"ready": "no"}, {"candidate": ["白石物业"], "founded": ["天青文化"]}),
        ({"due": "week"}, {"contacted": ["清和科技"]}),
        ({"kind": "social"}, {}),
    ]:
        assert placed(district.cadre.get("/units/pipeline/", query)) == names


def test_the_page_shows_the_units_within_reach_alone(district):
    other = make_unit("白石物业", branch=district.there)
    make_unit_change(other, "candidate")
    make_unit_change(other, "recommended")
    make_unit_contact(other, next_step="送材料", next_on=JULY)
    assert "白石物业" in page(district.office, "unit_pipeline")
    assert "白石物业" not in page(district.cadre, "unit_pipeline")


def test_the_page_asks_as_often_for_many_units_as_for_few(district):
    def add(number):
        for _ in range(number):
            unit = make_unit(branch=district.here)
            make_unit_change(unit, "candidate")
            make_unit_change(unit, "recommended")
            make_unit_contact(unit, next_step="送材料", next_on=JULY)

    add(2)
    few = queries(district.office, "unit_pipeline")
    add(4)
    assert queries(district.office, "unit_pipeline") == few


def test_units_are_listed_by_stage_party_branch_verification_and_recommendation(district):
    today = timezone.localdate()
    candidate = make_unit("白石物业", has_party_branch=True)
    make_unit_change(candidate, "candidate")
    verified = make_unit("清和科技", has_party_branch=False, verified_on=today)
    make_unit_change(verified, "recommended")
    make_unit("春晖软件", status="moved", status_on=MAY)

    def names(**query):
        return listed(district.office, "unit_list", **query)

    assert (names(stage="candidate"), names(stage="outside")) == (["白石物业"], ["清和科技"])
    assert (names(has_party_branch="yes"), names(has_party_branch="unknown")) == (["白石物业"], ["春晖软件"])
    assert (names(verified="yes"), names(verified="no")) == (["清和科技"], ["白石物业"])
    assert (names(contact_point="recommended"), names(contact_point="listed")) == (["清和科技"], [])


def test_what_is_due_is_told_on_the_workbench(district):
    today = timezone.localdate()
    unit = make_unit("白石物业", branch=district.here, verified_on=today)
    make_unit_contact(unit, held_on=today, next_step="送材料", next_on=today + timedelta(days=8))
    assert "两新组织的下一步" not in page(district.cadre, "home")
    make_unit_contact(unit, held_on=today, next_step="送材料", next_on=today + timedelta(days=7))
    text = page(district.cadre, "home")
    assert "家两新组织的下一步 7 天内到期或已逾期" in text
    assert "/units/pipeline/?due=week" in text


def test_a_founding_before_a_stage_of_the_unit_is_refused_by_its_form(district):
    unit = make_unit(branch=make_organisation("白石物业团支部", district.root, domain="enterprise"))
    make_unit_change(unit, "preparing", happened_on=MAY)
    data = {"name": unit.name, "kind": "enterprise", "has_party_branch": "unknown", "branch": unit.branch_id}
    data |= {"league_form": "own", "league_founded_on": "2017-03-01"}
    found = refused(district.office, "unit_update", unit.pk, **data)
    assert "不早于开始筹备（2017-05-01）的建团日期" in found["league_founded_on"]
    send(district.office, "unit_update", unit.pk, **data | {"league_founded_on": "2017-05-01"})
    assert stage(unit, MAY) == "founded"
