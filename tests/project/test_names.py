"""Each public name of the product is defined once, so that it means one thing wherever it is read."""

import ast
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[2]
# Django looks for these by name in every module of their kind; `main` is where a program begins.
GIVEN = {"Command", "app_name", "logger", "main", "register", "urlpatterns"}


def sources():
    """The text of each module of the product but migrations."""
    paths = [path for app in ROOT.glob("*/apps.py") for path in sorted(app.parent.rglob("*.py"))]
    return [path.read_text("utf-8") for path in paths if "migrations" not in path.parts]


def defined_names(source):
    """The public names that a module defines at its top, each once."""
    found = set()
    for statement in ast.parse(source).body:
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            found.add(statement.name)
        elif isinstance(statement, ast.Assign | ast.AnnAssign):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            found |= {name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)}
    return {name for name in found if not name.startswith("_")}


def defined_twice(texts):
    """The names that more than one module defines."""
    times = Counter(name for text in texts for name in defined_names(text))
    return sorted(name for name, count in times.items() if count > 1 and name not in GIVEN)


def test_no_public_name_is_defined_twice():
    assert defined_twice(sources()) == []


def test_twin_a_second_class_or_part_of_a_tuple_is_found():
    assert defined_twice([*sources(), "def _row(): ...\nclass Member: ...\n_cell, Person = range(2)"]) == [
        "Member",
        "Person",
    ]
