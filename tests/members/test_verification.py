"""Rounds in which branches verify their members: opened, answered, watched, closed, and told in the summary."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from members.actions import transfer
from members.models import Member, Proposal, Verification, VerificationRound
from orgs.models import Role
from reports.checks.inspection import Inspection
from reports.checks.organisations import branches_unverified
from reports.figures.counting import results
from reports.figures.scopes import Scope
from reports.workbench.owed import owed_by
from tests.factories import make_member, make_organisation, make_person, make_post, make_user, make_verification_round
from tests.forms import answers, shown_form
from tests.made_once import made_once
from tests.pages import browser_of, page, queries, refused, send, status, two_branches
from yl_district.periods import Period

pytestmark = pytest.mark.django_db

DAY = date(2018, 6, 1)
NAME = "2018年上半年团员核实"


@made_once
def district():
    return two_branches()


@made_once
def members(district):
    """Three members of the branch here, one of that there."""
    return [make_member(name, district.here) for name in ("白露", "谷雨", "立夏")] + [
        make_member("霜降", district.there)
    ]


@made_once
def asked(district, members):
    """A round of the whole district, which is open."""
    return opened(district.root, district.staff)


def opened(organisation, user, name=NAME):
    """A round that is open."""
    return make_verification_round(organisation, user, name=name)


def ticked(asked, *members, **fields):
    """The form of a branch's answers with these members ticked, as a phone sends it."""
    return {"members": [one.pk for one in members], "result": "right", "seen": "", **fields}


def answer(client, asked, branch, *members, **fields):
    """The answer to the form of a branch's answers, whose redirects are followed."""
    address = f"{reverse('verification_round_answer', args=[asked.pk])}?branch={branch.pk}"
    form = shown_form(client.get(address))
    return client.post(address, answers(form) | ticked(asked, *members, **fields), follow=True)


def found(asked):
    """{member: (result, who answered, note)} of a round."""
    rows = asked.verifications.select_related("member__person", "answered_by")
    return {str(one.member): (one.result, str(one.answered_by), one.note) for one in rows}


def told(response):
    """The messages of a page."""
    return [str(message) for message in response.context["messages"]]


def count_of(district, year=None):
    """The figure of a year up to today: how many members have been verified."""
    period = Period.of_year(year or timezone.localdate().year)
    return results(Scope(district.root, period), with_cases=False)["members_verified"].value


@pytest.mark.both
def test_a_round_is_opened_answered_and_closed_with_who_verified_whom(district, members):
    new = {"organisation": district.root.pk, "name": NAME, "opened_on": "2018-06-01", "due_on": "2018-06-30"}
    send(district.office, "verification_round_create", **new)
    asked = VerificationRound.objects.get()
    assert "名团员等您核实" in page(district.cadre, "home")
    assert [one.number for one in owed_by(district.branch_cadre, DAY, None) if "核实" in one.words] == [3]
    assert status(district.cadre, "verification_round_answer", asked.pk) == 200
    assert status(district.office, "verification_round_answer", asked.pk) == 302
    answer(district.cadre, asked, district.here, *members[:2])
    answer(district.cadre, asked, district.here, members[2], result="unreachable", note="电话停机")
    assert found(asked) == {
        "白露": ("right", "陆远", ""),
        "谷雨": ("right", "陆远", ""),
        "立夏": ("unreachable", "陆远", "电话停机"),
    }
    assert "等您核实" not in page(district.cadre, "home")
    seen = district.office.get(asked.get_absolute_url())
    assert [(each.name, each.done, each.due) for each, _ in seen.context["branches"]] == [
        ("柳林社区团支部", 3, 3),
        ("槐荫社区团支部", 0, 1),
    ]
    send(district.office, "verification_round_close", asked.pk)
    asked.refresh_from_db()
    assert (asked.closed_on, asked.closed_by) == (timezone.localdate(), district.staff)
    assert count_of(district) == 2


