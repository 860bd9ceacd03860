"""Measures all figures of a year and their checks against equivalent hand-written SQL, on both databases.

    python benchmarks/figures.py [--members 100000] [--activities 100000] [--sign-ins 1000000] [--runs 5]

Works on throw-away databases: an SQLite file and a PostgreSQL cluster. CPU time includes the process and the database
server. The hand-written SQL (`benchmarks/figure_sql.py`) counts only members, activities and sign-ins, from the head
counts stored on activities; all other registers add to our cost alone. Its results are compared with ours before
measuring.
"""

import argparse
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)]

from benchmarks.metering import Meter  # noqa: E402
from tests.databases import Cluster  # noqa: E402

# Repetitions per measurement, since a small district costs less than the clock's resolution.
IN_A_ROW = 20
# Figures whose first page is measured, and the plain list page to compare with.
PAGES = {
    "members": "/members/",
    "community_members": "/members/",
    "sessions": "/activities/",
    "attendances": "/activities/",
    "sessions.lecture": "/activities/",
    "people_reached": "/members/",
    "education_reach": "/members/",
}


def start_django():
    """Sets Django up on the database of DATABASE_URL."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yl_district.settings")
    import django

    django.setup()


def measure(options):
    """Fills the database of DATABASE_URL, measures it, and prints the results as JSON."""
    start_django()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    roots = [os.getpid(), *options.roots]
    if options.is_small:
        call_command("load_sample_year", stdout=io.StringIO())
        found = small(roots, options.runs)
    else:
        from benchmarks.years import make_year

        committee = make_year(options.members, options.activities, options.sign_ins)
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("VACUUM ANALYZE")
        found = large(committee, roots, options.runs)
    print(json.dumps(found))


def small(roots, runs):
    """Returns the CPU seconds of a year's figures and checks in the sample district."""
    from reports.figures.counting import root_organisation
    from reports.figures.scopes import Scope
    from yl_district.periods import Period

    scope = Scope(root_organisation(), Period.of_year(2017))

    def in_a_row(act):
        for _ in range(IN_A_ROW):
            act(scope)

    acts = {"figures": partial(in_a_row, figures_anew), "figures and checks": partial(in_a_row, figures_and_checks)}
    found = taking_turns(acts, roots, runs)
    return {name: seconds / IN_A_ROW for name, seconds in found.items()}


def figures_anew(scope):
    """Returns the results of all figures of a scope, counted from the registers whatever was kept of them."""
    from django.db import transaction

    from reports.figures.counting import results

    # Within a transaction nothing kept is used.
    with transaction.atomic():
        return results(scope)


def figures_and_checks(scope):
    """Computes all figures of a scope and its checks from the registers; returns the number of findings."""
    from django.db import transaction

    from reports.checks import findings
    from reports.figures.counting import results

    with transaction.atomic():
        return len(findings(scope, results(scope)))


def large(committee, roots, runs):
    """Returns the CPU seconds of figures at the root and a committee, of hand-written SQL, and of first pages."""
    from benchmarks.figure_sql import by_hand
    from benchmarks.years import YEAR
    from orgs.models import Organisation
    from reports.figures.scopes import Scope
    from yl_district.periods import Period

    found = {}
    scopes = {"root": Organisation.objects.get(depth=1), "committee": committee}
    for name, organisation in scopes.items():
        scope = Scope(organisation, Period.of_year(YEAR))
        written = by_hand(scope)
        ours = {key: result.value for key, result in figures_anew(scope).items() if key in written}
        assert ours == written, sorted(set(ours.items()) ^ set(written.items()))
        acts = {
            "figures": partial(figures_anew, scope),
            "by hand": partial(by_hand, scope),
            "figures and checks": partial(figures_and_checks, scope),
        }
        found |= {f"{name}: {act}": cost for act, cost in taking_turns(acts, roots, runs).items()}
    return found | first_pages(committee, roots, runs)


