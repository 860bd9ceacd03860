"""Generates registers of any size in proportion: a tree, its members, cadres, links, contacts, activities and more.

Fifty members make a branch, twenty branches a street, and the streets are shared by two cities below the root.
"""

import random
from datetime import date, timedelta
from itertools import islice
from types import SimpleNamespace

from django.db import connection, transaction

from activities.models import Activity, ActivityType, SignIn
from members.models import Member, Person, Post, Volunteer
from orgs.models import Organisation, Role, Supply, Unit, UnitContact, User
from outreach.models import Contact, Link
from reports.models import Target
from youthhubs.models import Hub, HubYear, TeamMember

from .members import BATCH, a_member, a_person

YEAR = 2017
CITIES = 2
MEMBERS_PER_BRANCH = 50
BRANCHES_PER_STREET = 20
ACTIVITIES_PER_BRANCH = 12
SIGN_INS_PER_ACTIVITY = 5
LINKS_PER_CADRE = 10
CONTACTS_PER_CADRE = 4
VOLUNTEERS_PER_STREET = 20
DOMAINS = ["community", "community", "village", "enterprise", "school"]


def make_registers(members, members_per_branch=MEMBERS_PER_BRANCH):
    """Creates registers with this number of members; returns a user for each size of what one looks at.

    They are `root`, `middle` (the second city, registered last) and `branch` (one of its last branches).
    """
    with transaction.atomic():
        tree = make_tree(members, members_per_branch)
        people = make_people(members, tree.branches)
        cadres = make_posts(people, tree)
        make_links(cadres, people)
        hubs = make_hubs(tree.streets)
        make_volunteers(people, hubs)
        make_activities(tree.branches, hubs)
        make_sign_ins(people)
        make_units(tree.branches)
        make_targets()
        users = make_users(tree)
    analyse()
    return users


