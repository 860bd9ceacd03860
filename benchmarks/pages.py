"""Measures what pages cost for registers of several sizes, for three scopes, on both databases.

    python benchmarks/pages.py [--rows 10000 100000] [--database sqlite postgresql] [--pages NAME ...] [--json]

Works on throw-away databases. Each page is asked for once, then in three rounds of several times each (`--runs`), of
which the least is told; CPU time includes the process and the database server. The bare page counts the members and
shows 25 of them through a plain template, without anything of this product around it. A page that a scope may not open
is left out, and so is one that begins elsewhere and sends its reader there.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)]

from tests.cpu_times import cpu_seconds_below  # noqa: E402
from tests.databases import KEYS, KINDS  # noqa: E402

# A page slower than this is asked for once only.
SLOW = 2
# Of so many rounds of runs the one that was disturbed least is told.
ROUNDS = 3
OTHERS = ("home", "comparison", "summary_detail", "summary_poster", "reminders", "search")
FIGURE_PAGES = {"figure_members": "members", "figure_sessions": "sessions", "figure_people_reached": "people_reached"}
# What is asked of lists and of the search besides their first page.
ASKED = {
    "member_list_search": ("member_list", {"search": "zyq"}),
    "member_list_name": ("member_list", {"search": "章一"}),
    "member_list_number": ("member_list", "identity_number"),
    "member_list_digits": ("member_list", "mobile"),
    "member_list_sorted": ("member_list", {"sort": "person"}),
    "member_list_deep": ("member_list", {"page": "20"}),
    "activity_list_search": ("activity_list", {"search": "第7期"}),
    "organisation_list_search": ("organisation_list", {"search": "春晖第1"}),
    "search_name": ("search", {"search": "章一"}),
}


def start_django():
    """Sets Django up on the database of DATABASE_URL."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yl_district.settings")
    import django

    django.setup()


def measure(options):
    """Fills the database of DATABASE_URL, and prints what each page costs as JSON."""
    start_django()
    from benchmarks.registers import make_registers
    from tests.client_sessions import use_secrets

    use_secrets()
    users = make_registers(options.rows[0])
    print(json.dumps(costs_of_pages(users, options), ensure_ascii=False))


def costs_of_pages(users, options):
    """{page: {scope: its costs}} of the pages that each user may open."""
    from django.test import Client

    found = {}
    for scope, user in users.items():
        client = Client(SERVER_NAME="localhost")
        client.force_login(user)
        for name, ask in asked_by(user, client):
            if not options.pages or name in options.pages:
                with suppress(SentElsewhere):
                    found.setdefault(name, {})[scope] = costs(ask, options)
    return found


def asked_by(user, client):
    """Yields (name, function that asks for the page) of each page that the user may open, the bare one first."""
    from django.urls import reverse

    from members.models import Member

    yield "bare", bare_page(user)
    for name in (*lists_and_forms(), *OTHERS):
        if user.may_open(name):
            yield name, page(client, reverse(name))
    for name, key in FIGURE_PAGES.items():
        yield name, page(client, reverse("figure_detail", args=[key]))
    one = Member.objects.visible_to(user).select_related("person").order_by("-pk").first()
    whole = {"identity_number": one.person.identity_number, "mobile": one.person.mobile[-4:]}
    for name, (listed, query) in ASKED.items():
        if user.may_open(listed):
            given = query if isinstance(query, dict) else {"search": whole[query]}
            # The one search takes what is typed in the body of a form.
            yield name, page(client, reverse(listed), given, client.post if listed == "search" else client.get)


def lists_and_forms():
    """The URL names of all lists and forms that need no record."""
    from django.urls import NoReverseMatch, reverse

    from orgs.access import ACCESS

    for name in ACCESS:
        if name.endswith(("_list", "_create")):
            with suppress(NoReverseMatch):
                reverse(name)
                yield name


class SentElsewhere(Exception):
    """The page redirects."""


def page(client, address, query=None, way=None):
    """A function that asks for a page, which must answer 200, and returns its content; raises SentElsewhere."""

    def ask():
        response = (way or client.get)(address, query or {})
        if response.status_code == 302:
            raise SentElsewhere
        assert response.status_code == 200, (address, response.status_code)
        return response.content

    return ask


