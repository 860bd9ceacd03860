"""Triggers that keep `Activity.owner`: the host, or else the organisation of the hub, whoever writes to either table.

A migration for which SQLite builds one of the two tables anew has to take the triggers away first (`leave_owners`),
since those of the other table name it; once all migrations are done they come back.
"""

from django.db import connection, transaction

from yl_district.database.triggers import drop_triggers, triggers_stand

ACTIVITY_TABLE, HUB_TABLE = "activities_activity", "youthhubs_hub"
# A save names the owner as well, as it was when the record was read.
ON_UPDATE = f"UPDATE OF host_id, hub_id, owner_id ON {ACTIVITY_TABLE}"
ON_MOVE = f"UPDATE OF organisation_id ON {HUB_TABLE}"
HAS_MOVED = "(NEW.organisation_id <> OLD.organisation_id)"
FOLLOW = f"UPDATE {ACTIVITY_TABLE} SET owner_id = NEW.organisation_id WHERE hub_id = NEW.id AND host_id IS NULL;"


def right_owner(row):
    """The SQL of the owner that a row of activities should have."""
    return f"coalesce({row}.host_id, (SELECT organisation_id FROM {HUB_TABLE} WHERE id = {row}.hub_id))"


def owner_triggers():
    """{name: SQL} of the triggers, on PostgreSQL with their functions."""
    return triggers_on_sqlite() if connection.vendor == "sqlite" else triggers_on_postgresql()


def triggers_on_sqlite():
    """Triggers that correct a row once it is written, since SQLite lets none be changed before."""
    right = right_owner("NEW")
    correct = f"UPDATE {ACTIVITY_TABLE} SET owner_id = {right} WHERE id = NEW.id;"
    events = {
        "activity_owner_on_insert": f"INSERT ON {ACTIVITY_TABLE} WHEN NEW.owner_id IS NOT {right} BEGIN {correct} END",
        "activity_owner_on_update": f"{ON_UPDATE} WHEN NEW.owner_id IS NOT {right} BEGIN {correct} END",
        # One transaction may write the activities before their hub.
        "hub_owner_on_insert": f"INSERT ON {HUB_TABLE} BEGIN {FOLLOW} END",
        "hub_owner_on_update": f"{ON_MOVE} WHEN {HAS_MOVED} BEGIN {FOLLOW} END",
    }
    return {name: f"CREATE TRIGGER {name} AFTER {event}" for name, event in events.items()}


def triggers_on_postgresql():
    """Triggers that set the owner before a row is written.

    Who writes an activity holds its hub by the lock that foreign keys take as well. Whoever moves the hub waits for
    that, and then finds the activity; whoever comes later waits for the move, and then finds the new organisation.
    """
    held = f"SELECT organisation_id INTO NEW.owner_id FROM {HUB_TABLE} WHERE id = NEW.hub_id FOR KEY SHARE;"
    events = {
        "activity_owner_on_write": (
            f"BEFORE INSERT OR {ON_UPDATE}",
            f"NEW.owner_id := NEW.host_id; IF NEW.host_id IS NULL THEN {held} END IF; RETURN NEW;",
        ),
        "hub_held_before_update": (
            f"BEFORE {ON_MOVE}",
            f"IF {HAS_MOVED} THEN PERFORM 1 FROM {HUB_TABLE} WHERE id = OLD.id FOR UPDATE; END IF; RETURN NEW;",
        ),
        "hub_owner_on_insert": (f"AFTER INSERT ON {HUB_TABLE}", f"{FOLLOW} RETURN NULL;"),
        "hub_owner_on_update": (f"AFTER {ON_MOVE}", f"IF {HAS_MOVED} THEN {FOLLOW} END IF; RETURN NULL;"),
    }
    return {
        name: f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN {body} END$$; "
        f"CREATE TRIGGER {name} {event} FOR EACH ROW EXECUTE FUNCTION {name}()"
        for name, (event, body) in events.items()
    }


@transaction.atomic
def keep_owners():
    """Creates the triggers anew, and corrects the rows that are there."""
    leave_owners()
    with connection.cursor() as cursor:
        for statement in owner_triggers().values():
            cursor.execute(statement)
        differs = "IS NOT" if connection.vendor == "sqlite" else "IS DISTINCT FROM"
        right = right_owner(ACTIVITY_TABLE)
        cursor.execute(f"UPDATE {ACTIVITY_TABLE} SET owner_id = {right} WHERE owner_id {differs} {right}")


def leave_owners():
    """Drops the triggers."""
    drop_triggers(owner_triggers())


def keep_owners_after_migrating(**options):
    """Keeps the owners again where a migration has left the triggers out; before the column there are none."""
    if triggers_stand(owner_triggers()):
        return
    with connection.cursor() as cursor:
        if "owner_id" in connection.introspection.get_relations(cursor, ACTIVITY_TABLE):
            keep_owners()
