"""Work on large files in a separate process, so that no page waits for it and its memory is returned afterwards.

The process outlives the request and the web server's worker that started it. If it is killed, no partial result is
used: the import shows that its work was interrupted, and a user restarts it. AT_ONCE of them work at a time; others
wait.

The process that has checked a file waits a while without a connection to the database, so that it can write the file
as soon as somebody says so, without another process that has everything to load first.
"""

import errno
import fcntl
import gc
import hashlib
import json
import os
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import connection, connections

from ..installation.files import UnsafeInstallation
from .models import ImportBatch

ROWS_AT_ONCE = 2_000  # above which a file is worked on in the background
AT_ONCE = 2  # processes that work at the same time
PAUSE = 1.0  # seconds between attempts to get a free slot
NEXT_ACT_SECONDS = 60.0  # seconds for which a process waits for what is next
TAKING_OVER_SECONDS = 2.0  # seconds within which a process that waits takes it
MOST_ROWS_KEPT = 20_000  # whoever has read more returns the memory instead
TAKEN_OVER = b"taken"
MANAGE = settings.BASE_DIR / "manage.py"


def is_large(batch: ImportBatch) -> bool:
    """Whether work on the import is too long for a request."""
    return batch.row_count > ROWS_AT_ONCE


def start(batch: ImportBatch, act: str, *options: str) -> None:
    """Has `manage.py import_work` work on the import in the background, the process that waits, or a new one."""
    if is_taken_over(batch, act, *options):
        return
    command = [sys.executable, str(MANAGE), "import_work", str(batch.pk), act, "--wait", *options]
    child = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
        close_fds=True,
    )
    # Waited for, since a zombie would still count as alive.
    threading.Thread(target=child.wait, daemon=True).start()


def is_taken_over(batch: ImportBatch, act: str, *options: str) -> bool:
    """Hands an act to the process that waits for it; returns whether there is one that has taken it."""
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(TAKING_OVER_SECONDS)
        try:
            line.connect(str(waiting_place(batch)))
            line.sendall(json.dumps([act, *options]).encode())
            line.shutdown(socket.SHUT_WR)
            return line.recv(len(TAKEN_OVER)) == TAKEN_OVER
        except OSError:
            return False


def next_act(batch: ImportBatch) -> list[str]:
    """Waits for what is to be done next with an import that was checked; returns the act with its options, [] for none.

    Whoever hands it over knows that it was taken, and otherwise starts another process.
    """
    if batch.state != ImportBatch.State.CHECKED or batch.row_count > MOST_ROWS_KEPT:
        return []
    place = waiting_place(batch)
    with socket.socket(socket.AF_UNIX) as door:
        try:
            place.unlink(missing_ok=True)
            former = os.umask(0o177)
            try:
                door.bind(str(place))
            finally:
                os.umask(former)
            door.listen(1)
            # Whoever comes meanwhile waits at the door.
            gc.collect()
            connections.close_all()
            door.settimeout(NEXT_ACT_SECONDS)
            line, _ = door.accept()
            with line:
                line.settimeout(TAKING_OVER_SECONDS)
                told = json.loads(b"".join(iter(partial(line.recv, 1 << 12), b"")))
                line.sendall(TAKEN_OVER)
                return list(told)
        except OSError:
            return []
        finally:
            place.unlink(missing_ok=True)


@contextmanager
def exclusive_run(batch: ImportBatch) -> Iterator[bool]:
    """Waits for and holds one of the AT_ONCE slots; yields False where another worker has claimed the import.

    A slot is a locked file, which the operating system releases however the process ends.
    """
    with ExitStack() as stack:
        places = [stack.enter_context(open_place(path)) for path in place_files()]
        is_own = batch.take_up(batch.state)
        while is_own and not any(map(is_taken, places)):
            is_own = batch.go_on(batch.state, is_queued=True)
            time.sleep(PAUSE)
        yield is_own


def place_files() -> list[Path]:
    """Paths of the slots' lock files, separate for each database, in this user's own folder."""
    return [settings.TEMPORARY_FOLDER / f"imports-{database_digest()}-{number}" for number in range(AT_ONCE)]


def waiting_place(batch: ImportBatch) -> Path:
    """Path of the socket at which the process that has checked an import waits, in the same folder."""
    return settings.TEMPORARY_FOLDER / f"import-{database_digest()}-{batch.pk}"


def database_digest() -> str:
    """By which the files of several databases are told apart."""
    named = repr([connection.settings_dict[name] for name in ("ENGINE", "NAME", "HOST", "PORT")])
    return hashlib.sha256(named.encode()).hexdigest()[:16]


def open_place(path: Path) -> IO[bytes]:
    """The slot's open file; what is there is neither followed as a link nor changed.

    Raises UnsafeInstallation where it is anything but a file of this user's own.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, 0o600)
    except OSError as error:
        problem = "它是一个链接" if error.errno == errno.ELOOP else error.strerror
        raise UnsafeInstallation(f"不能打开 {path}：{problem}。请核查是谁放在那里的，然后删除它。") from None
    place, found = os.fdopen(descriptor, "r+b", buffering=0), os.fstat(descriptor)
    if found.st_uid != os.geteuid() or not stat.S_ISREG(found.st_mode):
        place.close()
        raise UnsafeInstallation(f"{path} 不是本系统自己的文件。请核查是谁放在那里的，然后删除它。")
    return place


def is_taken(place: IO[bytes]) -> bool:
    """Locks the slot's file; returns False where another process holds it."""
    try:
        fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
