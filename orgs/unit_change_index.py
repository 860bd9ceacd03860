"""The changes of two-new organisations in one workbook: those stored, and those that its rows add."""

from collections import defaultdict
from functools import partial

from yl_district.sheets.cells import text_key

from .models import Unit, UnitChange
from .models.unit_changes import line_of


class UnitChangeIndex:
    """Changes by unit; `stored` is {key: change}."""

    def __init__(self, book):
        self.stored = {change.pk: change for change in book.rows(UnitChange).order_by("pk")}
        book.attach(self.stored.values(), "unit", Unit)
        self._of_unit = defaultdict(list)
        for change in self.stored.values():
            self.add(change)
        self._stated = defaultdict(list)

    def add(self, change):
        """Adds a change, and returns a function that takes it back."""
        own = self._of_unit[id(change.unit)]
        own.append(change)
        return partial(own.remove, change)

    def of_unit(self, unit):
        """The changes of a unit, in no order."""
        return self._of_unit.get(id(unit), [])

    def of_line(self, unit, line):
        """The changes of one line of a unit, by day."""
        return sorted((one for one in self.of_unit(unit) if one.kind in line), key=lambda one: one.sorting_day)

    def others(self, change):
        """The other changes of its line, by day."""
        return [one for one in self.of_line(change.unit, change.line) if one is not change]

    def state(self, name, kind, day):
        """Notes that a row of the file states a change of the unit of this name."""
        self._stated[text_key(name), line_of(kind)].append(day)

    def is_stated(self, unit, line):
        """Whether rows of the file state changes of this line of the unit."""
        return (text_key(unit.name), line) in self._stated

    def last_stated(self, unit, line):
        """The last day of a change of this line of the unit, stated by the file or stored."""
        days = [
            *self._stated[text_key(unit.name), line],
            *(one.happened_on for one in self.of_line(unit, line)),
        ]
        return max((day for day in days if day), default=None)
