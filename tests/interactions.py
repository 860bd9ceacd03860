"""Counts what somebody does at a page, for the table of tasks in `docs/tasks.md`."""

import re
from pathlib import Path

from django.conf import settings

TABLE = Path(settings.BASE_DIR, "docs", "tasks.md")


class Hand:
    """Somebody at a page, each of whose taps, filled fields, chosen options and chosen files is counted as one."""

    def __init__(self, page):
        self.page, self.count = page, 0

    def press(self, place):
        """Presses a place once."""
        self.count += 1
        place.click()

    def press_named(self, role, name):
        """Presses the first thing with this role and name, a text or a pattern."""
        exact = {"exact": True} if isinstance(name, str) else {}
        self.press(self.page.get_by_role(role, name=name, **exact).first)

    def fill(self, place, text):
        """Fills a field."""
        self.count += 1
        place.fill(text)

    def choose(self, place, label):
        """Chooses an option of a select."""
        self.count += 1
        place.select_option(label=label)

    def give_file(self, place, path):
        """Gives a file to a field."""
        self.count += 1
        place.set_input_files(path)


def told_count(task):
    """How many interactions the table tells for a task; None where it has no such row."""
    found = re.search(rf"^\|[^|]*\| {re.escape(task)} \|[^|]*\| (\d+) \|$", TABLE.read_text("utf-8"), re.MULTILINE)
    return found and int(found[1])


def told_tasks():
    """The tasks of the table."""
    rows = re.findall(r"^\|[^|]*\| ([^|]*) \|[^|]*\| \d+ \|$", TABLE.read_text("utf-8"), re.MULTILINE)
    return [row.strip() for row in rows]
