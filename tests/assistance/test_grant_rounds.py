"""Many grants asked for by one request, and given by one decision."""

import re
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from assistance.actions import close_grants, close_grants_out_of_reach, end_grants
from assistance.grant_rounds import decide_round, end_round
from assistance.models import AssistedYouth, CaseGrant, CaseGrantRound
from members.merge_actions import merge_people
from orgs.models import Role, User
from reports.workbench.decided import decided_of
from reports.workbench.waiting import waiting_for
from tests.crawl import lasting
from tests.factories import make_assisted_youth, make_grant, make_organisation, make_person, make_user
from tests.made_once import made_once
from tests.pages import browser_of, listed, page, queries, send, status, two_branches
from yl_district.audit.models import AccessEntry

pytestmark = pytest.mark.django_db
NAMES = ["白露", "苏棠", "何雨", "卫宁", "吕晴", "简舟", "陶然", "石榴"]


@made_once
def district():
    """A register of eight youths at two branches, with a caseworker and a leader of the district beside its staff."""
    place = two_branches()
    place.worker_user = make_user("姜禾", place.root, Role.Kind.CASEWORKER)
    place.worker = browser_of(place.worker_user)
    place.leader = browser_of(make_user("谢宁", place.root, Role.Kind.LEADER))
    place.youths = [
        make_assisted_youth(place.here if number < 5 else place.there, name) for number, name in enumerate(NAMES)
    ]
    return place


def asked_for(district, place=None, **fields):
    """A request by the caseworker for a register, sent by the page."""
    typed = {"organisation": (place or district.root).pk, "days": "90", "reason": "年度走访"} | fields
    send(district.worker, "case_grant_round_create", **typed)
    return CaseGrantRound.objects.latest("pk")


def shown(client, asked):
    """The form of the decision as its page shows it."""
    form = client.get(reverse("case_grant_round_decide", args=[asked.pk])).context["form"]
    return {"is_approved": "yes", "days": "90", "shown": form.shown_now}


def decided(client, asked, **fields):
    """The answer to a decision on what its page shows."""
    return client.post(reverse("case_grant_round_decide", args=[asked.pk]), shown(client, asked) | fields)


def refusal(answer):
    """The words by which a decision was refused."""
    return answer.context["form"].non_field_errors()[0]


def by_request(user, rf):
    """A request of the user beside the pages."""
    request = rf.post("/")
    request.user = user
    return request


@pytest.mark.both
def test_eight_files_open_by_one_request_and_one_decision_of_two_pages_each(district):
    steps = []
    for client, act in ((district.worker, "create"), (district.office, "decide")):
        args = [CaseGrantRound.objects.get().pk] if act == "decide" else []
        address = reverse(f"case_grant_round_{act}", args=args)
        form = client.get(address).context["form"]
        typed = {"organisation": district.root.pk, "days": "90", "reason": "年度走访"}
        typed = typed if act == "create" else {"is_approved": "yes", "days": "90", "shown": form.shown_now}
        steps += [200, client.post(address, typed).status_code]
    assert steps == [200, 302, 200, 302]
    assert listed(district.worker, "assisted_youth_list") == [f"{name[0]}*" for name in NAMES]
    asked, today = CaseGrantRound.objects.get(), timezone.localdate()
    given = CaseGrant.objects.order_by("pk")
    assert {(one.grant_round, one.decided_by, one.expires_on, one.reason) for one in given} == {
        (asked, district.staff, today + timedelta(days=90), "年度走访")
    }
    assert [one.organisation for one in given] == [youth.organisation for youth in district.youths]
    assert (asked.state, len(listed(district.worker, "case_grant_list"))) == ("已批准", 8)


@pytest.mark.both
def test_a_request_looks_the_same_whether_anybody_is_in_the_register_or_not(district):
    empty = make_organisation("石景社区团支部", district.root)
    texts = []
    for place in (district.here, empty):
        asked = asked_for(district, place)
        names = [("case_grant_round_detail", asked.pk), ("case_grant_round_list",)]
        text = "".join(lasting(district.worker.get(reverse(name, args=args))) for name, *args in names)
        texts.append(re.sub(r"rounds?/[0-9]+", "", text.replace(place.name, "某支部")))
        asked.delete()
    assert texts[0] == texts[1] and "白*" not in texts[0]


