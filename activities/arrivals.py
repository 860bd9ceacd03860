"""How visitors sign in by an activity's code: opened by the host, counted by budgets, kept until it is confirmed."""

import secrets
from datetime import datetime, time, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from orgs.accounts.guess_budgets import WRONG_COSTS, Budget, take_from_all

from .models import Activity, Arrival, SignInCode

SCAN_WINDOW = timedelta(hours=1)
# Of ten thousand numbers so many may be tried at one code in an hour.
NUMBERS_TRIED = 100
NO_PLACE = "名额已满，没有收到您的报名；已经报过名的不受影响。"
WRONG_NUMBER = "现场码不正确，请看会场屏幕上或工作人员出示的四位数字。"


class TooManyScans(Exception):
    """A budget is used up until the time `until`."""

    def __init__(self, until):
        super().__init__()
        self.until = until


def scanned_for(activity):
    """Returns in a word what visitors do by the code at present: sign up before the day, sign in on it."""
    return "报名" if activity.is_ahead_of(timezone.localdate()) else "签到"


@transaction.atomic
def open_code(activity, closes_at, with_number, by):
    """Returns the activity's code, open until then; one that is open keeps its token, so that prints stay good."""
    lock_activity(activity.pk)
    forget_arrivals(timezone.now())
    now = timezone.now()
    code = SignInCode.objects.filter(activity=activity).first() or SignInCode(activity=activity, closes_at=now)
    if not code.is_open_at(now):
        code.renew()
        code.opened_at, code.opened_by = now, by
    code.choose_number(with_number)
    code.closes_at = closes_at
    code.save()
    return code


def close_code(activity):
    """Closes the activity's code at once; returns whether it was open."""
    now = timezone.now()
    return bool(SignInCode.objects.open_at(now).filter(activity=activity).update(closes_at=now))


def end_of_hour(hour, day):
    """Returns the moment at which an hour of the day begins, for 24 that at which the day ends."""
    return timezone.make_aware(datetime.combine(day, time())) + timedelta(hours=hour)


def leave_arrival(code, said, number, address):
    """Keeps what a visitor from `address` says of themselves, once for each name and mobile number.

    Nobody is looked up, and whether the same was left before makes no difference to what is done. Raises
    ValidationError for a wrong number and where no place is left, and TooManyScans where a budget is used up.
    """
    if code.number:
        check_number(code, number, address)
    take_or_refuse(
        [
            Budget(f"scans of activity {code.activity_id}", settings.SCANS_PER_ACTIVITY * WRONG_COSTS, SCAN_WINDOW),
            Budget(f"scans from {address}", settings.SCANS_PER_ADDRESS * WRONG_COSTS, SCAN_WINDOW),
        ]
    )
    arrival = Arrival(activity_id=code.activity_id, **said)
    if code.activity.is_ahead_of(timezone.localdate()):
        sign_up(arrival)
    else:
        come(arrival)


@transaction.atomic
def sign_up(arrival):
    """Keeps who is going to come; raises ValidationError where no place is left, whoever it is."""
    places = lock_activity(arrival.activity_id)
    if places is not None and places_taken(arrival.activity_id) >= places:
        raise ValidationError(NO_PLACE)
    arrival.signed_up_at = timezone.now()
    Arrival.objects.bulk_create([arrival], ignore_conflicts=True)


def lock_activity(key):
    """Locks an activity until the end of the transaction; returns its number of places."""
    found = Activity.objects.select_for_update(no_key=True).filter(pk=key).values_list("places", flat=True)
    return found.first()


def places_taken(key):
    """Returns the number of those who have signed up for an activity."""
    return Arrival.objects.filter(activity=key).signed_up().count()


@transaction.atomic
def come(arrival):
    """Keeps who has come, or that somebody who had signed up has."""
    arrival.left_at = timezone.now()
    Arrival.objects.bulk_create([arrival], ignore_conflicts=True)
    same = {name: getattr(arrival, name) for name in ("activity_id", "name_index", "mobile_index")}
    Arrival.objects.filter(left_at=None, **same).update(left_at=arrival.left_at)


def check_number(code, number, address):
    """Raises ValidationError unless the number is that of the code; counted before it is looked at."""
    budgets = [
        Budget(f"sign-in numbers of activity {code.activity_id}", NUMBERS_TRIED * WRONG_COSTS, SCAN_WINDOW),
        Budget(f"sign-in numbers from {address}", settings.GUESSES_PER_ADDRESS * WRONG_COSTS),
    ]
    take_or_refuse(budgets)
    if not secrets.compare_digest(number.encode(), code.number.encode()):
        raise ValidationError({"number": WRONG_NUMBER})
    for budget in budgets:
        budget.give_back()


def take_or_refuse(budgets):
    """Takes from each of the budgets; raises TooManyScans where one is used up."""
    if until := take_from_all(budgets):
        raise TooManyScans(until)


def forget_arrivals(now):
    """Erases what visitors left and whose time is over, and codes long closed; returns how many rows were erased.

    What nobody has confirmed goes altogether; of the others it stays that somebody came.
    """
    due = Arrival.objects.due(timezone.localdate(now))
    gone, _ = due.pending().delete()
    SignInCode.objects.past(now).delete()
    return gone + due.filter(name_index__isnull=False).erase_wholly()
