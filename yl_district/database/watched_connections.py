"""PostgreSQL connections that a server which neither works nor ends cannot hold up for ever.

The server's own limits (`statement_timeout`) need a server that runs. One that hangs keeps its end of the connection
open, and the driver waits for it without a limit. A thread of the process looks at the connections that wait: where one
has waited for long, it asks the server for another connection; a server that does not even accept that is taken for
dead, and the waiting connections are closed, so that their work fails with an OperationalError.
"""

import contextlib
import os
import socket
import threading
import time
from functools import partial
from weakref import WeakSet

import psycopg2
from psycopg2.extensions import TRANSACTION_STATUS_ACTIVE, connection, cursor

ROUND = 0.25  # seconds between two looks
# By what Django asks whether a connection of an earlier request still works; it connects anew where it does not.
PROBE = "SELECT 1"
PROBE_SILENCE = 2
REST = 1  # second after which a server that did not answer is asked again
LEEWAY = 5  # seconds in which the server is to end a statement by its own limit


class WatchedCursor(cursor):
    """A cursor that tells its connection when it begins to wait."""

    def execute(self, query, vars=None):
        self.connection.begin_waiting(PROBE_SILENCE if query == PROBE else None)
        return super().execute(query, vars)

    def executemany(self, query, vars_list):
        self.connection.begin_waiting()
        return super().executemany(query, vars_list)

    def copy_expert(self, sql, file, *arguments):
        self.connection.begin_waiting()
        return super().copy_expert(sql, file, *arguments)

    def fetchmany(self, *arguments):
        self.connection.begin_waiting()
        return super().fetchmany(*arguments)


class WatchedConnection(connection):
    """A connection that is closed where the server stays silent."""

    # {address: when a server last did not answer}.
    silent_since = {}

    @classmethod
    def with_limits(cls, limits):
        """What opens connections with these DatabaseLimits."""
        return partial(cls.opened, limits=limits)

    @classmethod
    def opened(cls, dsn, async_=0, *, limits):
        """A new connection; whoever asks a moment after the server did not answer is not kept waiting again."""
        begun_at = time.monotonic()
        if begun_at - cls.silent_since.get(dsn, -REST) < REST:
            raise psycopg2.OperationalError("The server did not answer a moment ago.")
        try:
            return cls(dsn, async_, limits=limits)
        except psycopg2.OperationalError:
            if time.monotonic() - begun_at >= limits.connect:
                cls.silent_since[dsn] = time.monotonic()
            raise

    def __init__(self, dsn, async_=0, *, limits):
        super().__init__(dsn, async_)
        self.address, self.limits = dsn, limits
        self.begun_at, self.silence = time.monotonic(), limits.silence
        self.seen, self.seen_at = None, 0.0
        WATCH.add(self)

    def begin_waiting(self, silence=None):
        """Notes that something is being asked of the server."""
        self.begun_at, self.silence = time.monotonic(), silence or self.limits.silence

    def commit(self):
        self.begin_waiting()
        super().commit()

    def rollback(self):
        self.begin_waiting()
        super().rollback()

    def silent_for(self, now):
        """Seconds that one and the same question has been seen to be unanswered."""
        if self.closed or self.get_transaction_status() != TRANSACTION_STATUS_ACTIVE:
            self.seen = None
            return 0
        if self.seen != self.begun_at:
            self.seen, self.seen_at = self.begun_at, now
        return now - self.seen_at

    def is_overdue(self, now):
        """Whether the server has been silent for so long that it is asked whether it works."""
        return self.silent_for(now) >= self.silence

    def is_given_up(self, now):
        """Whether no answer is worth waiting for: whoever probes connects anew, and a working server has limits."""
        is_probe = self.silence == PROBE_SILENCE
        return is_probe or now - self.begun_at >= self.limits.statement + LEEWAY

    def break_off(self):
        """Ends the connection under whoever waits for it, whose work then fails."""
        with contextlib.suppress(psycopg2.Error, OSError), socket.socket(fileno=os.dup(self.fileno())) as own:
            own.shutdown(socket.SHUT_RDWR)


class Watch:
    """The thread that looks at all open connections of this process, as long as there are any."""

    def __init__(self):
        self.connections, self.lock, self.thread = WeakSet(), threading.Lock(), None

    def add(self, one):
        """Looks at one more connection."""
        with self.lock:
            self.connections.add(one)
            if self.thread is None:
                self.thread = threading.Thread(target=self.run, name="database watch", daemon=True)
                self.thread.start()

    def run(self):
        """Looks again and again."""
        while True:
            time.sleep(ROUND)
            with self.lock:
                watched = [one for one in self.connections if not one.closed]
                if not watched:
                    self.thread = None
                    return
            self.look_at(watched)

    def look_at(self, watched):
        """Breaks off the connections that have waited for too long, where the server is dead."""
        now = time.monotonic()
        overdue = [one for one in watched if one.is_overdue(now)]
        given_up = [one for one in overdue if one.is_given_up(now)]
        doubtful = [one for one in overdue if one not in given_up]
        if doubtful and not accepts_connections(doubtful[0]):
            given_up += doubtful
        for one in doubtful:
            one.seen = None  # a server that works has as long again
        for one in given_up:
            one.break_off()


def accepts_connections(one):
    """Whether the server of a connection answers at all, if only by a refusal."""
    begun_at = time.monotonic()
    try:
        psycopg2.connect(one.address, connect_timeout=one.limits.connect).close()
    except psycopg2.OperationalError:
        return time.monotonic() - begun_at < one.limits.connect
    return True


WATCH = Watch()
# A process that is forked has neither the thread nor the connections of its parent.
os.register_at_fork(after_in_child=WATCH.__init__)
