"""Files for the moment hold what was written, and nothing of it lies plain on disk."""

import io
import os
import random
import tempfile
import zipfile

import pytest
from cryptography.exceptions import InvalidTag

from yl_district.privacy.sealed_spools import OVERHEAD, SPOOL_PAGE, SealedSpool

WORDS = "学校：柳林小学；监护人：白建国。".encode()


def on_disk(spool):
    """What an onlooker finds in the file on disk."""
    spool.file.flush()
    return os.pread(spool.file.fileno(), 1 << 24, 0)


def test_random_writes_and_reads_are_those_of_a_file_in_memory():
    chance = random.Random(5)
    spool, plain = SealedSpool(2 * SPOOL_PAGE), io.BytesIO()
    for _ in range(300):
        place, data = (
            chance.randrange(6 * SPOOL_PAGE),
            chance.randbytes(chance.choice([1, 100, SPOOL_PAGE, SPOOL_PAGE + 1, 3 * SPOOL_PAGE])),
        )
        for file in (spool, plain):
            file.seek(place)
            assert file.write(data) == len(data)
        if chance.random() < 0.3:
            place = chance.randrange(8 * SPOOL_PAGE)
            spool.seek(place)
            assert read_fully(spool, 50_000) == plain.getvalue()[place : place + 50_000]
    spool.seek(0)
    assert spool.readall() == plain.getvalue()


def read_fully(file, size):
    """As many bytes as there are, up to `size`."""
    found = b""
    while len(found) < size and (piece := file.read(size - len(found))):
        found += piece
    return found


def test_what_is_on_disk_is_ciphertext_of_the_pages_beyond_memory():
    with SealedSpool(SPOOL_PAGE) as spool:
        spool.write(WORDS * (4 * SPOOL_PAGE // len(WORDS)))
        spool.seek(0)
        assert read_fully(spool, len(WORDS)) == WORDS
        kept = on_disk(spool)
    assert len(kept) == 3 * (SPOOL_PAGE + OVERHEAD)
    assert [part for part in (WORDS, WORDS[:12], "白建国".encode()) if part in kept] == []


def test_twin_a_plain_spool_shows_everything():
    with tempfile.SpooledTemporaryFile(SPOOL_PAGE) as spool:
        spool.write(WORDS * (4 * SPOOL_PAGE // len(WORDS)))
        spool.flush()
        assert WORDS in os.pread(spool.fileno(), 1 << 20, 0)


def test_what_fits_into_memory_never_reaches_the_disk():
    spool = SealedSpool(4 * SPOOL_PAGE)
    spool.write(bytes(3 * SPOOL_PAGE))
    spool.seek(0)
    assert (len(spool.readall()), spool.file) == (3 * SPOOL_PAGE, None)


def test_a_page_that_was_changed_or_moved_on_disk_is_refused():
    for place, data in [(20, b"x"), (0, None)]:
        spool = SealedSpool(0)
        spool.write(bytes(range(256)) * 256 * 3)
        spool.seek(0)
        moved = os.pread(spool.file.fileno(), SPOOL_PAGE + OVERHEAD, SPOOL_PAGE + OVERHEAD)
        os.pwrite(spool.file.fileno(), data or moved, place)
        spool.file.flush()
        spool.turn_to(2)
        with pytest.raises(InvalidTag):
            read_fully(spool, 10)


def test_a_zip_archive_is_written_into_it_and_read_again():
    spool = SealedSpool(SPOOL_PAGE)
    content = random.Random(1).randbytes(5 * SPOOL_PAGE)
    with zipfile.ZipFile(spool, "w") as archive:
        archive.writestr("a", content)
        archive.writestr("b", b"b")
    spool.seek(0)
    with zipfile.ZipFile(io.BytesIO(spool.readall())) as archive:
        assert (archive.read("a"), archive.read("b"), archive.testzip()) == (content, b"b", None)
