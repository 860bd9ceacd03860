"""Annexes that lead from the numbers of a document to their figures, and say what each figure counts."""

from ..text.sentences import Number
from .annex_tables import Annex
from .printed import printable

NUMBER_COLUMNS = [("序号", 6), ("所在段落", 46), ("文中数字", 12), ("指标", 26), ("期间", 12)]
DEFINITION_COLUMNS = [
    ("指标", 24),
    ("数值", 10),
    ("单位", 8),
    ("统计口径", 52),
    ("记录数", 8),
    ("目标", 8),
    ("数据质量", 12),
]
# How much of a paragraph tells which one it is.
PARAGRAPH_BEGINNING = 20


def number_table(printed):
    """Every number of the text in its order: the paragraph, the number as written, its figure and the period."""
    labels = {row.key: row.label for row in printed.trace}
    rows = []
    for block in printed.blocks:
        text = printable(block.text)
        beginning = text if len(text) <= PARAGRAPH_BEGINNING else f"{text[:PARAGRAPH_BEGINNING]}……"
        for part in block.parts:
            if isinstance(part, Number) and part.key in labels:
                label = printable(labels[part.key])
                rows.append([len(rows) + 1, beginning, printable(part.text), label, part.aspect or "本期"])
    note = "同比、环比为与上年同期、上期相比的增减。指标怎样统计，见“指标口径”表。"
    return Annex("正文数字出处", "正文数字出处表", NUMBER_COLUMNS, rows, note=note)


def definition_table(printed):
    """Every figure with its value, its definition and the number of its records."""
    rows = [
        [
            printable(row.label),
            row.amount,
            row.unit,
            printable(row.definition),
            row.records,
            row.target,
            row.quality_label,
        ]
        for row in printed.trace
    ]
    return Annex("指标口径", "指标口径和统计依据表", DEFINITION_COLUMNS, rows)
