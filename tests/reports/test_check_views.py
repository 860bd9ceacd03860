"""The page of findings, as each role sees it, and the explanations given."""

import re
from dataclasses import replace
from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from assistance.models import Assistance
from members.models import Person
from orgs.models import Role
from reports.checks import answer_of, unexplained
from reports.figures.counting import results
from reports.models import Explanation
from tests.factories import make_grant, make_report, make_section, make_user
from tests.forms import answers, shown_form
from tests.made_once import made_once
from tests.pages import browser_of, queries
from tests.reports.district import YEAR, add_activity, add_member, add_organisation, year_scope
from tests.reports.sound_district import sound_district
from yl_district.audit.models import AccessEntry

pytestmark = pytest.mark.django_db


@made_once
def place():
    place = sound_district()
    place.staff = make_user("林知秋", place.root)
    place.office = browser_of(place.staff)
    return place


def as_role(place, kind, organisation=None):
    return browser_of(make_user(f"用户{kind}", organisation or place.branch, kind))


def board(client, **query):
    """What the board shows, as (check, name, found, address), and its text."""
    response = client.get(reverse("finding_list"), {"year": YEAR} | query)
    assert response.status_code == 200
    shown = [
        (answered.finding.check.key, answered.finding.name, answered.finding.found, answered.finding.url)
        for _, groups in response.context["gravities"]
        for group in groups
        for answered, _ in group.findings
    ]
    return shown, response.content.decode()


def age(place, *members):
    """Makes members too old."""
    Person.objects.filter(memberships__in=members).update(birth_date=date(1985, 1, 1))


def reason_page(scope, check, subject):
    """The address at which a reason for a finding is given."""
    place = f"hub-{scope.hub.pk}" if scope.hub else scope.organisation.pk
    query = f"year={YEAR}&organisation={place}&check={check}&subject={subject}"
    return f"{reverse('explanation_create')}?{query}"


def explain(client, address, reason="已与区团委核对"):
    """Gives a reason on the page at this address."""
    return client.post(address, answers(shown_form(client.get(address))) | {"reason": reason}, follow=True)


def open_ones(place):
    scope = year_scope(place.root)
    return [(one.check.key, one.subject) for one in unexplained(scope, results(scope))]


def test_where_everything_agrees_the_board_says_so(place):
    shown, text = board(place.office)
    assert shown == []
    assert "全部相符" in text


def test_a_finding_leads_to_what_mends_it_and_quotes_the_sentence_that_rests_on_it(place):
    add_activity("lecture", date(YEAR, 6, 1), name="读书讲座", hub=place.hub)
    report = make_report(place.root)
    make_section(report, "{期内}举办各类活动{活动场次}，{参加人次.参加}，有签到记录的共{签到人数}。")
    shown, text = board(place.office)
    activity = place.hub.activities.get(name="读书讲座")
    assert [one for one in shown if one[0] == "unrecorded_activity"] == [
        (
            "unrecorded_activity",
            "2017-06-01 读书讲座（主题讲座）",
            "1 场未统计人次",
            reverse("activity_update", args=[activity.pk]),
        )
    ]
    assert {one[1] for one in shown if one[0] == "incomplete"} == {"参加人次", "主题讲座人次"}
    quoted = re.findall(r"<li>([^<]*)</li>", text)
    assert "全年举办各类活动2场，有记录的参加者不少于15人次（另有部分场次未统计人次），有签到记录的共15人。" in quoted
    for _, _, _, address in shown:
        assert place.office.get(address).status_code == 200


def test_home_tells_how_many_wait(place):
    assert place.office.get(reverse("home"), {"year": YEAR}).context["open_findings"] == 0
    age(place, *place.members[:2])
    assert place.office.get(reverse("home"), {"year": YEAR}).context["open_findings"] == 2


