"""A file for the moment: in memory up to a size, beyond it on disk as ciphertext whose key is nowhere but in memory."""

import io
import os
import tempfile

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

SPOOL_PAGE = 64 * 1024
OVERHEAD = 12 + 16  # bytes of nonce and tag that a page takes in addition


class SealedSpool(io.RawIOBase):
    """A binary file of which the first `in_memory` bytes never leave the memory, and the others only encrypted.

    Each page is encrypted by itself with a fresh nonce, and bound to its place in the file.
    """

    def __init__(self, in_memory):
        self.kept, self.most_kept = [], in_memory // SPOOL_PAGE
        self.cipher, self.file = AESGCM(AESGCM.generate_key(256)), None
        self.at = self.length = self.number = 0
        self.page, self.is_changed = bytearray(), False

    def readable(self):
        return True

    def writable(self):
        return True

    def seekable(self):
        return True

    def tell(self):
        return self.at

    def seek(self, offset, whence=os.SEEK_SET):
        self.at = offset + {os.SEEK_SET: 0, os.SEEK_CUR: self.at, os.SEEK_END: self.length}[whence]
        return self.at

    def write(self, data):
        if self.at > self.length:
            self.at, gap = self.length, self.at - self.length
            self.write(bytes(gap))
        view = memoryview(data).cast("B")
        done = 0
        while done < len(view):
            start = self.turn_to(self.at // SPOOL_PAGE)
            piece = view[done : done + SPOOL_PAGE - start]
            self.page[start : start + len(piece)] = piece
            self.is_changed = True
            done, self.at = done + len(piece), self.at + len(piece)
            self.length = max(self.length, self.at)
        return done

    def readinto(self, buffer):
        if self.at >= self.length:
            return 0
        start = self.turn_to(self.at // SPOOL_PAGE)
        piece = self.page[start : start + len(buffer)]
        buffer[: len(piece)] = piece
        self.at += len(piece)
        return len(piece)

    def turn_to(self, number):
        """Makes a page the one at hand; returns the place of `at` in it."""
        if number != self.number:
            self.put_away()
            self.number, self.page = number, self.fetched(number)
        return self.at % SPOOL_PAGE

    def put_away(self):
        """Keeps the page at hand."""
        if not self.is_changed:
            return
        self.is_changed = False
        if self.number < self.most_kept:
            self.kept.extend(bytearray() for _ in range(self.number + 1 - len(self.kept)))
            self.kept[self.number] = self.page
            return
        nonce = os.urandom(12)
        # The end is filled up, so that every page has its place.
        plain = bytes(self.page.ljust(SPOOL_PAGE, b"\0"))
        if self.file is None:
            self.file = tempfile.TemporaryFile()  # noqa: SIM115
        self.file.seek((self.number - self.most_kept) * (SPOOL_PAGE + OVERHEAD))
        self.file.write(nonce + self.cipher.encrypt(nonce, plain, self.number.to_bytes(8, "big")))

    def fetched(self, number):
        """A page that was put away; an empty one where none was."""
        if number * SPOOL_PAGE >= self.length:
            return bytearray()
        if number < self.most_kept:
            return self.kept[number]
        self.file.seek((number - self.most_kept) * (SPOOL_PAGE + OVERHEAD))
        stored = self.file.read(SPOOL_PAGE + OVERHEAD)
        plain = self.cipher.decrypt(stored[:12], stored[12:], number.to_bytes(8, "big"))
        return bytearray(plain[: self.length - number * SPOOL_PAGE])

    def close(self):
        if self.file is not None:
            self.file.close()
        super().close()
