"""Reads text with delimiters: CSV as Excel and WPS save it, in whichever encoding, and what is pasted from a sheet."""

import codecs
import csv
import re

from .formulas import restored
from .spreadsheet_limits import LINE, Refused, check_area

CHUNK = 1 << 20
MARKED = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
SIGNATURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"%PDF", b"{\\rtf", b"Rar!", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b")
MARKUP = re.compile(r"\s*(<[!?a-zA-Z]|MIME-Version:)")
CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f]")
BINARY_SHARE = 10  # no text has a control character among so many
HAN = re.compile("[\u4e00-\u9fff]")
QUOTED = re.compile(r'"[^"]*"')
SAMPLE = 50  # lines that show the delimiter
DELIMITERS = "\t,;"
KEPT_AS_TEXT = re.compile(r'="([^"]*)"')  # how programs keep Excel from turning digits into numbers
PASTED_CELL = re.compile(r'(?:"((?:[^"]|"")*+)"|([^\t\r\n]*+))(\t|\r\n|\r|\n|\Z)')


def read_delimited(path):
    """The rows of a text file; every cell is text, or None where it is empty. Raises Refused."""
    encoding = encoding_of(path)
    with open(path, encoding=encoding, newline="") as file:
        check_text(file.read(CHUNK))
        file.seek(0)
        delimiter = delimiter_of(file)
        file.seek(0)
        csv.field_size_limit(LINE)
        reader = csv.reader(short_lines(file), delimiter=delimiter, strict=True)
        height = width = 0
        try:
            for row in reader:
                cells = trimmed([as_cell(restored(cell)) for cell in row])
                height, width = height + 1, max(width, len(cells))
                check_area(height, width)
                yield cells
        except csv.Error:
            raise Refused("quotes", f"第 {height + 1} 行的双引号没有成对的文本") from None


def encoding_of(path):
    """The encoding in which the whole file can be read; raises Refused where there is none, or no text."""
    with open(path, "rb") as file:
        head = file.read(CHUNK)
    marked = [encoding for mark, encoding in MARKED.items() if head.startswith(mark)]
    is_binary = not marked and len(CONTROL.findall(head)) * BINARY_SHARE > len(head)
    if is_binary or head.startswith(SIGNATURES):
        raise Refused("other")
    for encoding in marked or ["utf-8", "gb18030"]:
        if is_valid(path, encoding) and (encoding != "gb18030" or not has_utf8_lines(path)):
            return encoding
    raise Refused("encoding")


def is_valid(path, encoding):
    decoder = codecs.getincrementaldecoder(encoding)()
    with open(path, "rb") as file:
        try:
            while chunk := file.read(CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", True)
        except UnicodeDecodeError:
            return False
    return True


def has_utf8_lines(path):
    """Whether single lines are Chinese in UTF-8: such a file has been put together from two encodings."""
    with open(path, "rb") as file:
        while line := file.readline(LINE):
            try:
                if not line.isascii() and HAN.search(line.decode()):
                    return True
            except UnicodeDecodeError:
                continue
    return False


def check_text(text):
    """Raises Refused for nothing but blanks, or for a web page."""
    if not text.strip():
        raise Refused("empty")
    if MARKUP.match(text):
        raise Refused("html")


def short_lines(file):
    """The file's lines; raises Refused for one that no person has written."""
    while line := file.readline(LINE + 1):
        if len(line) > LINE:
            raise Refused("too large", f"有一行超过 {LINE} 个字的文本")
        yield line


def delimiter_of(file):
    """The delimiter that most of the first lines have outside their quotes."""
    sample = "".join(line for _, line in zip(range(SAMPLE), short_lines(file), strict=False))
    lines = QUOTED.sub("", sample).splitlines()
    return max(DELIMITERS, key=lambda one: (sum(one in line for line in lines), sum(line.count(one) for line in lines)))


def as_cell(text):
    """A cell of a text file: always text, or None where it is empty."""
    kept = KEPT_AS_TEXT.fullmatch(text)
    return (kept[1] if kept else text) or None


def trimmed(cells):
    """The cells without the empty ones at their end."""
    while cells and cells[-1] is None:
        cells.pop()
    return cells


def pasted_rows(text):
    """The rows of text pasted from a spreadsheet: cells separated by tabs, those with line breaks in quotes."""
    rows, row, place = [], [], 0
    while place < len(text):
        match = PASTED_CELL.match(text, place)
        quoted, plain, separator = match.groups()
        row.append(as_cell(plain if quoted is None else quoted.replace('""', '"')))
        place = match.end()
        if separator != "\t" or place == len(text):
            rows.append(trimmed(row))
            check_area(len(rows), len(row))
            row = []
    return rows