def analyse():
    """Tells PostgreSQL what the tables hold, as it finds out by itself; SQLite plans without knowing."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE" if connection.in_atomic_block else "VACUUM ANALYZE")


def step(number):
    """One step of a path in the tree."""
    return Organisation._int2str(number).rjust(Organisation.steplen, Organisation.alphabet[0])


def make_tree(members, members_per_branch):
    """Creates the organisations, paths at once; returns the root, the cities, the streets and the branches."""
    branch_count = max(members // members_per_branch, CITIES)
    street_count = max(branch_count // BRANCHES_PER_STREET, CITIES)
    root = an_organisation("清河地区团工委", None, 1, "working_committee", "office", CITIES)
    cities = [
        an_organisation(f"清河第{n + 1}市团委", root, n + 1, "committee", "office", street_count // CITIES)
        for n in range(CITIES)
    ]
    streets = []
    for number in range(street_count):
        city = cities[number * CITIES // street_count]
        name = f"春晖第{number + 1}街道团工委"
        streets.append(an_organisation(name, city, number + 1, "working_committee", "office", BRANCHES_PER_STREET))
    branches = []
    for number in range(branch_count):
        street = streets[number * street_count // branch_count]
        name = f"春晖第{number + 1}社区团支部"
        branches.append(an_organisation(name, street, number + 1, "branch", DOMAINS[number % len(DOMAINS)], 0))
    stored = Organisation.objects.bulk_create([root, *cities, *streets, *branches], batch_size=BATCH)
    for parent, count in counted(stored[1:]).items():
        Organisation.objects.filter(path=parent).update(numchild=count)
    return SimpleNamespace(root=root, cities=cities, streets=streets, branches=branches)


def counted(organisations):
    """{parent's path: how many children it has}."""
    found = {}
    for one in organisations:
        parent = one.path[: -Organisation.steplen]
        found[parent] = found.get(parent, 0) + 1
    return found


def an_organisation(name, parent, number, category, domain, children):
    """Returns an unsaved organisation with its place in the tree."""
    path = (parent.path if parent else "") + step(number)
    depth = len(path) // Organisation.steplen
    return Organisation(
        name=name,
        category=category,
        domain=domain,
        path=path,
        depth=depth,
        numchild=children,
        founded_on=date(2010, 5, 4),
    )


def batches(count):
    """Yields ranges of at most BATCH numbers below `count`."""
    for start in range(0, count, BATCH):
        yield range(start, min(start + BATCH, count))


def make_people(count, branches):
    """Creates members branch by branch, as lists come in; returns the keys of their people in this order."""
    chance, keys = random.Random(7), []
    for numbers in batches(count):
        people = Person.objects.bulk_create([a_person(chance, number) for number in numbers])
        Member.objects.bulk_create(
            a_member(chance, number, person, branches[min(number * len(branches) // count, len(branches) - 1)])
            for number, person in zip(numbers, people, strict=True)
        )
        keys += [person.pk for person in people]
    return keys


def make_posts(people, tree):
    """Creates a post for the first member of each branch, and one at each committee; returns the cadres' keys."""
    each = max(len(people) // len(tree.branches), 1)
    holders = [(people[place * each], branch, "书记") for place, branch in enumerate(tree.branches)]
    above = [tree.root, *tree.cities, *tree.streets]
    holders += [(people[place * each + 1], committee, "委员") for place, committee in enumerate(above)]
    Post.objects.bulk_create(
        (
            Post(person_id=key, organisation=organisation, title=title, nature="part_time", started_on=date(2016, 9, 1))
            for key, organisation, title in holders
        ),
        batch_size=BATCH,
    )
    return [key for key, _, _ in holders[: len(tree.branches)]]


def make_links(cadres, people):
    """Creates the links of each cadre to members of the same branch, and contacts with all of them."""
    each = len(people) // len(cadres)
    links = (
        Link(cadre_id=cadre, youth_id=people[place * each + 1 + number], started_on=date(2016, 10, 1))
        for place, cadre in enumerate(cadres)
        for number in range(min(LINKS_PER_CADRE, each - 1))
    )
    in_batches(Link, links)
    in_batches(
        Contact,
        (
            Contact(
                cadre_id=cadre, held_on=date(YEAR, 2 + 3 * number, 1 + place % 28), form="visit", with_everyone=True
            )
            for place, cadre in enumerate(cadres)
            for number in range(CONTACTS_PER_CADRE)
        ),
    )


def make_hubs(streets):
    """Creates a hub of each street with its type of two years; returns them."""
    hubs = Hub.objects.bulk_create(
        (Hub(name=f"春晖第{n + 1}青年汇", organisation=street) for n, street in enumerate(streets)), batch_size=BATCH
    )
    in_batches(HubYear, (HubYear(hub=hub, year=year, tier="ordinary") for hub in hubs for year in (YEAR - 1, YEAR)))
    return hubs


def make_volunteers(people, hubs):
    """Creates volunteers in the team of each hub."""
    each = len(people) // len(hubs)
    keys = [people[place * each + n] for place in range(len(hubs)) for n in range(min(VOLUNTEERS_PER_STREET, each))]
    volunteers = Volunteer.objects.bulk_create(
        (Volunteer(person_id=key, joined_on=date(2016, 3, 5)) for key in keys), batch_size=BATCH
    )
    in_batches(
        TeamMember,
        (
            TeamMember(volunteer=volunteer, hub=hubs[place * len(hubs) // len(volunteers)], started_on=date(2016, 3, 5))
            for place, volunteer in enumerate(volunteers)
        ),
    )


def make_activities(branches, hubs):
    """Creates the activities of two years, half of them of the branches, half at the hubs."""
    types = list(ActivityType.objects.all())

    def some():
        for place, branch in enumerate(branches):
            for number in range(ACTIVITIES_PER_BRANCH):
                yield an_activity(place, number, types, branch, hubs[place * len(hubs) // len(branches)])

    in_batches(Activity, some())


def an_activity(place, number, types, branch, hub):
    """Returns an unsaved activity; attendance is unknown for one in six, rounded for another."""
    basis = {0: Activity.Basis.UNRECORDED, 1: Activity.Basis.ROUNDED}.get(number % 6, Activity.Basis.EXACT)
    present = SIGN_INS_PER_ACTIVITY if basis == Activity.Basis.EXACT else 0
    return Activity(
        name=f"第{place + 1}期第{number + 1}次活动",
        held_on=date(YEAR - number % 2, 1, 1) + timedelta(days=(place * 7 + number * 31) % 365),
        type=types[(place + number) % len(types)],
        host=None if number % 2 else branch,
        hub=hub if number % 2 else None,
        session_count=1 + number % 3,
        attendance=None if basis == Activity.Basis.UNRECORDED else present or 40,
        basis=basis,
        sign_in_count=present,
        content="按计划举办，现场秩序良好，参加者反映不错。",
    )


def make_sign_ins(people):
    """Creates the sign-ins that the activities count."""
    signed = Activity.objects.filter(sign_in_count__gt=0).order_by("pk").values_list("pk", flat=True)
    in_batches(
        SignIn,
        (
            SignIn(activity_id=key, person_id=people[(key * 37 + place * 8191) % len(people)])
            for key in signed.iterator()
            for place in range(SIGN_INS_PER_ACTIVITY)
        ),
    )


def make_units(branches):
    """Creates a unit of each branch, with a contact and a supply."""
    units = Unit.objects.bulk_create(
        (
            Unit(name=f"清和第{n + 1}科技有限公司", kind="enterprise", branch=branch, task_year=YEAR, status="normal")
            for n, branch in enumerate(branches)
        ),
        batch_size=BATCH,
    )
    in_batches(UnitContact, (UnitContact(unit=unit, held_on=date(YEAR, 5, 4), form="phone") for unit in units))
    in_batches(
        Supply,
        (
            Supply(organisation=branch, item="团旗", quantity=1, issued_on=date(YEAR, 5, 4))
            for n, branch in enumerate(branches)
            if n % 2
        ),
    )


def make_targets():
    """Creates the year's targets of two figures."""
    Target.objects.bulk_create(Target(year=YEAR, figure=figure, value=100) for figure in ("sessions", "attendances"))


def make_users(tree):
    """Creates an account of each committee, and returns those whose pages are measured, by the name of their scope."""
    accounts = User.objects.bulk_create(
        (User(username=f"street{n}", name="街道经办人", password="!") for n in range(len(tree.streets))),
        batch_size=BATCH,
    )
    in_batches(Role, (Role(user=u, organisation=s, kind="staff") for u, s in zip(accounts, tree.streets, strict=True)))
    scopes = {
        "root": (tree.root, Role.Kind.STAFF),
        "middle": (tree.cities[-1], Role.Kind.STAFF),
        "branch": (tree.branches[-1], Role.Kind.CADRE),
    }
    found = {}
    for name, (organisation, kind) in scopes.items():
        found[name] = User.objects.create_user(name, name="林知秋")
        Role.objects.create(user=found[name], organisation=organisation, kind=kind)
    holder = Post.objects.filter(organisation=tree.branches[-1]).values_list("person", flat=True)[0]
    Person.objects.filter(pk=holder).update(user=found["branch"])
    return found


def in_batches(model, rows):
    """Creates rows, of which no more than BATCH are in memory at once."""
    rows = iter(rows)
    while some := list(islice(rows, BATCH)):
        model.objects.bulk_create(some)
