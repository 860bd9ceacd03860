"""Acts for two-new organisations: contacts in one tap, verifications, stages and foundings of several at once."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from orgs.models import Organisation, Unit, UnitContact
from reports.figures.lines import all_figures
from reports.figures.scopes import Scope
from tests.factories import make_organisation, make_unit, make_unit_change, make_unit_contact
from tests.forms import answers, shown_form
from tests.made_once import made_once
from tests.pages import page, refused, send, two_branches
from yl_district.periods import Period

pytestmark = pytest.mark.django_db

MARCH, MAY = date(2017, 3, 1), date(2017, 5, 1)


@made_once
def district():
    return two_branches()


def act_page(client, url_name, units):
    """The page of an act for these units, chosen on their list."""
    return client.post(reverse(url_name), {"scope": "ticked", "keys": [unit.pk for unit in units]})


def done(client, url_name, units, **typed):
    """The answer to the act's form, filled in and sent; what it announces is confirmed."""
    answer = client.post(reverse(url_name), answers(shown_form(act_page(client, url_name, units))) | typed)
    if answer.context and answer.context["form"].announced:
        answer = client.post(reverse(url_name), answers(shown_form(answer)) | {"correction_reason": "补办"})
    return answer


def refusals(answer):
    """The reasons why an act was refused for its rows."""
    return [refusal.reason for refusal in answer.context["refusals"]]


def changes(unit):
    """The unit's changes as (kind, day)."""
    return [(one.kind, one.happened_on) for one in unit.changes.in_order()]


def figure(root, key, year):
    """A figure of the district in a year."""
    return all_figures()[key].rows(Scope(root, Period.of_year(year))).count()


# Contacts in one tap


def test_a_contact_is_logged_in_one_tap_and_completed(district):
    unit = make_unit(branch=district.here, contact_name="查先生")
    assert 'name="form" value="phone"' in page(district.cadre, "unit_detail", unit.pk)
    answer = district.cadre.post(reverse("unit_contact_log", args=[unit.pk]), {"form": "phone"}, follow=True)
    contact = UnitContact.objects.get()
    assert (contact.held_on, contact.form, contact.contact_name) == (timezone.localdate(), "phone", "查先生")
    assert answer.redirect_chain == [(f"/unit-contacts/{contact.pk}/update/?logged=yes", 302)]
    assert "已登记今天的电话联络，请补充内容和下一步。" in answer.content.decode()
    day = str(timezone.localdate() + timedelta(days=5))
    sent = answers(shown_form(answer)) | {"content": "谈了建团", "next_step": "送材料", "next_on": day}
    assert district.cadre.post(answer.redirect_chain[0][0], sent).status_code == 302
    contact.refresh_from_db()
    assert (contact.content, contact.next_step, str(contact.next_on)) == ("谈了建团", "送材料", day)


def test_a_second_tap_logs_nothing_and_says_so(district):
    unit = make_unit(branch=district.here)
    address = reverse("unit_contact_log", args=[unit.pk])
    for _ in range(2):
        answer = district.cadre.post(address, {"form": "meeting"}, follow=True)
    assert "今天的见面联络已经登记过，没有重复登记。" in answer.content.decode()
    assert UnitContact.objects.count() == 1
    district.cadre.post(address, {"form": "network"})
    assert UnitContact.objects.count() == 2


@pytest.mark.parametrize("form", ["", "walk"])
def test_a_tap_without_a_way_logs_nothing(district, form):
    unit = make_unit(branch=district.here)
    answer = district.cadre.post(reverse("unit_contact_log", args=[unit.pk]), {"form": form}, follow=True)
    assert "没有登记：请选择电话、网络或见面。" in answer.content.decode()
    assert not UnitContact.objects.exists()


def test_a_foreign_unit_is_not_there(district):
    unit = make_unit(branch=district.there)
    for name in ("unit_contact_log", "unit_verify"):
        assert district.cadre.post(reverse(name, args=[unit.pk]), {"form": "phone"}).status_code == 404


# Verifications


@pytest.mark.both
def test_a_verification_is_dated_and_counted_in_its_year(district):
    unit = make_unit(branch=district.here, verified_on=date(2016, 5, 1))
    send(district.cadre, "unit_verify", unit.pk, result="normal", day=MAY, way="phone", handled_by="陆远", remark="")
    unit.refresh_from_db()
    assert unit.verified_on == MAY
    assert [figure(district.root, "units_verified", year) for year in (2015, 2016, 2017)] == [0, 1, 1]
    assert changes(unit) == [("verified", date(2016, 5, 1)), ("verified", MAY)]


