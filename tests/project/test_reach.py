"""An organisation's scope is exactly its subtree, as its children's links define it, at any level."""

from datetime import date
from types import SimpleNamespace

import pytest
from django.utils import timezone
from hypothesis import example, given, settings
from hypothesis import strategies as st

from activities.actions import add_sign_in
from activities.models import Activity, Arrival, Campaign, CampaignProof, SignIn
from assistance.actions import fix_volunteer, keeps_files_of
from assistance.forms import known_within
from assistance.models import (
    Assistance,
    AssistedYouth,
    CaseGrant,
    DistrictProject,
    NeedsTalk,
    Pairing,
    PlanAmendment,
    PlanMeasure,
    ProjectApplication,
    Scholarship,
    ServicePlan,
    SuggestedActivity,
)
from members.models import Liaison, Member, Person, Post, Proposal, Verification, VerificationRound, Volunteer
from orgs.models import Organisation, Role, Supply, Unit, UnitChange, UnitContact, User
from orgs.roles import RoleKind
from outreach.models import CadreQuerySet, Contact, Link
from reports.models import Comment, Explanation, PlatformEntry, Report, Section
from tests import factories
from yl_district.attachments.models import Attachment
from youthhubs.models import Hub, HubStaff, HubYear

pytestmark = [pytest.mark.django_db, pytest.mark.in_turn]

DAY = date(2017, 5, 4)
PLACES = range(7)
# Each child's number among those of its parent; by some of them one path holds another out of step.
STEPS = [1, 2, 36, 1296, 3, 4]
STAFF = [
    Organisation,
    Unit,
    UnitChange,
    UnitContact,
    Supply,
    Liaison,
    Member,
    Post,
    Proposal,
    Verification,
    Hub,
    HubYear,
    HubStaff,
    Volunteer,
    Activity,
    SignIn,
    Arrival,
    CampaignProof,
]
STAFF += [Link, Contact, Report, Section, Explanation, Comment, CaseGrant, Attachment]
SEEN = {
    RoleKind.STAFF: STAFF,
    RoleKind.CADRE: [model for model in STAFF if model not in (Link, Contact, CaseGrant)],
    RoleKind.HUB_OPERATOR: [
        *(Hub, HubYear, HubStaff, Volunteer, Activity, SignIn, Arrival, Attachment),
        *(Report, Section, Explanation, Comment),
    ],
    RoleKind.LEADER: [Report, Section, Explanation, Comment, CaseGrant],
    RoleKind.ADMINISTRATOR: [Organisation],
}
CASES = [
    AssistedYouth,
    ServicePlan,
    PlanMeasure,
    PlanAmendment,
    NeedsTalk,
    Pairing,
    Assistance,
    ProjectApplication,
    SuggestedActivity,
    Scholarship,
]
# The people of each place by the role that shows them.
PEOPLE = {
    RoleKind.STAFF: ["cadre", "member", "volunteer", "hub_staff", "linked", "guest", "hub_guest"],
    RoleKind.CADRE: ["cadre", "member", "volunteer", "hub_staff", "guest", "hub_guest"],
    RoleKind.HUB_OPERATOR: ["volunteer", "hub_staff", "guest", "hub_guest"],
}
SUBJECTS = {"member": "member", "cadre": "cadre", "linked_youth": "linked", "volunteer": "volunteer"}


def forest():
    """Organisations without an order, in each of them one record of each kind; what stands at place 0 is the root's."""
    root = factories.make_organisation()
    organisations = [root, *(factories.make_organisation(parent=root) for _ in PLACES[1:])]
    keeper = factories.make_user("专员", root, RoleKind.CASEWORKER)
    return SimpleNamespace(keeper=keeper, stands=[records(one, keeper) for one in organisations])


