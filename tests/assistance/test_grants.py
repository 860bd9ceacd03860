"""Grants to open case files: requested by name, decided by another user, ended, handed over."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from activities.actions import add_sign_in
from assistance.actions import decide_grant, end_grant, end_grants
from assistance.models import Assistance, AssistedYouth, CaseGrant, open_grants
from members.models import Person
from orgs.models import Role, User
from tests.factories import (
    make_activity,
    make_assistance,
    make_assisted_youth,
    make_grant,
    make_link,
    make_member,
    make_organisation,
    make_person,
    make_post,
    make_second_factor,
    make_user,
    make_volunteer,
    minor_birth_date,
)
from tests.made_once import made_once
from tests.pages import browser_of, listed, page, refused, send, status, two_branches
from yl_district.audit.models import AccessEntry
from yl_district.partial_dates import PartialDate

pytestmark = pytest.mark.django_db
CHOSEN = "spring-walk-along-the-river"


@made_once
def district():
    """Two branches with a caseworker and a leader of the district beside its staff."""
    district = two_branches()
    district.worker_user = make_user("姜禾", district.root, Role.Kind.CASEWORKER)
    district.worker = browser_of(district.worker_user)
    district.leader = browser_of(make_user("谢宁", district.root, Role.Kind.LEADER))
    return district


def asked_for(district, name="白露", **fields):
    """A request by the caseworker, sent by the page."""
    typed = {"name": name, "organisation": district.here.pk, "days": "30", "reason": "走访慰问"} | fields
    send(district.worker, "case_grant_create", **typed)
    return CaseGrant.objects.latest("pk")


def said(**fields):
    """A whole form of a decision."""
    return {"is_approved": "yes", "days": "30"} | fields


def test_a_file_opens_once_somebody_else_has_granted_it(district):
    youth = make_assisted_youth(district.here)
    address = youth.get_absolute_url()
    assert (listed(district.worker, "assisted_youth_list"), district.worker.get(address).status_code) == ([], 404)
    grant = asked_for(district)
    assert district.worker.get(address).status_code == 404
    send(district.office, "case_grant_decide", grant.pk, **said(person=youth.person_id))
    assert (listed(district.worker, "assisted_youth_list"), district.worker.get(address).status_code) == (["白*"], 200)
    assert district.office.get(address).status_code == 404
    grant.refresh_from_db()
    today = timezone.localdate()
    assert (grant.decided_by, grant.expires_on, grant.state_on(today)) == (
        district.staff,
        today + timedelta(days=30),
        "有效",
    )
    send(district.worker, "case_grant_end", grant.pk)
    assert district.worker.get(address).status_code == 404


def test_a_leader_decides_without_learning_the_name(district):
    youth = make_assisted_youth(district.here, person=make_person("白露", birth_date=minor_birth_date()))
    grant = asked_for(district)
    text = page(district.leader, "case_grant_decide", grant.pk)
    assert "白*" in text and "白露" not in text
    send(district.leader, "case_grant_decide", grant.pk, **said(person=youth.person_id))
    assert district.worker.get(youth.get_absolute_url()).status_code == 200
    assert district.leader.get(youth.get_absolute_url()).status_code == 404


def test_asking_tells_nothing_of_whether_there_is_a_file(district):
    answers = []
    for name in ("白露", "苏棠"):
        make_assisted_youth(district.here) if name == "白露" else None
        grant = asked_for(district, name)
        text = page(district.worker, "case_grant_detail", grant.pk).partition("<main")[2].partition("</main>")[0]
        answers.append(
            text.replace(f"{name[0]}*", "某")
            .replace(f"case-grants/{grant.pk}/", "")
            .replace(f"case_grant/{grant.pk}/", "")
        )
    assert answers[0] == answers[1]


@pytest.mark.both
def test_nobody_decides_on_the_own_request(district):
    grant = CaseGrant.objects.create(user=district.staff, name="白露", organisation=district.here, reason="走访")
    assert district.office.get(reverse("case_grant_decide", args=[grant.pk])).status_code == 404
    with pytest.raises(IntegrityError), transaction.atomic():
        CaseGrant.objects.filter(pk=grant.pk).update(is_approved=False, decided_by=district.staff)
    assert district.leader.get(reverse("case_grant_decide", args=[grant.pk])).status_code == 200


def test_a_decision_is_made_once(district, rf):
    grant, request = asked_for(district), rf.post("/")
    request.user = district.staff
    decide_grant(grant, is_approved=False, person=None, days=30, decision_note="", request=request)
    with pytest.raises(ValidationError, match="刚刚已由他人审批"):
        decide_grant(grant, is_approved=True, person=None, days=30, decision_note="", request=request)
    assert CaseGrant.objects.get().is_approved is False


def test_a_request_that_was_taken_back_is_not_decided(district, rf):
    grant, request = asked_for(district), rf.post("/")
    request.user = district.staff
    end_grant(grant, request=request)
    with pytest.raises(ValidationError, match="刚刚已由他人审批"):
        decide_grant(grant, is_approved=True, person=None, days=30, decision_note="", request=request)
    assert CaseGrant.objects.get().is_approved is None


def test_of_several_namesakes_the_one_meant_has_to_be_picked(district):
    first, second = (make_assisted_youth(district.here, person=make_person("白露")) for _ in range(2))
    grant = asked_for(district)
    errors = refused(district.office, "case_grant_decide", grant.pk, **said())
    assert "请选定所指的一位再批准" in errors["person"]
    send(district.office, "case_grant_decide", grant.pk, **said(person=second.person_id))
    assert [district.worker.get(one.get_absolute_url()).status_code for one in (first, second)] == [404, 200]


def test_namesakes_who_cannot_be_meant_by_the_birth_date_are_not_offered(district):
    known = [date(2012, 5, 4), PartialDate(2012, 5), PartialDate(2012), None, PartialDate(2012, 6), PartialDate(2011)]
    people = [make_assisted_youth(district.here, person=make_person("白露", birth_date=one)).person for one in known]
    for asked, fitting in (("2012-05-04", 4), ("2012-05", 4), ("2012", 5)):
        address = reverse("case_grant_decide", args=[asked_for(district, birth_date=asked).pk])
        offered = [key for key, _ in district.office.get(address).context["form"].fields["person"].choices]
        assert offered == [*(str(one.pk) for one in people[:fitting]), "new"]


def test_a_file_begins_with_a_grant_for_somebody_new(district):
    grant = asked_for(district, birth_date="2012-05-04")
    send(district.office, "case_grant_decide", grant.pk, **said(person="new"))
    typed = {"organisation": district.here.pk, "registered_on": "2017-01-05", "birth_date": "2012-05-04"}
    basis = {"legal_basis": "guardian", "legal_basis_on": "2017-01-04"}
    send(district.worker, "assisted_youth_create", grant.pk, **typed, **basis)
    youth = AssistedYouth.objects.get()
    assert (youth.person.name, youth.person.birth_date, youth.legal_basis) == ("白露", date(2012, 5, 4), "guardian")
    assert Person.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"name": ""}, "name", "请填写青少年姓名。"),
        ({"reason": ""}, "reason", "请填写申请理由。"),
        ({"days": "0"}, "days", "1 至 366 天"),
        ({"days": "367"}, "days", "1 至 366 天"),
        ({"organisation": "999999"}, "organisation", "有效的选项"),
    ],
)
def test_a_wrong_request_is_refused_in_words(district, wrong, field, words):
    typed = {"name": "白露", "organisation": str(district.here.pk), "days": "30", "reason": "走访"} | wrong
    assert words in refused(district.worker, "case_grant_create", **typed)[field]
    assert not CaseGrant.objects.exists()


def test_every_step_and_every_look_is_in_the_access_log(district):
    youth = make_assisted_youth(district.here)
    grant = asked_for(district)
    send(district.office, "case_grant_decide", grant.pk, **said(person=youth.person_id))
    page(district.worker, "assisted_youth_detail", youth.pk)
    page(district.worker, "assisted_youth_update", youth.pk)
    send(district.worker, "case_grant_end", grant.pk)
    acts = AccessEntry.objects.filter(action__in=["grant", "case_view"]).order_by("number")
    looked = ("case_view", f"assistance.assistedyouth:{youth.pk}", district.worker_user.username)
    assert list(acts.values_list("action", "subject", "who")) == [
        ("case_view", f"assistance.casegrant:{grant.pk}", district.staff.username),
        ("grant", f"assistance.casegrant:{grant.pk}", district.staff.username),
        looked,
        looked,
        ("grant", f"assistance.casegrant:{grant.pk}", district.worker_user.username),
    ]


def test_an_assistance_names_only_youths_whose_files_are_open(district):
    own, other = make_assisted_youth(district.here, "白露"), make_assisted_youth(district.here, "苏棠")
    make_grant(district.worker_user, own.person)
    assistance = make_assistance([own, other], content="送去书包")
    for name, *args in [
        ("assistance_list",),
        ("assistance_detail", assistance.pk),
        ("assistance_update", assistance.pk),
    ]:
        text = page(district.worker, name, *args)
        assert ("白*" in text, "苏*" in text) == (True, False)
    typed = {"held_on": "2017-06-01", "kind": "training", "youths": [own.pk]}
    send(district.worker, "assistance_update", assistance.pk, **typed)
    assert set(assistance.youths.all()) == {own, other}
    send(district.worker, "assistance_delete", assistance.pk)
    assert list(assistance.youths.all()) == [other]


def test_everybody_means_those_whose_files_are_open(district):
    own, other = make_assisted_youth(district.here, "白露"), make_assisted_youth(district.here, "苏棠")
    make_grant(district.worker_user, own.person)
    typed = {"held_on": "2017-06-01", "kind": "training", "with_everyone": "on"}
    send(district.worker, "assistance_create", **typed)
    assistance = Assistance.objects.get()
    assert (assistance.with_everyone, list(assistance.youths.all())) == (False, [own])
    make_grant(district.worker_user, other.person)
    send(district.worker, "assistance_create", **typed)
    assert Assistance.objects.latest("pk").with_everyone


def test_what_was_given_to_everybody_is_seen_by_the_days_of_the_open_file_alone(district):
    own = make_assisted_youth(district.here, "白露", registered_on=date(2017, 3, 1), removed_on=date(2017, 6, 1))
    make_assisted_youth(district.here, "苏棠", registered_on=date(2016, 1, 1))
    make_grant(district.worker_user, own.person)
    days = [date(2017, 2, 28), date(2017, 3, 1), date(2017, 5, 31), date(2017, 6, 1)]
    given = {day: make_assistance(held_on=day, with_everyone=True) for day in days}
    assert listed(district.worker, "assistance_list") == [date(2017, 5, 31), date(2017, 3, 1)]
    for name in ("assistance_detail", "assistance_update"):
        assert [status(district.worker, name, given[day].pk) for day in days] == [404, 200, 200, 404]
    assert "苏*" not in page(district.worker, "assistance_detail", given[days[1]].pk)


def test_what_was_given_to_everybody_stays_so_for_whoever_sees_some(district):
    own = make_assisted_youth(district.here, "白露")
    make_assisted_youth(district.there, "苏棠")
    make_grant(district.worker_user, own.person)
    assistance = make_assistance(with_everyone=True)
    address = reverse("assistance_delete", args=[assistance.pk])
    assert address not in page(district.worker, "assistance_detail", assistance.pk)
    assert [district.worker.get(address).status_code, district.worker.post(address).status_code] == [404, 404]
    typed = {"held_on": "2017-07-01", "kind": "training", "youths": [own.pk]}
    send(district.worker, "assistance_update", assistance.pk, **typed)
    assistance.refresh_from_db()
    assert (assistance.with_everyone, assistance.held_on, assistance.kind) == (True, date(2017, 6, 1), "training")


def test_a_decision_reaches_no_namesake_beyond_the_deciders_own_people(district):
    committee = make_organisation("柳林街道团工委", district.root, category="working_committee")
    worker = make_user("孟川", committee, Role.Kind.CASEWORKER)
    decider = browser_of(make_user("方砚", committee))
    foreign = make_assisted_youth(district.there)
    grant = CaseGrant.objects.create(user=worker, name="白露", organisation=committee, reason="走访")
    assert "槐荫" not in page(decider, "case_grant_decide", grant.pk)
    errors = refused(decider, "case_grant_decide", grant.pk, **said(person=str(foreign.person_id)))
    assert "有效的选项" in errors["person"]
    assert browser_of(worker).get(foreign.get_absolute_url()).status_code == 404


def test_an_open_file_does_not_let_its_reader_change_somebody_kept_by_others(district):
    person = make_member("白露", district.there, person=make_person("白露", gender="F")).person
    grant = make_grant(district.worker_user, person)
    typed = {"name": "白鹭", "mobile": "13800138000", "year": "2017", "status": "applied"}
    send(district.worker, "scholarship_create", grant.pk, **typed)
    person.refresh_from_db()
    assert (person.name, person.mobile) == ("白露", "")


def link_of(client, url_name, *args, **data):
    """The one-time link that an act on an account leads to."""
    return send(client, url_name, *args, **data).context["link"]


def taken_over(link):
    """A browser that follows a one-time link, chooses a password and sets up codes of its own where they are asked."""
    client = Client()
    assert client.post(link, {"new_password1": CHOSEN, "new_password2": CHOSEN}).status_code == 302
    user = User.objects.order_by("-password_set_at").exclude(password_set_at=None).first()
    if user.needs_second_factor and not Authenticator.objects.filter(user=user).exists():
        make_second_factor(user)
    client.force_login(user)
    return client


@pytest.fixture
def administrator(district):
    return browser_of(make_user("方砚", district.root, Role.Kind.ADMINISTRATOR))


def hands_over(administrator, user):
    """A browser of whoever uses the link by which the administrator reset the account, codes included."""
    return taken_over(link_of(administrator, "account_reset", user.pk, without_second_factor="on"))


def test_an_administrator_who_resets_a_caseworker_and_uses_the_link_opens_no_file(district, administrator):
    youth = make_assisted_youth(district.here)
    make_grant(district.worker_user, youth.person)
    asked_for(district, "苏棠")
    assert district.worker.get(youth.get_absolute_url()).status_code == 200
    thief = hands_over(administrator, district.worker_user)
    assert thief.get(youth.get_absolute_url()).status_code == 404
    assert CaseGrant.objects.filter(ended_on__isnull=True).count() == 0


def test_twin_without_the_end_of_grants_the_link_opens_the_file(district, administrator, settings):
    settings.RESETTING_ACTIONS = []
    youth = make_assisted_youth(district.here)
    make_grant(district.worker_user, youth.person)
    assert hands_over(administrator, district.worker_user).get(youth.get_absolute_url()).status_code == 200


def invited(administrator, district, username, kind):
    """A browser of whoever uses the link of a new account."""
    facts = {"name": "虚设", "username": username, "kind_0": kind, "organisation_0": district.root.pk}
    return taken_over(link_of(administrator, "account_invite", **facts))


@pytest.fixture
def puppets(district, administrator):
    """A caseworker and a leader whose accounts one administrator opened, and one request."""
    district.worker = invited(administrator, district, "worker", "caseworker")
    leader = invited(administrator, district, "leader", "leader")
    return leader, asked_for(district)


def decided(client, grant, youth):
    """Whether the request was granted, else the words that refuse the decision."""
    answer = client.post(reverse("case_grant_decide", args=[grant.pk]), said(person=youth.person_id))
    if answer.status_code == 302:
        return CaseGrant.objects.get(pk=grant.pk).is_approved
    return answer.context["form"].non_field_errors()[0]


def test_two_accounts_from_one_hand_do_not_grant_each_other_a_file_within_days(district, puppets):
    leader, grant = puppets
    youth = make_assisted_youth(district.here)
    assert "满 7 天才能审批" in decided(leader, grant, youth)
    assert district.worker.get(youth.get_absolute_url()).status_code == 404
    assert decided(district.leader, grant, youth) is True
    assert district.worker.get(youth.get_absolute_url()).status_code == 200


def test_the_days_pass(district, puppets):
    leader, grant = puppets
    User.objects.filter(username="leader").update(entrusted_at=timezone.now() - timedelta(days=7))
    assert decided(leader, grant, make_assisted_youth(district.here)) is True


def test_twin_without_days_to_wait_the_same_hand_grants_itself_a_file(district, puppets, settings):
    settings.GRANT_DECIDER_DAYS = 0
    leader, grant = puppets
    assert decided(leader, grant, make_assisted_youth(district.here)) is True


def test_accounts_from_two_hands_decide_at_once(district, administrator):
    other = browser_of(make_user("程安", district.root, Role.Kind.ADMINISTRATOR))
    district.worker = invited(administrator, district, "worker", "caseworker")
    leader = invited(other, district, "leader", "leader")
    assert decided(leader, asked_for(district), make_assisted_youth(district.here)) is True


@pytest.mark.parametrize("act", ["account_reset", "account_update"])
def test_a_reset_or_a_new_role_counts_like_a_new_account(district, administrator, act):
    district.worker = invited(administrator, district, "worker", "caseworker")
    grant, youth = asked_for(district), make_assisted_youth(district.here)
    leader = make_user("谢宁", district.root, Role.Kind.CADRE)
    roles = {"name": "谢宁", "kind_0": "leader", "organisation_0": district.root.pk} if act == "account_update" else {}
    if not roles:
        leader.roles.update(kind=Role.Kind.LEADER)
    send(administrator, act, leader.pk, **roles)
    assert "满 7 天才能审批" in decided(browser_of(User.objects.get(pk=leader.pk)), grant, youth)


def test_an_administrator_does_not_decide_for_an_account_that_he_opened(district):
    user = make_user("方砚", district.root, Role.Kind.ADMINISTRATOR)
    Role.objects.create(user=user, organisation=district.root, kind=Role.Kind.LEADER)
    both = browser_of(user)
    district.worker = invited(both, district, "worker", "caseworker")
    User.objects.filter(username="worker").update(entrusted_at=timezone.now() - timedelta(days=400))
    grant = asked_for(district)
    assert "请由另一位审批人审批" in decided(both, grant, make_assisted_youth(district.here))


def test_a_case_role_taken_away_ends_its_grants_for_good(district, administrator):
    here, there = (make_assisted_youth(each) for each in (district.here, district.there))
    for youth in (here, there):
        make_grant(district.worker_user, youth.person, organisation=youth.organisation)
    pk, facts = district.worker_user.pk, {"name": "姜禾", "kind_0": "caseworker"}
    send(administrator, "account_update", pk, **facts, organisation_0=district.there.pk)
    standing = CaseGrant.objects.filter(ended_on__isnull=True)
    assert [grant.person for grant in standing] == [there.person]
    send(administrator, "account_update", pk, **facts, organisation_0=district.root.pk)
    client = browser_of(User.objects.get(pk=pk))
    assert [client.get(each.get_absolute_url()).status_code for each in (here, there)] == [404, 200]


@pytest.mark.parametrize("kind", [Role.Kind.LEADER, Role.Kind.HUB_OPERATOR, Role.Kind.ADMINISTRATOR])
def test_a_successor_without_a_case_role_asks_for_nothing(district, administrator, kind):
    make_grant(district.worker_user, make_assisted_youth(district.here).person, organisation=district.here)
    successor = make_user("孟川", district.root, kind)
    typed = {"day": timezone.localdate().isoformat(), "successor": successor.pk}
    send(administrator, "account_leave", district.worker_user.pk, **typed)
    assert list(CaseGrant.objects.values_list("user", flat=True)) == [district.worker_user.pk]


def test_leaving_ends_grants_and_asks_for_them_anew_for_the_successor(district):
    youth = make_assisted_youth(district.here)
    make_grant(district.worker_user, youth.person, organisation=district.here)
    successor = make_user("孟川", district.root, Role.Kind.CASEWORKER)
    administrator = browser_of(make_user("方砚", district.root, Role.Kind.ADMINISTRATOR))
    today = timezone.localdate()
    typed = {"day": today.isoformat(), "successor": successor.pk}
    answer = administrator.post(reverse("account_leave", args=[district.worker_user.pk]), typed)
    assert answer.status_code == 302
    ended, asked = CaseGrant.objects.order_by("pk")
    assert (ended.ended_on, ended.is_approved) == (today, True)
    assert (asked.user, asked.name, asked.is_approved) == (successor, "白露", None)
    client = browser_of(successor)
    assert client.get(youth.get_absolute_url()).status_code == 404
    send(district.office, "case_grant_decide", asked.pk, **said(person=youth.person_id))
    assert client.get(youth.get_absolute_url()).status_code == 200


LAST = date(2017, 12, 31)
EVE, NEXT = LAST - timedelta(days=1), LAST + timedelta(days=1)


def facts(**changed):
    """A change of the grant."""
    return lambda place: CaseGrant.objects.update(**changed)


def given_to(person):
    """Has the grant open another child's file."""
    grant = CaseGrant.objects.get()
    grant.person = person
    grant.save()


