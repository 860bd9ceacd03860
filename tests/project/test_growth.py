"""No page costs more where ten times as many rows are registered that it does not show."""

from time import process_time

import pytest
from django.db import connection, transaction
from django.urls import reverse

from benchmarks.registers import make_registers
from tests.cpu_times import running_seconds
from tests.pages import browser_of

pytestmark = [pytest.mark.both, pytest.mark.django_db]

FEW, MANY = 1_000, 10_000
MOST_TIMES = 1.2
LOOKS = 5
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


class Undone(Exception):
    """Ends a transaction without a trace."""


def server_process():
    """The process of PostgreSQL that answers this connection; 0 on SQLite, which has none."""
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]


def costs(members, pages, without=""):
    """{(page, scope): (CPU seconds, queries, bytes)} of pages in registers of this size, without the index named."""
    found = {}
    try:
        with transaction.atomic():
            users = make_registers(members)
            with connection.cursor() as cursor:
                cursor.execute(f"DROP INDEX {without}" if without else "SELECT 1")
            for scope, user in users.items():
                client = browser_of(user)
                for page in pages:
                    found[page, scope] = cost(client, page)
            raise Undone
    except Undone:
        return found


def cost(client, page):
    """The least CPU time of several looks at a page, with its queries and bytes."""
    address, statements, spent = reverse(page.split()[0]), [], []

    def note(execute, sql, *arguments):
        statements.append(sql)
        return execute(sql, *arguments)

    with connection.execute_wrapper(note):
        answer = client.get(address, PAGES[page])
    assert answer.status_code == 200
    server = server_process()
    for _ in range(LOOKS):
        began = process_time() + running_seconds(server)
        client.get(address, PAGES[page])
        spent.append(process_time() + running_seconds(server) - began)
    return min(spent), len(statements), len(answer.content)


def grown(few, many):
    """The pages that cost more than MOST_TIMES the CPU time, more queries, or more bytes than a longer number has."""
    return [
        f"{page} {scope}: {many[page, scope]} after {few[page, scope]}"
        for page, scope in few
        if many[page, scope][0] > MOST_TIMES * few[page, scope][0]
        or many[page, scope][1] > few[page, scope][1]
        or many[page, scope][2] > 1.02 * few[page, scope][2]
    ]


@pytest.mark.cpu(40)
def test_pages_do_not_grow_with_rows_that_they_do_not_show():
    assert grown(costs(FEW, PAGES), costs(MANY, PAGES)) == []


@pytest.mark.cpu(15)
def test_twin_a_page_grows_without_the_index_of_its_order():
    page = ["member_list sorted"]
    assert grown(costs(FEW, page), costs(MANY, page, without="person_by_name")) != []