def records(here, keeper):
    """What belongs to an organisation: rows by model, people by what they are, accounts."""
    hub = factories.make_hub(here)
    post, member = factories.make_post(organisation=here), factories.make_member(branch=here)
    volunteer, unit = factories.make_volunteer(hub), factories.make_unit(branch=here)
    activities = [factories.make_activity(here, hub=hub), factories.make_activity(hub=hub)]
    staff = factories.make_hub_staff(hub)
    guests = [factories.make_person("来宾"), factories.make_person("来客")]
    link = factories.make_link(post.person)
    user = factories.make_user("团干", here, RoleKind.CADRE)
    report = factories.make_report(here, hub=hub)
    youth = factories.make_assisted_youth(here)
    plan = ServicePlan.objects.create(youth=youth, year=2017)
    people = {
        "cadre": post.person,
        "member": member.person,
        "volunteer": volunteer.person,
        "hub_staff": staff.person,
        "linked": link.youth,
        "guest": guests[0],
        "hub_guest": guests[1],
    }
    campaign = Campaign.objects.first() or factories.make_campaign()
    entry = {"platform": "某平台", "entered_on": DAY}
    entries = [
        PlatformEntry(subject="organisation", organisation=here, **entry),
        *(PlatformEntry(subject="activity", activity=activity, **entry) for activity in activities),
        *(PlatformEntry(subject=subject, person=people[who], **entry) for subject, who in SUBJECTS.items()),
    ]
    rows = [
        *(here, hub, hub.years.get(), staff, post, member, volunteer, unit, link, report, youth, *activities),
        *(add_sign_in(activity, guest, "other") for activity, guest in zip(activities, guests, strict=True)),
        *(Arrival.objects.create(activity=activity, name="来人") for activity in activities),
        factories.make_proof(campaign, member.person),
        factories.make_unit_change(unit),
        factories.make_unit_contact(unit),
        factories.make_supply(here),
        factories.make_liaison(here, post.person),
        Proposal.objects.create(
            member=member, kind="leave", day=DAY, status="resigned", proposed_at=timezone.now(), proposed_by=user
        ),
        Verification.objects.create(
            round=VerificationRound.objects.create(
                organisation=here, name="核实", opened_on=DAY, due_on=DAY, opened_by=user
            ),
            member=member,
            result="right",
            answered_on=DAY,
            answered_by=user,
        ),
        factories.make_contact(post.person, [link]),
        Section.objects.create(report=report, position=1, heading="团员", body="无"),
        Explanation.objects.create(
            organisation=here,
            hub=hub,
            starts_on=DAY,
            ends_on=DAY,
            check_key="fall",
            subject="figure",
            found="无",
            reason="无",
            given_by=user,
            given_at=timezone.now(),
        ),
        factories.make_comment(factories.make_edition(report, user, activities[0]), user),
        assessment := factories.make_assessment(here),
        factories.make_assessment_item(assessment),
        factories.make_attachment(activities[0], user),
        factories.make_grant(keeper, youth.person, organisation=here),
        plan,
        plan.measure_rows.create(content="辅导"),
        plan.amendments.create(agreed_on=DAY, reason="搬家", content="改期"),
        factories.make_needs_talk(youth),
        fix_volunteer(youth, volunteer, DAY),
        factories.make_assistance([youth]),
        factories.make_project_application(youth, DistrictProject.objects.first() or factories.make_district_project()),
        factories.make_suggested_activity(youth),
        factories.make_scholarship(student=youth.person),
        *PlatformEntry.objects.bulk_create(entries),
    ]
    return SimpleNamespace(here=here, rows=rows, people=people, youth=youth.person, user=user)


def stand_as(parents):
    """Lets the organisations stand so: each at its number but the root's, below the one that is named for it.

    Nothing is asked here of the code that is looked at: the paths are put together, and what lies below is followed
    from parent to parent.
    """
    paths, children = ["0001"], [0] * len(PLACES)
    for parent in parents:
        paths.append(paths[parent] + Organisation._int2str(STEPS[children[parent]]).rjust(Organisation.steplen, "0"))
        children[parent] += 1
    return paths


def chains(parents):
    """Of each place those on the way up from it, itself first."""
    found = [[0]]
    for place, parent in enumerate(parents, 1):
        found.append([place, *found[parent]])
    return found


def below(parents, top):
    """The places at or below a place."""
    return [place for place, chain in enumerate(chains(parents)) if top in chain]


def move(stands, parents):
    """Gives the stored organisations the paths of such a tree."""
    paths = stand_as(parents)
    for stand in stands:
        Organisation.objects.filter(pk=stand.here.pk).update(path=f"-{stand.here.pk}")
    for stand, path in zip(stands, paths, strict=True):
        stand.here.path, stand.here.depth = path, len(path) // Organisation.steplen
        Organisation.objects.filter(pk=stand.here.pk).update(path=path, depth=stand.here.depth)


def as_role(kind, organisation, user=None):
    """Somebody who holds this one role."""
    user = User.objects.get(pk=user.pk) if user else User(pk=0)
    user.take_roles([Role(kind=kind, organisation=organisation, user_id=user.pk)])
    return user


def keys(rows):
    """The keys of rows, each once."""
    return sorted({row.pk for row in rows})


def rows_of(stands, model):
    """The rows of one kind at these places."""
    return [row for stand in stands for row in stand.rows if isinstance(row, model)]


def people_of(stands, names):
    """The people of these kinds at these places."""
    return [stand.people[name] for stand in stands for name in names]


@pytest.fixture
def place(db):
    return forest()


TREES = st.tuples(*(st.integers(0, place - 1) for place in PLACES[1:]))
# The path of place 2 stands within that of place 4, and that of 5 within that of 6, which hang elsewhere.
WITHIN_ANOTHER = (0, 0, 1, 1, 2, 4)


def for_all_trees(check):
    """Checks it in random trees at random places of them, and where one path stands within another."""
    tree = given(parents=TREES, top=st.sampled_from(PLACES))(check)
    for top in (2, 5):
        tree = example(parents=WITHIN_ANOTHER, top=top)(tree)
    settings(max_examples=10, deadline=None)(tree)()


