"""A connection of each server process that keeps an SQLite database readable on a full disk.

Whoever opens the database first makes two files beside it, for which a full disk has no room; they stay as long as
anybody is connected, and pages disconnect after each request.
"""

import sqlite3
from contextlib import suppress
from functools import cache


@cache
def keep_open(path):
    """An idle connection to the database file, for the life of the process; None where it cannot be opened."""
    with suppress(sqlite3.Error):
        anchor = sqlite3.connect(f"file:{path}?mode=rw", uri=True, check_same_thread=False, isolation_level=None)
        anchor.execute("SELECT count(*) FROM sqlite_master").fetchone()
        return anchor
    return None
