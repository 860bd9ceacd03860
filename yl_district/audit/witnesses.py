"""Witnesses: the number and digest of a line as noted outside the database, by which a rewritten log shows."""

import re
import unicodedata
import zipfile
import zlib
from dataclasses import dataclass

from .access_log import BEGINNING
from .models import AccessEntry

# A code has the first 20 of the 64 digits of a digest, in groups of four: enough that no other line can be made to fit.
CODE_DIGITS = 20
WITNESS_TEXT = re.compile(
    r"(?<![0-9a-z-])(?:([1-9][0-9]{0,17})-([0-9a-f]{4}(?:-[0-9a-f]{4}){4}|[0-9a-f]{64})|([0-9a-f]{64}))(?![0-9a-z-])",
    re.IGNORECASE,
)
XML_TAG = re.compile(r"<[^>]*>")
# Values in one query, of which databases take no more than so many.
LOOKED_UP_AT_ONCE = 500
# Bytes of a file, or of one part of a Word file, that are read.
LARGEST_PART = 64 * 1024 * 1024


@dataclass(frozen=True)
class Witness:
    """The beginning of a line's digest, and the line's number where it was noted."""

    number: int | None
    digest: str

    def __str__(self):
        """The code that documents and pages show, such as `1234-8f3a-12bc-09de-77aa-41c2`; else the digest."""
        return witness_code(self.number, self.digest) if self.number else self.digest

    def fits(self, digest):
        """Whether a line with this digest is the one that was noted."""
        return digest.startswith(self.digest)


def witness_code(number, digest):
    """The code of a line, short enough to be copied by hand."""
    return "-".join([str(number), *(digest[start : start + 4] for start in range(0, CODE_DIGITS, 4))])


def last_witness():
    """The code of the last line; "" for an empty log."""
    last = AccessEntry.objects.order_by("-number").values_list("number", "digest").first()
    return witness_code(*last) if last else ""


def witnesses_in(text):
    """The set of Witnesses in a text: codes, whole digests, and both as `number-digest`, also typed in full width."""
    return set(map(noted, WITNESS_TEXT.finditer(unicodedata.normalize("NFKC", text))))


def witness_of(text):
    """The Witness that a text is; raises ValueError for any other text."""
    found = WITNESS_TEXT.fullmatch(text.strip())
    if not found:
        raise ValueError(text)
    return noted(found)


def noted(found):
    """The Witness of a match of WITNESS_TEXT."""
    number, code, digest = found.groups()
    return Witness(int(number) if number else None, (code or digest).replace("-", "").lower())


def witnesses_of_file(path):
    """The Witnesses in a text file or a Word file; raises ValueError where there are none, OSError as reading does."""
    found = witnesses_in("\n".join(texts_of_file(path)))
    if not found:
        raise ValueError("文件中没有日志凭证")
    return found


def texts_of_file(path):
    """Yields the text of a file, of a Word file part by part; raises ValueError where it is too large or damaged."""
    if not zipfile.is_zipfile(path):
        with open(path, "rb") as file:
            content = file.read(LARGEST_PART + 1)
        if len(content) > LARGEST_PART:
            raise ValueError("文件太大")
        yield content.decode("utf-8", "replace")
        return
    try:
        with zipfile.ZipFile(path) as archive:
            for part in archive.infolist():
                if part.filename.startswith("word/") and part.filename.endswith(".xml"):
                    with archive.open(part) as file:
                        content = file.read(LARGEST_PART + 1)
                    if len(content) > LARGEST_PART:
                        raise ValueError("文件太大")
                    # Paragraphs stay apart, words that Word has cut into runs grow together.
                    yield XML_TAG.sub("", content.decode("utf-8", "replace").replace("</w:p>", "\n"))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, zlib.error) as error:
        raise ValueError("文件已损坏") from error


def lost(witnesses):
    """The Witnesses that no line of the log fits, by their numbers; it takes any number of them."""
    numbered = sorted((each for each in witnesses if each.number), key=lambda each: (each.number, each.digest))
    digests = found_of("number", {each.number for each in numbered})
    alone = sorted(each.digest for each in witnesses if not each.number and each.digest != BEGINNING)
    known = set(found_of("digest", set(alone)).values())
    return [
        *(Witness(None, digest) for digest in alone if digest not in known),
        *(each for each in numbered if not each.fits(digests.get(each.number, ""))),
    ]


def found_of(field, values):
    """The digests, by number, of the lines with one of these values in a field."""
    values, found = sorted(values), {}
    for start in range(0, len(values), LOOKED_UP_AT_ONCE):
        lines = AccessEntry.objects.filter(**{f"{field}__in": values[start : start + LOOKED_UP_AT_ONCE]})
        found |= dict(lines.values_list("number", "digest"))
    return found
