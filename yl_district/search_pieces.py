"""An index of names by which a fragment from anywhere in them is found: a table of their pieces, kept by triggers.

A piece begins at each letter of what a row is searched by and is at most PIECE_LENGTH letters long, so that whatever
contains a fragment has a piece that begins with it. What the table yields is compared with the columns themselves: a
piece too many costs time, and nothing else. The triggers are the database's own, whoever writes the rows; those that
stand blank because they are sealed have no pieces.

PostgreSQL writes pieces with each statement. SQLite, to which writing row by row is dear, collects new rows in a second
table, in which a search looks as well, and writes the pieces of many at once.
"""

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from django.apps import apps
from django.db import connection, models, transaction
from django.db.models.expressions import RawSQL

from .database.triggers import drop_triggers, triggers_stand

PIECE_LENGTH = 7
LAST_LETTER = "\U0010ffff"
# Fragments of more pieces than this are found sooner by walking the rows in the order in which they are shown.
FEW_PIECES = 2_000
# About how many new rows SQLite collects; it counts them at every fortieth part.
COLLECTED = 2_000
# The key of no row: while it is collected, nothing is written.
HOLD_BACK = 0
ROWS_PER_STATEMENT = 20_000
WORDS_TRIED, WINDOWS_TRIED = 4, 4


class PieceField(models.CharField):
    """A piece, which both databases compare byte by byte."""

    def __init__(self, **options):
        super().__init__("片段", **options | {"max_length": PIECE_LENGTH})

    def deconstruct(self):
        name, path, args, options = super().deconstruct()
        del options["verbose_name"], options["max_length"]
        return name, path, args, options

    def db_parameters(self, connection):
        return super().db_parameters(connection) | {"collation": "C" if connection.vendor == "postgresql" else None}


def begins_a_piece(text):
    """Whether a piece that begins like this is kept: of single letters only those other than ASCII are."""
    return text > "~" or (text >= "!" and text[1:2] > " ")


IS_PIECE = "(piece > '~' OR (piece >= '!' AND substr(piece, 2, 1) > ' '))"