def dated(name, days):
    """A change of a day of the grant to one so many days from today."""
    return lambda place: CaseGrant.objects.update(**{name: timezone.localdate() + timedelta(days=days)})


def moved(where, kind=Role.Kind.CASEWORKER):
    """A change of the holder's one role."""
    return lambda place: Role.objects.filter(user=place.holder).update(
        organisation=getattr(place, where) if where else place.committee, kind=kind
    )


def as_well(where, kind):
    """A second role of the holder."""
    return lambda place: Role.objects.create(user=place.holder, organisation=getattr(place, where), kind=kind)


# What can become of an approved grant and of the role it was given for, and whether the file is open then.
FATES = {
    "nothing": (facts(), True),
    "expires tomorrow": (dated("expires_on", 1), True),
    "expires today": (dated("expires_on", 0), True),
    "expired yesterday": (dated("expires_on", -1), False),
    "ended yesterday": (dated("ended_on", -1), False),
    "ended today": (dated("ended_on", 0), False),
    "to end tomorrow": (dated("ended_on", 1), False),
    "undecided": (facts(is_approved=None, decided_by=None), False),
    "declined": (facts(is_approved=False), False),
    "of another holder": (lambda place: CaseGrant.objects.update(user=make_user("另一专员", place.committee)), False),
    "of another child": (lambda place: given_to(make_person("白露")), False),
    "given at a branch of the committee": (lambda place: CaseGrant.objects.update(organisation=place.branch), True),
    "given above the committee": (lambda place: CaseGrant.objects.update(organisation=place.root), False),
    "given at another committee": (lambda place: CaseGrant.objects.update(organisation=place.elsewhere), False),
    "role moved to another committee": (moved("elsewhere"), False),
    "role moved below": (moved("branch"), False),
    "role moved up": (moved("root"), True),
    "role now of staff": (moved("", Role.Kind.STAFF), True),
    "role now a cadre's": (moved("", Role.Kind.CADRE), False),
    "role now a leader's": (moved("", Role.Kind.LEADER), False),
    "role now at a hub": (moved("", Role.Kind.HUB_OPERATOR), False),
    "role now an auditor's": (moved("root", Role.Kind.AUDITOR), False),
    "role taken away": (lambda place: Role.objects.filter(user=place.holder).delete(), False),
    "a second role elsewhere": (as_well("elsewhere", Role.Kind.CASEWORKER), True),
    "an administrator as well": (as_well("elsewhere", Role.Kind.ADMINISTRATOR), False),
}


