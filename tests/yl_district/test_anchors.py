"""The files beside an SQLite database, without which nobody reads it on a full disk."""

import sqlite3
from contextlib import closing

import pytest

from yl_district.database.anchors import keep_open


@pytest.fixture
def database(tmp_path):
    """A database as the pages leave it: somebody has written, and disconnected."""
    path = tmp_path / "db.sqlite3"
    write(path)
    return path


def write(path):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE IF NOT EXISTS one (name TEXT)")
        connection.execute("INSERT INTO one VALUES ('甲')")
        connection.commit()


def beside(path):
    return sorted(file.name.removeprefix(path.name) for file in path.parent.iterdir())


def test_the_files_stay_while_the_server_runs(database):
    anchor = keep_open(str(database))
    write(database)
    assert beside(database) == ["", "-shm", "-wal"]
    with closing(sqlite3.connect(database)) as reader:
        assert reader.execute("SELECT count(*) FROM one").fetchone() == (2,)
    anchor.close()
    keep_open.cache_clear()


def test_twin_without_it_they_go_with_whoever_disconnects_last(database):
    write(database)
    assert beside(database) == [""]


def test_a_database_that_is_not_there_is_not_made(tmp_path):
    assert keep_open(str(tmp_path / "none.sqlite3")) is None
    assert list(tmp_path.iterdir()) == []