@dataclass(frozen=True)
class SearchPieces:
    """The pieces of the rows of one table.

    - `table`: the rows, with the columns `own`, which holds small letters alone, and `others`, which is compared
      regardless of small and capital letters.
    - `pieces`: the table of (piece, record_id).
    - `collected`: the table of the rows whose pieces SQLite has not written yet.
    """

    table: str
    pieces: str
    collected: str
    own: str = "search_text"
    others: str = "other_names"

    def text(self, prefix=""):
        """The SQL of what a row is searched by, in the letters in which the database compares it."""
        if connection.vendor == "sqlite":
            return f"{prefix}{self.own} || ' ' || lower({prefix}{self.others})"
        return f"({prefix}{self.own} || ' ' || upper({prefix}{self.others})) COLLATE \"C\""

    def spellings(self, own, other):
        """The spellings in which pieces hold a word: that of `own` and, where it is not None, of other names."""
        if other is None:
            return [own]
        return list(dict.fromkeys([own, other.lower() if connection.vendor == "sqlite" else other.upper()]))

    def of_rows(self, rows):
        """The SQL of the pieces of `rows`, SQL of (record_id, text)."""
        if connection.vendor == "sqlite":
            return (
                f"WITH RECURSIVE texts AS ({rows}), place(n) AS (SELECT 1 UNION ALL "
                f"SELECT n + 1 FROM place WHERE n < (SELECT max(length(text)) FROM texts)) "
                f"SELECT DISTINCT piece, record_id FROM (SELECT substr(text, n, {PIECE_LENGTH}) AS piece, record_id "
                f"FROM texts JOIN place ON n <= length(text)) WHERE {IS_PIECE} ORDER BY piece, record_id"
            )
        return (
            f"SELECT DISTINCT piece, record_id "
            f"FROM (SELECT substr(text, n, {PIECE_LENGTH}) AS piece, record_id FROM ({rows}) AS texts "
            f"CROSS JOIN LATERAL generate_series(1, length(text)) AS n) AS found "
            f"WHERE {IS_PIECE} ORDER BY piece, record_id"
        )

    def triggers(self):
        """{name: SQL} of the triggers that keep the pieces, on PostgreSQL of their functions as well."""
        return self._on_sqlite() if connection.vendor == "sqlite" else self._on_postgresql()

    def _on_sqlite(self):
        new, old, table = self.text("NEW."), self.text("OLD."), self.table
        suffixes = (
            f"WITH RECURSIVE suffix(text) AS (SELECT {old} UNION ALL SELECT substr(text, 2) FROM suffix "
            f"WHERE length(text) > 1) SELECT substr(text, 1, {PIECE_LENGTH}) FROM suffix"
        )
        forget = (
            f"DELETE FROM {self.pieces} WHERE record_id = OLD.id AND piece IN ({suffixes}); "
            f"DELETE FROM {self.collected} WHERE record_id = OLD.id;"
        )
        collect = f"INSERT INTO {self.collected} (record_id) SELECT NEW.id WHERE {new} <> ' ';"
        events = {
            "added": f"AFTER INSERT ON {table} BEGIN {collect} END",
            "changed": f"AFTER UPDATE OF {self.own}, {self.others} ON {table} WHEN {new} <> {old} "
            f"BEGIN {forget} {collect} END",
            "removed": f"AFTER DELETE ON {table} BEGIN {forget} END",
            "collected": f"AFTER INSERT ON {self.collected} "
            f"WHEN NEW.record_id % {max(COLLECTED // 40, 1)} = 0 "
            f"AND NOT EXISTS (SELECT 1 FROM {self.collected} WHERE record_id = {HOLD_BACK}) "
            f"AND (SELECT count(*) FROM {self.collected}) > {COLLECTED} "
            f"BEGIN {self._write_collected()} DELETE FROM {self.collected}; END",
        }
        return {self._name(event): f"CREATE TRIGGER {self._name(event)} {sql}" for event, sql in events.items()}

    def _write_collected(self):
        waiting = (
            f"SELECT id AS record_id, {self.text()} AS text FROM {self.collected} JOIN {self.table} ON id = record_id"
        )
        # SQLite takes no WITH at the head of a trigger's statement.
        return f"INSERT OR IGNORE INTO {self.pieces} (piece, record_id) SELECT * FROM ({self.of_rows(waiting)});"

    @contextmanager
    def written_at_once(self):
        """Has SQLite write the pieces of all rows that are written within, in one transaction, at its end."""
        if connection.vendor != "sqlite":
            yield
            return
        with connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO {self.collected} (record_id) VALUES ({HOLD_BACK})")
            yield
            cursor.execute(self._write_collected())
            cursor.execute(f"DELETE FROM {self.collected}")

    def _on_postgresql(self):
        new, old, table = self.text("NEW."), self.text("OLD."), self.table
        rows = f"SELECT id AS record_id, {self.text()} AS text FROM written"
        write = "INSERT INTO {} (piece, record_id) {} ON CONFLICT DO NOTHING;"
        of_old = f"ARRAY(SELECT substr({old}, n, {PIECE_LENGTH}) FROM generate_series(1, length({old})) AS n)"
        # By both columns of the key, which needs no statistics to be looked up.
        forget = f"DELETE FROM {self.pieces} WHERE record_id = OLD.id AND piece = ANY({of_old});"
        bodies = {
            "added": write.format(self.pieces, self.of_rows(rows)),
            "changed": f"{forget} "
            + write.format(self.pieces, self.of_rows(f"SELECT NEW.id AS record_id, {new} AS text")),
            "removed": forget,
        }
        events = {
            "added": f"AFTER INSERT ON {table} REFERENCING NEW TABLE AS written FOR EACH STATEMENT",
            "changed": f"AFTER UPDATE ON {table} FOR EACH ROW WHEN ({new} IS DISTINCT FROM {old})",
            "removed": f"AFTER DELETE ON {table} FOR EACH ROW",
        }
        return {
            self._name(event): f"CREATE OR REPLACE FUNCTION {self._name(event)}() RETURNS trigger LANGUAGE plpgsql "
            f"AS $$BEGIN {bodies[event]} RETURN NULL; END$$; "
            f"CREATE TRIGGER {self._name(event)} {when} EXECUTE FUNCTION {self._name(event)}()"
            for event, when in events.items()
        }

    def _name(self, event):
        return f"{self.pieces}_{event}"

    def are_kept(self):
        """Whether all triggers are there."""
        return triggers_stand(self.triggers())

    def leave(self):
        """Drops the triggers, for the reverse of the migration that adds them."""
        drop_triggers(self.triggers())

    def store_in_order(self):
        """Has SQLite store the pieces, of which there are none yet, in their order, and nothing else of them."""
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("SELECT sql FROM sqlite_master WHERE name = %s", [self.pieces])
                created = cursor.fetchone()[0]
                cursor.execute(f"DROP TABLE {self.pieces}")
                cursor.execute(f"{created} WITHOUT ROWID")

    @transaction.atomic
    def keep(self):
        """Creates the triggers anew, and writes the pieces of all rows."""
        self.leave()
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {self.pieces}")
            cursor.execute(f"DELETE FROM {self.collected}")
            for statement in self.triggers().values():
                cursor.execute(statement)
            cursor.execute(f"SELECT max(id) FROM {self.table}")
            last = cursor.fetchone()[0] or 0
            for start in range(0, last, ROWS_PER_STATEMENT):
                some = f"id > {start} AND id <= {start + ROWS_PER_STATEMENT}"
                rows = f"SELECT id AS record_id, {self.text()} AS text FROM {self.table} WHERE {some}"
                cursor.execute(f"INSERT INTO {self.pieces} (piece, record_id) {self.of_rows(rows)}")

    def differences(self):
        """How many pieces are missing and how many are too many; those of collected rows are not written yet."""
        waiting = f"IN (SELECT record_id FROM {self.collected})"
        rows = f"SELECT id AS record_id, {self.text()} AS text FROM {self.table} WHERE NOT id {waiting}"
        right = f"SELECT * FROM ({self.of_rows(rows)}) AS found"
        stored = f"SELECT piece, record_id FROM {self.pieces} WHERE NOT record_id {waiting}"
        with connection.cursor() as cursor:
            counted = []
            for one, other in ((right, stored), (stored, right)):
                cursor.execute(f"SELECT count(*) FROM ({one} EXCEPT {other}) AS different")
                counted += cursor.fetchone()
        return tuple(counted)

    def narrowing(self, words, keys=()):
        """The keys of few rows, among them all that match, as an expression; None where many rows may match.

        `words` are those that a row must contain, each as the list of its spellings, one of which is enough; `keys` are
        those of rows to be looked at besides.
        """
        choices = [[windows(spelling) for spelling in word] for word in words[:WORDS_TRIED]]
        choices = [word for word in choices if word and all(word)]
        if not choices:
            return None
        counts = iter(self._counts([window for word in choices for spelling in word for window in spelling]))
        found = [[min((next(counts), window) for window in spelling) for spelling in word] for word in choices]
        best = min(found, key=lambda word: sum(count for count, _ in word))
        if sum(count for count, _ in best) > FEW_PIECES:
            return None
        begun = [f"SELECT record_id FROM {self.pieces} WHERE piece BETWEEN %s AND %s" for _ in best]
        others = [f"VALUES {', '.join(['(%s)'] * len(keys))}"] if keys else []
        sql = " UNION ALL ".join([*begun, f"SELECT record_id FROM {self.collected}", *others])
        return RawSQL(sql, [*(bound for _, window in best for bound in bounds(window)), *keys])

    def _counts(self, tried):
        """How many pieces begin with each window, counted no further than FEW_PIECES + 1."""
        begun = f"SELECT 1 FROM {self.pieces} WHERE piece BETWEEN %s AND %s LIMIT {FEW_PIECES + 1}"
        counted = ", ".join([f"(SELECT count(*) FROM ({begun}) AS begun)"] * len(tried))
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {counted}", [bound for window in tried for bound in bounds(window)])
            return cursor.fetchone()


def windows(word):
    """The parts of a word that can each be looked up as the beginning of a piece, as few as cover most of it.

    None of a word with letters other than ASCII that have a large and a small form: the databases differ about them.
    """
    if any(letter.lower() != letter.upper() for letter in word if not letter.isascii()):
        return []
    begins = [*range(0, max(len(word) - PIECE_LENGTH, 0) + 1, PIECE_LENGTH), max(len(word) - PIECE_LENGTH, 0)]
    parts = dict.fromkeys(word[begin : begin + PIECE_LENGTH] for begin in begins)
    return [part for part in parts if begins_a_piece(part)][:WINDOWS_TRIED]


def bounds(window):
    """The first and the last piece that can begin with a window."""
    return window, window + LAST_LETTER * (PIECE_LENGTH - len(window))


@contextmanager
def pieces_at_once():
    """Has the pieces of the thousands of rows that one transaction writes be written at its end."""
    with ExitStack() as stack:
        for pieces in {model.search_pieces for model in apps.get_models() if hasattr(model, "search_pieces")}:
            stack.enter_context(pieces.written_at_once())
        yield
