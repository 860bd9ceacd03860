"""The migrations that seal whose a case is, on rows that name people plainly."""

import pytest
from django.db import connection

from activities.models import SignIn
from assistance.models import AssistedYouth, CaseGrant, Scholarship
from reports.models import PlatformEntry
from tests.migrating import latest_but, migrate
from yl_district.privacy import sealed_links

BEFORE = {
    "assistance": "0007_birth_dates_as_known",
    "activities": "0007_names_in_pinyin_order",
    "outreach": "0004_served_orders",
    "reports": "0008_demos_of_before",
}
PERSON, NAME = 7_000_000_001, "白露生"
TABLES = ["assistance_assistedyouth", "assistance_casegrant", "assistance_scholarship", "reports_platformentry"]

pytestmark = [pytest.mark.full, pytest.mark.both, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def former():
    """The models with plain foreign keys, in a database migrated back to that state, and to the latest afterwards."""
    yield migrate(latest_but(BEFORE))
    migrate()


def told():
    """The tables of cases, and those of their histories, that name the person."""
    found = []
    with connection.cursor() as cursor:
        for table in [*TABLES, *(table.replace("_", "_historical") for table in TABLES)]:
            cursor.execute(f"SELECT * FROM {table}")
            rows = str(cursor.fetchall())
            found += [table] if str(PERSON) in rows or NAME in rows else []
    return found


def fill(former, number):
    """Rows of a case, and states of them, as they were written before; the first of several people."""
    model = former.get_model
    person = model("members", "Person").objects.create(pk=PERSON, name=NAME)
    others = [model("members", "Person")(name=f"章程{each}") for each in range(number)]
    others = model("members", "Person").objects.bulk_create(others)
    facts = {"category": "branch", "domain": "community", "path": "0001", "depth": 1}
    place = model("orgs", "Organisation").objects.create(name="柳林社区团支部", **facts)
    user = model("orgs", "User").objects.create(username="gean")
    for each in (person, *others):
        days = {"registered_on": "2017-01-05"}
        rows = [
            model("assistance", "AssistedYouth")(person_id=each.pk, organisation_id=place.pk, needs="", **days),
            model("assistance", "Scholarship")(student_id=each.pk, year=2017, status="applied"),
            model("assistance", "CaseGrant")(
                user=user,
                name=each.name,
                birth_date="2008-05",
                organisation=place,
                person_id=each.pk,
                reason="走访",
            ),
            model("reports", "PlatformEntry")(
                platform="平台", subject="assisted_youth", person_id=each.pk, entered_on="2017-05-04"
            ),
        ]
        for row in rows:
            row.save()
            columns = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
            history = {"history_date": "2017-05-04T00:00:00Z", "history_type": "+"}
            model(row._meta.app_label, f"Historical{row._meta.object_name}").objects.create(**columns, **history)
    activity_type, _ = model("activities", "ActivityType").objects.get_or_create(
        key="sports", defaults={"name": "文体"}
    )
    activity = model("activities", "Activity").objects.create(
        name="健步走", basis="unrecorded", held_on="2017-04-08", type=activity_type
    )
    model("activities", "SignIn").objects.create(activity=activity, person=person, capacity="assisted_youth")


def test_rows_that_name_people_plainly_are_sealed_and_can_be_told_again(former, monkeypatch):
    monkeypatch.setattr(sealed_links, "REWRITE_BATCH", 2)
    fill(former, 4)
    plain = sorted([*TABLES, *(table.replace("_", "_historical") for table in TABLES)])
    assert sorted(told()) == plain

    migrate()
    assert told() == []
    for model, name in ((AssistedYouth, "person"), (Scholarship, "student"), (CaseGrant, "person")):
        for rows in (model.objects, model.history):
            assert [str(getattr(row, name)) for row in rows.order_by("id")][:2] == [NAME, "章程0"]
            assert rows.filter(**{name: PERSON}).count() == 1
    grant = CaseGrant.objects.get(person=PERSON)
    assert (grant.name, str(grant.birth_date)) == (NAME, "2008-05")
    assert PlatformEntry.objects.get(youth=PERSON).record.name == NAME
    assert [row.youth_id for row in PlatformEntry.history.filter(youth=PERSON)] == [PERSON]
    assert SignIn.objects.get().capacity == "assisted_youth"

    migrate(latest_but(BEFORE))
    assert sorted(told()) == plain