@made_once
def granted():
    """A child known by a case file alone, which a committee's caseworker may open."""
    root = make_organisation(category="working_committee")
    committee, elsewhere = (make_organisation(parent=root, category="working_committee") for _ in range(2))
    branch = make_organisation(parent=committee)
    holder = make_user("姜禾", committee, Role.Kind.CASEWORKER)
    youth = make_assisted_youth(branch)
    make_grant(holder, youth.person)
    return SimpleNamespace(
        root=root, committee=committee, elsewhere=elsewhere, branch=branch, holder=holder, youth=youth
    )


@pytest.mark.sampled(3)
@pytest.mark.parametrize("fate", FATES)
def test_a_grant_opens_the_file_and_the_person_until_it_ends_or_its_holder_moves(granted, fate):
    become, is_open = FATES[fate]
    become(granted)
    user, person = User.objects.get(pk=granted.holder.pk), Person.objects.filter(pk=granted.youth.person_id)
    seen = {
        "file": AssistedYouth.objects.visible_to(user).exists(),
        "grant": open_grants(user).filter(person=granted.youth.person).exists(),
        "told": person.get().case_grants.told_to(user).exists(),
        "person": person.visible_to(user).exists(),
        "kept": person.kept_by(user).exists(),
        "written": person.written_by(user).exists(),
    }
    assert seen == dict.fromkeys(seen, is_open)
    client = browser_of(user)
    codes = [client.get(one.get_absolute_url()).status_code == 200 for one in (granted.youth, granted.youth.person)]
    assert codes == [is_open, is_open]


