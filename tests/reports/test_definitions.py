"""The document of all figures' definitions is what the lines say."""

import pytest

from reports.figures.definitions import dates, definitions
from reports.figures.lines import FIGURES
from tests.project.test_layout import ROOT

DOCUMENT = ROOT / "docs" / "figures.md"


def test_the_document_is_what_the_lines_say():
    said = DOCUMENT.read_text("utf-8")
    assert said == definitions(), "run: .venv/bin/python manage.py figure_definitions -o docs/figures.md"


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("members_joined", "团员：来源日期"),
        ("unit_contacts", "两新联络：日期"),
        ("education_sessions", "思想教育变更：起始日期、结束日期；活动：日期；活动类型：思想教育起始日期"),
    ],
)
def test_each_figure_names_the_dates_that_it_reads(key, words):
    assert dates(next(figure for figure in FIGURES if figure.key == key)) == words


def test_no_figure_reads_no_date():
    assert [figure.key for figure in FIGURES if not dates(figure)] == []
