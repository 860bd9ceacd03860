"""Counters of login attempts, incremented before each password or code is checked.

Of any number of concurrent attempts, only five are therefore checked. The counters are rows of django-axes: one per
account name, whatever the address, and one per browser that has signed in to the account before, so that a stranger's
attempts do not lock out its owner. Passwords and one-time codes of an account are counted apart under the same name,
so that one act lifts the lock of both.
"""

from datetime import timedelta

from axes.models import AccessAttempt
from django.db.models import F
from django.utils import timezone

LIMIT = 5
LOCKED_FOR = timedelta(minutes=15)
KEPT_FOR = timedelta(days=1)
# The address is irrelevant, but axes' unique constraint includes it and a NULL would not be unique.
ANY_ADDRESS = "0.0.0.0"


def use_attempt(name, device=""):
    """Uses up one login attempt; returns False if none is left. A refused attempt does not prolong the lock."""
    now = timezone.now()
    row = AccessAttempt(username=name, user_agent=device, ip_address=ANY_ADDRESS, failures_since_start=0)
    AccessAttempt.objects.bulk_create([row], ignore_conflicts=True)
    counter = counters(name, device)
    if counter.filter(attempt_time__lte=now - LOCKED_FOR).update(failures_since_start=1, attempt_time=now):
        return True
    fresh = counter.filter(failures_since_start__lt=LIMIT)
    return bool(fresh.update(failures_since_start=F("failures_since_start") + 1, attempt_time=now))


def give_back(name, device=""):
    """Gives back an attempt whose password was correct."""
    counters(name, device).filter(failures_since_start__gt=0).update(failures_since_start=F("failures_since_start") - 1)


def reset_attempts(name, device=""):
    """Resets the counter after a successful sign-in, and deletes counters past their retention time."""
    counters(name, device).delete()
    AccessAttempt.objects.filter(attempt_time__lte=timezone.now() - KEPT_FOR).delete()


def lift_locks(name):
    """Resets all counters of an account name: of passwords and codes, of every browser. Returns how many there were."""
    return AccessAttempt.objects.filter(username=name).delete()[0]


def latest_lock(name):
    """Returns the time at which the last lock of an account name ends, or None if nothing is locked."""
    locked = AccessAttempt.objects.filter(username=name, failures_since_start__gte=LIMIT)
    latest = locked.order_by("-attempt_time").values_list("attempt_time", flat=True).first()
    ends = latest and latest + LOCKED_FOR
    return ends if ends and ends > timezone.now() else None


def counter_of_kind(kind, device):
    """Returns the browser of a counter, apart for each kind of secret but passwords, the first to be counted."""
    return device if kind == "password" else f"{kind}:{device}"


def locked_until(name, device=""):
    """Returns the time at which the lock ends, or None if there is no lock."""
    counter = counters(name, device).filter(failures_since_start__gte=LIMIT).first()
    ends = counter and counter.attempt_time + LOCKED_FOR
    return ends if ends and ends > timezone.now() else None


def counters(name, device):
    """Returns the rows of this name's and browser's counter: one at most."""
    return AccessAttempt.objects.filter(username=name, user_agent=device, ip_address=ANY_ADDRESS)


def when_again(until):
    """Returns in words when the next attempt is possible."""
    return f"请在 {timezone.localtime(until):%H:%M} 之后再试。" if until else "请稍后再试。"
