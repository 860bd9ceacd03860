"""Helpers for tests of pages: a district with two users, and submitting and reading pages."""

from random import Random
from types import SimpleNamespace
from urllib.parse import urlsplit

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import resolve, reverse
from django.utils.html import escape

from orgs.models import Role

from .factories import make_organisation, make_user


def some_of(pages, lot, config, number=1):
    """So many of the pages, drawn by lot; with --full all of them."""
    return pages if config.getoption("full") else Random(lot).sample(pages, number)


def two_branches():
    """A district with the branches `here` and `there`; `office` browses as committee staff, `cadre` as here's cadre."""
    root = make_organisation("清河地区团工委", category="working_committee", domain="office")
    here, there = make_organisation("柳林社区团支部", root), make_organisation("槐荫社区团支部", root)
    staff, cadre = make_user("林知秋", root), make_user("陆远", here, Role.Kind.CADRE)
    return SimpleNamespace(
        root=root,
        here=here,
        there=there,
        staff=staff,
        branch_cadre=cadre,
        office=browser_of(staff),
        cadre=browser_of(cadre),
    )


def browser_of(user):
    """A client that is signed in as `user`."""
    client = Client()
    client.force_login(user)
    return client


def status(client, url_name, *args):
    """The status of the page's answer."""
    return client.get(reverse(url_name, args=args)).status_code


def page(client, url_name, *args, **query):
    """The text of a page that was found."""
    response = client.get(reverse(url_name, args=args), query)
    assert response.status_code == 200
    return response.content.decode()


def answer_of_file(client, address):
    """The answer of an address that hands out a file, to which a whole list is handed out for a reason."""
    is_whole = resolve(urlsplit(address).path).url_name.endswith("_full_export")
    return client.post(address, {"reason": "上级核查"}) if is_whole else client.get(address)


def listed(client, url_name, **query):
    """The first words of the rows that a list shows."""
    response = client.get(reverse(url_name), query)
    assert response.status_code == 200
    table = response.context["table"]
    return [row.get_cell_value(table.columns.names()[0]) for row in table.paginated_rows]


def confirmation(answer):
    """What confirms the announcement on a page of what would be moved in closed years; empty without one."""
    announced = answer.context and getattr(answer.context.get("form"), "announced", "")
    return {"announced": announced, "correction_reason": "原来填错"} if announced else {}


def confirmed(client, address, data, **options):
    """The answer to a form, which is sent again with a reason where it announces what it would move."""
    answer = client.post(address, data, **options)
    more = confirmation(answer)
    return client.post(address, data | more, **options) if more else answer


def send(client, url_name, *args, **data):
    """Posts a form that must be taken, what it announces confirmed; the answer is the page it leads to."""
    response = confirmed(client, reverse(url_name, args=args), data, follow=True)
    form = response.context.get("form")
    assert response.redirect_chain, form and form.errors
    assert response.status_code == 200
    return response


def refused(client, url_name, *args, **data):
    """Posts a form that must be refused with everything typed kept; the answer is its errors in words by field."""
    response = client.post(reverse(url_name, args=args), data)
    assert response.status_code == 200
    form, text = response.context["form"], response.content.decode()
    for name, value in data.items():
        assert hasattr(form.fields.get(name), "queryset") or escape(value) in text
    assert form.errors
    for message in (message for messages in form.errors.values() for message in messages):
        assert escape(message) in text
    return {name: "".join(messages) for name, messages in form.errors.items()}


def queries(client, url_name, *args, **query):
    """The number of queries of a page."""
    with CaptureQueriesContext(connection) as captured:
        assert client.get(reverse(url_name, args=args), query).status_code == 200
    return asked(captured)


def asked(captured):
    """The number of captured queries, but for those by which a session notes its use and what was opened lately."""
    notes = ("django_session", "SAVEPOINT", "busy_timeout", "lock_timeout")
    return len([query for query in captured if not any(note in query["sql"] for note in notes)])
