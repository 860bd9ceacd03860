"""Proposals by branch cadres and the committee's decisions: leaving, and transfer to another branch."""

import re
from datetime import date
from functools import partial

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from members.actions import decide_proposal, propose_leaving, propose_transfer, transfer, withdraw_proposal
from members.models import Member, Proposal
from orgs.models import Role
from tests.factories import make_member, make_organisation, make_person, make_user
from tests.forms import answers, shown_form
from tests.made_once import made_once
from tests.pages import browser_of, confirmation, page, refused, send, status, two_branches
from tests.races import at_once

pytestmark = pytest.mark.django_db

DAY = date(2018, 6, 1)


@made_once
def district():
    return two_branches()


@made_once
def member(district):
    person = make_person("章程", gender="F", birth_date=date(1998, 5, 4), mobile="13800138000")
    return make_member(
        branch=district.here,
        person=person,
        employer="清和科技",
        joined_league_on=date(2014, 5, 1),
        development_no="201401010001",
    )


@pytest.fixture
def leaving(district, member):
    """A proposal of the branch's cadre that the member leave."""
    return propose_leaving(member, district.branch_cadre, DAY, "resigned", "本人申请")


@pytest.fixture
def moving(district, member):
    """A proposal of the branch's cadre that the member be transferred to the other branch."""
    return propose_transfer(member, district.branch_cadre, DAY, district.there, "")


def rolls(member):
    """Each membership of the person: branch, intake, status, first and last day."""
    rows = Member.objects.filter(person=member.person_id).order_by("pk")
    return [(str(row.branch), row.intake, row.status, row.intake_on, row.left_on) for row in rows]


ON_THE_ROLL = [("柳林社区团支部", "developed", "normal", date(2017, 3, 1), None)]
LEFT = [("柳林社区团支部", "developed", "resigned", date(2017, 3, 1), DAY)]
MOVED = [
    ("柳林社区团支部", "developed", "transferred_out", date(2017, 3, 1), DAY),
    ("槐荫社区团支部", "transferred", "normal", DAY, None),
]


def test_a_cadre_proposes_leaving_and_nothing_changes(district, member):
    assert "申请办理离开" in page(district.cadre, "member_detail", member.pk)
    answer = send(district.cadre, "member_end", member.pk, day="2018-06-01", status="resigned", note="本人申请")
    assert "已提交申请，委机关同意后生效" in answer.content.decode()
    proposal = Proposal.objects.get()
    assert (proposal.kind, proposal.day, proposal.status, proposal.note) == ("leave", DAY, "resigned", "本人申请")
    assert (proposal.proposed_by, proposal.outcome) == (district.branch_cadre, "等待审批")
    assert rolls(member) == ON_THE_ROLL


def test_what_a_refused_form_has_not_done_is_said_in_the_words_of_its_button(district, member):
    address = reverse("member_end", args=[member.pk])
    said = [client.post(address, {}).content.decode() for client in (district.cadre, district.office)]
    assert ["没有提交申请：有" in said[0], "没有办理离开：有" in said[1]] == [True, True]


def test_a_cadre_proposes_a_transfer_and_nothing_changes(district, member):
    send(district.cadre, "member_transfer", member.pk, day="2018-06-01", to_branch=district.there.pk)
    proposal = Proposal.objects.get()
    assert (proposal.kind, proposal.to_branch, proposal.status) == ("transfer", district.there, "")
    assert rolls(member) == ON_THE_ROLL


def test_staff_take_a_member_off_the_roll_without_asking(district, member):
    send(district.office, "member_end", member.pk, day="2018-06-01", status="resigned")
    assert rolls(member) == LEFT
    assert not Proposal.objects.exists()


def test_staff_transfer_a_member_without_asking_and_the_facts_go_along(district, member):
    send(district.office, "member_transfer", member.pk, day="2018-06-01", to_branch=district.there.pk)
    assert rolls(member) == MOVED
    former, current = Member.objects.order_by("pk")
    assert (current.employer, current.joined_league_on) == ("清和科技", date(2014, 5, 1))
    assert (former.development_no, current.development_no) == (None, "201401010001")
    on_the_day = Member.objects.as_of(DAY).filter(person=member.person)
    assert [row.branch for row in on_the_day] == [district.there]


