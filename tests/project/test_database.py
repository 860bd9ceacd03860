"""Properties of the database shared by the tests."""

import sqlite3
from contextlib import closing

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from activities.models import ActivityType
from members.models import Member
from tests.factories import make_member, make_organisation


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
