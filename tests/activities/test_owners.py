"""An activity is owned by its host, or else by its hub's organisation, whoever writes and in whatever order."""

import random
from datetime import date

import pytest
from django.db import connection, transaction

from activities.models import Activity, ActivityType
from activities.owners import keep_owners, keep_owners_after_migrating, leave_owners, owner_triggers
from tests.factories import make_activity, make_hub, make_organisation, make_user
from tests.races import beside
from yl_district.database.triggers import triggers_stand
from yl_district.history.bulk_sql import insert_rows, reserve_keys, row_of, update_rows
from yl_district.pages.edit_conflicts import record_digests
from youthhubs.models import Hub

pytestmark = [pytest.mark.django_db, pytest.mark.both]

WRITES = 150


def run(sql, *parameters):
    """Executes a statement typed by hand."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)


def stored_owner(activity):
    """The key of the owner that the database has for an activity."""
    return Activity.objects.values_list("owner", flat=True).get(pk=activity.pk)


def owner_by_rule(activity):
    """The organisation that an activity belongs to by its host and its hub."""
    return activity.host or (activity.hub and activity.hub.organisation)


def wrongly_owned():
    """The activities of which the database has another owner."""
    rows = Activity.objects.select_related("host", "hub__organisation")
    return [one for one in rows if one.owner_id != getattr(owner_by_rule(one), "pk", None)]


class Writers:
    """Ways of writing activities and hubs at random, some of which state an owner that is wrong."""

    def __init__(self, seed):
        self.chance = random.Random(seed)
        self.root = make_organisation()
        self.places = [make_organisation(parent=self.root) for _ in range(3)]
        self.hubs = [make_hub(place) for place in self.places]
        self.type = ActivityType.objects.first()
        # Read once, and as stale as a page that somebody has left open.
        self.read = []

    def new(self, number):
        """An unsaved activity."""
        fields = {"held_on": date(2017, 4, 8), "basis": "unrecorded", "type": self.type, "owner": self.place()}
        return Activity(name=f"健步走{number}", host=self.place(), hub=self.hub(), **fields)

    def place(self):
        return self.chance.choice([*self.places, None])

    def hub(self):
        return self.chance.choice([*self.hubs, None])

    def some(self):
        """A few of the stored activities."""
        stored = list(Activity.objects.all())
        return self.chance.sample(stored, min(len(stored), 3))

    def write(self, number):
        """Writes in one of the ways."""
        ways = [name for name in dir(self) if name.startswith("by_")]
        getattr(self, self.chance.choice(ways))(number)

    def by_saving_a_new_one(self, number):
        self.new(number).save()

    def by_saving_one_read_before(self, number):
        for one in self.read:
            one.host, one.hub = self.place(), self.hub()
            one.save(update_fields=self.chance.choice([None, ["host"], ["hub"], ["owner"], ["name"]]))
        self.read = self.some()

    def by_creating_in_bulk(self, number):
        Activity.objects.bulk_create([self.new(f"{number} {place}") for place in range(3)])

    def by_updating_in_bulk(self, number):
        rows = self.some()
        for one in rows:
            one.host, one.hub = self.place(), self.hub()
        Activity.objects.bulk_update(rows, self.chance.choice([["host"], ["hub"], ["host", "hub"]]))

    def by_updating_a_queryset(self, number):
        values = {"host": self.place(), "hub": self.hub(), "owner": self.place()}
        kept = self.chance.sample(sorted(values), 2)
        Activity.objects.filter(pk__in=[one.pk for one in self.some()]).update(**{name: values[name] for name in kept})

    def by_importing_new_ones(self, number):
        rows = [self.new(f"{number} {place}") for place in range(3)]
        for one, key in zip(rows, reserve_keys(Activity, len(rows)), strict=True):
            one.pk = key
        insert_rows(Activity, [row_of(one) for one in rows])

    def by_importing_changes(self, number):
        rows = self.some()
        for one in rows:
            one.host, one.hub = self.place(), self.hub()
        if rows:
            update_rows(Activity, ["host", "hub"], [row_of(one) for one in rows])

    def by_hand(self, number):
        place, hub = self.place(), self.hub()
        run("UPDATE activities_activity SET owner_id = %s", place and place.pk)
        run("UPDATE activities_activity SET host_id = NULL, hub_id = %s WHERE id %% 5 = 0", hub and hub.pk)

    def by_moving_a_hub(self, number):
        hub = self.chance.choice(self.hubs)
        hub.organisation = self.chance.choice(self.places)
        hub.save()

    def by_moving_hubs_by_hand(self, number):
        run("UPDATE youthhubs_hub SET organisation_id = %s WHERE id %% 2 = 0", self.chance.choice(self.places).pk)


@pytest.mark.in_turn
@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.full)])
def test_the_owner_follows_every_way_of_writing(seed):
    writers = Writers(seed)
    for number in range(WRITES):
        writers.write(number)
        assert (number, wrongly_owned()) == (number, [])
    for place in writers.places:
        assert set(Activity.objects.within(place)) == {
            one for one in Activity.objects.all() if owner_by_rule(one) == place
        }


def test_a_record_just_saved_knows_its_owner(django_assert_num_queries):
    here, there = make_organisation(), make_organisation()
    hub = make_hub(there)
    activity = make_activity(here, hub=hub)
    with django_assert_num_queries(0):
        assert activity.owner_id == here.pk
    activity.host = None
    activity.save()
    assert activity.owner_id == there.pk
    hub.organisation = here
    hub.save()
    activity.refresh_from_db()
    assert (activity.owner, stored_owner(activity)) == (here, here.pk)
    activity.hub = None
    activity.save()
    assert (activity.owner, stored_owner(activity)) == (None, None)


def test_a_hub_that_comes_after_its_activities_brings_their_owner():
    here = make_organisation()
    key = reserve_keys(Hub, 1)[0]
    with transaction.atomic():
        activity = make_activity(hub_id=key)
        assert stored_owner(activity) is None
        Hub.objects.create(pk=key, name="春晖青年汇", organisation=here)
    assert stored_owner(activity) == here.pk


@pytest.mark.django_db(transaction=True)
def test_an_activity_written_while_its_hub_moves_is_owned_by_where_the_hub_goes():
    here, there = make_organisation(), make_organisation()
    hub = make_hub(here)
    with transaction.atomic():
        Hub.objects.filter(pk=hub.pk).update(organisation=there)
        written = beside(lambda: make_activity(name="健步走", hub_id=hub.pk))
    assert stored_owner(written.result()) == there.pk
    with transaction.atomic():
        activity = make_activity(name="读书会", hub_id=hub.pk)
        moved = beside(lambda: Hub.objects.filter(pk=hub.pk).update(organisation=here))
    assert (moved.result(), stored_owner(activity)) == (1, here.pk)


def test_a_migration_that_leaves_the_triggers_out_gets_them_back_with_the_owners():
    here, there = make_organisation(), make_organisation()
    hosted, at_hub = make_activity(here, hub=make_hub(there)), make_activity(hub=make_hub(there))
    states = Activity.history.count()
    leave_owners()
    Activity.objects.update(owner=None)
    Activity.objects.filter(pk=at_hub.pk).update(owner=here)
    assert (triggers_stand(owner_triggers()), stored_owner(hosted)) == (False, None)
    keep_owners_after_migrating()
    assert triggers_stand(owner_triggers())
    assert (stored_owner(hosted), stored_owner(at_hub)) == (here.pk, there.pk)
    assert Activity.history.count() == states
    keep_owners()
    assert wrongly_owned() == []


def test_an_owner_is_no_part_of_what_users_write():
    here, there = make_organisation(), make_organisation()
    hub, user = make_hub(here), make_user(organisation=here)
    activity = make_activity(hub=hub)
    assert "owner" not in {field.name for field in Activity.history.model._meta.get_fields()}
    seen = record_digests(activity, user)
    Hub.objects.filter(pk=hub.pk).update(organisation=there)
    assert record_digests(Activity.objects.get(), user) == seen