def test_a_transferred_member_stands_in_the_new_branch_from_the_day_of_the_transfer(district, member):
    member.listed_on = date(2017, 5, 1)
    member.save()
    transfer(member, district.there, DAY)
    begins = list(Member.objects.order_by("pk").values_list("listed_on", "roll_begin"))
    assert begins == [(date(2017, 5, 1), date(2017, 5, 1)), (None, DAY)]


def test_consent_does_what_was_asked(district, member, leaving):
    send(district.office, "proposal_decide", leaving.pk, is_approved="yes", note="同意")
    assert rolls(member) == LEFT
    leaving.refresh_from_db()
    assert (leaving.outcome, leaving.decided_by, leaving.decision_note) == ("已同意", district.staff, "同意")


def test_consent_to_a_transfer_transfers(district, member, moving):
    send(district.office, "proposal_decide", moving.pk, is_approved="yes")
    assert rolls(member) == MOVED


def test_refusal_says_why_and_changes_nothing(district, member, leaving):
    problems = refused(district.office, "proposal_decide", leaving.pk, is_approved="no")
    assert problems == {"note": "应为：不同意时的理由。请写明理由，申请人会看到。"}
    send(district.office, "proposal_decide", leaving.pk, is_approved="no", note="请先核对日期")
    assert rolls(member) == ON_THE_ROLL
    assert "请先核对日期" in page(district.cadre, "proposal_detail", leaving.pk)
    assert propose_leaving(member, district.branch_cadre, DAY, "resigned", "").is_waiting


def test_a_cadre_sees_on_a_phone_what_became_of_it(district, leaving):
    row = re.search(r"<tbody>.*?</tr>", page(district.cadre, "proposal_list"), re.DOTALL)[0]
    assert re.findall(r'data-label="([^"]+)" data-told', row) == ["申请事项", "审批情况"]


def test_while_one_waits_the_branch_is_offered_no_other(district, member, leaving):
    text = page(district.cadre, "member_detail", member.pk)
    assert ("等待审批" in text, "申请转接" in text, "申请办理离开" in text) == (True, False, False)
    assert "办理离开" in page(district.office, "member_detail", member.pk)


def test_only_one_proposal_about_a_member_waits(district, member, leaving):
    problems = refused(district.cadre, "member_transfer", member.pk, day="2018-06-01", to_branch=district.there.pk)
    assert problems == {"__all__": "此人已有一份等待审批的申请，请等候审批结果。"}
    with pytest.raises(IntegrityError), transaction.atomic():
        Proposal.objects.create(
            member=member,
            kind="leave",
            status="lapsed",
            day=DAY,
            proposed_by=district.staff,
            proposed_at=timezone.now(),
        )


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"day": "2016-06-01"}, "不早于在册起始日 2017-03-01 的日期"),
        ({"day": ""}, "请填写转接日期。"),
        ({"to_branch": ""}, "请选择转入团支部。"),
        ({"to_branch": "999999"}, "选择一个有效的选项"),
        ({"to_branch": "9" * 40}, "选择一个有效的选项"),
        ({"to_branch": "root"}, "选择一个有效的选项"),
        ({"to_branch": "here"}, "另一个团支部"),
        ({"note": "字" * 501}, "应为：不超过 500 个字。现有 501 个字，请精简。"),
    ],
)
def test_a_transfer_that_cannot_be_is_refused(district, member, data, message):
    places = {"root": district.root.pk, "here": district.here.pk}
    data = {"day": "2018-06-01", "to_branch": district.there.pk} | data
    data["to_branch"] = places.get(data["to_branch"], data["to_branch"])
    answer = district.cadre.post(reverse("member_transfer", args=[member.pk]), data)
    assert answer.status_code == 200
    assert message in " ".join(str(each) for each in answer.context["form"].errors.values())
    assert not Proposal.objects.exists()


