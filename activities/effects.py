"""What follows from a list of who came once it is confirmed, besides its number of people.

Each kind is a ListEffect that an app above this one adds. What a kind writes is derived: it is settled anew whenever
the list changes, and gone once the list is open again.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from .models import Activity

EFFECTS: list[ListEffect] = []


class ListEffect:
    """One kind of what follows from a confirmed list."""

    def offer(self, form: Any) -> None:
        """Adds to the form that confirms the list of `form.activity` what its user may choose."""

    def confirm(self, activity: Activity, user: Any, chosen: dict[str, Any]) -> None:
        """Keeps what the user chose on that form."""

    def confirm_as_proposed(self, activity: Activity) -> None:
        """Keeps what is proposed on that form to somebody who sees everything."""

    def settle(self, activities: Collection[int]) -> None:
        """Writes what follows from the lists of the activities with these keys, and takes away what no longer does."""

    def reopen(self, activity: Activity, user: Any) -> None:
        """Takes back, once the list is open again, what only the user may take back."""

    def log_view(self, activity: Activity, request: Any) -> None:
        """Logs what a page on the list has shown to its user, where that has to be logged."""

    def taken_back(self, activity: Activity, user: Any) -> list[str]:
        """What goes once the list is open again, a line each, as far as the user may see it."""
        return []


def add_effect(effect: ListEffect) -> None:
    """Has lists that are confirmed from now on have this effect as well."""
    EFFECTS.append(effect)


def settle_effects(activities: Collection[int]) -> None:
    """Writes every effect of the lists of the activities with these keys."""
    for effect in EFFECTS:
        effect.settle(activities)
