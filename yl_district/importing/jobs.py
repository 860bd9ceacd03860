"""Work on large files in a process of its own, so that no page has to wait for it and no memory stays behind.

The process outlives the page and the web server's worker that began it. If it is killed, nothing half done is left: the
import says that its work broke off, and somebody begins it again.
"""

import subprocess
import sys
import threading

from django.conf import settings

ROWS_AT_ONCE = 2_000  # above which a file is worked on in the background
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