def first_pages(committee, roots, runs):
    """Returns the CPU seconds of the first pages of figures and plain lists, for staff of either organisation."""
    from django.test import Client
    from django.test.utils import setup_test_environment

    from benchmarks.years import YEAR
    from orgs.models import Organisation, Role, User
    from tests.client_sessions import use_secrets

    setup_test_environment()
    use_secrets()
    found = {}
    for name, organisation in {"root": Organisation.objects.get(depth=1), "committee": committee}.items():
        user = User.objects.create_user(name, name="林知秋")
        Role.objects.create(user=user, organisation=organisation, kind=Role.Kind.STAFF)
        client = Client()
        client.force_login(user)

        query = f"?year={YEAR}&organisation={organisation.pk}"
        acts = {f"/figures/{key}/": partial(opened, client, f"/figures/{key}/{query}") for key in PAGES}
        acts |= {address: partial(opened, client, address) for address in sorted(set(PAGES.values()))}
        found |= {f"{name}: {act}": cost for act, cost in taking_turns(acts, roots, runs).items()}
    return found


def opened(client, address):
    """Requests a page, which must answer 200."""
    assert client.get(address).status_code == 200, address


def taking_turns(acts, roots, runs):
    """Returns the median CPU seconds of each function; they alternate, after one warm-up round."""
    costs = {name: [] for name in acts}
    meter = Meter(roots)
    for number in range(runs + 1):
        for name, act in acts.items():
            meter.lap()
            act()
            cost = meter.lap()["cpu"]
            if number:
                costs[name].append(cost)
    meter.stop()
    return {name: median(several) for name, several in costs.items()}


def measured(url, options, roots, *arguments):
    """Runs a measurement in a process of its own on the database at `url`, and returns its results."""
    sizes = [f"--{name}={getattr(options, name.replace('-', '_'))}" for name in ("members", "activities", "sign-ins")]
    child = [sys.executable, __file__, "--measure", f"--runs={options.runs}", *sizes, *arguments]
    child += [f"--roots={root}" for root in roots]
    told = subprocess.run(child, check=True, stdout=subprocess.PIPE, env=os.environ | {"DATABASE_URL": url})
    return json.loads(told.stdout)


def on_sqlite(options):
    """Returns the results on SQLite files."""
    with tempfile.TemporaryDirectory() as folder:
        found = measured(f"sqlite:///{folder}/small.sqlite3", options, (), "--small")
        return found | measured(f"sqlite:///{folder}/large.sqlite3", options, ())


def on_postgresql(options):
    """Returns the results on a PostgreSQL cluster."""
    folder = Path(tempfile.mkdtemp(prefix="yl-"))
    cluster = Cluster(folder)
    cluster.start()
    roots = (cluster.process,)
    try:
        for name in ("small", "large"):
            cluster_command(cluster, f"CREATE DATABASE {name}")
        found = measured(f"postgres://postgres@/{folder}/small", options, roots, "--small")
        return found | measured(f"postgres://postgres@/{folder}/large", options, roots)
    finally:
        cluster.stop()
        shutil.rmtree(folder)


def cluster_command(cluster, statement):
    """Executes a statement on the cluster outside any transaction."""
    import psycopg2

    connection = psycopg2.connect(host=str(cluster.folder), user="postgres", dbname="postgres")
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(statement)
    connection.close()


def table(found):
    """Yields the lines of a table of CPU seconds, with ratios of ours to the hand-written SQL or plain list."""
    yield f"{'CPU s':44}" + "".join(f"{vendor:>14}{'':>10}" for vendor in found)
    for name in next(iter(found.values())):
        yield f"{name:44}" + "".join(cells(name, costs) for costs in found.values())


def cells(name, costs):
    """Returns the table cell of one cost and its ratio to what it is compared with."""
    place, _, act = name.rpartition(": ")
    base = PAGES.get(act.removeprefix("/figures/").removesuffix("/")) or ("by hand" if act == "figures" else None)
    compared = costs.get(f"{place}: {base}") if place else None
    return f"{costs[name]:>14.3f}" + (f"{costs[name] / compared:>9.2f}×" if compared else " " * 10)


def main():
    """Measures both databases and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--members", type=int, default=100_000)
    parser.add_argument("--activities", type=int, default=100_000)
    parser.add_argument("--sign-ins", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--databases", nargs="*", default=["SQLite", "PostgreSQL"], help="SQLite, PostgreSQL")
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--small", dest="is_small", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--roots", type=int, action="append", default=[], help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        measure(options)
        return
    ways = {"SQLite": on_sqlite, "PostgreSQL": on_postgresql}
    found = {vendor: ways[vendor](options) for vendor in options.databases}
    print(f"{options.members:,} members, {options.activities:,} activities, {options.sign_ins:,} sign-ins;", end=" ")
    print(f"the sample district first; median of {options.runs}")
    print("\n".join(table(found)))


if __name__ == "__main__":
    main()