def test_a_child_of_a_file_is_known_to_nobody_without_a_grant(granted):
    users = [make_user(kind, granted.root, kind) for kind in Role.Kind] + [make_user("无角色")]
    people = Person.objects.filter(pk=granted.youth.person_id)
    assert [
        user.name for user in users if people.visible_to(user) | people.kept_by(user) | people.written_by(user)
    ] == []
    assert [user.name for user in users if AssistedYouth.objects.visible_to(user)] == []


@pytest.mark.parametrize(
    ("capacity", "is_written"),
    [
        (lambda person, place: make_member(branch=place.elsewhere, person=person), False),
        (lambda person, place: make_post(organisation=place.elsewhere, person=person), False),
        (lambda person, place: make_volunteer(person=person), False),
        (lambda person, place: make_link(make_person("陆远"), youth=person), True),
        (lambda person, place: add_sign_in(make_activity(place.elsewhere), person, "other"), True),
    ],
)
def test_an_open_file_lets_the_person_be_changed_where_nobody_keeps_them_otherwise(granted, capacity, is_written):
    person = granted.youth.person
    capacity(person, granted)
    people = Person.objects.filter(pk=person.pk)
    found = [rows.exists() for rows in (people.visible_to(granted.holder), people.kept_by(granted.holder))]
    assert (found, people.written_by(granted.holder).exists()) == ([True, True], is_written)


