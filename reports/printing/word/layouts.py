"""Checks an uploaded Word layout: the file, then its placeholders, then a complete sample rendered in it."""

import io
from datetime import date
from functools import lru_cache

from docx import Document
from docx.oxml.ns import qn

from reports.figures.measures import COUNTED, INCOMPLETE, ROUNDED
from reports.printing.file_choices import HANDED_IN, FileChoices
from reports.printing.printed import PrintedSummary, TraceRow, summary_content
from reports.text.sentences import Block

from .filling import fill
from .layout_archives import check_archive
from .layout_language import LayoutRefused

# The label of each kind of content, and the placeholder that renders it.
EXPECTED = {
    "title": ("标题", "{{ title }}"),
    "text": ("正文", "{{ block.text }}"),
    "signature": ("落款", "{{ signature }}"),
    "dateline": ("落款日期", "{{ dateline }}"),
    "label": ("指标名称", "{{ row.label }}"),
    "value": ("指标数值", "{{ row.value }}"),
}
SAMPLE_SUMMARY = PrintedSummary(
    title="样张团委〔1〕工作总结",
    blocks=tuple(
        Block(level, (f"样张第{number}段（{level}级）<&>{{{{ 7 * 7 }}}}",))
        for number, level in enumerate([0, 1, 0, 2, 0, 0, 3, 0])
    ),
    signature="样张落款单位",
    dateline="2017年12月31日",
    place="样张统计范围",
    period="样张统计期间",
    counted_on=date(2018, 1, 5),
    trace=tuple(
        TraceRow(f"sample.{number}", f"样张指标{number}号", 7000 + number, "次", "样张口径", number, target, quality)
        for number, (target, quality) in enumerate([(None, COUNTED), (9, COUNTED), (8000, ROUNDED), (1, INCOMPLETE)])
    ),
)


def check_layout(data):
    """Raises LayoutRefused unless the file is a plain Word document that renders a complete summary."""
    check_archive(data)
    check_sample(data, FileChoices(appendix=True), expected(summary_content(SAMPLE_SUMMARY)))
    without_figures = summary_content(SAMPLE_SUMMARY) | {"figures": []}
    check_sample(data, HANDED_IN, expected(without_figures))


def check_sample(data, choices, wanted):
    """Raises LayoutRefused unless the layout renders a sample that holds all that is wanted."""
    made = io.BytesIO()
    try:
        fill(io.BytesIO(data), SAMPLE_SUMMARY, made, choices)
        lines = written_lines(made)
    except LayoutRefused:
        raise
    except Exception:  # whatever a malformed file raises in the libraries
        raise LayoutRefused("不能用它生成样张，文件可能已损坏。请以内置版式为底稿修改后重新上传。") from None
    for name, value in wanted:
        if not any(value in line for line in lines):
            label, placeholder = EXPECTED[name]
            raise LayoutRefused(f"试排的样张里缺少{label}“{value}”。请在版式中保留 {placeholder} 后重新上传。")


def expected(told):
    """Yields everything of the sample that must be rendered, as (kind, text)."""
    yield from ((name, told[name]) for name in ("title", "signature", "dateline"))
    yield from (("text", block["text"]) for block in told["blocks"])
    yield from ((name, row[name]) for row in told["figures"] for name in ("label", "value"))


def written_lines(stream):
    """The text of every paragraph of a Word file, including those in tables."""
    body = Document(stream).element.body
    return ["".join(text.text or "" for text in line.iter(qn("w:t"))) for line in body.iter(qn("w:p"))]


@lru_cache(maxsize=2)
def separates_appendix(content):
    """Whether a layout, or the built-in one in place of a broken one, leaves the figures out of what is handed in."""
    try:
        lines = written_lines(io.BytesIO(content))
    except Exception:  # whatever a malformed file raises in the libraries
        return True
    return any("appendix" in line for line in lines)
