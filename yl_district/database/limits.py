"""How long pages and commands wait for the database."""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class DatabaseLimits:
    """Seconds that one piece of work waits for the database.

    - `connect`: for a connection;
    - `lock`: for somebody else's write to end;
    - `statement`: for one statement;
    - `silence`: for any sign of life while a statement is under way, on PostgreSQL;
    - `idle`: in a transaction that does nothing, after which PostgreSQL ends it.
    """

    connect: int
    lock: int
    statement: int
    silence: int
    idle: int

    def unless_stated(self, **stated):
        """These limits, with those stated otherwise that are not None."""
        return replace(self, **{name: seconds for name, seconds in stated.items() if seconds is not None})

    @property
    def of_sqlite(self):
        """The options of an SQLite connection."""
        return {"timeout": self.lock}

    @property
    def of_postgresql(self):
        """The options of a PostgreSQL connection; a server that is gone from the network is noticed by TCP itself."""
        from .actor_connections import ActorConnection, ActorCursor

        server = {
            "statement_timeout": self.statement,
            "lock_timeout": self.lock,
            "idle_in_transaction_session_timeout": self.idle,
        }
        return {
            "connect_timeout": self.connect,
            "options": " ".join(f"-c {name}={1000 * seconds}" for name, seconds in server.items()),
            "keepalives_idle": 10,
            "keepalives_interval": 3,
            "keepalives_count": 3,
            "tcp_user_timeout": 1000 * (self.silence + self.connect),
            "connection_factory": ActorConnection.with_limits(self),
            "cursor_factory": ActorCursor,
        }


# A page answers within ten seconds, so that nobody doubts whether it was sent.
PAGES = DatabaseLimits(connect=3, lock=8, statement=30, silence=5, idle=120)
# Imports of a hundred thousand rows, exports and migrations take minutes.
COMMANDS = DatabaseLimits(connect=10, lock=60, statement=3600, silence=60, idle=3600)


def is_long_work(arguments):
    """Whether what manage.py is asked for may take its time: all but serving pages."""
    return arguments[:1] not in (["serve"], ["runserver"])
