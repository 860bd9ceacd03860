"""Who can see a record and why: the page agrees with the rules for every kind of record and every user."""

from datetime import timedelta
from urllib.parse import urldefrag

import pytest
from django.test import Client
from django.urls import resolve, reverse
from django.utils import timezone

from assistance.models import Assistance, AssistedYouth, CaseGrant
from orgs import who_can_see as rule
from orgs.access import ACCESS
from orgs.models import Role, User
from orgs.roles import RoleKind
from reports.models import PlatformEntry
from tests.factories import (
    make_assistance,
    make_assisted_youth,
    make_grant,
    make_link,
    make_member,
    make_post,
    make_second_factor,
    make_user,
)
from tests.made_once import made_once
from tests.pages import browser_of, page, queries, status, two_branches
from tests.viewers import district, records, viewers
from yl_district.audit.models import AccessEntry
from yl_district.history.tracking import kind_of, may_come
from yl_district.views.history import page_of

pytestmark = pytest.mark.django_db

# They have no page of their own: who sees them is said of the record in whose page they stand. An import is no record.
WITHIN_OTHERS = {"sign_in", "account", "pairing", "activity_type", "import_batch", "edition", "word_layout"}
WITHIN_OTHERS |= {"attachment", "case_attachment", "namesakes", "sign_in_code", "arrival", "assistance_receipt"}
WITHIN_OTHERS |= {"platform_batch", "reconciliation", "verification"}
OWN_PAGES = {name.removesuffix("_detail") for name in ACCESS if name.endswith("_detail")}


@made_once
def place():
    """A district with a user for each role, some with two of them, and one record of each kind in two committees."""
    place = district(markup="")
    place.clients = viewers(place)
    for kinds in ((RoleKind.LEADER, RoleKind.CADRE), (RoleKind.HUB_OPERATOR, RoleKind.CASEWORKER)):
        user = make_user("兼任", place.root, kinds[0])
        Role.objects.create(user=user, organisation=place.foreign.branch, kind=kinds[1])
        make_second_factor(user)
    make_user("离岗", place.root)
    User.objects.filter(name="离岗").update(is_active=False)
    own = records(place, "own", place.users["cadre"], place.users["caseworker"])
    foreign = records(place, "foreign", make_user("槐荫书记", place.foreign.branch, RoleKind.CADRE))
    place.records = [record for rows in (own, foreign) for name, record in rows.items() if name not in WITHIN_OTHERS]
    return place


def shown(client, record):
    """What the page says: the reasons by user."""
    response = client.get(reverse("record_readers", args=[kind_of(type(record)), record.pk]))
    assert response.status_code == 200
    return {reader.user: reader.reasons for reader in response.context["readers"]}


def those_who_see(record):
    """The active users whose own rules give the record, and who may come to its page, asked one by one."""
    rows, url_name = type(record)._default_manager, resolve(urldefrag(page_of(record)).url).url_name
    users = User.objects.active()
    return {user for user in users if user.may_open(url_name) and rows.visible_to(user).filter(pk=record.pk).exists()}


@pytest.mark.cpu(14)
def test_the_page_names_exactly_those_whom_the_rules_let_see_the_record(place):
    differences = []
    for record in place.records:
        truth = those_who_see(record)
        listed = set(shown(browser_of(opener(record)), record))
        if listed != truth:
            differences.append((record, listed ^ truth))
    assert differences == []


@pytest.mark.full
def test_whoever_is_named_gets_the_page_of_the_record_and_nobody_else(place):
    clients = {user: browser_of(user) for user in User.objects.active()}
    differences = []
    for record in place.records:
        address = page_of(record)
        if kind_of(type(record)) in OWN_PAGES:
            listed = set(shown(clients[opener(record)], record))
            got = {user for user, client in clients.items() if client.get(address).status_code == 200}
            differences += [(record, listed ^ got)] if listed != got else []
    assert differences == []


def opener(record):
    """A user who sees the record and may come to what is told about such records."""
    return next(user for user in those_who_see(record) if may_come(user, type(record)))


def test_twin_a_page_that_took_everybody_in_would_differ(place, monkeypatch):
    monkeypatch.setattr(rule, "is_seen", lambda record, user: True)
    member = next(record for record in place.records if kind_of(type(record)) == "member")
    assert set(shown(place.clients["office"], member)) > those_who_see(member)


def test_twin_the_holder_is_not_the_account_of_the_row_in_between(place, monkeypatch):
    """A person has an account too: its key is not to be taken for that of who holds the role."""
    person = next(record for record in place.records if kind_of(type(record)) == "post").person
    role = RoleKind.CADRE, place.foreign.branch
    assert rule.holders_who_see(person, role) == set()
    monkeypatch.setattr(rule.HolderKey, "resolve_expression", rule.ResolvedOuterRef.resolve_expression)
    assert rule.holders_who_see(person, role) != set()


