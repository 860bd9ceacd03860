"""The walks of CONTRIBUTING.md lead downwards: no step's file imports an earlier one, directly or by others."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests.project.test_layout import ROOT

TEXT = (ROOT / "CONTRIBUTING.md").read_text("utf-8").partition("\n## Three walks\n")[2]
WALKS = dict(re.findall(r"^### ([^\n]+)\n(.*?)(?=^### |\Z)", TEXT, re.MULTILINE | re.DOTALL))


@cache
def imported(file):
    """The files of the project that a file imports."""
    found = set()
    for node in ast.walk(ast.parse((ROOT / file).read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom):
            above = file.parts[: -node.level] if node.level else ()
            base = Path(*above, *(node.module or "").split("."))
            found |= {base, *(base / alias.name for alias in node.names)}
        elif isinstance(node, ast.Import):
            found |= {Path(*alias.name.split(".")) for alias in node.names}
    files = {one.with_suffix(".py") for one in found if one.name} | {one / "__init__.py" for one in found}
    return {one for one in files if (ROOT / one).is_file()}


@cache
def reached(file):
    """The files that it imports directly or by others."""
    found, waiting = set(), [file]
    while waiting:
        new = imported(waiting.pop()) - found
        found |= new
        waiting += new
    return found


def test_an_upload_a_figure_and_a_sign_in_are_told():
    assert list(WALKS) == ["An upload", "A figure", "A sign-in"]


@pytest.mark.parametrize("walk", WALKS)
def test_no_step_goes_back_up(walk):
    files = [Path(name) for name in re.findall(r"^\d+\. `([\w/.]+)`", WALKS[walk], re.MULTILINE)]
    assert len(files) > 5
    assert [(file, reached(file) & {*files[:place]}) for place, file in enumerate(files)] == [
        (file, set()) for file in files
    ]


def test_twin_a_walk_from_its_end_climbs():
    assert Path("yl_district/importing/steps.py") in reached(Path("yl_district/importing/views.py"))