def bare_page(user):
    """A function that returns 25 of the members that the user sees and their number, through a plain template."""
    from django.template import Context, Template

    from members.models import Member

    template = Template(
        "<p>{{ number }}</p>{% for one in members %}<p>{{ one.person.name }} {{ one.branch }} "
        '{{ one.roll_begin|date:"Y-m-d" }}</p>{% endfor %}'
    )

    def ask():
        rows = Member.objects.visible_to(user).select_related("person", "branch")
        return template.render(Context({"number": rows.count(), "members": rows[:25]})).encode()

    return ask


def costs(ask, options):
    """CPU milliseconds, number of queries and kB of a page."""
    from django.db import connection

    statements = []

    def note(execute, sql, *arguments):
        statements.append(sql)
        return execute(sql, *arguments)

    began = time.perf_counter()
    with connection.execute_wrapper(note):
        content = ask()
    is_slow = time.perf_counter() - began > SLOW
    runs = 1 if is_slow else options.runs
    used = min(seconds_of(ask, runs, options.roots) for _ in range(1 if is_slow else ROUNDS))
    return {"cpu_ms": round(1000 * used, 1), "queries": len(statements), "kb": round(len(content) / 1000, 1)}


def seconds_of(ask, runs, roots):
    """The CPU seconds of one of several runs."""
    before = spent(roots)
    for _ in range(runs):
        ask()
    return (spent(roots) - before) / runs


def spent(roots):
    """The CPU seconds of this process and of the database server until now."""
    return time.process_time() + cpu_seconds_below(*roots)


def environment(database):
    """The environment of a process that works on a database."""
    return KEYS | os.environ | {"DATABASE_URL": database.url}


def measured(database, rows, options):
    """Returns what a process of its own measures on a database."""
    child = [sys.executable, __file__, "--measure", f"--rows={rows}", f"--runs={options.runs}"]
    server = getattr(database, "process", None)
    child += [f"--roots={server}"] if server else []
    child += ["--pages", *options.pages] if options.pages else []
    told = subprocess.run(child, check=True, stdout=subprocess.PIPE, env=environment(database))
    return json.loads(told.stdout)


def on_database(kind, rows, options):
    """Returns the costs on a throw-away database, migrated as for the tests."""
    folder = Path(tempfile.mkdtemp(prefix="yl-"))
    database = KINDS[kind](folder)
    try:
        if not database.start():
            migrate = [sys.executable, ROOT / "manage.py", "migrate", "--verbosity=0"]
            subprocess.run(migrate, check=True, env=environment(database))
            database.keep()
        return measured(database, rows, options)
    finally:
        database.stop()
        shutil.rmtree(folder)


def table(found):
    """Yields the lines of a table: a page and scope in each, with milliseconds, queries and kB of each size."""
    columns = [(database, rows) for database, sizes in found.items() for rows in sizes]
    yield f"{'CPU ms, queries, kB':36}" + "".join(f"{f'{database} {rows:,}':>28}" for database, rows in columns)
    first = found[columns[0][0]][columns[0][1]]
    for name, scopes in first.items():
        for scope in scopes:
            cells = (found[database][rows].get(name, {}).get(scope) for database, rows in columns)
            yield f"{name} {scope}".ljust(36) + "".join(cell(each) for each in cells)


def cell(costs_of_page):
    """One cell of the table."""
    if not costs_of_page:
        return f"{'–':>28}"
    return "{cpu_ms:>14,.1f}{queries:>6}{kb:>8,.1f}".format(**costs_of_page)


def main():
    """Measures the databases and sizes asked for, and prints the table or JSON."""
    # The product refuses to run on files that others can read.
    os.umask(0o077)
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, nargs="*", default=[10_000, 100_000])
    parser.add_argument("--database", nargs="*", choices=KINDS, default=list(KINDS))
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--pages", nargs="*", default=[], help="only pages of these names")
    parser.add_argument("--json", action="store_true", help="one line for the first database and size")
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--roots", type=int, action="append", default=[], help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        measure(options)
        return
    found = {name: {rows: on_database(name, rows, options) for rows in options.rows} for name in options.database}
    if options.json:
        print(json.dumps(found[options.database[0]][options.rows[0]], ensure_ascii=False))
    else:
        print("\n".join(table(found)))


if __name__ == "__main__":
    main()
