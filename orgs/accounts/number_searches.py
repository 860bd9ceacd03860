"""How many whole numbers an account may look up within an hour, counted before anything is searched for.

Without a limit, whoever sees many masked numbers could find out which of them is whose by trying.
"""

from datetime import timedelta

from axes.models import AccessAttempt
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from yl_district.audit.access_log import Action, record

from . import login_attempts

SEARCH_WINDOW = timedelta(hours=1)
LOOKED_UP, LOOKED_UP_NO_MORE = "按完整号码搜索", "按完整号码搜索，因次数过多未办理"


@transaction.atomic
def use_number_search(request):
    """Uses up one search by number, noted in the access log without the number.

    Returns None, or where none is left the time at which searches go on; the log notes the first refusal of that time.
    """
    now, counter = timezone.now(), counter_of(request.user)
    if counter.filter(attempt_time__lte=now - SEARCH_WINDOW).update(failures_since_start=1, attempt_time=now):
        record(Action.SEARCH, request=request, detail=LOOKED_UP)
        return None
    limit, more = settings.NUMBER_SEARCHES_PER_HOUR, F("failures_since_start") + 1
    if counter.filter(failures_since_start__lt=limit).update(failures_since_start=more):
        record(Action.SEARCH, request=request, detail=LOOKED_UP)
        return None
    if counter.filter(failures_since_start=limit).update(failures_since_start=more):
        record(Action.SEARCH, request=request, detail=LOOKED_UP_NO_MORE)
    return counter.values_list("attempt_time", flat=True).get() + SEARCH_WINDOW


def counter_of(user):
    """Returns the account's counter: one row, which begins with the first search."""
    name = f"numbers searched by {user.pk}"
    row = AccessAttempt(username=name, user_agent="", ip_address=login_attempts.ANY_ADDRESS, failures_since_start=0)
    AccessAttempt.objects.bulk_create([row], ignore_conflicts=True)
    return login_attempts.counters(name, "")