@pytest.mark.cpu(6)
def test_a_reason_answers_what_was_found_then(place):
    age(place, place.members[0])
    scope, subject = year_scope(place.root), f"members.member:{place.members[0].pk}"
    assert open_ones(place) == [("over_age", subject)]
    answer = explain(place.office, reason_page(scope, "over_age", subject), "正在办理离团手续")
    assert answer.redirect_chain[-1][0].startswith(reverse("finding_list"))
    assert "正在办理离团手续" in answer.content.decode()
    assert open_ones(place) == []
    explanation = Explanation.objects.get()
    assert (explanation.found, explanation.given_by) == ("期末已满 32 周岁，未任团内职务", place.staff)
    assert (explanation.organisation, explanation.starts_on) == (scope.organisation, date(YEAR, 1, 1))

    Person.objects.filter(pk=place.members[0].person_id).update(birth_date=date(1980, 1, 1))
    assert open_ones(place) == [("over_age", subject)]
    _, text = board(place.office)
    assert "情况有变，须重新说明" in text
    assert "当时：期末已满 32 周岁" in text
    update = reverse("explanation_update", args=[explanation.pk])
    assert "期末已满 37 周岁" in place.office.get(update).content.decode()
    explain(place.office, update, "转接手续未到")
    assert open_ones(place) == []
    explanation.refresh_from_db()
    assert (explanation.reason, explanation.found) == ("转接手续未到", "期末已满 37 周岁，未任团内职务")
    assert [row.reason for row in explanation.history.order_by("history_id")] == ["正在办理离团手续", "转接手续未到"]


def test_one_reason_answers_everything_that_a_check_finds_until_that_changes(place):
    age(place, *place.members)
    scope = year_scope(place.root)
    assert len(open_ones(place)) == 3
    explain(place.office, reason_page(scope, "over_age", "check:over_age"), "集中办理")
    assert open_ones(place) == []
    assert board(place.office)[1].count("已一并说明") == 3
    person = add_member(place.branch, "韩老").person
    Person.objects.filter(pk=person.pk).update(birth_date=date(1986, 1, 1))
    assert len(open_ones(place)) == 4


def test_a_reason_holds_for_its_period_and_organisation_alone(place):
    age(place, place.members[0])
    subject = f"members.member:{place.members[0].pk}"
    explain(place.office, reason_page(year_scope(place.branch), "over_age", subject))
    assert open_ones(place) == [("over_age", subject)]
    branch = year_scope(place.branch)
    assert unexplained(branch, results(branch)) == []


@pytest.mark.cpu(4)
def test_the_state_narrows_the_board(place):
    age(place, *place.members[:2])
    explain(
        place.office,
        reason_page(year_scope(place.root), "over_age", f"members.member:{place.members[0].pk}"),
    )
    names = {state: [one[1] for one in board(place.office, state=state)[0]] for state in ("open", "explained", "没有")}
    labels = [f"{name}（槐荫社区团支部）" for name in ("康宁", "尹舟")]
    assert names == {"open": labels[1:], "explained": labels[:1], "没有": labels}


def test_a_reason_for_what_has_changed_meanwhile_is_refused_and_kept(place):
    age(place, place.members[0])
    address = reason_page(year_scope(place.root), "over_age", f"members.member:{place.members[0].pk}")
    data = answers(shown_form(place.office.get(address))) | {"reason": "正在办理"}
    Person.objects.filter(pk=place.members[0].person_id).update(birth_date=date(1980, 1, 1))
    response = place.office.post(address, data)
    assert response.context["form"].non_field_errors() == [
        "情况已变为“期末已满 37 周岁，未任团内职务”，请核对后重新提交说明。"
    ]
    assert "正在办理" in response.content.decode()
    assert not Explanation.objects.exists()
    assert place.office.post(address, answers(shown_form(response))).status_code == 302


def test_what_was_mended_needs_no_reason(place):
    age(place, place.members[0])
    address = reason_page(year_scope(place.root), "over_age", f"members.member:{place.members[0].pk}")
    data = answers(shown_form(place.office.get(address))) | {"reason": "正在办理"}
    Person.objects.update(birth_date=None)
    response = place.office.post(address, data, follow=True)
    assert "这一项现在没有问题，不需要说明。" in response.content.decode()
    assert not Explanation.objects.exists()


def test_a_reason_is_asked_for_and_not_too_long(place):
    age(place, place.members[0])
    address = reason_page(year_scope(place.root), "over_age", f"members.member:{place.members[0].pk}")
    data = answers(shown_form(place.office.get(address)))
    for reason, words in [("", "请填写说明。"), ("长" * 501, "500")]:
        errors = place.office.post(address, data | {"reason": reason}).context["form"].errors
        assert words in errors["reason"][0]


