"""Signing a report: its text, its figures and the records they count are stored as of that day."""

import hashlib
import io
from dataclasses import replace

from django.core.exceptions import ValidationError
from django.utils import timezone

from yl_district.audit.witnesses import last_witness
from yl_district.packing import packed

from ..checks import unexplained
from ..documents.summary import Summary, drafts_of, summary_of_writer
from ..figures.counting import figures_of, targets_of
from ..figures.figure import Figure, Result
from ..figures.lines import all_figures
from ..figures.readers import CASE_FIGURES, may_know_cases
from ..figures.scopes import scope_of
from ..models import CountedFigure, Edition
from ..printing.printed import Unprintable, printed
from ..printing.word import write_docx
from ..text import TextWriter, Vocabulary
from ..text.sentences import Block, Number
from .kept_records import comparable_parts, kept_parts
from .seals import record_seal


def sign(report, user, today, *, reason="", seen=None, request=None):
    """Signs the report: the first edition, or an amendment, which requires a reason.

    `seen` is the digest of the text that the signer read. Must run in a transaction that holds the report's lock.
    Raises ValidationError where an amendment has no reason, the text has changed since it was read, contains problems
    or is empty, nothing differs from the last edition, or a finding of the checks is unexplained.
    """
    scope, former = scope_of(report), report.edition
    if former and not reason:
        raise ValidationError({"reason": "这份报告已经定稿。更正须写明原因，原稿和更正稿都会保留。"})
    counted, results = count_records(scope)
    writers = writers_of(report, scope, results)
    summary, open_summary = (summary_of_writer(writer, today) for writer in writers)
    knows_cases = may_know_cases(user, scope)
    if seen is not None and seen != text_digest(summary if knows_cases else open_summary):
        raise ValidationError("没有签发：打开本页后，正文或数字有了变动。请重新打开本页，核对后再签发。")
    if writers[0].problems:
        raise ValidationError(text_error(writers[0]))
    if not summary.blocks:
        raise ValidationError("这份报告还没有正文，不能签发。请先编写正文。")
    if former and is_same(former, summary if knows_cases else open_summary, counted, knows_cases):
        raise ValidationError("正文和数字都与上一稿相同，不需要更正。请先修改正文或记录。")
    left = unanswered(scope, results, user, today)
    if left:
        raise ValidationError(f"没有签发：还有 {len(left)} 项核对结果没有说明。请在“数据核对”中逐项改正或写明原因。")
    witness = last_witness()
    document = word_file(summary, scope, today, counted, witness)
    edition = Edition.objects.create(
        report=report,
        number=former.number + 1 if former else 1,
        reason=reason,
        signed_by=user,
        signed_at=timezone.now(),
        counted_on=today,
        title=summary.title,
        signature=summary.signature,
        dated=summary.date,
        blocks=blocks_as_dicts(summary),
        open_blocks=blocks_as_dicts(open_summary),
        document=document,
        sha256=hashlib.sha256(document).hexdigest(),
        witness=witness,
    )
    CountedFigure.objects.bulk_create(kept_figures(edition, counted, results))
    # As it is stored, since that is what will be compared.
    record_seal(Edition.objects.select_related("report").get(pk=edition.pk), user=user, request=request)
    return edition


def writers_of(report, scope, results):
    """The writers of the report with and without cases; both read the same sections, loaded once."""
    vocabulary = Vocabulary(scope)
    drafts = drafts_of(scope, vocabulary, report)
    whole = TextWriter(scope, drafts, True, results, vocabulary)
    return whole, TextWriter(scope, drafts, False, without_cases(results), vocabulary)


def text_error(writer):
    """The error message for a text with problems; empty without any."""
    number = len(writer.problems)
    told = f"正文有 {number} 处不能识别，文中显示为【…】。请在报告页按提示逐处改正后再签发。"
    return told if number else ""


def unanswered(scope, results, user, today):
    """The unexplained findings that the signer may know."""
    return unexplained(scope, results if may_know_cases(user, scope) else without_cases(results), user, today)


