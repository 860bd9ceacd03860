"""Repeatable random draws: each subject of the sample year has its own stream, so that one can change by itself."""

from datetime import date, timedelta
from random import Random


class Chance(Random):
    """Random numbers that are the same on every run, with the draws that a ledger needs."""

    def likely(self, share):
        """True with probability `share`."""
        return self.random() < share

    def day(self, first, last):
        """A random day from `first` to `last`, both included."""
        return first + timedelta(self.randrange((last - first).days + 1))

    def workday(self, first, last):
        """A random day from Monday to Friday, from `first` to `last`."""
        days = [first + timedelta(n) for n in range((last - first).days + 1)]
        return self.choice([day for day in days if day.weekday() < 5])

    def some(self, items, count):
        """`count` of the items, or all of them if there are fewer, in their original order."""
        items = list(items)
        return [items[n] for n in sorted(self.sample(range(len(items)), min(count, len(items))))]


def years_later(day, years):
    """The same day `years` later; 29 February becomes 1 March."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def month(day):
    """The month of a day in the ledger's 年月 format."""
    return day.strftime("%Y-%m")


def yes(flag):
    """A boolean in the ledger's format."""
    return "是" if flag else "否"