def test_members_are_corrected_added_and_taken_off_on_the_way(district, members, asked):
    address = f"?verification={asked.pk}"
    corrected = reverse("member_update", args=[members[0].pk]) + address
    form = answers(shown_form(district.cadre.get(corrected)))
    response = district.cadre.post(corrected, form | {"employer": "清河物业"})
    assert response.url == f"{reverse('verification_round_answer', args=[asked.pk])}?branch={district.here.pk}"
    new = reverse("member_create") + address + f"&branch={district.here.pk}"
    form = answers(shown_form(district.cadre.get(new)))
    person = {"name": "小满", "gender": "F", "birth_date": "2000-05-04"}
    assert district.cadre.post(new, form | person).status_code == 302
    gone = reverse("member_end", args=[members[1].pk]) + address
    form = answers(shown_form(district.cadre.get(gone)))
    leaving = {"day": "2018-06-02", "status": "resigned", "note": "已迁居"}
    assert district.cadre.post(gone, form | leaving).status_code == 302
    assert {name: result for name, (result, *_) in found(asked).items()} == {
        "白露": "corrected",
        "小满": "added",
        "谷雨": "gone",
    }
    assert Proposal.objects.get().member == members[1]


def test_whoever_left_or_was_answered_for_meanwhile_is_passed_over_and_named(district, members, asked):
    address = f"{reverse('verification_round_answer', args=[asked.pk])}?branch={district.here.pk}"
    form = answers(shown_form(district.cadre.get(address)))
    transfer(members[0], district.there, DAY)
    asked.answer(members[1], Verification.Result.UNREACHABLE, district.staff, DAY)
    response = district.cadre.post(address, form | ticked(asked, *members[:3]), follow=True)
    assert told(response) == [
        "已登记核实结果。没有登记 2 名：白露已于 2018-06-01 转出；谷雨打开本页后已由林知秋填报为“联系不上”。"
    ]
    assert {name: result for name, (result, *_) in found(asked).items()} == {"谷雨": "unreachable", "立夏": "right"}
    seen_now = str(members[1].pk)
    answer(district.cadre, asked, district.here, members[1], seen=seen_now)
    assert found(asked)["谷雨"] == ("right", "陆远", "")


def test_an_answer_after_closing_is_refused_and_keeps_what_was_ticked(district, members, asked):
    address = f"{reverse('verification_round_answer', args=[asked.pk])}?branch={district.here.pk}"
    form = answers(shown_form(district.cadre.get(address)))
    asked.close(district.staff, DAY)
    response = district.cadre.post(address, form | ticked(asked, members[0], note="当面"))
    assert response.status_code == 200 and f"“{NAME}”已于 2018-06-01 结束" in response.content.decode()
    form = shown_form(response)
    assert (answers(form)["note"], found(asked)) == ("当面", {})
    corrected = reverse("member_update", args=[members[0].pk]) + f"?verification={asked.pk}"
    form = answers(shown_form(district.cadre.get(corrected)))
    saved = district.cadre.post(corrected, form | {"employer": "清河物业"}, follow=True)
    assert f"“{NAME}”已于 2018-06-01 结束，这里的改动照常保存，但不再记入那一轮核实。" in told(saved)
    assert (Member.objects.get(pk=members[0].pk).employer, found(asked)) == ("清河物业", {})


def test_wrong_answers_say_what_was_expected(district, members, asked):
    nobody = answer(district.cadre, asked, district.here)
    assert "应为：至少一名团员。请勾选已核实的团员。" in nobody.content.decode()
    foreign = answer(district.cadre, asked, district.here, members[3])
    assert "所选的人不是这个团支部的团员" in foreign.content.decode()
    assert found(asked) == {}
    for branch in (district.there.pk, "x", 99999999999999999999):
        address = f"{reverse('verification_round_answer', args=[asked.pk])}?branch={branch}"
        assert district.cadre.get(address).status_code == 404


