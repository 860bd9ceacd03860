"""Repeatable chance: every theme of the sample year draws from a stream of its own, so that one can change alone."""

from datetime import date, timedelta
from random import Random


class Chance(Random):
    """Random numbers that are the same on every run, and the draws that a ledger needs."""

    def likely(self, share):
        """True in `share` of all draws."""
        return self.random() < share

    def day(self, first, last):
        """Some day from `first` to `last`, both included."""
        return first + timedelta(self.randrange((last - first).days + 1))

    def workday(self, first, last):
        """Some day from Monday to Friday within the two days."""
        days = [first + timedelta(n) for n in range((last - first).days + 1)]
        return self.choice([day for day in days if day.weekday() < 5])

    def some(self, items, count):
        """`count` of the items, or all of them where there are fewer, in the items' own order."""
        items = list(items)
        return [items[n] for n in sorted(self.sample(range(len(items)), min(count, len(items))))]


def years_later(day, years):
    """The same day `years` later; 29 February becomes 1 March."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def month(day):
    """A day as the ledger writes a 年月."""
    return day.strftime("%Y-%m")


def yes(flag):
    """A flag as the ledger writes it."""
    return "是" if flag else "否"
