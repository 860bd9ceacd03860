"""No page costs more where ten times as many rows are registered that it does not show."""

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
LOOKS = 4
# Beyond the rows that are counted, a list asks for the keys of its page first.
FOR_KEYS = 1
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
    """What a look at a page costs, with how many rows it shows."""

    seconds: float
    queries: int
    bytes: int
    rows: int

    def exceeds(self, few):
        """Whether it is more than that of the page in fewer registers; a longer number has a few more bytes."""
        is_dearer = self.seconds > MOST_TIMES * few.seconds or self.bytes > 1.02 * few.bytes
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


def cost(client, page):
    """The least CPU time of several looks at a page after the first, with its queries, bytes and rows."""
    address, statements, spent = reverse(page.split()[0]), [], []

    def note(execute, sql, *arguments):
        statements.append(sql)
        return execute(sql, *arguments)

    client.get(address, PAGES[page])
    with connection.execute_wrapper(note):
        answer = client.get(address, PAGES[page])
    assert answer.status_code == 200
    server = server_process()
    for _ in range(LOOKS):
        began = process_time() + running_seconds(server)
        client.get(address, PAGES[page])
        spent.append(process_time() + running_seconds(server) - began)
    return Cost(min(spent), len(statements), len(answer.content), answer.content.count(b"<tr "))


def grown(few, many):
    """What is dearer in many registers than in few, in words."""
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
    many = costs(users, PAGES)
    assert grown(few, many) == []
    twin = "member_list sorted", "root"
    with without(Person, "person_by_name"):
        undone = costs({"root": users["root"]}, [twin[0]])
    assert undone[twin].exceeds(few[twin])


@pytest.mark.cpu(40)
def test_pages_do_not_grow_with_rows_that_they_do_not_show():
    assert_nothing_grows()


@pytest.mark.full
@pytest.mark.postgresql(only=True)
@pytest.mark.cpu(60)
def test_nor_do_they_on_postgresql():
    assert_nothing_grows()
