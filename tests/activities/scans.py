"""Signing in by a code, as visitors and keepers of an activity do it."""

from datetime import timedelta

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from activities.arrivals import open_code
from tests.forms import answers, shown_form
from tests.pages import confirmed

MOBILE = "13800138000"


def opened(activity, by, with_number=False):
    """The code of an activity, open for an hour."""
    return open_code(activity, timezone.now() + timedelta(hours=1), with_number, by)


def scan(code, name="白露", mobile=MOBILE, client=None, **more):
    """The answer to what a visitor sends by the code, without following where it leads."""
    client = client or Client()
    return client.post(reverse("arrival_create", args=[code.token]), {"name": name, "mobile": mobile} | more)


def rows_of(answer):
    """The rows of the page that confirms: (match, field) by the name as shown."""
    assert answer.status_code == 200
    return {match.arrival.shown_name: (match, field) for match, field, _ in answer.context["form"].rows}


def offered(client, activity):
    """The rows that the page of an activity shows."""
    return rows_of(client.get(reverse("activity_arrivals", args=[activity.pk])))


def decide(client, activity, **choices):
    """The answer to the page that confirms, sent as it is shown but for the choices by the names of the rows."""
    address = reverse("activity_arrivals", args=[activity.pk])
    shown = client.get(address)
    rows, data = rows_of(shown), answers(shown_form(shown))
    data |= {rows[name][1].name: str(getattr(choice, "pk", choice)) for name, choice in choices.items()}
    return confirmed(client, address, data)