def test_only_the_decider_is_told_of_whom_and_by_masked_names_alone(district):
    asked = asked_for(district)
    text = page(district.leader, "case_grant_round_decide", asked.pk)
    assert [f"{name[0]}*" in text for name in NAMES] == [True] * 8
    assert [name in text for name in NAMES] == [False] * 8
    assert (
        status(district.worker, "case_grant_round_decide", asked.pk),
        listed(district.leader, "case_grant_list"),
    ) == (
        404,
        [],
    )
    assert status(district.cadre, "case_grant_round_detail", asked.pk) == 404


def test_a_branch_gives_its_own_register_alone(district):
    asked = asked_for(district, district.here)
    decided(district.office, asked)
    assert listed(district.worker, "assisted_youth_list") == [f"{name[0]}*" for name in NAMES[:5]]


def test_whoever_enters_the_register_later_needs_a_grant_of_their_own(district):
    decided(district.office, asked_for(district))
    later = make_assisted_youth(district.here, "叶落")
    assert status(district.worker, "assisted_youth_detail", later.pk) == 404


def test_whoever_has_left_the_register_is_not_asked_about(district):
    AssistedYouth.objects.filter(pk=district.youths[0].pk).update(removed_on=timezone.localdate())
    decided(district.office, asked_for(district))
    assert CaseGrant.objects.count() == 7


def test_of_two_grants_for_one_file_the_longer_one_stands_alone(district):
    today = timezone.localdate()
    longer = make_grant(district.worker_user, district.youths[0].person, expires_on=today + timedelta(days=90))
    shorter = make_grant(district.worker_user, district.youths[1].person, expires_on=today + timedelta(days=89))
    asked = asked_for(district)
    text = page(district.office, "case_grant_round_decide", asked.pk)
    assert text.count("申请人已有授权") == 2
    decided(district.office, asked)
    for one in (longer, shorter):
        one.refresh_from_db()
    assert (longer.ended_on, shorter.ended_on) == (None, today)
    assert CaseGrant.objects.open_on(today).count() == 8
    assert CaseGrant.objects.filter(grant_round=asked).count() == 7


def test_every_grant_and_the_look_before_it_are_in_the_access_log(district):
    asked = asked_for(district, district.there)
    decided(district.office, asked)
    lines = AccessEntry.objects.filter(action__in=["grant", "case_view"]).order_by("number")
    number = f"（批量授权 {asked.pk}）：姜禾"
    look = ("case_view", f"assistance.casegrantround:{asked.pk}", "审批")
    assert list(lines.values_list("action", "subject", "detail")) == [
        *[look, look],
        ("grant", f"assistance.casegrantround:{asked.pk}", "批准：姜禾"),
        *(("grant", f"assistance.casegrant:{one.pk}", f"批准{number}") for one in CaseGrant.objects.order_by("pk")),
    ]


def test_a_register_that_has_changed_is_shown_anew_and_nothing_decided(district):
    asked = asked_for(district)
    form = shown(district.office, asked)
    make_assisted_youth(district.here, "叶落")
    AssistedYouth.objects.filter(pk=district.youths[0].pk).update(removed_on=timezone.localdate())
    answer = district.office.post(reverse("case_grant_round_decide", args=[asked.pk]), form)
    assert "名单刚刚有变（新增：叶*；不再有：白*）" in refusal(answer)
    assert (CaseGrant.objects.count(), CaseGrantRound.objects.get().is_approved) == (0, None)
    anew = form | {"shown": answer.context["form"].shown_now}
    assert district.office.post(reverse("case_grant_round_decide", args=[asked.pk]), anew).status_code == 302
    assert CaseGrant.objects.count() == 8


