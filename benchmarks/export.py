"""Measures the export of a list of members against plain django-import-export.

    python benchmarks/export.py [--rows 100000] [--rounds 3]

Works on a throw-away SQLite database, or on the empty one that DATABASE_URL names. Each measurement is a separate
process, so that peak memory is its own; the variants alternate, and the table shows medians.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
STOCK, JOINED = "stock xlsx", "stock xlsx, select_related"
OURS = {"list xlsx, masked": "/members/export/", "list csv, masked": "/members/export/?format=csv"}


def start_django():
    """Sets Django up on the database of DATABASE_URL."""
    sys.path[:0] = [str(ROOT)]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yl_district.settings")
    import django

    django.setup()


def fill(rows):
    """Migrates the database, and creates `rows` members and a staff user; exits if it is not empty."""
    from django.core.management import call_command

    from benchmarks.members import make_members
    from members.models import Person
    from orgs.models import Organisation, Role, User

    call_command("migrate", verbosity=0)
    if Person.objects.exists():
        sys.exit("The database that DATABASE_URL names is not empty: the benchmark fills it with invented people.")
    make_members(rows)
    user = User.objects.create_user("staff", name="林知秋")
    Role.objects.create(user=user, organisation=Organisation.objects.get(depth=1), kind=Role.Kind.STAFF)


def stock_export(joins):
    """Returns a function that exports with plain django-import-export; `joins` adds select_related."""
    from import_export.formats.base_formats import XLSX
    from import_export.resources import ModelResource

    from members.models import Member
    from members.resources import MemberResource

    class StockResource(ModelResource):
        class Meta:
            model = Member
            # The ledger sheet's columns.
            fields = [item.attribute for item in MemberResource.columns[:8]]
            fields += ["branch__name", *(item.attribute for item in MemberResource.columns[9:])]

        def get_queryset(self):
            members = super().get_queryset()
            return members.select_related("person", "branch") if joins else members

    return lambda: len(XLSX().export_data(StockResource().export()))


def list_export(address):
    """Returns a function that downloads the list's file as a staff user and returns its size in bytes."""
    from django.test import Client
    from django.test.utils import setup_test_environment

    from orgs.models import User
    from tests.client_sessions import use_secrets

    setup_test_environment()
    use_secrets()
    client = Client()
    client.force_login(User.objects.get(username="staff"))
    client.get("/members/")

    def ask():
        answer = client.get(address)
        return sum(map(len, answer.streaming_content if answer.streaming else [answer.content]))

    return ask


def measure(variant):
    """Prints CPU seconds, peak memory and file size in MB of one variant, run in this process."""
    start_django()
    act = list_export(OURS[variant]) if variant in OURS else stock_export(joins=variant == JOINED)
    begun = time.process_time()
    size = act()
    cpu = time.process_time() - begun
    print(json.dumps([cpu, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, size / 1024**2]))


def measured(variant):
    """Returns CPU seconds, peak memory and file size in MB of one variant, run in a process of its own."""
    child = [sys.executable, __file__, "--measure", variant]
    return json.loads(subprocess.run(child, check=True, stdout=subprocess.PIPE).stdout)


def main():
    """Fills the database, measures every variant in turn and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        measure(options.measure)
        return
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("DATABASE_URL", f"sqlite:///{folder}/db.sqlite3")
        start_django()
        fill(options.rows)
        variants = [STOCK, JOINED, *OURS]
        rounds = [[measured(variant) for variant in variants] for _ in range(options.rounds)]
    from django.db import connection

    print(f"{options.rows} members, {connection.vendor}, median of {options.rounds}")
    print(f"{'':28}{'CPU s':>8}{'peak MB':>9}{'file MB':>9}{'stock / this':>14}")
    medians = [[median(column) for column in zip(*results, strict=True)] for results in zip(*rounds, strict=True)]
    for variant, (cpu, peak, size) in zip(variants, medians, strict=True):
        print(f"{variant:28}{cpu:8.1f}{peak:9.0f}{size:9.1f}{medians[0][0] / cpu:14.1f}")


if __name__ == "__main__":
    main()