def test_rules_are_checked_again_on_consent(district, member, leaving):
    member.leave(date(2018, 5, 1), "lapsed")
    problems = refused(district.office, "proposal_decide", leaving.pk, is_approved="yes")
    assert "此人已离开" in problems["__all__"]
    leaving.refresh_from_db()
    assert leaving.is_waiting
    assert rolls(member)[0][2:] == ("lapsed", date(2017, 3, 1), date(2018, 5, 1))


def test_nobody_moves_to_a_branch_dissolved_meanwhile(district, member, moving):
    district.there.dissolve(date(2018, 1, 1))
    problems = refused(district.office, "proposal_decide", moving.pk, is_approved="yes")
    assert "存续的团支部" in problems["__all__"]
    assert rolls(member) == ON_THE_ROLL


def test_nobody_decides_on_their_own_proposal(district, member):
    own = propose_leaving(member, district.staff, DAY, "resigned", "")
    assert "审批</a>" not in page(district.office, "proposal_detail", own.pk)
    problems = refused(district.office, "proposal_decide", own.pk, is_approved="yes")
    assert "不能审批自己提出的申请" in problems["__all__"]
    assert rolls(member) == ON_THE_ROLL


def test_a_cadre_cannot_decide(district, leaving):
    assert status(district.cadre, "proposal_decide", leaving.pk) == 404
    address = reverse("proposal_decide", args=[leaving.pk])
    assert district.cadre.post(address, {"is_approved": "yes"}).status_code == 404
    leaving.refresh_from_db()
    assert leaving.is_waiting


def test_staff_of_one_committee_do_not_move_a_member_into_anothers_branch(district, member, moving):
    street = make_organisation("柳林街道团委", district.root, category="committee", domain="office")
    own = make_organisation("柳林新村团支部", street)
    staff = make_user("韩笑", street)
    other = make_member("苏棠", own)
    proposal = propose_transfer(other, district.branch_cadre, DAY, district.there, "")
    client = browser_of(staff)
    assert status(client, "proposal_decide", moving.pk) == 404
    problems = refused(client, "proposal_decide", proposal.pk, is_approved="yes")
    assert "请由同时负责两个团支部的委机关专干审批" in problems["__all__"]
    address = reverse("member_transfer", args=[other.pk])
    answer = client.post(address, {"day": "2018-06-01", "to_branch": district.there.pk})
    assert "选择一个有效的选项" in str(answer.context["form"].errors["to_branch"])


def test_another_branchs_cadre_finds_no_proposal(district, leaving):
    stranger = browser_of(make_user("韩笑", district.there, Role.Kind.CADRE))
    assert status(stranger, "proposal_detail", leaving.pk) == 404
    assert "章程" not in page(stranger, "proposal_list")
    assert "章程" in page(district.cadre, "proposal_list")


def test_the_list_begins_with_what_waits(district, member, leaving):
    decide_proposal(leaving, district.staff, False, "请核对")
    propose_leaving(make_member("苏棠", district.here), district.branch_cadre, DAY, "lapsed", "")
    decided = propose_leaving(make_member("秦朗", district.here), district.branch_cadre, DAY, "lapsed", "")
    decide_proposal(decided, district.staff, True, "")
    table = district.office.get(reverse("proposal_list")).context["table"]
    assert [(str(row.record.member), row.record.outcome) for row in table.rows] == [
        ("苏棠", "等待审批"),
        ("秦朗", "已同意"),
        ("章程", "未同意"),
    ]
    narrowed = district.office.get(reverse("proposal_list"), {"state": "decided"}).context["table"]
    assert len(narrowed.rows) == 2


def test_the_choice_of_a_branch_tells_a_cadre_names_alone(district, member):
    make_organisation("已撤团支部", district.root, dissolved_on=date(2017, 1, 1))
    answer = district.cadre.get(reverse("member_transfer", args=[member.pk]))
    choices = list(answer.context["form"].fields["to_branch"].choices)
    assert sorted(label for _, label in choices[1:]) == ["柳林社区团支部", "槐荫社区团支部"]