def test_two_who_were_merged_meanwhile_are_shown_anew(district, rf):
    asked = asked_for(district)
    form = shown(district.office, asked)
    twin = make_person("白鹭")
    lost = district.youths[0].person
    merge_people(twin, lost, request=by_request(district.staff, rf), reason="重复登记", values={})
    answer = district.office.post(reverse("case_grant_round_decide", args=[asked.pk]), form)
    assert "名单刚刚有变（新增：白*；不再有：1 名已合并的人）" in refusal(answer)
    assert not CaseGrant.objects.exists()


@pytest.mark.parametrize("sent", ["", "坏 坏"])
def test_without_what_was_shown_nothing_is_approved(district, sent):
    asked = asked_for(district)
    assert "名单刚刚有变" in refusal(decided(district.office, asked, shown=sent))
    assert not CaseGrant.objects.exists()


def test_what_another_decider_was_shown_is_not_taken(district):
    asked = asked_for(district)
    theirs = shown(district.leader, asked)["shown"]
    assert "名单刚刚有变" in refusal(decided(district.office, asked, shown=theirs))


def test_an_empty_register_can_only_be_declined(district):
    empty = make_organisation("石景社区团支部", district.root)
    asked = asked_for(district, empty)
    assert "没有可授权的个案" in refusal(decided(district.office, asked))
    assert decided(district.office, asked, is_approved="no", decision_note="名册中没有人").status_code == 302
    assert CaseGrantRound.objects.get().state == "未批准"


def test_declining_gives_nothing(district):
    asked = asked_for(district)
    decided(district.office, asked, is_approved="no")
    assert (CaseGrant.objects.count(), listed(district.worker, "assisted_youth_list")) == (0, [])
    [told] = decided_of(district.worker_user, timezone.now())
    assert (told.subject, told.outcome) == ("清河地区团工委审批当日在库的全部帮扶对象的申请", "未批准")


@pytest.mark.both
def test_nobody_decides_on_the_own_request_for_a_register(district):
    asked = CaseGrantRound.objects.create(user=district.staff, organisation=district.root, reason="走访")
    assert status(district.office, "case_grant_round_decide", asked.pk) == 404
    with pytest.raises(IntegrityError), transaction.atomic():
        CaseGrantRound.objects.filter(pk=asked.pk).update(is_approved=False, decided_by=district.staff)
    assert status(district.leader, "case_grant_round_decide", asked.pk) == 200


def test_a_register_is_decided_on_once(district, rf):
    asked = asked_for(district)
    said = {"days": 30, "decision_note": "", "shown": frozenset()}
    decide_round(asked, is_approved=False, **said, request=by_request(district.staff, rf))
    with pytest.raises(ValidationError, match="刚刚已由他人审批"):
        decide_round(asked, is_approved=True, **said, request=by_request(district.staff, rf))
    assert not CaseGrant.objects.exists()


def test_a_request_withdrawn_meanwhile_is_not_decided(district, rf):
    asked = asked_for(district)
    form = shown(district.office, asked)
    send(district.worker, "case_grant_round_end", asked.pk)
    answer = district.office.post(reverse("case_grant_round_decide", args=[asked.pk]), form)
    assert "刚刚已由他人审批或已撤回" in refusal(answer)
    assert CaseGrantRound.objects.get().state == "已撤回"
    with pytest.raises(ValidationError, match="已撤回"):
        decide_round(
            asked,
            is_approved=True,
            days=30,
            decision_note="",
            shown=frozenset(),
            request=by_request(district.staff, rf),
        )


def test_whoever_no_longer_keeps_files_is_given_none(district, rf):
    asked = asked_for(district)
    Role.objects.filter(user=district.worker_user).update(organisation=district.there)
    assert "申请人的角色已变更" in refusal(decided(district.office, asked))
    assert not CaseGrant.objects.exists()


def test_a_decider_who_lost_the_role_meanwhile_decides_nothing(district):
    asked = asked_for(district)
    form = shown(district.leader, asked)
    Role.objects.filter(kind=Role.Kind.LEADER).update(kind=Role.Kind.CADRE)
    answer = district.leader.post(reverse("case_grant_round_decide", args=[asked.pk]), form)
    assert (answer.status_code, CaseGrant.objects.count()) == (404, 0)


