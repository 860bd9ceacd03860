"""Faults and how they are planted in a checkout."""

import ast
import os
from dataclasses import dataclass
from pathlib import Path


class Stale(Exception):
    """The fault's old text is missing or ambiguous, or the result is not valid Python."""


@dataclass(frozen=True)
class Fault:
    """A fault: `new` replaces `old`, and `tests` should notice.

    `old` occurs once in the file, or `nth` selects an occurrence; `tests` are separated by spaces. `explained` gives
    the reason why nothing can notice a fault that may survive.
    """

    name: str
    file: str
    old: str
    new: str
    tests: str
    nth: int = 0
    database: str = "sqlite"
    explained: str = ""

    @property
    def is_in_triggers(self):
        """Whether the fault takes effect only in a database whose triggers were created with it."""
        return self.file in TRIGGERS

    def applied(self, text):
        """Returns the file's text with the fault planted; raises Stale."""
        count = text.count(self.old)
        if count < max(self.nth, 1) or (count > 1 and not self.nth):
            raise Stale(f"{self.name}: the old text is found {count} times in {self.file}")
        parts = text.split(self.old)
        place = self.nth or 1
        return self.old.join(parts[:place]) + self.new + self.old.join(parts[place:])

    def check_program(self, text):
        """Raises Stale for invalid Python, which any test would notice."""
        try:
            ast.parse(text)
        except SyntaxError as error:
            raise Stale(f"{self.name}: {error}") from None

    def plant(self, root, mark):
        """Plants the fault in the checkout at `root`; returns a function that removes it.

        Python considers a compiled module current if its source has the same time and size: `mark` is a time that no
        other version of the file has.
        """
        path = Path(root) / self.file
        sound, times = path.read_bytes(), path.stat()
        text = self.applied(sound.decode())
        if path.suffix == ".py":
            self.check_program(text)
        path.write_bytes(text.encode())
        os.utime(path, (mark, mark))

        def take_out():
            path.write_bytes(sound)
            os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))

        return take_out


TRIGGERS = {"yl_district/audit/write_once.py", "activities/owners.py"}