def test_a_role_is_named_with_its_organisation(place):
    member = make_member("章程", place.own.branch)
    reasons = shown(place.clients["office"], member)
    assert {str(user): words for user, words in reasons.items()} == {
        "用户cadre": ["基层团干部，柳林一社区团支部（含下级）"],
        "秘own账号": ["基层团干部，柳林一社区团支部（含下级）"],
        "用户office": ["委机关专干，清河地区团工委（含下级）"],
        "用户staff": ["委机关专干，柳林街道团工委（含下级）"],
    }
    assert "基层团干部，柳林一社区团支部（含下级）" in page(
        place.clients["office"], "record_readers", "member", member.pk
    )


def test_a_cadre_sees_a_link_as_the_own_one(place):
    cadre = make_post("陆远", place.own.other_branch).person
    cadre.user = make_user("陆远", place.own.other_branch, RoleKind.CADRE)
    cadre.save()
    link = make_link(cadre, "秦朗")
    assert {str(user): words for user, words in shown(place.clients["office"], link).items()} == {
        "陆远": ["本人的联系"],
        "用户office": ["委机关专干，清河地区团工委（含下级）"],
        "用户staff": ["委机关专干，柳林街道团工委（含下级）"],
    }
    assert shown(place.clients["office"], link.youth)[cadre.user] == ["本人的联系"]


def test_somebody_sees_the_own_record_wherever_the_own_role_is(place):
    person = make_post("陆远", place.own.branch).person
    person.user = make_user("陆远", place.foreign.branch, RoleKind.CADRE)
    person.save()
    assert shown(place.clients["office"], person)[person.user] == ["本人"]


def test_a_case_file_is_seen_by_grant_until_a_day_and_by_whose_approval(place):
    youth = make_assisted_youth(place.own.branch, "苏棠")
    holder = place.users["caseworker"]
    expires_on = timezone.localdate() + timedelta(days=9)
    make_grant(holder, youth.person, expires_on=expires_on)
    ended = make_user("已终止", place.own.committee, RoleKind.CASEWORKER)
    make_grant(ended, youth.person, ended_on=timezone.localdate())
    assert shown(place.clients["caseworker"], youth) == {holder: [f"个案授权，有效期至 {expires_on}，由审批人批准"]}


def test_a_grant_of_somebody_who_administers_by_now_is_no_reason(place):
    youth = make_assisted_youth(place.own.branch, "苏棠")
    holder, other = place.users["caseworker"], make_user("专干", place.own.committee)
    for user in (holder, other):
        make_grant(user, youth.person)
    assert set(shown(place.clients["caseworker"], youth)) == {holder, other}
    Role.objects.create(user=other, organisation=place.own.committee, kind=RoleKind.ADMINISTRATOR)
    assert set(shown(place.clients["caseworker"], youth)) == those_who_see(youth) == {holder}
    assert other not in shown(place.clients["caseworker"], youth.person)


def test_the_readers_of_a_case_file_are_told_to_holders_of_a_grant_alone_and_each_look_is_noted(place):
    youth = AssistedYouth.objects.first()
    answers = {
        name: status(client, "record_readers", "assisted_youth", youth.pk)
        for name, client in place.clients.items()
        if name != "anonymous"
    }
    assert {name for name, code in answers.items() if code == 200} == {"caseworker"}
    assert set(answers.values()) == {200, 404}
    entry = AccessEntry.objects.filter(action=AccessEntry.Action.CASE_VIEW).get()
    assert (entry.user_id, entry.subject, entry.detail) == (
        place.users["caseworker"].pk,
        f"assistance.assistedyouth:{youth.pk}",
        "谁能看到",
    )


def test_no_look_at_the_readers_of_a_case_file_that_cannot_be_noted(place, broken_log):
    youth = AssistedYouth.objects.first()
    assert status(place.clients["caseworker"], "record_readers", "assisted_youth", youth.pk) == 503


@pytest.fixture
def child(place):
    """A child who is a member as well, and whom two caseworkers may see by grant once there is a file."""
    return make_member("苏棠", place.own.branch).person


def test_the_readers_of_a_person_do_not_tell_that_there_is_a_case_file(place, child):
    before = {name: telling(place.clients[name], child) for name in ("office", "staff", "cadre")}
    make_assisted_youth(place.own.branch, person=child)
    second = make_user("第二专员", place.own.committee, RoleKind.CASEWORKER)
    for holder in (place.users["caseworker"], second):
        make_grant(holder, child)
    after = {name: telling(place.clients[name], child) for name in before}
    assert after == before
    assert {place.users["caseworker"], second} < set(shown(place.clients["caseworker"], child))


