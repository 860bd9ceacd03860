"""A subtree is found by a range of paths, on both databases."""

import pytest
from django.db import connection

from orgs.models import Organisation
from tests.factories import make_organisation

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def organisation_at(path):
    """An organisation at a path, stored as it is."""
    depth = len(path) // Organisation.steplen
    return Organisation(name=path, path=path, depth=depth, category="branch", domain="community")


def test_a_subtree_is_what_begins_with_its_path():
    paths = ["0001", "00010001", "0001000A", "0001000Z", "000100100001", "000Z", "0010", "0002", "000200010001", "ZZZZ"]
    Organisation.objects.bulk_create(map(organisation_at, paths))
    for one in [*paths, "0003", "Z", "00010"]:
        found = Organisation.objects.filter(path__startswith=one).values_list("path", flat=True)
        assert list(found) == sorted(path for path in paths if path.startswith(one))


def test_a_subtree_is_searched_by_the_index_of_paths():
    root = make_organisation()
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
    plan = Organisation.objects.filter(path__startswith=root.path).order_by().explain()
    ranges = {"sqlite": "(path>? AND path<?)", "postgresql": "Index Cond: (((path)::text >= '0001'::text)"}
    assert ranges[connection.vendor] in plan


def test_paths_are_compared_byte_by_byte():
    Organisation.objects.bulk_create(map(organisation_at, ["000A", "0009", "00Z0"]))
    assert list(Organisation.objects.order_by("path").values_list("path", flat=True)) == ["0009", "000A", "00Z0"]