def test_a_cadre_does_not_get_round_the_consent_by_the_members_form(district, member):
    data = answers(shown_form(district.cadre.get(reverse("member_update", args=[member.pk]))))
    assert {"branch", "left_on"} & data.keys() == set()
    address = reverse("member_update", args=[member.pk])
    district.cadre.post(address, data | {"branch": district.there.pk, "left_on": "2018-06-01"})
    assert rolls(member) == ON_THE_ROLL
    answer = district.cadre.post(address, data | {"status": "resigned", "left_on": "2018-06-01"})
    assert "选择一个有效的选项" in str(answer.context["form"].errors["status"])
    assert rolls(member) == ON_THE_ROLL
    assert district.cadre.post(address, data | {"status": "lost"}).status_code == 302


def test_a_transfer_is_whole_or_not_at_all(district, member):
    # A later membership elsewhere stands in the way of the one that the transfer would begin.
    make_member(branch=make_organisation("望湖团支部", district.root), person=member.person, intake_on=date(2019, 1, 1))
    with pytest.raises(ValidationError, match="同一时间只在一个团支部在册"):
        transfer(member, district.there, DAY)
    assert rolls(member)[:1] == ON_THE_ROLL
    assert Member.objects.filter(person=member.person).count() == 2


def test_a_cadre_takes_an_own_proposal_back_and_it_is_kept(district, member, leaving):
    assert "撤回申请" in page(district.cadre, "proposal_detail", leaving.pk)
    answer = send(district.cadre, "proposal_withdraw", leaving.pk)
    assert "已撤回申请，记录保留。" in answer.content.decode()
    leaving.refresh_from_db()
    assert (leaving.outcome, leaving.is_waiting, leaving.decided_by) == ("已撤回", False, None)
    assert [row.withdrawn_at is None for row in leaving.history.order_by("history_id")] == [True, False]
    assert rolls(member) == ON_THE_ROLL
    assert "撤回申请" not in page(district.cadre, "proposal_detail", leaving.pk)
    assert "撤回，没有审批" in page(district.office, "proposal_detail", leaving.pk)
    assert propose_leaving(member, district.branch_cadre, DAY, "lapsed", "").is_waiting


def test_nobody_takes_back_what_somebody_else_proposed(district, leaving):
    colleague = browser_of(make_user("韩笑", district.here, Role.Kind.CADRE))
    stranger = browser_of(make_user("季棠", district.there, Role.Kind.CADRE))
    for client in (colleague, stranger, district.office):
        answers_got = [client.get, client.post]
        address = reverse("proposal_withdraw", args=[leaving.pk])
        assert {ask(address).status_code for ask in answers_got} == {404}
    leaving.refresh_from_db()
    assert leaving.is_waiting
    assert "撤回申请" not in page(colleague, "proposal_detail", leaving.pk)


def test_what_was_taken_back_is_not_decided_and_what_was_decided_is_not_taken_back(district, member, leaving):
    send(district.cadre, "proposal_withdraw", leaving.pk)
    problems = refused(district.office, "proposal_decide", leaving.pk, is_approved="yes")
    assert "这份申请已撤回" in problems["__all__"]
    assert rolls(member) == ON_THE_ROLL
    other = propose_leaving(member, district.branch_cadre, DAY, "resigned", "")
    send(district.office, "proposal_decide", other.pk, is_approved="yes")
    problems = refused(district.cadre, "proposal_withdraw", other.pk)
    assert "这份申请已审批" in problems["__all__"]
    other.refresh_from_db()
    assert other.outcome == "已同意"
    with pytest.raises(IntegrityError), transaction.atomic():
        Proposal.objects.filter(pk=other.pk).update(withdrawn_at=timezone.now())


def test_a_page_opened_before_the_decision_is_looked_at_again(district, leaving):
    address = reverse("proposal_withdraw", args=[leaving.pk])
    data = answers(shown_form(district.cadre.get(address)))
    decide_proposal(leaving, district.staff, False, "请核对")
    assert district.cadre.post(address, data).status_code == 409


