"""Comments in a Word file that give each number of the text the definition of its figure."""

from copy import deepcopy
from datetime import UTC, datetime, time

from docx.oxml.ns import qn
from docx.shared import Pt
from docx.text.run import Run

from reports.printing.printed import printable
from reports.text.sentences import COMPARED_WITH, OTHER_PERIODS, Number

RUN_TEXT, RUN_PROPERTIES = qn("w:t"), qn("w:rPr")
COMMENT_SIZE = Pt(9)


def add_definitions(document, printed):
    """Adds a comment to each number of the text in a filled Word document; its text stays as it is."""
    rows = {row.key: row for row in printed.trace}
    runs = plain_runs(document)
    for block in printed.blocks:
        if not any(is_defined(part, rows) for part in block.parts):
            continue
        text = printable(block.text)
        place = next((place for place, run in enumerate(runs) if text in run.text), None)
        if place is None:
            continue
        for piece, part in divided_run(runs[place], text, block.parts):
            if is_defined(part, rows):
                comment_run(document, piece, definition_comment(part, rows[part.key]), printed)
        del runs[: place + 1]


def plain_runs(document):
    """The runs of the document that hold nothing but text, in its order."""
    runs = document.element.body.iter(qn("w:r"))
    return [Run(run, document) for run in runs if all(child.tag in (RUN_TEXT, RUN_PROPERTIES) for child in run)]


def is_defined(part, rows):
    """Whether a part of the text is a number whose figure is known."""
    return isinstance(part, Number) and part.key in rows


def divided_run(run, text, parts):
    """Divides a run that holds `text` at the bounds of its parts; returns each new run with its part."""
    before, _, after = run.text.partition(text)
    divided = []
    for part in (before, *parts, after):
        words = printable(str(part))
        if words:
            piece = Run(deepcopy(run._r), run._parent)
            piece.text = words
            run._r.addprevious(piece._r)
            divided.append((piece, part))
    run._r.getparent().remove(run._r)
    return divided


def definition_comment(number, row):
    """What the comment on a number says."""
    basis = f"记录 {row.records} 条，{row.quality_label}"
    if number.aspect in OTHER_PERIODS:
        basis = f"此处为{number.aspect}的数字，按同一口径统计那一期间的记录"
    elif number.aspect in COMPARED_WITH:
        basis = f"此处为与{COMPARED_WITH[number.aspect]}相比的增减，两期口径相同"
    return printable(f"{row.label}（{row.unit}）：{row.definition}。{basis}。")


def comment_run(document, run, text, printed):
    """Adds a comment on one run, by the document's author and of its day."""
    comment = document.add_comment(run, text, author=printable(printed.signature), initials="")
    comment._comment_elm.date = datetime.combine(printed.counted_on, time(), UTC)
    # Layouts have no style for comments, which would be as large as the text and indented as it is.
    paragraph = comment.paragraphs[0]
    paragraph._p.get_or_add_pPr().get_or_add_ind().set(qn("w:firstLineChars"), "0")
    paragraph.paragraph_format.first_line_indent, paragraph.runs[-1].font.size = Pt(0), COMMENT_SIZE
