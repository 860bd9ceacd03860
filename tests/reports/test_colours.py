"""Style sheets and scripts of the pages use the chart colours of printed files, each defined once."""

import re

import pytest
from django.conf import settings

from reports.printing import colours
from reports.printing.colours import AMBER, SERIES
from reports.printing.pdf.posters import BARS
from reports.targets.progress import BADGES

STATIC = settings.BASE_DIR / "yl_district" / "static" / "yl"
SHEETS = {path.name: path.read_text("utf-8") for path in sorted(STATIC.glob("*.css"))}
VARIABLES = dict(re.findall(r"--yl-([\w-]+): (#\w+);", SHEETS["app.css"]))
# The page of an error stands alone: where everything else fails, it loads nothing but its own sheet.
ALONE = "error.css"


def colour_of(sheet, name, selector):
    """The colour that a sheet gives a property by its rule for a selector, None without such a rule."""
    found = re.search(rf"^{selector} \{{[^}}]*\b{name}: var\(--yl-(\w+)\);", SHEETS[sheet], re.MULTILINE)
    return found and VARIABLES[found[1]]


def test_pages_and_paper_have_one_palette():
    names = ["RED", "BLUE", "GREEN", "AMBER", "INK", "QUIET", "PALE"]
    assert {name: VARIABLES[name.lower()] for name in names} == {name: getattr(colours, name) for name in names}


def test_sheets_and_scripts_take_the_colours_of_charts_from_their_variables():
    texts = SHEETS | {path.name: path.read_text("utf-8") for path in STATIC.glob("*.js")}
    named = {
        name: set(re.findall(r"#\w{6}\b", re.sub(r"--yl-[\w-]+: #\w+;", "", text))) & set(VARIABLES.values())
        for name, text in texts.items()
        if name != ALONE
    }
    assert {name: found for name, found in named.items() if found} == {}


def test_a_comparison_draws_its_periods_in_the_order_of_the_series():
    bars, names = [(r"\.bar-{}", "fill"), (r"\.name-{}::before", "background")]
    for selector, name in (bars, names):
        found = [colour_of("checks.css", name, selector.format(place)) for place in range(1, len(SERIES) + 1)]
        assert found == list(SERIES)


@pytest.mark.parametrize("engine", ["-webkit-progress-value", "-moz-progress-bar"])
def test_a_task_has_the_same_bar_on_its_page_and_in_the_pdf(engine):
    usual = colour_of("reports.css", "background", rf"\.target-bar::{engine}")
    states = {
        state: colour_of("reports.css", "background", rf"\.target-bar.*\.is-{state}\b.*::{engine}") or usual
        for state in BADGES
    }
    assert states == {state: BARS.get(state, AMBER) for state in BADGES}
