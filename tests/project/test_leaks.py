"""No page, file, option list, count or order of a list betrays what belongs to another committee."""

import re

import pytest
from django.db import transaction

from tests.crawl import lasting, pages, said
from tests.viewers import canaries, district, records, shared_people, text_columns, viewers

pytestmark = pytest.mark.django_db

# Those whose roles all lie within the own committee.
BOUND = ["cadre", "hub_operator", "staff", "caseworker", "leader", "administrator", "nobody"]
FOREIGN = re.compile(canaries("foreign"))
# Addresses whose pages name all branches of the district, with the reason.
BRANCHES_NAMED = {
    "/transfer/": "a member may move to any branch; the names of branches are no secret, and nothing else is told",
}
# Columns of text in which no canary is put, with the reason.
WITHOUT_CANARY = {
    "yl_district.AccessEntry": "what the auditor reads is the whole district's",
    "yl_district.ImportBatch": "imports are the office's alone",
    "yl_district.Submission": "digests, which no page shows",
    "orgs.Organisation.path": "a place in the tree",
    "orgs.User.username": "made by the factory; pages show it to administrators beside the name",
    "orgs.User.password": "a hash",
    "orgs.FormerPassword": "hashes",
    "activities.ActivityType": "the district's own list of types, the same for everybody",
    "reports.Target.figure": "the key of a figure",
}


def reason(model, field):
    """Why a column of text has no canary; None where it has to have one."""
    label = model._meta.label
    return WITHOUT_CANARY.get(label) or WITHOUT_CANARY.get(f"{label}.{field.name}")


def told(clients, place, rows, viewer):
    """The foreign canaries that a viewer finds: (address, what was found), and how many pages were looked at."""
    found, count = set(), 0
    with transaction.atomic():
        for address, answer in pages(clients[viewer], place.users[viewer], rows):
            count += 1
            text = said(answer)
            if any(part in address for part in BRANCHES_NAMED):
                text = re.sub(r"<option[^>]*>[^<]*</option>", "", text)
            found |= {(address, canary) for canary in FOREIGN.findall(text)}
        transaction.set_rollback(True)
    return found, count


def whole_district():
    """Viewers and their clients, the own committee's records and the foreign committee's, people known in both."""
    place = district()
    clients = viewers(place)
    own = records(place, "own", place.users["cadre"], place.users["caseworker"])
    foreign = records(place, "foreign")
    shared_people(place, own, foreign)
    return place, clients, own, foreign


def test_every_column_of_text_holds_a_canary_of_either_side():
    whole_district()
    missing = {
        (f"{model._meta.label}.{field.name}", side)
        for model, field in text_columns()
        for side in ("own", "foreign")
        if not reason(model, field)
        and not any(re.search(canaries(side), getattr(row, field.name) or "") for row in model.objects.all())
    }
    assert missing == set()
    print(f"A3: {len(list(text_columns()))} columns of text, each with a canary of either side or a reason")


@pytest.mark.parametrize("viewer", BOUND)
def test_no_page_or_file_holds_a_foreign_canary(viewer):
    place, clients, own, _ = whole_district()
    found, count = told(clients, place, own, viewer)
    print(f"A3: {count} pages and files as {viewer}, {len(found)} foreign canaries")
    assert found == set()


def bodies(clients, place, rows, viewer):
    """What each page and file tells a viewer, by address."""
    with transaction.atomic():
        found = {address: lasting(answer) for address, answer in pages(clients[viewer], place.users[viewer], rows)}
        transaction.set_rollback(True)
    return found


def test_every_page_file_count_and_order_is_the_same_with_and_without_the_foreign_records():
    place = district()
    clients = viewers(place)
    own = records(place, "own", place.users["cadre"], place.users["caseworker"])
    before = {viewer: bodies(clients, place, own, viewer) for viewer in BOUND}
    shared_people(place, own, records(place, "foreign"))
    differing = {
        (viewer, address)
        for viewer in BOUND
        for address, body in bodies(clients, place, own, viewer).items()
        if body != before[viewer].get(address)
    }
    print(f"A3: {sum(map(len, before.values()))} pages and files before and after, {len(differing)} differ")
    assert differing == set()
