"""Immutable rows: database triggers reject updates, deletion and replacement."""

from contextlib import suppress

import pytest
from django.db import IntegrityError, connection, transaction

from reports.models import AssessmentStep, CommentEntry, CountedFigure, Edition
from tests.factories import (
    make_activity,
    make_assessment,
    make_comment,
    make_edition,
    make_organisation,
    make_report,
    make_user,
)
from yl_district.audit import write_once

pytestmark = [pytest.mark.both, pytest.mark.django_db]

KINDS = {
    "reports_edition": Edition,
    "reports_countedfigure": CountedFigure,
    "reports_commententry": CommentEntry,
    "reports_assessmentstep": AssessmentStep,
}
# For each table what is unique in it, with what a copy must have otherwise to clash in that alone.
CLASHES = [
    ("reports_edition", "id", {"number": "number + 10"}),
    ("reports_edition", "report_id, number", {"id": "id + 1000"}),
    ("reports_countedfigure", "id", {"key": "'other'"}),
    ("reports_countedfigure", "edition_id, key", {"id": "id + 1000"}),
    ("reports_commententry", "id", {"words": "'other'"}),
    ("reports_assessmentstep", "id", {"words": "'other'"}),
]
REPLACING = {
    "sqlite": [
        "REPLACE INTO {table} ({columns}) {copy}",
        "INSERT OR REPLACE INTO {table} ({columns}) {copy}",
        "INSERT INTO {table} ({columns}) {copy} ON CONFLICT ({unique}) DO UPDATE SET id = excluded.id + 1",
        "UPDATE OR REPLACE {table} SET id = {pk}",
        "UPDATE OR REPLACE {table} SET id = id + 1",
    ],
    "postgresql": [
        "INSERT INTO {table} ({columns}) {copy} ON CONFLICT ({unique}) DO UPDATE SET id = excluded.id + 1",
        "MERGE INTO {table} USING (SELECT {pk} AS one) told ON id = one WHEN MATCHED THEN UPDATE SET id = id + 1",
        "MERGE INTO {table} USING (SELECT {pk} AS one) told ON id = one WHEN MATCHED THEN DELETE",
        "UPDATE {table} SET id = id + 1 WHERE id = {pk}",
        "DELETE FROM {table} WHERE id = {pk}",
        "TRUNCATE {table} CASCADE",
        "SET LOCAL session_replication_role = replica; DELETE FROM {table} WHERE id = {pk}",
        "SET LOCAL session_replication_role = replica; UPDATE {table} SET id = id + 1 WHERE id = {pk}",
    ],
}


@pytest.fixture
def editions():
    """Two editions with a figure and a comment each, and two assessments with a step each."""
    root = make_organisation()
    user, activity = make_user(), make_activity(root)
    found = [make_edition(make_report(root, part), user, activity) for part in ("h1", "h2")]
    for edition in found:
        make_comment(edition, user)
    for year in (2016, 2017):
        make_assessment(root, year).pass_to("rated", "handed_in", user, "")
    return found


def taken(table, unique, changed, pk, statements):
    """Those statements that would change or replace this row and that the database nevertheless accepts."""
    columns = [field.column for field in KINDS[table]._meta.concrete_fields]
    told = ", ".join(changed.get(column, column) for column in columns)
    names = {"table": table, "columns": ", ".join(columns), "unique": unique, "pk": pk}
    names["copy"] = f"SELECT {told} FROM {table} WHERE id = {pk}"
    done = []
    for statement in statements:
        with suppress(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement.format(**names))
            done.append(statement)
    return done


@pytest.mark.parametrize(("table", "unique", "changed"), CLASHES)
def test_no_row_is_replaced_be_it_the_last(editions, table, unique, changed):
    connection.check_constraints()
    before, statements = list(KINDS[table].objects.order_by("pk").values()), REPLACING[connection.vendor]
    done = [statement for row in before for statement in taken(table, unique, changed, row["id"], statements)]
    assert (done, len(before)) == ([], 2)
    assert list(KINDS[table].objects.order_by("pk").values()) == before


@pytest.mark.parametrize("table", KINDS)
def test_twin_unprotected_a_row_is_replaced(editions, table):
    connection.check_constraints()
    clashes = [(unique, changed) for name, unique, changed in CLASHES if name == table]
    pk = KINDS[table].objects.latest("pk").pk
    with transaction.atomic():
        write_once.unprotect(connection, write_once.tables())
        first = REPLACING[connection.vendor][:1]
        replaced = [taken(table, *clash, pk, first) for clash in clashes]
        transaction.set_rollback(True)
    assert replaced == [first for _ in clashes]


def test_every_table_and_all_that_is_unique_in_it_is_looked_at():
    unique = set()
    for table in write_once.tables():
        with connection.cursor() as cursor:
            constraints = connection.introspection.get_constraints(cursor, table).values()
        found = [each["columns"] for each in constraints if each["unique"] or each["primary_key"]]
        unique |= {(table, *columns) for columns in found}
    assert {(table, *columns.split(", ")) for table, columns, _ in CLASHES} == unique


@pytest.mark.parametrize("table", KINDS)
def test_triggers_that_are_missing_are_named(table):
    triggers = write_once.triggers_of(table)
    assert triggers.missing(connection) == []
    triggers.unprotect(connection)
    assert triggers.missing(connection) == sorted(triggers.names_on(connection))