def test_readers_are_told_the_grants_of_others_but_those_of_an_administrator(granted):
    second, third = (make_user(name, granted.committee) for name in ("乙专员", "丙专员"))
    for user in (second, third):
        make_grant(user, granted.youth.person, organisation=granted.committee)
    Role.objects.create(user=third, organisation=granted.elsewhere, kind=Role.Kind.ADMINISTRATOR)
    told = [
        CaseGrant.objects.told_to(User.objects.get(pk=user.pk)).order_by("pk").values_list("user", flat=True)
        for user in (granted.holder, second, third, make_user("无授权", granted.committee))
    ]
    both = [granted.holder.pk, second.pk]
    assert [list(users) for users in told] == [both, both, [], []]


@pytest.mark.parametrize(
    ("changed", "is_told"), [(facts(), True), *[(change, is_open) for change, is_open in list(FATES.values())[1:9]]]
)
def test_readers_are_told_the_grants_of_others_while_they_are_in_force(granted, changed, is_told):
    changed(granted)
    viewer = make_user("乙专员", granted.committee)
    make_grant(viewer, granted.youth.person)
    told = CaseGrant.objects.told_to(viewer).values_list("user", flat=True)
    assert set(told) == {viewer.pk} | {granted.holder.pk for _ in range(is_told)}