def test_the_list_is_narrowed_to_what_was_taken_back(district, member, leaving):
    withdraw_proposal(leaving, district.branch_cadre)
    propose_leaving(make_member("苏棠", district.here), district.branch_cadre, DAY, "lapsed", "")
    table = district.office.get(reverse("proposal_list")).context["table"]
    assert [row.record.outcome for row in table.rows] == ["等待审批", "已撤回"]
    for state, names in (("withdrawn", ["章程"]), ("waiting", ["苏棠"]), ("decided", [])):
        table = district.office.get(reverse("proposal_list"), {"state": state}).context["table"]
        assert [str(row.record.member) for row in table.rows] == names


def decided_at_once(decisions):
    """What each of several decisions begun together came to: None, or why it was refused."""

    def attempt(act):
        try:
            act()
        except ValidationError as error:
            return error.messages[0]

    return at_once([partial(attempt, act) for act in decisions])


@pytest.mark.both
@pytest.mark.django_db(transaction=True)
def test_two_who_decide_at_once_have_one_effect():
    district, moved = two_branches(), []
    for _ in range(5):
        member = make_member(branch=district.here)
        proposal = propose_transfer(member, district.branch_cadre, DAY, district.there, "")
        staff = [district.staff, make_user("韩笑", district.root)]
        outcomes = decided_at_once([partial(decide_proposal, proposal, user, True, "") for user in staff])
        assert sum(outcome is None for outcome in outcomes) == 1
        moved.append(Member.objects.filter(person=member.person_id).count())
    assert moved == [2] * 5


@pytest.mark.both
@pytest.mark.django_db(transaction=True)
def test_two_who_decide_at_once_clash_where_nobody_looks_again(monkeypatch):
    """The twin: with the proposal as the page read it, both decisions go through."""
    district = two_branches()
    member = make_member(branch=district.here)
    proposal = propose_leaving(member, district.branch_cadre, DAY, "resigned", "")
    monkeypatch.setattr(Proposal, "is_waiting", True)
    monkeypatch.setattr(Proposal, "clean", lambda self: None)
    staff = [district.staff, make_user("韩笑", district.root)]
    outcomes = decided_at_once([partial(decide_proposal, proposal, user, True, "") for user in staff])
    assert outcomes == [None, None]


@pytest.mark.in_turn
@pytest.mark.cpu(4)
@pytest.mark.django_db(transaction=True)
def test_two_pages_that_decide_at_once_leave_one_to_look_again():
    district = two_branches()
    member = make_member(branch=district.here)
    proposal = propose_transfer(member, district.branch_cadre, DAY, district.there, "")
    address = reverse("proposal_decide", args=[proposal.pk])
    clients = [district.office, browser_of(make_user("韩笑", district.root))]
    forms = [answers(shown_form(client.get(address))) | {"is_approved": "yes"} for client in clients]
    forms = [data | confirmation(client.post(address, data)) for client, data in zip(clients, forms, strict=True)]
    pressed = at_once([partial(client.post, address, data) for client, data in zip(clients, forms, strict=True)])
    assert sorted(answer.status_code for answer in pressed) == [302, 409]
    assert Member.objects.filter(person=member.person_id).count() == 2


@pytest.mark.both
@pytest.mark.django_db(transaction=True)
def test_who_decides_and_who_takes_back_at_once_have_one_effect():
    district, kept = two_branches(), []
    for _ in range(5):
        member = make_member(branch=district.here)
        proposal = propose_leaving(member, district.branch_cadre, DAY, "resigned", "")
        acts = [
            partial(decide_proposal, proposal, district.staff, True, ""),
            partial(withdraw_proposal, proposal, district.branch_cadre),
        ]
        outcomes = decided_at_once(acts)
        assert sum(outcome is None for outcome in outcomes) == 1
        proposal.refresh_from_db()
        member.refresh_from_db()
        kept.append((proposal.outcome, member.is_leaving) in {("已同意", True), ("已撤回", False)})
    assert kept == [True] * 5