@pytest.mark.both
def test_no_second_round_asks_the_same_branches_while_one_is_open(district, asked):
    for organisation in (district.root, district.here):
        new = {"organisation": organisation.pk, "name": "又一轮", "opened_on": "2018-06-01", "due_on": "2018-06-30"}
        words = f"应为：没有另一轮核实正在进行的范围（{district.root}的“{NAME}”尚未结束）。请先结束那一轮，或改选范围。"
        assert refused(district.office, "verification_round_create", **new) == {"organisation": words}
    with pytest.raises(IntegrityError), transaction.atomic():
        VerificationRound.objects.create(
            organisation=district.root, name="又一轮", opened_on=DAY, due_on=DAY, opened_by=district.staff
        )
    asked.close(district.staff, DAY)
    assert opened(district.here, district.staff).is_open
    with pytest.raises(ValidationError, match="已于 2018-06-01 结束"):
        asked.close(district.staff, DAY)


def test_a_round_of_one_committee_is_neither_seen_nor_closed_elsewhere(district, asked):
    other = make_organisation("北苑团工委", district.root, category="working_committee")
    asked.close(district.staff, DAY)
    own = opened(other, district.staff, "北苑核实")
    staff = browser_of(make_user("专干", other, Role.Kind.STAFF))
    assert status(district.cadre, "verification_round_detail", own.pk) == 404
    assert status(staff, "verification_round_detail", asked.pk) == 200
    assert status(staff, "verification_round_close", asked.pk) == 404
    assert status(staff, "verification_round_close", own.pk) == 200


def test_late_branches_are_named_with_their_cadres_in_a_text_for_the_group(district, members, asked):
    make_post(organisation=district.here, person=make_person("陆远"), title="书记")
    asked.due_on = timezone.localdate() + timedelta(days=3)
    asked.save()
    seen = district.office.get(asked.get_absolute_url())
    text, link = seen.context["chase"], seen.context["link"]
    due = asked.due_on
    assert text.splitlines()[1:] == [
        "柳林社区团支部（陆远）还有 3 名；槐荫社区团支部还有 1 名。",
        f"请于 {due.month}月{due.day}日前登录工作台填报。",
    ]
    assert link == f"http://testserver{asked.get_absolute_url()}"
    answer(district.cadre, asked, district.here, *members[:3])
    assert district.office.get(asked.get_absolute_url()).context["chase"].splitlines()[1] == "槐荫社区团支部还有 1 名。"


def test_branches_that_answered_nothing_within_a_year_are_a_check(district, members, asked):
    for member in members[:3]:
        asked.answer(member, Verification.Result.RIGHT, district.branch_cadre, DAY)
    scope = Scope(district.root, Period.of_year(2018))
    assert list(branches_unverified(Inspection(scope, {}))) == []
    asked.close(district.staff, date(2018, 6, 30))
    assert [one.name for one in branches_unverified(Inspection(scope, {}))] == ["槐荫社区团支部"]
    assert list(branches_unverified(Inspection(Scope(district.root, Period.of_year(2020)), {}))) == []


@pytest.mark.both
def test_the_figure_counts_those_found_right_within_the_year_who_are_still_on_the_roll(district, members, asked):
    results_by = dict(zip(members, ("right", "corrected", "unreachable", "added"), strict=True))
    for member, result in results_by.items():
        asked.answer(member, result, district.staff, DAY)
    assert [count_of(district, year) for year in (2017, 2018, 2019)] == [0, 3, 0]
    transfer(members[0], district.there, date(2018, 9, 1))
    assert count_of(district, 2018) == 2


def test_pages_of_rounds_ask_the_same_queries_for_many_members(district, members, asked):
    def asked_for():
        answering = [queries(district.cadre, "verification_round_answer", asked.pk, branch=district.here.pk)]
        return [queries(district.office, "verification_round_detail", asked.pk), *answering]

    asked.answer(members[0], Verification.Result.RIGHT, district.staff, DAY)
    few = asked_for()
    for number in range(6):
        member = make_member(f"团员{number}", district.here)
        if number % 2:
            asked.answer(member, Verification.Result.RIGHT, district.staff, DAY)
    assert asked_for() == few