@pytest.mark.parametrize(
    ("before", "result", "found"),
    [
        (None, "deregistered", ["verified", "deregistered"]),
        ("unreachable", "normal", ["unreachable", "reachable", "verified"]),
        ("unreachable", "unreachable", ["unreachable", "verified"]),
    ],
)
def test_what_a_verification_finds_changes_the_status(district, before, result, found):
    unit = make_unit(branch=district.here)
    if before:
        make_unit_change(unit, before, happened_on=MARCH)
    send(district.office, "unit_verify", unit.pk, result=result, day=MAY, way="meeting", handled_by="", remark="上门")
    unit.refresh_from_db()
    assert sorted(kind for kind, _ in changes(unit)) == sorted(found)
    assert unit.status == result


def test_a_deregistered_unit_is_not_verified_to_be_in_business(district):
    unit = make_unit(branch=district.here, status="deregistered", status_on=MARCH)
    sent = {"result": "normal", "day": str(MAY), "way": "", "handled_by": "", "remark": ""}
    answer = district.office.post(reverse("unit_verify", args=[unit.pk]), sent)
    assert "当时正常或联系不上的单位（当时为注销）" in answer.content.decode()
    assert changes(unit) == [("deregistered", MARCH)]


def test_many_units_are_verified_at_once(district):
    units = [make_unit(branch=district.here) for _ in range(2)]
    make_unit_change(units[0], "unreachable", happened_on=MARCH)
    answer = done(district.office, "units_verify", units, day=str(MAY), way="phone")
    assert answer.status_code == 302
    assert [changes(unit) for unit in units] == [
        [("unreachable", MARCH), ("verified", MAY), ("reachable", MAY)],
        [("verified", MAY)],
    ]
    answer = done(district.office, "units_verify", units[:1], day=str(MAY))
    assert refusals(answer) == ["该单位当日的这一变更已经登记。"]


# Stages of several


def test_several_units_become_candidates_at_once(district):
    units = [make_unit(branch=district.here) for _ in range(2)]
    make_unit_change(units[1], "candidate", happened_on=MARCH)
    answer = done(district.office, "units_change", units, kind="candidate", day=str(MAY))
    assert len(refusals(answer)) == 1
    sent = answers(shown_form(answer)) | {"only_right": "yes"}
    assert district.office.post(reverse("units_change"), sent).status_code == 302
    assert [changes(unit) for unit in units] == [[("candidate", MAY)], [("candidate", MARCH)]]


def test_candidates_are_dropped_only_with_a_reason(district):
    unit = make_unit(branch=district.here)
    make_unit_change(unit, "candidate", happened_on=MARCH)
    answer = done(district.office, "units_change", [unit], kind="dropped", day=str(MAY))
    assert ["不再列为候选的原因" in one for one in refusals(answer)] == [True]
    assert (
        done(district.office, "units_change", [unit], kind="dropped", day=str(MAY), remark="无青年").status_code == 302
    )


# Foundings


@pytest.mark.both
def test_several_units_found_a_branch_together(district):
    units = [make_unit() for _ in range(3)]
    answer = done(
        district.office,
        "units_found",
        units,
        day=str(MAY),
        task_year="2017",
        branch_name="文创园联合团支部",
        parent=district.root.pk,
        domain="enterprise",
    )
    assert answer.status_code == 302
    branch = Organisation.objects.get(name="文创园联合团支部")
    assert (branch.category, branch.founded_on, branch.domain) == ("joint_branch", MAY, "enterprise")
    found = Unit.objects.values_list("branch", "league_founded_on", "league_form", "task_year")
    assert list(found) == [(branch.pk, MAY, "joint", 2017)] * 3
    assert figure(district.root, "units_founded", 2017) == 3


def test_a_unit_that_joins_makes_the_other_joint_as_well(district):
    branch = make_organisation("白石物业团支部", district.root, domain="enterprise")
    first = make_unit(branch=branch, league_form="own", league_founded_on=MARCH)
    assert done(district.office, "units_found", [make_unit()], day=str(MAY), branch=branch.pk).status_code == 302
    assert set(Unit.objects.values_list("branch", "league_form")) == {(branch.pk, "joint")}
    first.refresh_from_db()
    assert first.league_founded_on == MARCH


def test_one_unit_founds_a_branch_of_its_own_from_its_page(district):
    unit = make_unit(branch=district.here)
    assert f'action="{reverse("units_found")}"' in page(district.office, "unit_detail", unit.pk)
    typed = {"branch_name": "白石物业团支部", "parent": district.root.pk, "domain": "enterprise"}
    assert done(district.office, "units_found", [unit], day=str(MAY), **typed).status_code == 302
    unit.refresh_from_db()
    assert (unit.branch.name, unit.branch.category, unit.league_form) == ("白石物业团支部", "branch", "own")