@pytest.mark.parametrize(("day", "state"), [(EVE, "有效"), (LAST, "有效"), (NEXT, "已过期")])
def test_a_grant_is_in_force_on_its_last_day(granted, day, state):
    CaseGrant.objects.update(expires_on=LAST)
    grant = CaseGrant.objects.get()
    assert (grant.state_on(day), CaseGrant.objects.open_on(day).exists()) == (state, state == "有效")


@pytest.mark.parametrize(
    ("changed", "state"),
    [
        ({"ended_on": LAST}, "已终止"),
        ({"is_approved": None, "decided_by": None}, "待审批"),
        ({"is_approved": None, "decided_by": None, "ended_on": LAST}, "已终止"),
        ({"is_approved": False}, "未批准"),
        ({"is_approved": False, "expires_on": None}, "未批准"),
    ],
)
def test_what_has_become_of_a_request_in_a_word(granted, changed, state):
    CaseGrant.objects.update(**changed)
    assert CaseGrant.objects.get().state_on(LAST) == state


@pytest.mark.parametrize("days", [1, 366])
def test_the_shortest_and_the_longest_grant_last_so_many_days(district, days):
    youth = make_assisted_youth(district.here)
    grant = asked_for(district, days=str(days))
    send(district.office, "case_grant_decide", grant.pk, **said(person=youth.person_id, days=str(days)))
    grant.refresh_from_db()
    assert grant.expires_on == timezone.localdate() + timedelta(days=days)


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("changed", "asks"),
    [
        ({}, True),
        ({"expires_on": LAST}, True),
        ({"expires_on": EVE}, False),
        ({"ended_on": LAST}, False),
        ({"is_approved": False}, False),
        ({"is_approved": None, "decided_by": None}, False),
    ],
)
@pytest.mark.parametrize(
    ("where", "keeps"), [("committee", True), ("root", True), ("branch", False), ("elsewhere", False)]
)
def test_a_successor_asks_for_the_grants_in_force_where_the_successor_keeps_files(granted, changed, asks, where, keeps):
    CaseGrant.objects.update(**changed)
    successor = make_user("孟川", getattr(granted, where), Role.Kind.CASEWORKER)
    end_grants(granted.holder, successor, LAST, None)
    assert CaseGrant.objects.filter(user=successor, is_approved=None).exists() is (asks and keeps)
    assert not CaseGrant.objects.filter(user=granted.holder, ended_on=None).exists()
