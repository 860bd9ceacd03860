"""PostgreSQL connections that name the actor to the database in each transaction, or beside a single statement.

`yl.user`, `yl.sees_all` and `yl.visit_pass` hold for that transaction alone: a connection tells the next user nothing,
not even through a pooler that hands it on after each transaction.
"""

from psycopg2.extensions import TRANSACTION_STATUS_IDLE
from psycopg2.sql import Composable

from .actors import current_actor, process_actor
from .watched_connections import WatchedConnection, WatchedCursor

ACTOR_SQL = (
    "SELECT set_config('yl.user', '{user}', {is_local}), set_config('yl.sees_all', '{sees_all}', {is_local}),"
    " set_config('yl.visit_pass', '{visit_pass}', {is_local})"
)


def naming_sql(actor, *, is_local):
    """The statement that names the actor for the transaction, else for the session."""
    sees_all = "on" if actor.sees_all else ""
    return ACTOR_SQL.format(user=actor.user or "", sees_all=sees_all, visit_pass=actor.visit_pass, is_local=is_local)


class ActorCursor(WatchedCursor):
    """A cursor that names the actor before its first statement in a transaction."""

    def execute(self, query, vars=None):
        if isinstance(query, Composable):
            query = query.as_string(self)
        # What was set since a savepoint is gone after it.
        actor = None if query.startswith("ROLLBACK") else self.connection.actor_to_name()
        if actor is None:
            super().execute(query, vars)
        elif self.name:
            self._execute_apart(actor, super().execute, query, vars)
        else:
            self.connection.named = actor
            super().execute(f"{naming_sql(actor, is_local=True)}; {query}", vars)
        if query.startswith("ROLLBACK"):
            self.connection.named = None

    # The driver's own executemany does not go through `execute`.
    def executemany(self, query, vars_list):
        self._execute_apart(self.connection.actor_to_name(), super().executemany, query, vars_list)

    def copy_expert(self, sql, file, *arguments):
        self._execute_apart(self.connection.actor_to_name(), super().copy_expert, sql, file, *arguments)

    def _execute_apart(self, actor, execute, *arguments):
        """Executes what another statement cannot stand beside, naming the actor in one of its own."""
        if actor is None:
            execute(*arguments)
            return
        connection, is_alone = self.connection, self.connection.autocommit
        with connection.cursor() as plain:
            tell = super(ActorCursor, plain).execute
            tell(f"{'BEGIN; ' if is_alone else ''}{naming_sql(actor, is_local=True)}")
            connection.named = actor
            try:
                execute(*arguments)
            except BaseException:
                if is_alone and not connection.closed:
                    tell("ROLLBACK")
                raise
            if is_alone:
                tell("COMMIT")


class ActorConnection(WatchedConnection):
    """A connection that knows whom it has named in the transaction."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.named = None
        if process_actor().sees_all:
            with self.cursor(cursor_factory=WatchedCursor) as plain:
                plain.execute(naming_sql(process_actor(), is_local=False))
            self.commit()

    def actor_to_name(self):
        """The actor who acts now, where the database has yet to be told; None where it knows."""
        if self.info.transaction_status == TRANSACTION_STATUS_IDLE:
            self.named = process_actor()
        actor = current_actor()
        return None if actor == self.named else actor
