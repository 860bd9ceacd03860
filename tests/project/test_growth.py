"""No page costs more where ten times as many rows are registered that it does not show."""

import re
from contextlib import contextmanager
from time import process_time
from typing import NamedTuple

import pytest
from django.core.management import call_command
from django.db import connection
from django.urls import reverse

from benchmarks.registers import make_registers
from members.models import Person
from tests.cpu_times import running_seconds
from tests.pages import browser_of

# Commits, since what is kept from one look to the next is kept of what has been committed.
pytestmark = pytest.mark.django_db(transaction=True)

FEW, MANY = 1_000, 10_000
# So that the fewer members have cadres and branches for full pages as well.
MEMBERS_PER_BRANCH = 10
MOST_TIMES = 1.2
MOST_BYTES = 1.05
LOOKS, MANY_LOOKS = 4, 24
# Beyond the rows that are counted, a list asks for the keys of its page first.
FOR_KEYS = 1
# Registers with a thousand rows and more.
LARGE = {
    "members_person",
    "members_member",
    "members_post",
    "orgs_organisation",
    "orgs_unit",
    "outreach_link",
    "outreach_contact",
    "activities_activity",
    "activities_signin",
}
# Shows no register.
PLAIN_PAGE = "help_list"
PAGES = {
    "member_list": {},
    "member_list sorted": {"sort": "person"},
    "member_list search": {"search": "章一"},
    "post_list": {},
    "organisation_list": {},
    "unit_list": {},
    "link_list": {},
    "contact_list": {},
    "activity_list": {},
    "member_create": {},
    "activity_create": {},
    "home": {},
}


class Cost(NamedTuple):
    """What a look at a page costs: CPU time in times that of a page without registers, queries, bytes; rows shown."""

    times: float
    queries: int
    bytes: int
    rows: int

    def exceeds(self, few):
        """Whether it is more than that of the page in fewer registers; longer numbers have a few more bytes."""
        is_dearer = self.times > MOST_TIMES * few.times or self.bytes > MOST_BYTES * few.bytes
        return self.queries > few.queries + FOR_KEYS or (self.rows == few.rows and is_dearer)


def server_process():
    """The process of PostgreSQL that answers this connection; 0 on SQLite, which has none."""
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]


def costs(users, pages):
    """{(page, scope): Cost} of pages for the users of registers."""
    clients = {scope: browser_of(user) for scope, user in users.items()}
    return {(page, scope): cost(client, page) for scope, client in clients.items() for page in pages}


def cost(client, page, looks=LOOKS):
    """The Cost of a page after the first look at it, by the least CPU time of several."""
    address, statements = reverse(page.split()[0]), []

    def note(execute, sql, *arguments):
        statements.append(sql)
        return execute(sql, *arguments)

    client.get(address, PAGES[page])
    with connection.execute_wrapper(note):
        answer = client.get(address, PAGES[page])
    assert answer.status_code == 200
    server, plain, own = server_process(), [], []
    for _ in range(looks):
        # In turn, since the machine is not always as fast.
        plain.append(seconds(server, client.get, reverse(PLAIN_PAGE)))
        own.append(seconds(server, client.get, address, PAGES[page]))
    shown = len(re.findall(b"<tr |<option ", answer.content))
    return Cost(min(own) / min(plain), len(statements), len(answer.content), shown)


def seconds(server, act, *arguments):
    """The CPU seconds of an act, in this process and the server's."""
    began = process_time() + running_seconds(server)
    act(*arguments)
    return process_time() + running_seconds(server) - began


def read_whole(users):
    """{(page, scope): (plan, statement)} of what reads a large register from its beginning to its end."""
    found = {}
    for scope, user in users.items():
        client = browser_of(user)
        for page in PAGES:
            statements = []

            def note(execute, sql, parameters, *rest, told=statements):
                told.append((sql, parameters))
                return execute(sql, parameters, *rest)

            with connection.execute_wrapper(note):
                client.get(reverse(page.split()[0]), PAGES[page])
            for sql, parameters in statements:
                if sql.startswith("SELECT") and (plan := plan_of(sql, parameters)) and reads_whole(plan, sql):
                    found[page, scope] = plan, sql
    return found


def plan_of(sql, parameters):
    """How the database answers a statement, as text."""
    explain = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
    with connection.cursor() as cursor:
        cursor.execute(f"{explain} {sql}", parameters)
        return "\n".join(str(row[-1]) for row in cursor.fetchall())


def reads_whole(plan, sql):
    """Whether a plan scans a large register, and is not ended by a limit as soon as there are rows enough."""
    names = re.findall(r"(?:SCAN|Seq Scan on|Index Only Scan using \w+ on) (\w+)", plan)
    tables = {dict(re.findall(r'"(\w+)" (\w+)', sql)).get(name, name) for name in names}
    is_sorted = re.search(r"TEMP B-TREE FOR ORDER BY|^\s*(?:->)?\s*Sort ", plan, re.MULTILINE) is not None
    return bool(LARGE & tables) and (is_sorted or "LIMIT" not in sql)


def grown(few, users):
    """What is dearer in the many registers of these users than in few, in words; what seems so is looked at longer."""
    many = costs(users, PAGES)
    for page, scope in few:
        if many[page, scope].exceeds(few[page, scope]):
            many[page, scope] = cost(browser_of(users[scope]), page, MANY_LOOKS)
    return [
        f"{page} {scope}: {many[page, scope]} after {few[page, scope]}"
        for page, scope in few
        if many[page, scope].exceeds(few[page, scope])
    ]


@contextmanager
def without(model, name):
    """Leaves an index of a table out meanwhile."""
    index = next(one for one in model._meta.indexes if one.name == name)
    with connection.schema_editor() as editor:
        editor.remove_index(model, index)
    yield
    with connection.schema_editor() as editor:
        editor.add_index(model, index)


def assert_nothing_grows():
    """Of each page in few and in many registers; and that a page does grow without the index of its order."""
    few = costs(make_registers(FEW, MEMBERS_PER_BRANCH), PAGES)
    call_command("flush", interactive=False, verbosity=0)
    users = make_registers(MANY, MEMBERS_PER_BRANCH)
    assert grown(few, users) == []
    assert read_whole(users) == {}
    twin = "member_list sorted"
    with without(Person, "person_by_name"):
        undone = cost(browser_of(users["root"]), twin)
        assert undone.exceeds(few[twin, "root"])
        assert (twin, "root") in read_whole({"root": users["root"]})


@pytest.mark.cpu(40)
def test_pages_do_not_grow_with_rows_that_they_do_not_show():
    assert_nothing_grows()


@pytest.mark.full
@pytest.mark.postgresql(only=True)
@pytest.mark.cpu(60)
def test_nor_do_they_on_postgresql():
    assert_nothing_grows()