def test_one_hand_does_not_open_a_register_to_itself(district):
    User.objects.filter(pk=district.worker_user.pk).update(entrusted_by=district.staff)
    assert "请由另一位审批人审批" in refusal(decided(district.office, asked_for(district)))


def test_what_waits_is_told_to_those_who_decide_alone(district):
    asked_for(district)
    leader, day = User.objects.get(name="谢宁"), timezone.localdate()
    everybody = (district.staff, leader, district.worker_user, district.branch_cadre)
    found = [[(one.number, one.words) for one in waiting_for(user, day)] for user in everybody]
    told = [(1, "件批量授权申请等您审批")]
    assert found == [told, told, [], []]


def test_the_same_press_twice_decides_once(district):
    asked = asked_for(district)
    address, form = reverse("case_grant_round_decide", args=[asked.pk]), shown(district.office, asked)
    token = district.office.get(address).context["form"].submission
    answers = [district.office.post(address, form | {"submission": token}) for _ in range(2)]
    assert CaseGrant.objects.count() == 8
    assert [(answer.status_code, answer.url) for answer in answers] == [(302, asked.get_absolute_url())] * 2


def test_of_two_deciders_the_second_is_told_of_the_first(district):
    asked = asked_for(district)
    form = shown(district.leader, asked)
    decided(district.office, asked)
    address = reverse("case_grant_round_decide", args=[asked.pk])
    assert "刚刚已由他人审批" in refusal(district.leader.post(address, form))
    answer = district.leader.get(address, follow=True)
    assert "这一申请已批准，不必再审批。" in answer.content.decode()
    assert CaseGrant.objects.count() == 8


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"reason": ""}, "reason", "请填写申请理由。"),
        ({"days": "367"}, "days", "1 至 366 天"),
        ({"organisation": "999999"}, "organisation", "有效的选项"),
    ],
)
def test_a_wrong_request_for_a_register_is_refused_in_words(district, wrong, field, words):
    typed = {"organisation": district.root.pk, "days": "30", "reason": "走访"} | wrong
    answer = district.worker.post(reverse("case_grant_round_create"), typed)
    assert words in answer.context["form"].errors[field][0]
    assert not CaseGrantRound.objects.exists()


def renewed(district, which, **fields):
    """A request by the caseworker for grants anew, sent by the page."""
    typed = {"which": which, "days": "90", "reason": "继续帮扶"} | fields
    send(district.worker, "case_grant_round_renew", **typed)
    return CaseGrantRound.objects.latest("pk")


@pytest.mark.both
def test_grants_that_end_soon_are_renewed_by_one_act(district):
    today = timezone.localdate()
    soon = [
        make_grant(
            district.worker_user, youth.person, organisation=youth.organisation, expires_on=today + timedelta(20)
        )
        for youth in district.youths[:7]
    ]
    late = make_grant(district.worker_user, district.youths[7].person, expires_on=today + timedelta(days=31))
    form = district.worker.get(reverse("case_grant_round_renew")).context["form"]
    assert form.fields["which"].choices == [(f"{district.root.pk}-soon", "30 天内到期的全部授权，7 份")]
    asked = renewed(district, f"{district.root.pk}-soon")
    assert "石*" not in page(district.office, "case_grant_round_decide", asked.pk)
    decided(district.office, asked)
    for one in (*soon, late):
        one.refresh_from_db()
    assert ({one.ended_on for one in soon}, late.ended_on) == ({today}, None)
    standing = CaseGrant.objects.open_on(today).filter(grant_round=asked)
    assert {one.expires_on for one in standing} == {today + timedelta(days=90)}
    assert [one.organisation for one in standing.order_by("pk")] == [one.organisation for one in soon]


