"""The content of a printed summary, with the trace from each of its numbers to the records behind it.

Word and PDF files are made from this content alone, so that both say the same, for current and for signed figures.
"""

import re
from dataclasses import dataclass, replace
from datetime import date

from yl_district.database.actors import whole_case_files

from ..documents.summary import compose
from ..figures.counting import results_of
from ..figures.measures import QUALITY_LABELS, amount, count
from ..text.sentences import Block, Number

UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
# About 400 pages; a longer text is not handwritten, and would keep the server busy for long.
LONGEST_TEXT = 300_000


class Unprintable(Exception):
    """The document cannot be made into a file; the message tells the user why and what to do."""


@dataclass(frozen=True)
class TraceRow:
    """One figure: its value, its definition, and the number of records that it counted."""

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
        """The value formatted as on every page and in every document."""
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
    # Of a signed document, the last line of the access log at the time.
    witness: str = ""

    @property
    def closing_note(self):
        """What stands below a signed document; "" for any other."""
        return self.witness and f"日志凭证 {self.witness}（签发时访问日志的最后一条，供核对日志使用）"


def printed_summary(scope, today, with_cases=True):
    """The summary of a scope, composed and counted `today`; without `with_cases`, it mentions no assisted youths."""
    return printed(compose(scope, today, with_cases), scope, today)


def printed(summary, scope, counted_on, counts=None, witness=""):
    """The printed form of a summary; `counts` passes in the stored number of records of each figure."""
    return PrintedSummary(
        title=summary.title,
        blocks=summary.blocks,
        signature=summary.signature,
        dateline=summary.dateline,
        place=scope.name,
        period=f"{scope.period.name}{scope.as_of and f'（{scope.as_of}）'}",
        counted_on=counted_on,
        trace=trace(scope, summary.results, keys_in_text(summary.blocks), counts),
        witness=witness,
    )


def keys_in_text(blocks):
    """The keys of the figures with a number in the text."""
    return {part.key for block in blocks for part in block.parts if isinstance(part, Number)}


def trace(scope, results, told=frozenset(), counts=None):
    """A row for each result; for activity types and campaigns only if mentioned, held, or given a target."""
    shown = [result for key, result in results.items() if key in told or is_of_note(key, results)]
    if counts is None:
        counts = record_numbers(scope, [result.figure for result in shown])
    return tuple(trace_row(result, counts[result.figure.key]) for result in shown)


def is_of_note(key, results):
    """Whether a figure has a row even if not mentioned: not for types and campaigns with nothing held and no target."""
    kind, _, of_one = key.partition(".")
    held = results.get(f"coverage_due.{of_one}" if kind.startswith("coverage") else f"sessions.{of_one}")
    return held is None or bool(held.value) or results[key].target is not None


def record_numbers(scope, figures):
    """The number of records that each figure counts, by its key, all asked for together."""
    with whole_case_files():
        counted = results_of((replace(figure, measure=count), scope) for figure in figures)
    return {result.figure.key: result.value for result in counted}


def trace_row(result, records):
    """The row of one result."""
    figure = result.figure
    known = (figure.key, figure.label, result.value, figure.unit, figure.definition)
    return TraceRow(*known, records, result.target, result.quality)


def summary_content(printed, appendix=False):
    """The content for the layouts of Word and PDF, as plain strings; raises Unprintable where the text is too long.

    Layouts that don't ask for `appendix` show the figures in any case.
    """
    length = sum(len(block.text) for block in printed.blocks)
    if length > LONGEST_TEXT:
        raise Unprintable(f"正文共 {length} 字，超过可以生成文件的 {LONGEST_TEXT} 字。请精简正文后重新下载。")
    return {
        "title": printable(printed.title),
        "blocks": [block_content(block) for block in printed.blocks],
        "signature": printable(printed.signature),
        "dateline": printed.dateline,
        "place": printable(printed.place),
        "period": printed.period,
        "counted_on": str(printed.counted_on),
        "figures": [row_content(row) for row in printed.trace],
        "appendix": "附件" if appendix else "",
    }


def block_content(block):
    """A block as a whole and in parts, numbers with the key of their figure."""
    parts = [{"text": printable(str(part)), "key": getattr(part, "key", "")} for part in block.parts]
    return {"level": block.level, "text": printable(block.text), "parts": parts}


def row_content(row):
    """One row of the trace."""
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
    """The text without characters that XML, and so Word, does not allow."""
    return UNPRINTABLE.sub("", text)
