"""Large imports in a background process: started, found interrupted, and restarted."""

import fcntl
import os
import signal
import stat
import time
from contextlib import ExitStack

import pytest
from django.conf import settings
from django.db import transaction

from members.models import Member
from reports.ledger.kinds import KINDS
from tests.races import HANGING
from tests.rosters import make_branches, member_rows, tally
from tests.workbooks import workbook
from yl_district.importing import background
from yl_district.importing.models import ImportBatch
from yl_district.importing.steps import begin_check, begin_commit, begin_undo, open_import
from yl_district.installation.files import UnsafeInstallation

pytestmark = pytest.mark.django_db(transaction=True)

ROWS = 120
MANY_ROWS = 1_000


@pytest.fixture
def batch(transactional_db, monkeypatch):
    """An import that counts as large, ready to be checked."""
    monkeypatch.setattr(background, "ROWS_AT_ONCE", 100)
    monkeypatch.setenv("SECRET_KEY", settings.SECRET_KEY)
    monkeypatch.setenv("FIELD_KEYS", settings.FIELD_KEYS)
    make_branches()
    return opened(ROWS)


def opened(count):
    """An import of so many members, not yet checked."""
    return open_import(KINDS["members"], workbook({"团员": member_rows(count, 来源日期="2017-03-01")}), "名单.xlsx")[0]


def waited(batch, is_ready, seconds=HANGING):
    """The import as it is once `is_ready` says so."""
    began = time.monotonic()
    while not is_ready(batch):
        assert time.monotonic() - began < seconds, batch.state
        time.sleep(0.05)
        batch.refresh_from_db()
    return batch


def taken_places():
    """The places of imports, taken until what is returned is closed."""
    with ExitStack() as stack:
        places = [stack.enter_context(background.open_place(path)) for path in background.place_files()]
        assert [background.is_taken(place) for place in places] == [True] * background.AT_ONCE
        return stack.pop_all()


def wait_for_work(seconds):
    """Returns once another process has taken a place, or has been held up for so long before it could."""
    began = time.monotonic()
    with background.open_place(background.place_files()[0]) as place:
        while background.is_taken(place) and time.monotonic() - began < seconds:
            fcntl.flock(place, fcntl.LOCK_UN)
            time.sleep(0.05)


def ended(batch):
    """The import once nobody works on it."""
    return waited(batch, lambda batch: batch.state not in ImportBatch.BUSY)


@pytest.mark.cpu(8)
def test_a_large_import_is_checked_written_and_taken_back_in_processes_of_their_own(batch):
    own = os.getpid()
    for begin, state in [
        (begin_check, "checked"),
        (begin_commit, "committed"),
        (lambda one: begin_undo(one, None), "undone"),
    ]:
        assert begin(batch)
        assert ended(batch).state == state
        assert int(batch.worker.rpartition(":")[2]) != own
        assert Member.objects.count() == (ROWS if state == "committed" else 0)
    assert tally(batch) == {"new": ROWS}


@pytest.mark.cpu(6)
def test_a_killed_check_is_seen_to_have_broken_off_and_is_begun_again(batch):
    batch = opened(MANY_ROWS)
    with taken_places() as places:
        begin_check(batch)
        waited(batch, lambda batch: batch.is_queued)
        # While this transaction lasts the check can store nothing, and so not end.
        with transaction.atomic():
            assert batch.go_on("checking")
            places.close()
            wait_for_work(3 * background.PAUSE)
            os.kill(int(batch.worker.rpartition(":")[2]), signal.SIGKILL)
    waited(batch, lambda batch: batch.is_broken_off)
    assert not batch.is_busy
    assert not begin_commit(batch)
    assert begin_check(batch)
    assert ended(batch).state == "checked"
    assert tally(batch) == {"new": MANY_ROWS}


@pytest.mark.cpu(4)
def test_large_imports_beyond_two_wait_in_a_queue_and_begin_by_themselves(batch):
    with taken_places():
        begin_check(batch)
        waited(batch, lambda batch: batch.is_queued)
        seen = batch.alive_at
        waited(batch, lambda batch: batch.alive_at > seen)
        assert (batch.state, batch.is_busy, batch.state_words) == ("checking", True, "排队中")
    assert ended(batch).state == "checked"
    assert (batch.is_queued, tally(batch)) == (False, {"new": ROWS})


def test_the_places_of_imports_lie_in_the_private_folder():
    path = background.place_files()[0]
    with background.open_place(path):
        assert (path.parent, stat.S_IMODE(path.stat().st_mode)) == (settings.TEMPORARY_FOLDER, 0o600)


@pytest.fixture
def planted_link(tmp_path):
    """A link at an import's place to a file with the keys of the service; both paths."""
    keys, place = tmp_path / "field_keys", tmp_path / "place"
    keys.write_text("the keys")
    place.symlink_to(keys)
    return place, keys


def test_a_link_planted_at_a_place_is_refused_and_what_it_leads_to_stays(planted_link):
    place, keys = planted_link
    with pytest.raises(UnsafeInstallation, match=f"不能打开 {place}：它是一个链接。"):
        background.open_place(place)
    assert keys.read_text("utf-8") == "the keys"


def test_twin_opened_for_writing_the_link_empties_the_keys(planted_link):
    place, keys = planted_link
    place.open("w").close()
    assert keys.read_text("utf-8") == ""


def test_what_is_not_a_file_of_one_s_own_is_no_place(tmp_path, monkeypatch):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UnsafeInstallation, match="不是本系统自己的文件"):
        background.open_place(tmp_path / "pipe")
    (tmp_path / "kept").write_text("kept")
    background.open_place(tmp_path / "kept").close()
    assert (tmp_path / "kept").read_text("utf-8") == "kept"
    other = os.geteuid() + 1
    monkeypatch.setattr(background.os, "geteuid", lambda: other)
    with pytest.raises(UnsafeInstallation, match="不是本系统自己的文件"):
        background.open_place(tmp_path / "kept")


@pytest.mark.cpu(6)
def test_the_process_that_has_checked_a_file_writes_it_too(batch):
    begin_check(batch)
    checker = ended(batch).worker.rpartition(":")[2]
    waited(batch, lambda batch: background.waiting_place(batch).exists())
    assert stat.S_IMODE(background.waiting_place(batch).stat().st_mode) == 0o600
    begin_commit(batch)
    assert (ended(batch).state, batch.worker.rpartition(":")[2]) == ("committed", checker)
    assert Member.objects.count() == ROWS
    assert not background.waiting_place(batch).exists()


@pytest.mark.full
@pytest.mark.cpu(8)
def test_a_file_whose_checker_no_longer_waits_is_written_by_another_process(batch):
    begin_check(batch)
    checker = ended(batch).worker.rpartition(":")[2]
    waited(batch, lambda batch: background.waiting_place(batch).exists())
    os.kill(int(checker), signal.SIGKILL)
    begin_commit(batch)
    assert ended(batch).state == "committed"
    assert batch.worker.rpartition(":")[2] != checker