def word_file(summary, scope, today, counted, witness):
    """The Word file of a document; raises ValidationError where the document is too long or the layout fails."""
    stream, counts = io.BytesIO(), {key: len(parts) for key, parts in counted.items()}
    try:
        problem = write_docx(printed(summary, scope, today, counts, witness), stream)
    except Unprintable as error:
        raise ValidationError(str(error)) from None
    if problem:
        raise ValidationError("没有签发：上传的 Word 版式不能使用。请管理员停用该版式或换一份，然后再签发。")
    return stream.getvalue()


def text_digest(summary):
    """A digest of the text and the numbers that somebody reads."""
    figures = [(key, result.value, result.quality) for key, result in summary.results.items()]
    return hashlib.sha256(repr((summary.text, figures)).encode()).hexdigest()


def count_records(scope):
    """The records that every figure counts, by its key, and the results computed from exactly these records."""
    targets, figures = targets_of(scope), figures_of(scope)
    counted = {key: figure.parts(scope) for key, figure in figures.items()}
    return counted, {key: figure.result_of(counted[key], targets) for key, figure in figures.items()}


def kept_figures(edition, counted, results):
    """Yields the rows that store the figures of an edition."""
    for position, (key, result) in enumerate(results.items()):
        yield CountedFigure(
            edition=edition,
            position=position,
            key=key,
            label=result.figure.label,
            unit=result.figure.unit,
            definition=result.figure.definition,
            value=result.value,
            quality=result.quality,
            target=result.target,
            records=packed(counted[key]),
        )


def is_same(former, summary, counted, knows_cases):
    """Whether text and records are the same as in an edition, as far as the signer may know them."""
    kept = {figure.key: comparable_parts(figure) for figure in former.figures.all()}
    if knows_cases:
        return former.blocks == blocks_as_dicts(summary) and kept == counted
    return former.open_blocks == blocks_as_dicts(summary) and without_cases(kept) == without_cases(counted)


def without_cases(by_key):
    """A dictionary by figure key, without the figures of cases."""
    return {key: value for key, value in by_key.items() if key not in CASE_FIGURES}


def blocks_as_dicts(summary):
    """The blocks of a document in the form that an edition stores."""
    return list(map(block_as_dict, summary.blocks))


def block_as_dict(block):
    """A block in the form that an edition stores."""
    parts = [
        {"key": part.key, "text": part.text, "aspect": part.aspect} if isinstance(part, Number) else part
        for part in block.parts
    ]
    return {"level": block.level, "parts": parts}


def block_of(kept):
    """The block that an edition stores."""
    parts = tuple(Number(**part) if isinstance(part, dict) else part for part in kept["parts"])
    return Block(kept["level"], parts)


def signed_results(edition, with_cases=True):
    """The results of an edition by figure key, as signed; those of cases only with `with_cases`."""
    figures = figures_of(scope_of(edition.report), with_cases)
    present = all_figures()
    return {
        kept.key: Result(figure_of(kept, present), kept.value, kept.quality, kept.target)
        for kept in edition.figures.defer("records")
        if kept.key in figures or kept.key not in present
    }


def figure_of(kept, present):
    """A figure as labelled and defined when it was signed; its rows are those of today's definition, if any."""
    words = {"label": kept.label, "unit": kept.unit, "definition": kept.definition}
    line = present.get(kept.key)
    return replace(line, **words) if line else Figure.closed(kept.key, **words)


def summary_of(edition, with_cases=True):
    """The document of an edition as it was signed; without the parts about cases unless `with_cases`."""
    blocks = tuple(map(block_of, edition.blocks if with_cases else edition.open_blocks))
    return Summary(edition.title, blocks, edition.signature, edition.dated, signed_results(edition, with_cases))


def printed_edition(edition, with_cases=True):
    """The document of an edition for printing, with the numbers of records that its figures counted."""
    counts = {figure.key: len(kept_parts(figure)) for figure in edition.figures.all()}
    scope = scope_of(edition.report, edition.counted_on)
    return printed(summary_of(edition, with_cases), scope, edition.counted_on, counts, edition.witness)
