"""Reads entries that people added one below another in a chat, each with its number (接龙), as rows of a table."""

import re

# A day or a time, such as 5.4 or 9:30, is no number with an entry.
NUMBER = r"\s*([0-9０-９]{1,3})\s*"
PARTED = r"(?:[、)）]|[.．:：](?![0-9０-９])|\s|(?=[\u4e00-\u9fff])(?![年月日号人个点]))\s*"
ENTRY = re.compile(rf"{NUMBER}{PARTED}(\S.*)")
CHAIN_MARK = "接龙"
SEPARATED = re.compile(r"[，,、;；|/\t：:]+")
MOBILE_NUMBER = re.compile(r"(?<!\d)(?:\+?86[ -]?)?(1[3-9]\d[ -]?\d{4}[ -]?\d{4})(?!\d)", re.ASCII)
IDENTITY_DIGITS = re.compile(r"(?<![0-9])([0-9]{17}[0-9Xx])(?![0-9])")
SEX = re.compile(r"[男女]")
MOST_SPACES = 12  # characters of a field beyond which blanks do not part it


def numbered_rows(text):
    """Returns the rows of a text of numbered entries, None for another text.

    Lines above the first entry are rows of one cell. An entry is its number, its first field, its identity and mobile
    number and its sex, in columns that all entries share where any has one, and its further fields as they follow.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    first = next((at for at, line in enumerate(lines) if ENTRY.fullmatch(line)), None)
    if first is None or "\t" in text:
        return None
    entries = with_further_lines(lines[first:])
    numbers = [int(number) for number, _ in entries]
    is_marked = any(CHAIN_MARK in line for line in lines[:first])
    if not is_marked and (len(entries) < 2 or numbers != sorted(set(numbers))):
        return None
    parted = [entry_fields(body) for _, body in entries]
    return [[line] for line in lines[:first]] + in_columns(numbers, parted)


def with_further_lines(lines):
    """Returns [(number, text)] of the entries; a line without a number goes on with the entry above it."""
    entries = []
    for line in lines:
        if match := ENTRY.fullmatch(line):
            entries.append((match[1], match[2]))
        else:
            number, body = entries[-1]
            entries[-1] = number, f"{body}，{line}"
    return entries


def entry_fields(body):
    """Returns the fields of an entry: {"identity", "mobile", "sex"} of those it has, and the others in order."""
    told = {}
    for name, pattern in (("identity", IDENTITY_DIGITS), ("mobile", MOBILE_NUMBER)):
        if match := pattern.search(body):
            told[name] = match[1].replace(" ", "").replace("-", "") if name == "mobile" else match[1]
            body = f"{body[: match.start()]}，{body[match.end() :]}"
    parts = [part for piece in SEPARATED.split(body) if (part := piece.strip(" \u3000-—–"))]
    fields = []
    for part in parts:
        fields += part.split() if len(parts) == 1 or len(part) <= MOST_SPACES else [part]
    for field in fields:
        if SEX.fullmatch(field):
            told["sex"] = field
            fields.remove(field)
            break
    return told, fields


def in_columns(numbers, parted):
    """Returns the rows of entries, in the columns that any of them has."""
    names = [name for name in ("identity", "mobile", "sex") if any(name in told for told, _ in parted)]
    rows = []
    for number, (told, fields) in zip(numbers, parted, strict=True):
        row = [str(number), fields[0] if fields else None, *(told.get(name) for name in names), *fields[1:]]
        while row and row[-1] is None:
            row.pop()
        rows.append(row)
    return rows
