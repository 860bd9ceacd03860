"""Runs several functions at the same moment, each in a thread with its own database connection."""

from concurrent.futures import ThreadPoolExecutor, wait
from threading import Barrier, Event

from django.db import OperationalError, connection

HANGING = 120  # seconds after which what was to happen never will


def at_once(acts):
    """The results of all `acts`, begun together."""
    start = Barrier(len(acts))

    def run(act):
        try:
            start.wait(timeout=HANGING)
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=len(acts)) as pool:
        return list(pool.map(run, acts))


def beside(act):
    """The future of `act`, begun in another thread and by now either done or held up by the database.

    What holds it up, a transaction of the present thread, has to end before the future is asked for its result.
    """
    held_up = Event()

    def run():
        try:
            return unless_locked(act, held_up) if connection.vendor == "sqlite" else act()
        finally:
            connection.close()

    pool = ThreadPoolExecutor(max_workers=1)
    future = pool.submit(run)
    pool.shutdown(wait=False)
    for _ in range(50 * HANGING):
        if wait([future], timeout=0.02).done or held_up.is_set() or somebody_waits_for_a_lock():
            return future
    raise TimeoutError("The act is neither done nor held up by a lock.")


def unless_locked(act, held_up):
    """The result of `act`; where it finds the database locked, that is told, and the act waits for its turn."""
    # SQLite does not tell who waits. Told not to wait, it refuses at once what it would let wait.
    patience = "PRAGMA busy_timeout = {}"
    with connection.cursor() as cursor:
        cursor.execute(patience.format(0))
    try:
        return act()
    except OperationalError as error:
        if "locked" not in str(error):
            raise
    # The other thread may have to clear away statements of this connection, and could not while it is kept waiting.
    connection.close()
    held_up.set()
    with connection.cursor() as cursor:
        cursor.execute(patience.format(1000 * HANGING))
    return act()


def somebody_waits_for_a_lock():
    """Whether PostgreSQL makes a transaction of the test's database server wait for another one."""
    if connection.vendor != "postgresql":
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
        return cursor.fetchone()[0]
