"""What a printed summary holds, and the trace that leads from each of its numbers to the records behind it.

Word and PDF are made from nothing else, so that both say the same, of today's figures and of those once signed.
"""

import re
from dataclasses import dataclass
from datetime import date

from ..documents.summary import compose
from ..figures.measures import QUALITY_LABELS, amount
from ..text.sentences import Block, Number

UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
# A book of 400 pages; whatever is longer was not written by people, and would keep the server busy for long.
LONGEST = 300_000


class Unprintable(Exception):
    """The document cannot be made into a file; the message tells the user why and what to do."""


@dataclass(frozen=True)
class TraceRow:
    """One figure: what it came to, what that means, and how many records it counted."""

    key: str
    label: str
    value: int
    unit: str
    definition: str
    records: int
    target: int | None
    quality: str

    @property
    def amount(self):
        """The value as every page and document writes it."""
        return amount(self.value, self.quality)

    @property
    def quality_label(self):
        return QUALITY_LABELS[self.quality]


@dataclass(frozen=True)
class PrintedSummary:
    """A summary ready for printing: its text, its place and period in words, and the trace of its numbers."""

    title: str
    blocks: tuple[Block, ...]
    signature: str
    dateline: str
    place: str
    period: str
    counted_on: date
    trace: tuple[TraceRow, ...]


def printed_summary(scope, today, with_cases=True):
    """The summary of a scope, composed and counted `today`; without `with_cases` it says nothing of assisted youths."""
    return printed(compose(scope, today, with_cases), scope, today)


def printed(summary, scope, counted_on, counts=None):
    """The summary of a scope as it is printed; `counts` tells each figure's number of records where that is kept."""
    return PrintedSummary(
        title=summary.title,
        blocks=summary.blocks,
        signature=summary.signature,
        dateline=summary.dateline,
        place=scope.name,
        period=scope.period.name,
        counted_on=counted_on,
        trace=trace(scope, summary.results, told_keys(summary.blocks), counts),
    )


def told_keys(blocks):
    """The keys of the figures whose numbers stand in the text."""
    return {part.key for block in blocks for part in block.parts if isinstance(part, Number)}


def trace(scope, results, told=frozenset(), counts=None):
    """A row for each result; of activity types only those told of, held or wanted."""
    shown = [result for key, result in results.items() if key in told or is_of_note(key, results)]
    return tuple(trace_row(result, records_of(scope, result.figure, counts)) for result in shown)


def is_of_note(key, results):
    """Whether a figure has a row without being told of: not where nothing of the type was held or wanted."""
    sessions = results.get(f"sessions.{key.partition('.')[2]}")
    return sessions is None or bool(sessions.value) or results[key].target is not None


def records_of(scope, figure, counts):
    """How many records a figure counted."""
    return figure.rows(scope).count() if counts is None else counts[figure.key]


def trace_row(result, records):
    """The row of one result."""
    figure = result.figure
    known = (figure.key, figure.label, result.value, figure.unit, figure.definition)
    return TraceRow(*known, records, result.target, result.quality)


def content(printed):
    """What the layouts of Word and PDF are given: plain strings; raises Unprintable where they are too long."""
    length = sum(len(block.text) for block in printed.blocks)
    if length > LONGEST:
        raise Unprintable(f"正文共 {length} 字，超过可以生成文件的 {LONGEST} 字。请精简正文后重新下载。")
    return {
        "title": printable(printed.title),
        "blocks": [block_content(block) for block in printed.blocks],
        "signature": printable(printed.signature),
        "dateline": printed.dateline,
        "place": printable(printed.place),
        "period": printed.period,
        "counted_on": str(printed.counted_on),
        "figures": [row_content(row) for row in printed.trace],
    }


def block_content(block):
    """A block as a whole, and in parts of which the numbers tell their figure."""
    parts = [{"text": printable(str(part)), "key": getattr(part, "key", "")} for part in block.parts]
    return {"level": block.level, "text": printable(block.text), "parts": parts}


def row_content(row):
    """One line of the trace."""
    return {
        "key": row.key,
        "label": printable(row.label),
        "value": row.amount,
        "unit": row.unit,
        "definition": printable(row.definition),
        "records": str(row.records),
        "target": "—" if row.target is None else str(row.target),
        "quality": row.quality_label,
    }


def printable(text):
    """The text without the characters that XML, and so Word, refuses."""
    return UNPRINTABLE.sub("", text)
