"""No module of tests asks for the day while it is imported: a run that passes midnight would have two of them."""

import ast
from pathlib import Path

TESTS = Path(__file__).parents[1]
CLOCKS = {"localdate", "localtime", "now", "today"}


def at_import(node):
    """Yields the calls within a node that importing its module makes: no bodies of functions, but their defaults."""
    if isinstance(node, ast.Lambda):
        return
    if isinstance(node, ast.Call):
        yield node
    children = ast.iter_child_nodes(node)
    if isinstance(node, ast.FunctionDef):
        children = [*node.decorator_list, node.args]
    for child in children:
        yield from at_import(child)


def clocks_asked(source):
    """The lines on which a module asks a clock while it is imported."""
    called = ((call.lineno, call.func) for call in at_import(ast.parse(source)))
    return [line for line, one in called if getattr(one, "attr", getattr(one, "id", "")) in CLOCKS]


def test_no_module_of_tests_asks_for_the_day_while_it_is_imported():
    found = {str(path.relative_to(TESTS)): clocks_asked(path.read_text("utf-8")) for path in TESTS.rglob("*.py")}
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_twin_what_is_asked_in_constants_defaults_and_parameters_is_found():
    source = """
DAY = timezone.localdate()
LATER = lambda: localdate()
@mark.parametrize("day", [f"{localdate():%Y}"])
def test(day, end=date.today()):
    return localdate()
class Case:
    began = datetime.now()
"""
    assert clocks_asked(source) == [2, 4, 5, 8]
