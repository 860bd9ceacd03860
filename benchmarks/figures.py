"""What all figures of a year and their checks cost, beside hand-written SQL that counts the same, on both databases.

    python benchmarks/figures.py [--members 100000] [--activities 100000] [--sign-ins 1000000] [--runs 5]

Works on throw-away databases: a file of SQLite, and a PostgreSQL cluster of its own. CPU time is that of the process
and of the database server together. The hand-written SQL (`benchmarks/figure_sql.py`) counts members, activities and
sign-ins alone, over the head counts kept on the activities; what the other registers cost is ours alone to bear. Its
numbers are compared with ours before anything is measured.
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

# A small district costs less than the clock tells apart: so many times in a row.
IN_A_ROW = 20
# A figure's first page, and the plain list beside it.
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
    """Fills the database of DATABASE_URL, measures it, and prints what was found."""
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
    """CPU seconds of the figures of a year and of its checks in the sample district."""
    from reports.figures.counting import results, root_organisation
    from reports.figures.scopes import Scope
    from yl_district.periods import Period

    scope = Scope(root_organisation(), Period.of_year(2017))

    def in_a_row(act):
        for _ in range(IN_A_ROW):
            act(scope)

    acts = {"figures": partial(in_a_row, results), "figures and checks": partial(in_a_row, figures_and_checks)}
    found = taking_turns(acts, roots, runs)
    return {name: seconds / IN_A_ROW for name, seconds in found.items()}


def figures_and_checks(scope):
    """All figures of a scope and what is to be said of them."""
    from reports.checks import findings
    from reports.figures.counting import results

    return len(findings(scope, results(scope)))


def large(committee, roots, runs):
    """CPU seconds of the figures of the root and of a committee beside hand-written SQL, and of first pages."""
    from benchmarks.figure_sql import by_hand
    from benchmarks.years import YEAR
    from orgs.models import Organisation
    from reports.figures.counting import results
    from reports.figures.scopes import Scope
    from yl_district.periods import Period

    found = {}
    scopes = {"root": Organisation.objects.get(depth=1), "committee": committee}
    for name, organisation in scopes.items():
        scope = Scope(organisation, Period.of_year(YEAR))
        written = by_hand(scope)
        ours = {key: result.value for key, result in results(scope).items() if key in written}
        assert ours == written, sorted(set(ours.items()) ^ set(written.items()))
        acts = {
            "figures": partial(results, scope),
            "by hand": partial(by_hand, scope),
            "figures and checks": partial(figures_and_checks, scope),
        }
        found |= {f"{name}: {act}": cost for act, cost in taking_turns(acts, roots, runs).items()}
    return found | first_pages(committee, roots, runs)


def first_pages(committee, roots, runs):
    """CPU seconds of the first page of each figure's list and of the plain list, for the staff of either place."""
    from django.test import Client
    from django.test.utils import setup_test_environment

    from benchmarks.years import YEAR
    from orgs.models import Organisation, Role, User

    setup_test_environment()
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
    """Opens a page that must be there."""
    assert client.get(address).status_code == 200, address


def taking_turns(acts, roots, runs):
    """The median CPU seconds of each act; all of them take turns, after one turn that nobody measures."""
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
    """What a process of its own found on the database at `url`."""
    sizes = [f"--{name}={getattr(options, name.replace('-', '_'))}" for name in ("members", "activities", "sign-ins")]
    child = [sys.executable, __file__, "--measure", f"--runs={options.runs}", *sizes, *arguments]
    child += [f"--roots={root}" for root in roots]
    told = subprocess.run(child, check=True, stdout=subprocess.PIPE, env=os.environ | {"DATABASE_URL": url})
    return json.loads(told.stdout)


def on_sqlite(options):
    """What was found on files of SQLite."""
    with tempfile.TemporaryDirectory() as folder:
        found = measured(f"sqlite:///{folder}/small.sqlite3", options, (), "--small")
        return found | measured(f"sqlite:///{folder}/large.sqlite3", options, ())


def on_postgresql(options):
    """What was found on a cluster of PostgreSQL."""
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
    """Has the cluster carry out a statement outside any transaction."""
    import psycopg2

    connection = psycopg2.connect(host=str(cluster.folder), user="postgres", dbname="postgres")
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(statement)
    connection.close()


def table(found):
    """The CPU seconds as a table, ours with how many times they are those of the hand-written SQL or plain list."""
    yield f"{'CPU s':44}" + "".join(f"{vendor:>14}{'':>10}" for vendor in found)
    for name in next(iter(found.values())):
        yield f"{name:44}" + "".join(cells(name, costs) for costs in found.values())


def cells(name, costs):
    """One cost, and its share of what it is compared with."""
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
