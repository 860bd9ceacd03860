"""A randomly generated district: every kind of record, with dates on, before and after every boundary."""

from datetime import date, timedelta
from itertools import count, pairwise
from random import Random
from types import SimpleNamespace

from django.db import connection

from activities.models import Activity, ActivityType, Campaign, CampaignProof, EducationSpan, SignIn
from assistance.models import (
    Assistance,
    AssistedYouth,
    Pairing,
    ProjectApplication,
    Scholarship,
    ServicePlan,
    SuggestedActivity,
    Visit,
)
from members.models import Member, Person, Post, SchoolSpan, Verification, VerificationRound, Volunteer
from orgs.models import (
    STAGE_LINE,
    STATUS_LINE,
    VERIFIED_LINE,
    Domain,
    DomainSpan,
    Organisation,
    Supply,
    Unit,
    UnitChange,
    UnitContact,
)
from outreach.models import Contact, Link
from reports.models import Assessment, PlatformEntry
from tests.factories import make_assessment, make_campaign, make_district_project, make_user
from youthhubs.models import Hub, HubYear, TeamMember

YEAR = 2017
numbers = count(1)
FIRST, LAST = date(YEAR - 1, 1, 1), date(YEAR + 1, 6, 30)
# Days on which a year, a half, a quarter or a month begins or ends, 29 February among them, and their neighbours.
BOUNDARIES = [
    first + timedelta(days=shift)
    for first in [date(YEAR + n // 12, n % 12 + 1, 1) for n in (-10, 0, 1, 2, 3, 6, 7, 9, 12, 13)]
    for shift in (-1, 0, 1)
]


# How far an application for a scholarship has come; `make_care` draws those that were only reviewed.
OUTCOMES = [state for state in Scholarship.Status.values if state != "reviewed"]


class Lots:
    """Draws days, months, spans and rows; the same seed draws the same district."""

    def __init__(self, seed):
        self.random = Random(seed)
        self.choice = self.random.choice

    def day(self):
        """Any day, as often as not a boundary."""
        if self.random.random() < 0.5:
            return self.choice(BOUNDARIES)
        return FIRST + timedelta(days=self.random.randrange((LAST - FIRST).days))

    def month(self):
        return self.day().replace(day=1)

    def sometimes(self, value, chance=0.5):
        """The value, or nothing."""
        return value if self.random.random() < chance else None

    def span(self, draw=None, open_begin=True):
        """A beginning and an end, either of which may be missing; both may be the same day."""
        begin, end = sorted([(draw or self.day)(), (draw or self.day)()])
        begin = begin if not open_begin or self.random.random() < 0.8 else None
        return begin, self.sometimes(end)

    def some(self, rows, most):
        """Up to `most` different rows, none at all included."""
        return self.random.sample(rows, min(len(rows), self.random.randrange(most + 1)))

    def pairs(self, first, second, number):
        """`number` different pairs."""
        drawn = {(self.random.randrange(len(first)), self.random.randrange(len(second))) for _ in range(number)}
        return [(first[a], second[b]) for a, b in sorted(drawn)]


def generated_district(seed):
    """The district: `root`, a `middle` organisation with branches, a `leaf` below it, and `all` of them."""
    lots = Lots(seed)
    tree = make_tree(lots)
    fill(tree, lots)
    make_earlier_states(lots, tree)
    analyse()
    return tree


def fill(tree, lots):
    """Adds about a thousand records of every kind."""
    people = Person.objects.bulk_create(Person(name=f"路人{n}") for n in range(160))
    make_members(lots, tree, people)
    units = make_units(lots, tree)
    make_supplies(lots, tree)
    make_links(lots, make_posts(lots, tree, people), people)
    hubs = make_hubs(lots, tree)
    make_cases(lots, tree, people, make_volunteers(lots, hubs, people))
    activities = make_activities(lots, tree, hubs, people)
    make_platform_entries(lots, tree, activities, people)
    make_campaigns(Lots(len(activities)), activities, people)
    make_transfers(lots, tree)
    make_unit_changes(lots, units)
    make_assessments(tree)
    make_verifications(Lots(len(units)), tree)
    tree.hubs = [*getattr(tree, "hubs", []), *hubs]
    analyse()


def make_assessments(tree):
    """Assessments of every second organisation, of which some have a result; none of two districts in one."""
    known = set(Assessment.objects.values_list("organisation", flat=True))
    for number, place in enumerate(one for one in tree.all[::2] if one.pk not in known):
        for year in (YEAR - 1, YEAR):
            has_result = (number + year) % 3
            result = {"state": "concluded", "grade": "passed", "result_on": date(year + number % 2, 11, 5)}
            make_assessment(place, year, **result if has_result else {})


def make_verifications(lots, tree):
    """Rounds of verification of the whole tree that are over, with answers about members of now and then."""
    user = make_user(f"核实人{VerificationRound.objects.count()}", tree.root)
    for year in (YEAR - 1, YEAR):
        begun = VerificationRound.objects.create(
            organisation=tree.root,
            name=f"{year}年核实",
            opened_on=date(year, 1, 4),
            due_on=date(year, 12, 20),
            closed_on=date(year, 12, 31),
            opened_by=user,
            closed_by=user,
        )
        members = list(Member.objects.filter(branch__in=tree.all).order_by("pk"))
        Verification.objects.bulk_create(
            Verification(
                round=begun,
                member=member,
                result=lots.choice(Verification.Result.values),
                answered_on=lots.day(),
                answered_by=user,
            )
            for member in lots.random.sample(members, 60)
        )


def make_campaigns(lots, activities, people):
    """Campaigns for members and for cadres, of which some activities are, and proofs; drawn by a lot of their own."""
    drawn = [("members", 2, 9), ("members", 5, None), ("cadres", 1, 10), ("nobody", 1, 12)]
    campaigns = [
        make_campaign(
            f"第{Campaign.objects.count()}专项",
            started_on=date(YEAR, first, 10),
            ended_on=last and date(YEAR, last, 20),
            audience=audience,
        )
        for audience, first, last in drawn
    ]
    for activity in activities:
        activity.campaign = lots.choice([*campaigns, None])
    Activity.objects.bulk_update(activities, ["campaign"])
    CampaignProof.objects.bulk_create(
        CampaignProof(
            campaign=campaign, person=person, kind=lots.choice(CampaignProof.Kind.values), proved_on=lots.day()
        )
        for campaign in campaigns
        for person in lots.random.sample(people, 20)
    )


def analyse():
    """Tells PostgreSQL's planner what the tables hold, as it knows it of a database that stands for some time."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def make_tree(lots):
    def add(name, parent=None):
        founded, dissolved = lots.span() if parent else (None, None)
        organisation = Organisation(
            name=name,
            category="branch",
            domain=lots.choice(Domain.values),
            founded_on=founded,
            dissolved_on=lots.sometimes(dissolved, 0.3),
        )
        if parent is None:
            return Organisation.objects.add_root(instance=organisation)
        return Organisation.objects.add_child(Organisation.objects.get(pk=parent.pk), instance=organisation)

    root = add("清河地区团工委")
    middles = [add(f"第{n}团总支", root) for n in range(3)]
    leaves = [add(f"{middle.name}第{n}团支部", middle) for middle in middles for n in range(4)]
    return SimpleNamespace(root=root, middle=middles[0], leaf=leaves[0], all=[root, *middles, *leaves])


def make_members(lots, tree, people):
    members = []
    for person in lots.random.sample(people, 130):
        begin, end = lots.span()
        members.append(
            Member(
                person=person,
                branch=lots.choice(tree.all),
                joined_league_on=lots.sometimes(lots.month(), 0.6),
                intake_on=begin,
                in_school=lots.choice([True, False, None]),
                left_on=end,
                status="transferred_out" if end else "normal",
            )
        )
    Member.objects.bulk_create(members)


def make_transfers(lots, tree):
    """Takes those who left a branch in on the same day by another of its domain."""
    alike = {place.domain: [other for other in tree.all if other.domain == place.domain] for place in tree.all}
    left = Member.objects.filter(left_on__isnull=False, branch__in=tree.all).select_related("branch").order_by("pk")
    Member.objects.bulk_create(
        Member(
            person_id=former.person_id,
            branch=lots.choice(alike[former.branch.domain]),
            intake="transferred",
            intake_on=former.left_on,
        )
        for former in list(left)
    )


def make_posts(lots, tree, people):
    cadres = lots.random.sample(people, 45)
    posts = []
    for person, organisation in lots.pairs(cadres, tree.all, 90):
        begin, end = lots.span(lots.month, open_begin=False)
        posts.append(
            Post(
                person=person,
                organisation=organisation,
                title=lots.choice(["书记", "委员"]),
                nature=lots.choice(["full_time", "part_time", "seconded", ""]),
                started_on=begin,
                ended_on=end,
                link_quota=lots.sometimes(lots.choice([0, 1, 2, 3, 4]), 0.7),
            )
        )
    Post.objects.bulk_create(posts)
    # Links of somebody without any post belong to the root alone.
    return [*cadres, next(person for person in people if person not in cadres)]


def make_units(lots, tree):
    units = []
    for _ in range(40):
        status = lots.choice(Unit.Status.values)
        units.append(
            Unit(
                name=f"第{next(numbers)}公司",
                kind="enterprise",
                branch=lots.sometimes(lots.choice(tree.all), 0.8),
                league_founded_on=lots.sometimes(lots.day(), 0.7),
                task_year=lots.choice([YEAR, YEAR, YEAR - 1, None]),
                is_contact_point=lots.choice([True, False, None]),
                status=status,
                status_on=lots.day() if status != "normal" else lots.sometimes(lots.day()),
            )
        )
    Unit.objects.bulk_create(units)
    UnitContact.objects.bulk_create(
        UnitContact(unit=lots.choice(units), held_on=lots.day(), form="phone") for _ in range(80)
    )
    return units


def make_unit_changes(lots, units):
    """Up to three changes of each unit's status and mark, some without a day, in whatever order.

    Of its stage, of recommendations and of verifications likewise, but all with a day; drawn by a lot of their own.
    """
    kinds, own, changes = UnitChange.Kind, Lots(len(units)), []
    for unit in units:
        for line in (STATUS_LINE, (kinds.LISTED, kinds.UNLISTED)):
            days = sorted({lots.day() for _ in range(lots.choice([0, 1, 2, 3]))})
            begun = [None] if lots.choice([True, False, False]) else []
            changes += [UnitChange(unit=unit, kind=lots.choice(line), happened_on=day) for day in [*begun, *days]]
        for line in (STAGE_LINE, (kinds.RECOMMENDED, kinds.REFUSED), VERIFIED_LINE):
            days = sorted({own.day() for _ in range(own.choice([0, 1, 2, 3]))})
            changes += [UnitChange(unit=unit, kind=own.choice(line), happened_on=day) for day in days]
    UnitChange.objects.bulk_create(changes)
    UnitChange.objects.rechain([unit.pk for unit in units])


def make_earlier_states(lots, tree):
    """What organisations, types of activities and members were before, for up to three spans with gaps."""
    domains, education, school = [], [], []
    for place in tree.all:
        place.domain_since, spans = earlier_spans(lots)
        domains += [DomainSpan(organisation=place, domain=lots.choice(Domain.values), **span) for span in spans]
    Organisation.objects.bulk_update(tree.all, ["domain_since"])
    types = list(ActivityType.objects.order_by("pk"))
    for kind in types:
        kind.education_since, spans = earlier_spans(lots)
        education += [EducationSpan(type=kind, is_education=lots.choice([True, False]), **span) for span in spans]
    ActivityType.objects.bulk_update(types, ["education_since"])
    members = list(Member.objects.filter(branch__in=tree.all).order_by("pk"))
    for member in members:
        member.enrolled_on, spans = earlier_spans(lots, lots.month)
        later = sorted(lots.month() for _ in range(2))[-1]
        member.graduated_on = lots.sometimes(later) if (member.enrolled_on or FIRST) < later else None
        school += [SchoolSpan(member=member, **span) for span in spans]
    Member.objects.bulk_update(members, ["enrolled_on", "graduated_on"])
    DomainSpan.objects.bulk_create(domains)
    EducationSpan.objects.bulk_create(education)
    SchoolSpan.objects.bulk_create(school)


def earlier_spans(lots, draw=None):
    """The day since which a present state holds, if any, and the spans before it, the first of which may be open."""
    days = sorted({(draw or lots.day)() for _ in range(lots.choice([0, 0, 1, 2, 3]))})
    begun = [None] if days and lots.choice([True, False]) else []
    spans = [{"started_on": begin, "ended_on": end} for begin, end in pairwise([*begun, *days])]
    return (days[-1] if days else None), lots.some(spans, len(spans))


def make_supplies(lots, tree):
    Supply.objects.bulk_create(
        Supply(
            issued_on=lots.day(),
            organisation=lots.choice(tree.all),
            item=lots.choice(["团旗", "团徽", "书籍"]),
            quantity=lots.choice([1, 2, 30]),
        )
        for _ in range(60)
    )


def make_links(lots, cadres, people):
    links = []
    for cadre, youth in lots.pairs(cadres, people, 160):
        begin, end = lots.span(open_begin=False)
        links.append(
            Link(cadre=cadre, youth=youth, started_on=begin, ended_on=end, bound_on=lots.sometimes(lots.day()))
        )
    Link.objects.bulk_create(links)
    contacts = Contact.objects.bulk_create(
        Contact(
            cadre=lots.choice(cadres),
            held_on=lots.day(),
            form=Contact.Form.values[number % len(Contact.Form)],
            with_everyone=lots.choice([True, False]),
        )
        for number in range(120)
    )
    links_of = {cadre: [link for link in links if link.cadre == cadre] for cadre in cadres}
    Contact.links.through.objects.bulk_create(
        Contact.links.through(contact=contact, link=link)
        for contact in contacts
        if not contact.with_everyone
        for link in lots.some(links_of[contact.cadre], 3)
    )
    # Two cadres of three meet everybody in each quarter, the second of them but for the third.
    quarters = [date(YEAR, 1, 1), date(YEAR, 6, 30), date(YEAR, 7, 1), date(YEAR, 12, 31)]
    Contact.objects.bulk_create(
        Contact(cadre=cadre, held_on=day, form="visit", with_everyone=True)
        for place, cadre in enumerate(cadres)
        for day in quarters
        if place % 3 == 0 or (place % 3 == 1 and day != quarters[2])
    )


def make_hubs(lots, tree):
    hubs = []
    for _ in range(14):
        begin, end = lots.span()
        hubs.append(
            Hub(name=f"第{next(numbers)}青年汇", organisation=lots.choice(tree.all), opened_on=begin, closed_on=end)
        )
    Hub.objects.bulk_create(hubs)
    HubYear.objects.bulk_create(
        HubYear(hub=hub, year=year, tier=lots.choice(HubYear.Tier.values))
        for hub in hubs
        for year in lots.some([YEAR - 1, YEAR, YEAR + 1], 3)
    )
    return hubs


def make_volunteers(lots, hubs, people):
    volunteers = []
    for person in lots.random.sample(people, 50):
        begin, end = lots.span()
        volunteers.append(
            Volunteer(
                person=person, joined_on=begin, left_on=lots.sometimes(end, 0.3), bound_on=lots.sometimes(lots.day())
            )
        )
    Volunteer.objects.bulk_create(volunteers)
    TeamMember.objects.bulk_create(
        place for volunteer in lots.random.sample(volunteers, 30) for place in make_places(lots, volunteer, hubs)
    )
    return volunteers


def make_places(lots, volunteer, hubs):
    """Up to three places in teams, one after the other, the first and the last of which may be open."""
    days = sorted({lots.day() for _ in range(lots.choice([0, 1, 2, 4]))})
    kept = list(pairwise([None, *days, None]))[:: lots.choice([1, 2])]
    return [
        TeamMember(volunteer=volunteer, hub=lots.choice(hubs), started_on=begin, ended_on=end) for begin, end in kept
    ]


def make_cases(lots, tree, people, volunteers):
    youths = []
    for person in lots.random.sample(people, 45):
        begin, end = lots.span(open_begin=False)
        youths.append(
            AssistedYouth(
                person=person,
                organisation=lots.choice(tree.all),
                registered_on=begin,
                removed_on=end,
                bound_on=lots.sometimes(lots.day()),
            )
        )
    AssistedYouth.objects.bulk_create(youths)
    plans = ServicePlan.objects.bulk_create(
        ServicePlan(youth=youth, year=year) for youth in youths for year in lots.some([YEAR - 1, YEAR], 2)
    )
    pairings = []
    for youth in lots.random.sample(youths, 30):
        begin, end = lots.span()
        pairings.append(Pairing(youth=youth, volunteer=lots.choice(volunteers), started_on=begin, ended_on=end))
    Pairing.objects.bulk_create(pairings)
    make_assistances(lots, youths)
    students = Scholarship.objects.bulk_create(
        Scholarship(
            year=year,
            student=student,
            status=lots.choice(OUTCOMES),
            approved_on=lots.day(),
            is_on_platform=lots.choice([True, False, None]),
        )
        for student, year in lots.pairs(people, [YEAR - 1, YEAR], 150)
    )
    make_care(Lots(len(students)), youths, plans, pairings, students)


def make_care(lots, youths, plans, pairings, students):
    """What is done for the youths in the course of a year; drawn by a lot of its own."""
    for plan in plans:
        plan.signed_on = lots.sometimes(lots.day(), 0.8)
        if plan.signed_on:
            plan.midyear_on, plan.final_on = lots.sometimes(lots.day()), lots.sometimes(lots.day())
    ServicePlan.objects.bulk_update(plans, ["signed_on", "midyear_on", "final_on"])
    for one in students:
        one.status = lots.sometimes("reviewed", 0.1) or one.status
        one.applied_on, one.paid_on, one.thanked_on = lots.day(), lots.day(), lots.day()
        one.on_platform_from, one.on_platform_until = lots.span()
    Scholarship.objects.bulk_update(
        students, ["status", "applied_on", "paid_on", "thanked_on", "on_platform_from", "on_platform_until"]
    )
    make_visits(lots, pairings)
    project = make_district_project(f"第{next(numbers)}项目")
    ProjectApplication.objects.bulk_create(
        ProjectApplication(
            youth=youth,
            project=project,
            asked_on=lots.day(),
            answer=answer,
            answered_on=None if answer == "waiting" else lots.day(),
        )
        for youth in youths
        for answer in lots.random.sample(ProjectApplication.Answer.values, 1)
    )
    SuggestedActivity.objects.bulk_create(
        SuggestedActivity(
            youth=youth,
            name="健步走",
            way="phone",
            suggested_on=days[0],
            held_on=days[1],
            outcome=lots.choice(SuggestedActivity.Outcome.values),
        )
        for youth in youths
        for days in (sorted([lots.day(), lots.day()]) for _ in range(2))
    )


def make_visits(lots, pairings):
    """Visits of each pairing, of which some only planned and some cancelled."""
    Visit.objects.bulk_create(
        Visit(
            pairing=pairing,
            planned_on=lots.day(),
            done_on=lots.sometimes(lots.day(), 0.7),
            way="phone",
            cancelled_on=lots.sometimes(lots.day(), 0.2),
        )
        for pairing in pairings
        for _ in range(3)
    )


def make_assistances(lots, youths):
    given = Assistance.objects.bulk_create(
        Assistance(held_on=lots.day(), kind="other", with_everyone=lots.random.random() < 0.2) for _ in range(120)
    )
    Assistance.youths.through.objects.bulk_create(
        Assistance.youths.through(assistance=assistance, assistedyouth=youth)
        for assistance in given
        if not assistance.with_everyone
        for youth in lots.some(youths, 6)
    )


def make_activities(lots, tree, hubs, people):
    types = list(ActivityType.objects.order_by("pk"))
    activities, lists = [], []
    for number in range(150):
        basis = lots.choice(["exact", "exact", "exact", "rounded", "unrecorded", "signed"])
        present = lots.random.sample(people, lots.random.randrange(1, 8)) if basis == "signed" else []
        # Some of those without person-times were not held, and each list names somebody who did not come.
        state = ("planned", "cancelled")[number % 2] if basis == "unrecorded" and number % 3 else "held"
        absent = {people[number % len(people)]} - set(present) if present else set()
        attendance = None if basis == "unrecorded" else len(present) or lots.random.randrange(60)
        activities.append(
            Activity(
                name=f"第{number}次活动",
                held_on=lots.day(),
                type=lots.choice(types),
                host=lots.sometimes(lots.choice(tree.all), 0.7),
                hub=lots.sometimes(lots.choice(hubs), 0.5),
                state=state,
                session_count=lots.choice([1, 1, 2, 5]),
                attendance=attendance,
                basis="exact" if present else basis,
                sign_in_count=len(present),
                service_hours=served(number) * len(present) or None,
            )
        )
        lists.append([*((one, "present") for one in present), *((one, "absent") for one in absent)])
    Activity.objects.bulk_create(activities)
    SignIn.objects.bulk_create(
        SignIn(
            activity=activity,
            person=person,
            presence=presence,
            capacity="volunteer",
            arrived="9:00" if served(number) else "",
            departed=f"{9 + served(number)}:00" if served(number) else "",
        )
        for number, (activity, named) in enumerate(zip(activities, lists, strict=True))
        for person, presence in named
    )
    return activities


def served(number):
    """The hours that everybody served at this activity, 0 where that is not written down."""
    return number % 3


def make_platform_entries(lots, tree, activities, people):
    """Entries of every kind of record, people as any subject, whether or not they are known as one."""
    number = PlatformEntry.objects.count()
    subjects = [subject for subject in PlatformEntry.Subject.values if subject not in ("activity", "organisation")]
    records = [("organisation", "organisation", tree.all), ("activity", "activity", activities)]
    records += [(subject, "youth" if subject == "assisted_youth" else "person", people) for subject in subjects]
    entries = []
    for subject, kind, rows in records:
        for record in lots.random.sample(rows, min(len(rows), 25)):
            facts = {"entered_on": lots.day(), "bound_on": lots.sometimes(lots.day())}
            platform = "青春助跑" if subject in ("assisted_youth", "volunteer") else f"第{number}平台"
            entries.append(PlatformEntry(platform=platform, subject=subject, **{kind: record}, **facts))
    PlatformEntry.objects.bulk_create(entries)