@pytest.mark.parametrize(
    ("typed", "name", "message"),
    [
        ({}, "branch", "请选择团支部，或填写新团支部名称。"),
        ({"branch_name": "新团支部"}, "parent", "新建团支部时请选择上级组织。"),
        ({"branch_name": "柳林社区团支部"}, "branch_name", "这一组织名称已被使用"),
        ({"branch": "here", "branch_name": "新团支部"}, "branch_name", "已有的和新建的团支部只填一处"),
    ],
)
def test_the_branch_is_told_of_once(district, typed, name, message):
    unit = make_unit()
    typed = {key: district.here.pk if value == "here" else value for key, value in typed.items()}
    if message.startswith("这一"):
        typed |= {"parent": district.root.pk, "domain": "social"}
    answer = done(district.office, "units_found", [unit], day=str(MAY), **typed)
    assert message in "".join(answer.context["form"].errors[name])
    unit.refresh_from_db()
    assert (unit.league_founded_on, Organisation.objects.count()) == (None, 3)


def test_a_cadre_founds_no_organisation_but_joins_the_own_branch(district):
    unit = make_unit(branch=district.here)
    form = act_page(district.cadre, "units_found", [unit]).context["form"]
    assert [name for name in ("branch_name", "parent", "domain") if name in form.fields] == []
    assert done(district.cadre, "units_found", [unit], day=str(MAY), branch=district.here.pk).status_code == 302


def test_those_that_cannot_have_founded_are_told_and_the_rest_found_the_branch(district):
    founded = make_unit(branch=district.here, league_form="own", league_founded_on=MARCH)
    gone, late, right = make_unit(), make_unit(), make_unit()
    make_unit_change(gone, "deregistered", happened_on=MARCH)
    make_unit_change(late, "preparing", happened_on=date(2017, 6, 1))
    typed = {"branch_name": "联合团支部", "parent": district.root.pk, "domain": "social", "day": str(MAY)}
    answer = done(district.office, "units_found", [founded, gone, late, right], **typed)
    for said, expected in zip(
        refusals(answer),
        [
            "尚未建团的单位（这一家已于 2017-03-01 建团）",
            "不晚于注销（2017-03-01）的建团日期",
            "不早于开始筹备（2017-06-01）的建团日期",
        ],
        strict=True,
    ):
        assert expected in said
    assert not Organisation.objects.filter(name="联合团支部").exists()
    answer = district.office.post(reverse("units_found"), answers(shown_form(answer)) | {"only_right": "yes"})
    if answer.status_code != 302:
        answer = district.office.post(
            reverse("units_found"), answers(shown_form(answer)) | {"only_right": "yes", "correction_reason": "补办"}
        )
    assert answer.status_code == 302
    right.refresh_from_db()
    assert (right.branch.name, right.league_form) == ("联合团支部", "own")


@pytest.mark.both
def test_a_unit_founded_and_deregistered_on_one_day_counts_as_both(district):
    branch = make_organisation("白石物业团支部", district.root, domain="enterprise")
    for kinds in (["found", "deregistered"], ["deregistered", "found"]):
        unit = make_unit()
        for kind in kinds:
            if kind == "found":
                answer = done(district.office, "units_found", [unit], day=str(MAY), branch=branch.pk)
                assert answer.status_code == 302
            else:
                send(district.office, "unit_change_create", unit=unit.pk, kind=kind, happened_on=str(MAY), remark="")
        unit.refresh_from_db()
        assert (unit.league_founded_on, unit.status, unit.status_on) == (MAY, "deregistered", MAY)
    assert figure(district.root, "units_founded", 2017) == figure(district.root, "units_retired", 2017) == 2


def test_a_page_of_the_unit_shows_its_stage_and_the_next_step(district):
    unit = make_unit(branch=district.here)
    make_unit_change(unit, "candidate", happened_on=MARCH)
    make_unit_contact(unit, held_on=MAY, next_step="送材料", next_on=date(2017, 6, 1))
    text = page(district.cadre, "unit_detail", unit.pk)
    assert "已联系</span>" in text
    assert "下一步 2017-06-01：送材料" in text
    assert refused(
        district.cadre,
        "unit_contact_update",
        unit.contacts.get().pk,
        unit=unit.pk,
        held_on="2017-05-01",
        form="phone",
        next_step="送材料",
        next_on="",
    )["next_on"].startswith("应为：下一步的日期")
