"""Budgets of guesses per address and in all, beside those of each account, used up before anything is checked.

Checking a password is dear, so that guesses at many accounts would cost what guesses at one do not. Browsers that have
signed in to the account before have only their own counter: nobody else's guesses keep them out. A secret that proves
right costs a tenth of a wrong one, so that an office behind one address gets in.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

from axes.models import AccessAttempt
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from . import login_attempts

WINDOW = timedelta(minutes=15)
WRONG_COSTS, RIGHT_COSTS = 10, 1
GUESSED_PASSWORD, GUESSED_CODE, GUESSED_LINK = "password", "code", "link"
# The network of one subscriber, any of whose addresses the same machine can take.
SUBSCRIBER_BITS = 64


@dataclass(frozen=True)
class Budget:
    """The counter of one address or of everybody for one kind of secret, and how much it holds in a window of time."""

    name: str
    limit: int
    window: timedelta = WINDOW

    @property
    def rows(self):
        """The stored counter: one row at most."""
        return login_attempts.counters(self.name, "")

    def spent_until(self):
        """Returns the time at which the budget is whole again where it is used up, else None."""
        row = self.rows.filter(failures_since_start__gt=self.limit - WRONG_COSTS).first()
        until = row and row.attempt_time + self.window
        return until if until and until > timezone.now() else None

    def take(self):
        """Takes what a wrong guess costs; returns False where too little is left."""
        now = timezone.now()
        row = AccessAttempt(
            username=self.name, user_agent="", ip_address=login_attempts.ANY_ADDRESS, failures_since_start=0
        )
        AccessAttempt.objects.bulk_create([row], ignore_conflicts=True)
        if self.rows.filter(attempt_time__lte=now - self.window).update(
            failures_since_start=WRONG_COSTS, attempt_time=now
        ):
            return True
        left = self.rows.filter(failures_since_start__lte=self.limit - WRONG_COSTS)
        return bool(left.update(failures_since_start=F("failures_since_start") + WRONG_COSTS))

    def is_refused_first(self):
        """Whether a used-up budget refuses for the first time in its window, which is noted."""
        if self.rows.filter(failures_since_start__gt=self.limit).exists():
            return False
        return bool(self.rows.update(failures_since_start=self.limit + WRONG_COSTS))

    def give_back(self):
        """Gives back what a right guess does not cost."""
        taken = self.rows.filter(failures_since_start__gte=WRONG_COSTS)
        taken.update(failures_since_start=F("failures_since_start") - (WRONG_COSTS - RIGHT_COSTS))


class BudgetSpent(Exception):
    """No guess is left; what was taken from other counters meanwhile is taken back."""


def take_from_all(budgets):
    """Takes from each of the budgets, or from none of them; returns None, or when the last that is used up is whole."""
    # Asked without a lock first, as refusing a flood must cost nothing.
    if until := latest_of(budgets):
        return until
    try:
        with transaction.atomic():
            if not all(budget.take() for budget in budgets):
                raise BudgetSpent
    except BudgetSpent:
        return latest_of(budgets) or timezone.now()
    return None


def latest_of(budgets):
    """Returns the time at which all of the budgets have something left, None where they have now."""
    return max(filter(None, (budget.spent_until() for budget in budgets)), default=None)


@dataclass(frozen=True)
class SecretGuess:
    """One try at a secret of the account that `name` counts, from a browser that is known to it by `device` or not."""

    address: str
    name: str
    device: str = ""
    kind: str = GUESSED_PASSWORD

    @property
    def counter(self):
        """The account's own counter, as name and browser."""
        return self.name, login_attempts.counter_of_kind(self.kind, self.device)

    @property
    def budgets(self):
        """The budgets that the guess uses up, in the order in which they are locked; none for a known browser."""
        if self.device:
            return []
        return [
            Budget(f"{self.kind} from {self.address}", settings.GUESSES_PER_ADDRESS * WRONG_COSTS),
            Budget(f"{self.kind} from everywhere", settings.GUESSES_IN_ALL * WRONG_COSTS),
        ]

    def spent_until(self):
        """Returns the time at which all budgets of the guess have something left, None where they have now."""
        return latest_of(self.budgets)

    def use(self):
        """Uses up one guess; returns False if none is left of the account's own or of a budget."""
        # Asked without a lock first, as refusing a flood must cost nothing.
        if self.spent_until():
            return False
        try:
            with transaction.atomic():
                if not all(budget.take() for budget in self.budgets):
                    raise BudgetSpent
                if self.name and not login_attempts.use_attempt(*self.counter):
                    raise BudgetSpent
        except BudgetSpent:
            return False
        return True

    def was_right(self):
        """Gives back what a right secret does not cost."""
        for budget in self.budgets:
            budget.give_back()

    def refusal(self):
        """Returns why there is no guess left, once `use` has said so."""
        spent = {budget: until for budget in self.budgets if (until := budget.spent_until())}
        if spent:
            first = [budget for budget in spent if budget.is_refused_first()]
            return NoGuessLeft(max(spent.values()), is_of_budget=True, is_first=bool(first))
        return NoGuessLeft(login_attempts.locked_until(*self.counter) or timezone.now())


@dataclass(frozen=True)
class NoGuessLeft:
    """Until when guesses are refused.

    - `is_of_budget`: whether a budget of many accounts is used up, instead of the account's own.
    - `is_first`: whether that is the first refusal since it is.
    """

    until: datetime
    is_of_budget: bool = False
    is_first: bool = True

    @property
    def seconds(self):
        """The seconds after which to try again, at least one."""
        return max(1, round((self.until - timezone.now()).total_seconds()))


def guesser(request):
    """Returns the address that a request's guesses are counted by: of IPv6 the subscriber's network."""
    try:
        address = ip_address(request.META.get("REMOTE_ADDR") or "")
    except ValueError:
        return "nowhere"
    if address.version == 4:
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ip_network((address.packed, SUBSCRIBER_BITS), strict=False))
