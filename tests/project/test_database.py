"""Properties of the database shared by the tests."""

import sqlite3
from contextlib import closing

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, transaction

from activities.models import ActivityType
from members.models import Member
from tests.factories import make_member, make_organisation

OWN_APPS = {"members", "orgs", "outreach", "assistance", "youthhubs", "activities", "reports", "yl_district"}
WRITTEN_MOST = ("members_person", "members_member", "members_post", "outreach_link", "activities_signin")
# Of some rows alone, and so much smaller.
PARTIAL = {"person_sealed", "person_without_number"}


@pytest.mark.both
@pytest.mark.django_db(transaction=True)
def test_emptying_the_tables_leaves_what_migrations_put_in():
    shipped = list(ActivityType.objects.values())
    make_member(branch=make_organisation())
    ActivityType.objects.filter(key="sports").delete()
    call_command("flush", interactive=False, verbosity=0)
    assert (ActivityType.objects.filter(key="sports").count(), Member.objects.count()) == (1, 0)
    assert list(ActivityType.objects.values()) == shipped


@pytest.mark.django_db
def test_sqlite_writes_through_wipes_what_is_deleted_and_has_writers_wait():
    asked = ["journal_mode", "synchronous", "foreign_keys", "secure_delete", "busy_timeout"]
    with connection.cursor() as cursor:
        found = {name: cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in asked}
    assert found == dict(zip(asked, ["wal", 2, 1, 1, 20_000], strict=True))


@pytest.mark.django_db(transaction=True)
def test_a_transaction_on_sqlite_keeps_other_writers_out_from_its_beginning():
    """Else one that reads first and writes later would end because of whoever wrote meanwhile."""
    path = connection.settings_dict["NAME"]
    with transaction.atomic(), closing(sqlite3.connect(path, timeout=0)) as other:
        assert ActivityType.objects.exists()
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")


@pytest.mark.postgresql(only=True)
@pytest.mark.django_db
def test_no_table_is_indexed_for_questions_that_are_never_asked():
    """A second index of a column for LIKE, or one by whose columns another begins, only makes writing dearer."""
    copies, begun = [], {}
    with connection.cursor() as cursor:
        for model in apps.get_models():
            if model.__module__.partition(".")[0] not in OWN_APPS:
                continue
            table = model._meta.db_table
            found = connection.introspection.get_constraints(cursor, table)
            copies += [name for name in found if name.endswith("_like")]
            begun[table] = {name: tuple(each["columns"]) for name, each in found.items() if each["index"]}
    assert copies == []
    for table in WRITTEN_MOST:
        columns = begun[table]
        within = [
            name
            for name, own in columns.items()
            for other, wider in columns.items()
            if name != other and len(own) < len(wider) and wider[: len(own)] == own and name not in PARTIAL
        ]
        assert (table, within) == (table, [])
