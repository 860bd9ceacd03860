"""Everything the documentation names exists, and everything that must be documented is."""

import re
import subprocess
from functools import cache

import pytest
from django.core.management import get_commands
from django.utils.text import slugify

from reports.ledger.kinds import KINDS
from tests.project.test_layout import ROOT, project_files

FILES = [path for path in project_files() if path.suffix == ".md"]
DOCUMENTS = {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in FILES}
LINK = re.compile(r"\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)")
# A folder or file of the checkout, without placeholders.
PATH = re.compile(r"`((?:[\w.-]+/)+(?:[\w-]+\.\w+)?)`")
# They come to be with use.
MADE = (".local/", "build/")


def anchors(text):
    """What the headings of a document are linked by."""
    return {slugify(heading, allow_unicode=True) for heading in re.findall(r"^#+ (.+)", text, re.MULTILINE)}


def environment_names():
    """What the settings read from the environment."""
    code = (ROOT / "yl_district" / "settings.py").read_text("utf-8")
    return set(re.findall(r'env\.\w+\("(\w+)"', code))


def commands():
    """The commands of manage.py that the project adds to those of Django and its packages."""
    own = {path.name for path in ROOT.iterdir() if (path / "apps.py").exists()}
    return {name for name, app in get_commands().items() if app in own}


@cache
def names_of_tests():
    """The names of all tests."""
    modules = [path.read_text("utf-8") for path in project_files() if path.name.startswith("test_")]
    return {name for code in modules for name in re.findall(r"^def (test_\w+)", code, re.MULTILINE)}


@pytest.mark.parametrize("document", sorted(DOCUMENTS))
def test_links_lead_to_files_and_headings(document):
    folder = (ROOT / document).parent
    for target, anchor in LINK.findall(DOCUMENTS[document]):
        path = (folder / target).resolve() if target else ROOT / document
        assert path.exists(), target
        assert not anchor or anchor in anchors(path.read_text("utf-8")), anchor


@pytest.mark.parametrize("document", sorted(DOCUMENTS))
def test_named_files_are_there(document):
    named = [path for path in PATH.findall(DOCUMENTS[document]) if not path.startswith(MADE)]
    assert [path for path in named if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("document", sorted(DOCUMENTS))
def test_named_tests_are_there(document):
    named = re.findall(r"`(test_\w+)`", DOCUMENTS[document])
    assert [name for name in named if name not in names_of_tests()] == []


def test_every_act_has_its_tests():
    rows = [line.split("|") for line in DOCUMENTS["docs/acts.md"].splitlines() if re.match(r"\| \d", line)]
    assert [row[1].strip() for row in rows if "`test_" not in row[6]] == []


def test_every_setting_of_the_environment_is_documented():
    first_cells = re.findall(r"^\| (`.*?`) \|", DOCUMENTS["docs/settings.md"], re.MULTILINE)
    assert set(re.findall(r"`(\w+)`", "".join(first_cells))) == environment_names()


def test_every_command_is_documented():
    assert commands() == commands() & set(re.findall(r"manage\.py (\w+)", DOCUMENTS["docs/commands.md"]))


def test_every_kind_of_list_is_documented():
    kinds = re.search(r"KIND is ([a-z_, \n]+);", DOCUMENTS["docs/commands.md"])[1]
    assert re.split(r",\s+|\s+or\s+", kinds) == list(KINDS)


def test_make_help_lists_every_target_but_those_that_others_need():
    told = subprocess.run(["make", "-C", ROOT, "--no-print-directory", "help"], capture_output=True, text=True)
    phony = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)[1].split()
    listed = [line.split()[0] for line in told.stdout.splitlines()]
    assert sorted([*listed, "python", "private", "port", "demo", "browser", "FORCE"]) == sorted(phony)