def test_a_link_that_opens_nothing_is_no_reason_by_which_a_grant_would_show(place):
    """A link opens its youth to a branch's cadre; to somebody on another committee's staff only a grant does."""
    cadre = make_post("陆远", place.own.branch).person
    cadre.user = make_user("陆远", place.foreign.committee)
    cadre.save()
    youth = make_link(cadre, "秦朗").youth
    before = telling(place.clients["office"], youth)
    make_assisted_youth(place.own.branch, person=youth)
    make_grant(cadre.user, youth)
    assert cadre.user in those_who_see(youth)
    assert telling(place.clients["office"], youth) == before


def test_twin_told_of_every_grant_the_readers_would_tell(place, child, monkeypatch):
    before = telling(place.clients["office"], child)
    make_assisted_youth(place.own.branch, person=child)
    make_grant(place.users["caseworker"], child)
    monkeypatch.setattr("assistance.models.CaseGrantQuerySet.told_to", lambda grants, viewer: grants)
    assert telling(place.clients["office"], child) != before


def telling(client, person):
    """What stands in the page itself."""
    return page(client, "record_readers", "person", person.pk).partition("<main")[2].partition("</main>")[0]


def test_an_assistance_to_two_children_does_not_tell_of_the_other(place):
    youths = [make_assisted_youth(place.own.branch, name) for name in ("苏棠", "白露")]
    holders = [make_user(name, place.own.committee, RoleKind.CASEWORKER) for name in ("甲专员", "乙专员")]
    for holder, youth in zip(holders, youths, strict=True):
        make_grant(holder, youth.person)
    assistance = make_assistance(youths)
    assert those_who_see(assistance) == set(holders)
    assert [set(shown(browser_of(holder), assistance)) for holder in holders] == [{holders[0]}, {holders[1]}]
    make_grant(holders[0], youths[1].person)
    assert set(shown(browser_of(holders[0]), assistance)) == set(holders)


def test_an_assistance_to_everybody_is_seen_by_grant_for_anybody_in_the_register(place):
    assistance = Assistance.objects.create(held_on="2017-06-01", kind="stationery", with_everyone=True)
    holder, others = place.users["caseworker"], those_who_see(assistance) - {place.users["caseworker"]}
    assert set(shown(place.clients["caseworker"], assistance)) == {holder}
    for grant in CaseGrant.objects.filter(user__in=others).exclude(person=None):
        make_grant(holder, grant.person)
    assert set(shown(place.clients["caseworker"], assistance)) == {holder} | others


def test_an_entry_of_an_assisted_youth_is_seen_by_grant_alone(place):
    youth = make_assisted_youth(place.own.branch, "苏棠")
    entry = PlatformEntry.objects.create(
        platform="平台", subject="assisted_youth", youth=youth.person, entered_on="2017-05-04"
    )
    assert status(place.clients["office"], "record_readers", "platform_entry", entry.pk) == 404
    make_grant(place.users["office"], youth.person)
    assert set(shown(place.clients["office"], entry)) == those_who_see(entry) == {place.users["office"]}


@pytest.mark.cpu(4)
def test_the_number_of_queries_follows_the_roles_not_the_users(place):
    member = make_member("章程", place.own.branch)
    pages = [("member", member.pk), ("person", member.person_id)]
    before = [queries(place.clients["office"], "record_readers", *each) for each in pages]
    for number in range(30):
        cadre = make_post(f"干部{number}", place.own.branch).person
        cadre.user = make_user(f"同事{number}", place.own.branch, RoleKind.CADRE)
        cadre.save()
        make_link(cadre, youth=member.person)
    after = [queries(place.clients["office"], "record_readers", *each) for each in pages]
    assert after == before


@pytest.mark.cpu(6)
def test_the_way_there_stands_beside_the_history_on_the_page_of_every_record(place):
    missing = []
    for record in place.records:
        kind = kind_of(type(record))
        if kind in OWN_PAGES:
            text = browser_of(opener(record)).get(page_of(record)).content.decode()
            missing += [] if reverse("record_readers", args=[kind, record.pk]) in text else [record]
    assert missing == []


def test_what_does_not_exist_and_what_is_foreign_look_the_same(place):
    client, foreign = place.clients["staff"], make_member("章程", place.foreign.branch)
    addresses = [
        reverse("record_readers", args=each)
        for each in (
            ("member", foreign.pk),
            ("member", 987654),
            ("member", 10**30),
            ("nothing", 1),
            ("sign_in", 1),
            ("user", 1),
        )
    ]
    bodies = {client.get(address).content.partition(b"<main")[2] for address in addresses}
    assert {client.get(address).status_code for address in addresses} == {404}
    assert len(bodies) == 1
    assert Client().get(addresses[0]).url.startswith(reverse("login"))


def test_two_branches_share_only_the_office():
    pair = two_branches()
    member = make_member("章程", pair.here)
    assert set(shown(pair.cadre, member)) == {pair.staff, pair.branch_cadre}
