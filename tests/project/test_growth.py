"""No page costs more where ten times as many rows are registered that it does not show."""

import re
from contextlib import contextmanager
from time import process_time
from typing import NamedTuple

import pytest
from django.core.management import call_command
from django.db import connection, transaction
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
# Few people hold a post, so that all of them may be listed to see who does.
LISTED = {"members_post"}
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
    address = reverse(page.split()[0])
    client.get(address, PAGES[page])
    answer, statements = looked_at(client, page)
    server, plain, own = server_process(), [], []
    for _ in range(looks):
        # In turn, since the machine is not always as fast.
        plain.append(seconds(server, client.get, reverse(PLAIN_PAGE)))
        own.append(seconds(server, client.get, address, PAGES[page]))
    # Of a form the choices that it lists, of which a list offers fewer where there are many rows to be sorted.
    shown = answer.content.count(b"<tr ") or answer.content.count(b"<option ")
    return Cost(min(own) / min(plain), len(statements), len(answer.content), shown)


def looked_at(client, page):
    """(the answer, the statements executed for it with their parameters) of a look at a page."""
    statements = []

    def note(execute, sql, parameters, *rest):
        statements.append((sql, parameters))
        return execute(sql, parameters, *rest)

    with connection.execute_wrapper(note):
        answer = client.get(reverse(page.split()[0]), PAGES[page])
    assert answer.status_code == 200
    return answer, statements


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
            _, statements = looked_at(client, page)
            for sql, parameters in statements:
                if sql.startswith("SELECT") and (plan := plan_of(sql, parameters)) and reads_whole(plan, sql):
                    found[page, scope] = plan, sql
    return found


def plan_of(sql, parameters):
    """How the database answers a statement: (step, the step that it belongs to, words) of each step."""
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # It reads tables of this size as readily as an index; so only what has none.
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(f"EXPLAIN {sql}", parameters)
            return [(0, 0, words) for (words,) in cursor.fetchall()]
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}", parameters)
        return [(step, parent, words) for step, parent, _, words in cursor.fetchall()]


def reads_whole(plan, sql):
    """Whether a plan reads all of a large register: to sort it, into a list, or without a limit that ends it."""
    aliases = {alias.lower(): table for table, alias in re.findall(r'"(\w+)" (\w+)', sql)}
    words_of = {step: words for step, _, words in plan}
    for _, parent, words in plan:
        name = re.search(r"\b(?:SCAN|Seq Scan on) (\w+)", words)
        table = name and aliases.get(name[1].lower(), name[1])
        if table in LARGE:
            is_listed = "LIST" in words_of.get(parent, "") and table not in LISTED
            is_sorted = any(other == parent and "FOR ORDER BY" in beside for _, other, beside in plan)
            if is_sorted or is_listed or "LIMIT" not in sql:
                return True
    return False


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
        if connection.vendor == "sqlite":
            assert (twin, "root") in read_whole({"root": users["root"]})


@pytest.mark.full
@pytest.mark.cpu(40)
def test_pages_do_not_grow_with_rows_that_they_do_not_show():
    assert_nothing_grows()


@pytest.mark.full
@pytest.mark.postgresql(only=True)
@pytest.mark.cpu(60)
def test_nor_do_they_on_postgresql():
    assert_nothing_grows()