def test_the_same_form_twice_gives_one_reason(place):
    age(place, place.members[0])
    address = reason_page(year_scope(place.root), "over_age", f"members.member:{place.members[0].pk}")
    data = answers(shown_form(place.office.get(address))) | {"reason": "正在办理"}
    assert [place.office.post(address, data).status_code for _ in range(2)] == [302, 302]
    assert Explanation.objects.count() == 1
    assert "修改说明" in place.office.get(address, follow=True).content.decode()


@pytest.mark.cpu(6)
def test_a_leader_is_told_the_number_and_nobody_s_name(place):
    age(place, *place.members[:2])
    leader = as_role(place, Role.Kind.LEADER, place.root)
    shown, text = board(leader)
    assert shown == [("over_age", "超龄未离团", "共 2 名", "")]
    assert not {"康宁", "尹舟", "说明原因", "一并说明"} & set(re.findall(r"\w+", text))
    address = reason_page(year_scope(place.root), "over_age", "check:over_age")
    assert leader.get(address).status_code == 404
    for member in place.members[:2]:
        explain(place.office, reason_page(year_scope(place.root), "over_age", f"members.member:{member.pk}"), "康宁")
    assert leader.get(reverse("home"), {"year": YEAR}).context["open_findings"] == 0
    assert "康宁" not in board(leader)[1]


@pytest.mark.cpu(4)
def test_cases_are_told_by_number_to_those_who_may_know_it_and_not_at_all_to_others(place):
    place.pairing.delete()
    whole = ("without_volunteer", "没有固定志愿者", "共 1 名", "")
    for kind in (Role.Kind.STAFF, Role.Kind.LEADER):
        shown, text = board(as_role(place, kind, place.root))
        assert (shown, "欧*" in text) == ([whole], False)
    cadre = as_role(place, Role.Kind.CADRE)
    assert board(cadre)[0] == []
    hub = as_role(place, Role.Kind.HUB_OPERATOR)
    assert board(hub)[0] == []

    make_grant(place.staff, place.youth.person)
    looks = AccessEntry.objects.filter(action=AccessEntry.Action.CASE_VIEW)
    before = looks.count()
    shown, text = board(place.office)
    assert shown == [whole]
    assert f'<a href="{reverse("pairing_create", args=[place.youth.pk])}">欧***（槐荫社区团支部）</a>' in text
    assert looks.count() == before + 1


@pytest.mark.cpu(4)
def test_a_reason_about_cases_is_known_to_those_alone_who_know_their_number(place):
    place.pairing.delete()
    explain(
        place.office, reason_page(year_scope(place.branch), "without_volunteer", "check:without_volunteer"), "正在物色"
    )
    explanation = Explanation.objects.get()
    assert explanation.is_about_cases
    update, history = (
        reverse("explanation_update", args=[explanation.pk]),
        reverse("record_history", args=["explanation", explanation.pk]),
    )
    cadre = as_role(place, Role.Kind.CADRE)
    assert [place.office.get(address).status_code for address in (update, history)] == [200, 200]
    assert [cadre.get(address).status_code for address in (update, history)] == [404, 404]
    assert "正在物色" not in board(cadre)[1]
    scope = year_scope(place.branch)
    assert unexplained(scope, results(scope)) == []
    # A case that nobody knows of keeps no cadre from signing either.
    explanation.delete()
    user = make_user("陆远", place.branch, Role.Kind.CADRE)
    assert unexplained(scope, results(scope, with_cases=False), user) == []


def test_a_cadre_explains_their_own_branch_and_no_other(place):
    other = add_organisation(place.root, "空山村团支部", "village")
    cadre = as_role(place, Role.Kind.CADRE)
    age(place, place.members[0])
    subject = f"members.member:{place.members[0].pk}"
    assert explain(cadre, reason_page(year_scope(place.branch), "over_age", subject)).status_code == 200
    assert Explanation.objects.get().organisation == place.branch
    stranger = as_role(place, Role.Kind.CADRE, other)
    assert stranger.get(Explanation.objects.get().get_absolute_url()).status_code == 404
    answer = stranger.get(reason_page(year_scope(place.branch), "over_age", subject), follow=True)
    assert "康宁" not in answer.content.decode()


