"""Work on large files in a process of its own, so that no page has to wait for it and no memory stays behind.

The process outlives the page and the web server's worker that began it. If it is killed, nothing half done is left: the
import says that its work broke off, and somebody begins it again. Few of them work at a time; others wait.
"""

import fcntl
import hashlib
import os
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection

ROWS_AT_ONCE = 2_000  # above which a file is worked on in the background
AT_ONCE = 2  # processes that work at the same time
PAUSE = 1.0  # seconds between two looks for a free place
MANAGE = settings.BASE_DIR / "manage.py"


def is_large(batch):
    """Whether work on the import takes longer than a page should."""
    return batch.row_count > ROWS_AT_ONCE


def start(batch, act, *options):
    """Begins `manage.py import_work` on the import in the background."""
    command = [sys.executable, str(MANAGE), "import_work", str(batch.pk), act, *options]
    child = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
        close_fds=True,
    )
    # A child that nobody waits for would seem to be alive after its end.
    threading.Thread(target=child.wait, daemon=True).start()
    return child


@contextmanager
def turn(batch):
    """Holds one of the places for work on large files, waiting for it; yields whether the work is still this one's.

    A place is a locked file: the operating system frees it, however the process that holds it ends.
    """
    with ExitStack() as stack:
        places = [stack.enter_context(path.open("w")) for path in place_files()]
        is_own = batch.take_up(batch.state)
        while is_own and not any(map(is_taken, places)):
            is_own = batch.go_on(batch.state, is_queued=True)
            time.sleep(PAUSE)
        yield is_own


def place_files():
    """The files of the places; each database has its own."""
    named = repr([connection.settings_dict[name] for name in ("ENGINE", "NAME", "HOST", "PORT")])
    digest = hashlib.sha256(named.encode()).hexdigest()[:16]
    folder = Path(tempfile.gettempdir()) / f"yl_district_imports_{os.getuid()}_{digest}"
    folder.mkdir(mode=0o700, exist_ok=True)
    return [folder / str(number) for number in range(AT_ONCE)]


def is_taken(place):
    """Whether the place was free and is now this process's."""
    try:
        fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
