"""The definitions of all figures as a Markdown document, with the dates that each one reads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import DateField

from activities.models import ActivityType, Campaign
from yl_district.fields import YearField

from .columns import fields_read
from .figure import Figure, Subject, Timing
from .lines import FIGURES, campaign_figures, type_figures

TIMINGS = {Timing.STOCK: "期末", Timing.FLOW: "期内", Timing.YEAR: "年度"}
PREFACE = """\
# 指标口径

由 `.venv/bin/python manage.py figure_definitions -o docs/figures.md` 从 `reports/figures/lines.py` 写出，不必手工修改。

“期末”按期间最后一日的情况计，“期内”计期间以内发生的，“年度”按期间所在的年度计；所属领域、在校等会变的情况，期末的按期末当日，
期内的按每条记录自己的日期。“依据的日期”是计数时读取的全部日期和年度：今天登记、自今天起生效的，不改动已结束期间的数。
"""
DEFINED = ("代码", "名称", "单位", "时间", "计什么", "依据的日期")


def definitions() -> str:
    """The whole document."""
    return "\n".join([PREFACE, *(line for subject in Subject for line in section(subject)), ""])


def section(subject: Subject) -> Iterator[str]:
    """Yields the lines on the figures of one subject."""
    figures = [figure for figure in figures_described() if figure.subject is subject]
    yield f"## {subject.value}"
    yield ""
    yield row(DEFINED)
    yield row(["---"] * len(DEFINED))
    for figure in figures:
        yield row(
            [f"`{figure.key}`", figure.label, figure.unit, TIMINGS[figure.timing], figure.definition, dates(figure)]
        )
    yield ""


def figures_described() -> list[Figure]:
    """The figures that exist whatever types and campaigns there are, and those of any one type and campaign."""
    campaign = Campaign(pk=0, key="CAMPAIGN", name="某专项")
    of_type = type_figures([ActivityType(key="TYPE", name="某类活动")])
    return [*FIGURES, *of_type, *campaign_figures([campaign])]


def row(cells: Any) -> str:
    """One line of a Markdown table."""
    return f"| {' | '.join(cells)} |"


def dates(figure: Figure) -> str:
    """The dates and years that a figure reads, by the records that they belong to."""
    found: dict[str, set[tuple[int, str]]] = {}
    for model, name in fields_read(figure):
        field = model._meta.get_field(name)
        if isinstance(field, (DateField, YearField)):
            place = list(model._meta.concrete_fields).index(field)
            found.setdefault(str(model._meta.verbose_name), set()).add((place, str(field.verbose_name)))
    return "；".join(
        f"{label}：{'、'.join(name for _, name in sorted(names))}" for label, names in sorted(found.items())
    )
