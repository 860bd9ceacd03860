"""Reads delimited text: CSV files as Excel and WPS save them, in any encoding, and text pasted from sheets."""

import codecs
import csv
import re

from .formulas import restored
from .limits import LINE, Refused, check_area

BLOCK_SIZE = 1 << 20
MARKED = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
SIGNATURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"%PDF", b"{\\rtf", b"Rar!", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b")
MARKUP = re.compile(r"\s*(<[!?a-zA-Z]|MIME-Version:)")
CONTROL_BYTES = re.compile(rb"[\x00-\x08\x0e-\x1f]")
BINARY_SHARE = 10  # with more than one control character in so many bytes, a file is binary
HAN = re.compile("[\u4e00-\u9fff]")
QUOTED = re.compile(r'"[^"]*"')
SAMPLE_LINES = 50  # lines from which the delimiter is recognised
DELIMITERS = "\t,;"
KEPT_AS_TEXT = re.compile(r'="([^"]*)"')  # how programs stop Excel from turning digits into numbers
PASTED_CELL = re.compile(r'(?:"((?:[^"]|"")*+)"|([^\t\r\n]*+))(\t|\r\n|\r|\n|\Z)')


def read_delimited(path):
    """Yields the rows of a text file, whose cells are text, or None where empty; raises Refused."""
    encoding = encoding_of(path)
    with open(path, encoding=encoding, newline="") as file:
        check_text(file.read(BLOCK_SIZE))
        file.seek(0)
        delimiter = delimiter_of(file)
        file.seek(0)
        csv.field_size_limit(LINE)
        reader = csv.reader(short_lines(file), delimiter=delimiter, strict=True)
        height = width = 0
        try:
            for height, row in enumerate(reader, 1):
                if not "".join(row).strip():
                    yield []
                    continue
                cells = trimmed([as_cell(restored(cell)) for cell in row])
                width = max(width, len(cells))
                check_area(height, width)
                yield cells
        except csv.Error:
            raise Refused("quotes", f"第 {height + 1} 行的双引号没有成对的文本") from None


def encoding_of(path):
    """Returns the encoding in which the whole file can be decoded; raises Refused for none, or a binary file."""
    with open(path, "rb") as file:
        head = file.read(BLOCK_SIZE)
    marked = [encoding for mark, encoding in MARKED.items() if head.startswith(mark)]
    is_binary = not marked and len(CONTROL_BYTES.findall(head)) * BINARY_SHARE > len(head)
    if is_binary or head.startswith(SIGNATURES):
        raise Refused("other")
    for encoding in marked or ["utf-8", "gb18030"]:
        if is_valid(path, encoding) and (encoding != "gb18030" or not has_utf8_lines(path)):
            return encoding
    raise Refused("encoding")


def is_valid(path, encoding):
    """Whether the whole file can be decoded in an encoding."""
    decoder = codecs.getincrementaldecoder(encoding)()
    with open(path, "rb") as file:
        try:
            while chunk := file.read(BLOCK_SIZE):
                decoder.decode(chunk)
            decoder.decode(b"", True)
        except UnicodeDecodeError:
            return False
    return True


def has_utf8_lines(path):
    """Whether any line is Chinese text in UTF-8."""
    # A file that is not UTF-8 as a whole and has such lines was put together from two encodings.
    with open(path, "rb") as file:
        while line := file.readline(LINE):
            try:
                if not line.isascii() and HAN.search(line.decode()):
                    return True
            except UnicodeDecodeError:
                continue
    return False


def check_text(text):
    """Raises Refused for text that is blank or a web page."""
    if not text.strip():
        raise Refused("empty")
    if MARKUP.match(text):
        raise Refused("html")


def short_lines(file):
    """Yields the lines of the file; raises Refused for one longer than `LINE`."""
    while line := file.readline(LINE + 1):
        if len(line) > LINE:
            raise Refused("too large", f"有一行超过 {LINE} 个字的文本")
        yield line


def delimiter_of(file):
    """Returns the delimiter that occurs outside quotes in most of the first lines; raises Refused."""
    sample = "".join(line for _, line in zip(range(SAMPLE_LINES), short_lines(file), strict=False))
    lines = QUOTED.sub("", sample).splitlines()
    return max(DELIMITERS, key=lambda mark: (sum(mark in line for line in lines), "".join(lines).count(mark)))


def as_cell(text):
    """Returns a cell of a text file as text, None where it is empty."""
    kept = KEPT_AS_TEXT.fullmatch(text)
    return (kept[1] if kept else text) or None


def trimmed(cells):
    """Removes the empty cells at the end of a row, and returns the row."""
    while cells and cells[-1] is None:
        cells.pop()
    return cells


def pasted_rows(text):
    """Returns the rows of text pasted from a spreadsheet; raises Refused.

    Cells are separated by tabs, and those with line breaks are in quotes.
    """
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
