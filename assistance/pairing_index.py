"""Pairings by case, in one workbook."""

from collections import defaultdict
from datetime import date

from yl_district.sheets.columns import key_of

from .models import Pairing


class PairingIndex:
    """The pairings stored, and those that the sheet of assisted youths begins."""

    def __init__(self, book):
        self._of_case = defaultdict(list)
        for pairing in Pairing.objects.select_related("volunteer").order_by("pk"):
            self._of_case[pairing.youth_id].append(pairing)

    def learn(self, pairing):
        """Adds a pairing that has just been begun."""
        self._of_case[key_of(pairing.youth)].append(pairing)

    def on(self, case, day):
        """Returns the pairing to which a visit on `day` belongs: the latest begun by then, else the first; or None."""
        pairings = sorted(self._of_case[key_of(case)], key=lambda one: one.started_on or date.min)
        begun = [one for one in pairings if not one.started_on or one.started_on <= day]
        return next(iter([*reversed(begun), *pairings]), None)