def test_whoever_runs_a_hub_checks_and_explains_it(place):
    add_activity("film", date(YEAR, 6, 1), name="露天电影", hub=place.hub)
    operator = as_role(place, Role.Kind.HUB_OPERATOR)
    shown, _ = board(operator, organisation=f"hub-{place.hub.pk}")
    assert {one[0] for one in shown} == {"incomplete", "unrecorded_activity"}
    scope = replace(year_scope(place.branch), hub=place.hub)
    explain(operator, reason_page(scope, "incomplete", "figure:attendances.film"), "露天放映，未签到")
    explanation = Explanation.objects.get()
    assert explanation.hub == place.hub
    assert operator.get(explanation.get_absolute_url()).status_code == 200
    answered = answer_of("incomplete", "figure:attendances.film", scope, results(scope))
    assert answered.is_explained


def test_a_second_reason_for_the_same_finding_is_refused_in_words(place):
    age(place, place.members[0])
    subject = f"members.member:{place.members[0].pk}"
    address = reason_page(year_scope(place.root), "over_age", subject)
    data = answers(shown_form(place.office.get(address))) | {"reason": "正在办理"}
    Explanation.objects.create(
        organisation=year_scope(place.root).organisation,
        starts_on=date(YEAR, 1, 1),
        ends_on=date(YEAR, 12, 31),
        check_key="over_age",
        subject=subject,
        given_by=place.staff,
        given_at=timezone.now(),
    )
    assert place.office.post(address, data).context["form"].non_field_errors() == [
        "这一项已有说明，请返回后修改原来的说明。"
    ]


@pytest.mark.cpu(6)
def test_pages_ask_no_more_with_more_rows(place):
    age(place, place.members[0])
    before = [queries(place.office, name, year=YEAR) for name in ("finding_list", "comparison", "home")]
    for number in range(5):
        branch = add_organisation(place.root, f"{number}号村团支部", "village")
        age(place, add_member(branch, "韩老"))
        add_activity("lecture", date(YEAR, 6, 1), name=f"讲座{number}", host=branch)
    assert [queries(place.office, name, year=YEAR) for name in ("finding_list", "comparison", "home")] == before


def test_refused_addresses_are_no_fault(place):
    for query in ({}, {"check": "over_age"}, {"check": "没有", "subject": "x" * 300}, {"year": "坏"}):
        assert place.office.get(reverse("explanation_create"), query).status_code == 302
    assert place.office.get(reverse("explanation_update", args=[987654])).status_code == 404


@pytest.mark.cpu(8)
def test_one_reason_for_all_is_the_same_to_those_who_know_of_cases_and_those_who_do_not(place):
    scope = year_scope(place.branch)
    for day in (1, 2):
        add_activity("film", date(YEAR - 1, 4, day), attendance=5, hub=place.hub)
    cadre = as_role(place, Role.Kind.CADRE)
    for month in (1, 2, 3):
        Assistance.objects.create(held_on=date(YEAR - 1, month, 5), kind="culture").youths.set([place.youth])
    place.youth.assistances.filter(held_on__year=YEAR).delete()
    query = {"organisation": place.branch.pk}
    assert "涉及帮扶的须逐项说明" in board(place.office, **query)[1]
    assert "涉及帮扶的须逐项说明" not in board(cadre, **query)[1]
    explain(place.office, reason_page(scope, "fall", "check:fall"), "场地停用")
    # A cadre reads it, changes it, and does not learn that more has fallen.
    assert board(cadre, **query)[1].count("已一并说明") == 3
    explain(cadre, Explanation.objects.get().get_absolute_url(), "场地停用一季度")
    shown, text = board(place.office, **query)
    assert text.count("已一并说明") == 3
    fallen = [name for check, name, _, _ in shown if check == "fall"]
    assert fallen == ["帮扶", "每名帮扶次数（最少）", "活动场次", "观影场次", "观影人次"]
    numbers = results(scope)
    left = [one.subject for one in unexplained(scope, numbers) if one.check.key == "fall"]
    assert left == ["figure:assistances", "figure:assistances_per_youth"]


def test_no_reason_for_all_answers_what_tells_of_cases_alone(place):
    young = place.youth
    Assistance.objects.create(held_on=date(YEAR - 1, 5, 5), kind="culture").youths.set([young])
    young.assistances.filter(held_on__year=YEAR).delete()
    page = place.office.get(reason_page(year_scope(place.branch), "fall", "check:fall"), follow=True)
    assert "这一项现在没有问题，不需要说明。" in page.content.decode()
