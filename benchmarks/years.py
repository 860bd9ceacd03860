"""Generates a district with a year of work, large enough to be measured: members, activities and sign-ins."""

from datetime import date, timedelta
from types import SimpleNamespace

from django.db import connection

from activities.models import Activity, ActivityType
from members.models import Person
from orgs.models import Organisation
from tests.reports.generated_district import Lots, fill
from youthhubs.models import Hub

from .members import BATCH, make_branches, make_members

YEAR = 2017
HUBS = 20


def make_year(members, activities, sign_ins):
    """Creates a root, a committee below it, and branches below that with all of these; returns the committee.

    Also creates about a thousand records of every other kind.
    """
    root = Organisation.objects.add_root(
        instance=Organisation(name="清河地区团工委", category="working_committee", domain="office")
    )
    instance = Organisation(name="春晖街道团工委", category="working_committee", domain="office")
    committee = Organisation.objects.add_child(root, instance=instance)
    branches = make_branches(committee)
    make_members(members, branches)
    hubs = Hub.objects.bulk_create(
        Hub(name=f"春晖第{number + 1}青年汇", organisation=branches[number]) for number in range(HUBS)
    )
    make_activities(activities, sign_ins // activities, branches, hubs)
    fill(SimpleNamespace(root=root, all=[committee, *branches]), Lots(7))
    return Organisation.objects.get(pk=committee.pk)


def make_activities(count, each, branches, hubs):
    """Creates `count` activities within the year, with `each` sign-ins on average and none for one in ten."""
    types = list(ActivityType.objects.all())
    for start in range(0, count, BATCH):
        numbers = range(start, min(start + BATCH, count))
        Activity.objects.bulk_create(an_activity(number, each, types, branches, hubs) for number in numbers)
    people = Person.objects.count()
    first = Person.objects.order_by("pk").values_list("pk", flat=True)[0]
    seal = "gen_random_uuid()" if connection.vendor == "postgresql" else "lower(hex(randomblob(16)))"
    with connection.cursor() as cursor:
        for place in range(each + 2):
            cursor.execute(
                "INSERT INTO activities_signin (seal, activity_id, person_id, capacity, presence, arrived, departed) "
                f"SELECT {seal}, id, %s + (id * 37 + %s) %% %s, '', 'present', '', '' "
                "FROM activities_activity WHERE sign_in_count > %s",
                [first, place * 8191, people, place],
            )


def an_activity(number, each, types, branches, hubs):
    """Returns an unsaved activity of a branch or hub; attendance is unknown for one in twenty, rounded for another."""
    basis = {0: Activity.Basis.UNRECORDED, 1: Activity.Basis.ROUNDED}.get(number % 20, Activity.Basis.EXACT)
    present = each + 1 + (number % 10 == 9) if basis == Activity.Basis.EXACT else 0
    is_at_hub = number % 2
    return Activity(
        name=f"第{number}次活动",
        held_on=date(YEAR, 1, 1) + timedelta(days=number % 365),
        type=types[number % len(types)],
        host=None if is_at_hub else branches[number % len(branches)],
        hub=hubs[number % len(hubs)] if is_at_hub else None,
        session_count=1 + number % 3,
        attendance=None if basis == Activity.Basis.UNRECORDED else present or 40,
        basis=basis,
        sign_in_count=present,
        content="按计划举办，现场秩序良好，参加者反映不错。",
    )
