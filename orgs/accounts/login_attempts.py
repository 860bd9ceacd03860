"""Guesses at passwords and codes, counted before each is looked at: of any number at once only five are.

The counters are rows of django-axes. One belongs to an account's name, whatever the address, and others to each browser
that has signed in to this account before, so that a stranger's guesses do not keep its owner out.
"""

from datetime import timedelta

from axes.models import AccessAttempt
from django.db.models import F
from django.utils import timezone

LIMIT = 5
LOCKED_FOR = timedelta(minutes=15)
KEPT_FOR = timedelta(days=1)
# The address plays no part, but without one the database would not keep the rows apart.
ANY_ADDRESS = "0.0.0.0"


def take(name, device=""):
    """Takes one of the guesses left; False where none is. A refused guess does not prolong the lock."""
    now = timezone.now()
    row = AccessAttempt(username=name, user_agent=device, ip_address=ANY_ADDRESS, failures_since_start=0)
    AccessAttempt.objects.bulk_create([row], ignore_conflicts=True)
    counter = counters(name, device)
    if counter.filter(attempt_time__lte=now - LOCKED_FOR).update(failures_since_start=1, attempt_time=now):
        return True
    fresh = counter.filter(failures_since_start__lt=LIMIT)
    return bool(fresh.update(failures_since_start=F("failures_since_start") + 1, attempt_time=now))


def give_back(name, device=""):
    """What was typed was right, so it was no guess."""
    counters(name, device).filter(failures_since_start__gt=0).update(failures_since_start=F("failures_since_start") - 1)


def forget(name, device=""):
    """Begins to count anew once somebody is in, and clears away what is long over."""
    counters(name, device).delete()
    AccessAttempt.objects.filter(attempt_time__lte=timezone.now() - KEPT_FOR).delete()


def locked_until(name, device=""):
    """When guesses are looked at again, None where they are at once."""
    counter = counters(name, device).filter(failures_since_start__gte=LIMIT).first()
    ends = counter and counter.attempt_time + LOCKED_FOR
    return ends if ends and ends > timezone.now() else None


def counters(name, device):
    """The one row that counts for this name and browser."""
    return AccessAttempt.objects.filter(username=name, user_agent=device, ip_address=ANY_ADDRESS)


def when_again(until):
    """In words, when the next try is looked at."""
    return f"请在 {timezone.localtime(until):%H:%M} 之后再试。" if until else "请稍后再试。"