def test_grants_of_one_decision_are_renewed_together_without_those_ended_since(district):
    first = asked_for(district)
    decided(district.office, first)
    ended = CaseGrant.objects.order_by("pk")[0]
    asked = renewed(district, f"{district.root.pk}-{first.pk}", days="120")
    send(district.worker, "case_grant_end", ended.pk)
    decided(district.office, asked, days="120")
    assert CaseGrant.objects.filter(grant_round=asked).count() == 7
    assert listed(district.worker, "assisted_youth_list") == [f"{name[0]}*" for name in NAMES[1:]]


def test_a_lapsed_grant_can_be_renewed_where_it_was_asked_for_in_time(district):
    today = timezone.localdate()
    grant = make_grant(district.worker_user, district.youths[0].person, expires_on=today)
    asked = renewed(district, f"{district.root.pk}-soon")
    CaseGrant.objects.filter(pk=grant.pk).update(expires_on=today - timedelta(days=1))
    decided(district.office, asked)
    assert listed(district.worker, "assisted_youth_list") == ["白*"]


def test_without_grants_there_is_nothing_to_renew(district):
    text = page(district.worker, "case_grant_round_renew")
    ways = [f'class="btn" href="{reverse(name)}"' for name in ("case_grant_list", "case_grant_round_create")]
    assert [word in text for word in ("没有可以一起续期的授权", *ways, "提交续期申请")] == [True] * 3 + [False]
    answer = district.worker.post(reverse("case_grant_round_renew"), {"days": "30", "reason": "继续"})
    assert "没有可续期的授权" in refusal(answer)
    assert not CaseGrantRound.objects.exists()


def test_all_grants_of_one_decision_end_by_one_act_or_each_alone(district):
    asked = asked_for(district)
    decided(district.office, asked)
    one = CaseGrant.objects.order_by("pk")[0]
    send(district.worker, "case_grant_end", one.pk)
    assert len(listed(district.worker, "assisted_youth_list")) == 7
    send(district.worker, "case_grant_round_end", asked.pk)
    assert (listed(district.worker, "assisted_youth_list"), CaseGrantRound.objects.get().state) == ([], "已终止")


def test_ending_twice_changes_nothing(district, rf):
    asked = asked_for(district)
    for _ in range(2):
        end_round(asked, request=by_request(district.worker_user, rf))
    assert AccessEntry.objects.filter(action="grant").count() == 1


def test_a_reset_account_has_its_request_withdrawn(district):
    asked_for(district)
    close_grants(district.worker_user)
    assert CaseGrantRound.objects.get().state == "已撤回"


def test_a_role_elsewhere_withdraws_what_was_asked_out_of_its_reach(district):
    here, there = asked_for(district, district.here), asked_for(district, district.there)
    Role.objects.filter(user=district.worker_user).update(organisation=district.there)
    close_grants_out_of_reach(User.objects.get(pk=district.worker_user.pk))
    assert [CaseGrantRound.objects.get(pk=one.pk).state for one in (here, there)] == ["已撤回", "待审批"]


def test_a_successor_asks_for_all_grants_of_one_decision_by_one_request(district):
    decided(district.office, asked_for(district))
    waiting = asked_for(district)
    successor = make_user("孟川", district.root, Role.Kind.CASEWORKER)
    end_grants(district.worker_user, successor, timezone.localdate(), None)
    waiting.refresh_from_db()
    asked = CaseGrantRound.objects.latest("pk")
    assert (asked.user, asked.kind, waiting.state) == (successor, "renewal", "已撤回")
    assert CaseGrant.objects.undecided().count() == 0
    decided(district.office, asked)
    assert len(listed(browser_of(successor), "assisted_youth_list")) == 8
    assert listed(district.worker, "assisted_youth_list") == []


def test_the_page_of_a_decision_asks_as_much_for_eight_as_for_three(district):
    for youth in district.youths[:7]:
        make_grant(district.worker_user, youth.person)
    numbers = [
        queries(district.office, "case_grant_round_decide", asked_for(district, place).pk)
        for place in (district.there, district.root)
    ]
    assert numbers[0] == numbers[1]