@pytest.mark.cpu(8)
def test_a_role_shows_what_lies_below_its_organisation(place):
    def check(parents, top):
        move(place.stands, parents)
        stands = [place.stands[one] for one in below(parents, top)]
        for kind, models in SEEN.items():
            user = as_role(kind, place.stands[top].here)
            seen = {model: keys(model.objects.visible_to(user)) for model in models}
            assert seen == {model: keys(rows_of(stands, model)) for model in models}
        for kind, names in PEOPLE.items():
            user = as_role(kind, place.stands[top].here)
            assert keys(Person.objects.visible_to(user)) == keys(people_of(stands, names))
        staff = as_role(RoleKind.STAFF, place.stands[top].here)
        assert keys(CadreQuerySet(Person).visible_to(staff)) == keys(people_of(stands, ["cadre"]))

    for_all_trees(check)


@pytest.mark.cpu(4)
def test_a_case_file_opens_by_grants_given_below_the_organisation_of_its_keeper(place):
    def check(parents, top):
        move(place.stands, parents)
        stands = [place.stands[one] for one in below(parents, top)]
        keeper = as_role(RoleKind.CASEWORKER, place.stands[top].here, place.keeper)
        assert {model: keys(model.objects.visible_to(keeper)) for model in CASES} == {
            model: keys(rows_of(stands, model)) for model in CASES
        }
        assert keys(CaseGrant.objects.of_files_kept_by(keeper)) == keys(rows_of(stands, CaseGrant))
        assert keys(Person.objects.visible_to(keeper)) == keys(stand.youth for stand in stands)
        kept = [grant for grant in rows_of(place.stands, CaseGrant) if keeps_files_of(keeper, fresh(grant))]
        assert keys(kept) == keys(rows_of(stands, CaseGrant))

    for_all_trees(check)


def fresh(record):
    """The record as it is stored now."""
    return type(record).objects.get(pk=record.pk)


@pytest.mark.cpu(4)
def test_rows_within_an_organisation_are_those_below_it(place):
    def check(parents, top):
        move(place.stands, parents)
        here, stands = place.stands[top].here, [place.stands[one] for one in below(parents, top)]
        models = [*SEEN[RoleKind.STAFF], *CASES, PlatformEntry]
        models = [model for model in models if hasattr(model.objects, "within")]
        assert {model: keys(model.objects.within(here)) for model in models} == {
            model: keys(rows_of(stands, model)) for model in models
        }
        people = people_of(stands, PEOPLE[RoleKind.STAFF])
        everybody = Person.objects.all()
        # At the root everybody belongs to it, also who is known by a case file alone.
        youths = [stand.youth for stand in stands if top == 0]
        assert keys(Person.objects.within(here)) == keys([*people, *youths])
        assert keys(known_within(everybody, here)) == keys([*people, *(stand.youth for stand in stands)])

    for_all_trees(check)


def test_organisations_are_counted_named_and_looked_after_by_what_hangs_below_them(place):
    def check(parents, top):
        move(place.stands, parents)
        heres, found = [stand.here for stand in place.stands], below(parents, top)
        counted = Organisation.objects.with_headcounts(DAY).with_parent_name()
        told = {one.pk: (one.member_count, one.cadre_count, one.parent_name) for one in counted}
        names = [None, *(heres[parent].name for parent in parents)]
        sizes = [len(below(parents, one)) for one in PLACES]
        assert told == {heres[one].pk: (sizes[one], sizes[one], names[one]) for one in PLACES}
        administrator = as_role(RoleKind.ADMINISTRATOR, heres[top])
        expected = keys(heres[one] for one in found)
        assert keys(Organisation.objects.administered_by(administrator)) == expected
        assert keys(Organisation.objects.changeable_by(administrator)) == expected
        reached = [one for one in heres if administrator.reaches_as(one, RoleKind.ADMINISTRATOR)]
        assert keys(reached) == expected
        assert [one for one in heres if administrator.reaches_as(one, RoleKind.STAFF)] == []

    for_all_trees(check)


def test_accounts_are_looked_after_where_all_their_roles_lie_below_and_found_where_they_keep_records(place):
    users = [stand.user for stand in place.stands]
    both = [factories.make_user("兼任", stand.here, RoleKind.CADRE) for stand in place.stands]
    for user, stand in zip(both, [*place.stands[1:], place.stands[0]], strict=True):
        Role.objects.create(user=user, organisation=stand.here, kind=RoleKind.CADRE)

    def check(parents, top):
        move(place.stands, parents)
        here, found = place.stands[top].here, below(parents, top)
        seen = User.objects.filter(name__in=["团干", "兼任"]).visible_to(as_role(RoleKind.ADMINISTRATOR, here))
        pairs = [one for one in PLACES if one in found and (one + 1) % len(PLACES) in found]
        assert keys(seen) == keys([*(users[one] for one in found), *(both[one] for one in pairs)])
        near = {*found, *chains(parents)[top]}
        keeping = User.objects.filter(name="团干").keeping_records_at(here)
        assert keys(keeping) == keys(users[one] for one in near)

    for_all_trees(check)
