"""A fault that can be planted in a checkout, and how it is planted."""

import ast
import os
from dataclasses import dataclass
from pathlib import Path


class Stale(Exception):
    """The text that a fault replaces is no longer there, or more than once, or what comes of it is no program."""


@dataclass(frozen=True)
class Fault:
    """One planted fault: `new` in the place of `old`, and the tests that should notice.

    `old` occurs once in the file, or `nth` says which occurrence is meant; `tests` are separated by spaces. `explained`
    says why nothing can notice a fault that may survive.
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
        """Whether the fault shows only in a database whose triggers were made with it."""
        return self.file in TRIGGERS

    def applied(self, text):
        """The text of the file with the fault in it; raises Stale."""
        count = text.count(self.old)
        if count < max(self.nth, 1) or (count > 1 and not self.nth):
            raise Stale(f"{self.name}: the old text is found {count} times in {self.file}")
        parts = text.split(self.old)
        place = self.nth or 1
        return self.old.join(parts[:place]) + self.new + self.old.join(parts[place:])

    def check_program(self, text):
        """Raises Stale for a text that Python cannot read: any test would notice that."""
        try:
            ast.parse(text)
        except SyntaxError as error:
            raise Stale(f"{self.name}: {error}") from None

    def plant(self, root, mark):
        """Writes the fault into the checkout at `root`; returns a function that takes it out again.

        Python takes a compiled module for current that is as old and as long as its source: `mark` is a time that no
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


TRIGGERS = {"yl_district/audit/append_only.py", "yl_district/audit/write_once.py"}
