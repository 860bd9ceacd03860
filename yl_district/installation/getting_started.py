"""Whether an installation that was set up in the browser is still beginning, and which steps it leaves out.

Both are facts of the database, which a process asks for only while it knows of a beginning.
"""

from django.db import connection
from django.db.models import Q
from django.urls import reverse

from .facts import FACTS_READ, identity, is_known_demo
from .models import InstallationFact
from .setup_code import facts_now

GETTING_STARTED, LEFT_OUT = "getting_started", "left_out:"


def begin_getting_started():
    """Has the installation be beginning."""
    InstallationFact.objects.get_or_create(name=GETTING_STARTED)
    facts_now()


def steps_left_out():
    """The keys of the steps that are left out, None where the installation has begun; asks at most once."""
    is_known_demo()  # reads the facts where this process has not yet
    if GETTING_STARTED not in FACTS_READ.get(identity(connection), ()):
        return None
    facts = facts_now()
    if GETTING_STARTED not in facts:
        return None
    return {name.removeprefix(LEFT_OUT) for name in facts if name.startswith(LEFT_OUT)}


def leave_out(key):
    """Leaves a step out."""
    InstallationFact.objects.get_or_create(name=f"{LEFT_OUT}{key}")


def take_up(key):
    """Has a step be left out no longer."""
    InstallationFact.objects.filter(name=f"{LEFT_OUT}{key}").delete()


def end_getting_started():
    """Has the installation have begun; no page asks for its steps any more."""
    InstallationFact.objects.filter(Q(name=GETTING_STARTED) | Q(name__startswith=LEFT_OUT)).delete()
    forget()


def forget():
    """Has this process ask no more, as nothing is left to do."""
    FACTS_READ.get(identity(connection), {}).pop(GETTING_STARTED, None)


def where_to_go_on():
    """The address of the steps while the installation is beginning, else ""."""
    return "" if steps_left_out() is None else reverse("getting_started")
