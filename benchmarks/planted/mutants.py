"""Mechanical mutants: every small slip of some modules, made from their syntax trees.

Neither cosmic-ray nor mutmut runs this suite as it is. The one starts it anew for each mutant; the other runs it again
in a process whose settings name the database of the first run, and leaves properties alone.
"""

import ast
from itertools import pairwise
from pathlib import Path

from .checkout import ROOT
from .faults import Fault

# Modules that decide by themselves, and the tests that know them best.
MODULES = {
    "yl_district/periods.py": "tests/yl_district/test_periods.py",
    "yl_district/spreadsheets/formulas.py": "tests/project/test_formulas.py",
    "yl_district/validators.py": "tests/yl_district/test_cells.py tests/members/test_models.py",
    "yl_district/audit/access_log.py": "tests/yl_district/test_access_log.py",
    "yl_district/privacy/encryption.py": "tests/yl_district/test_encryption.py",
    "orgs/models/reach.py": "tests/project/test_leaks.py",
    "orgs/accounts/login_attempts.py": "tests/orgs/test_sign_in.py tests/orgs/test_sign_in_races.py",
    "orgs/accounts/sessions.py": "tests/orgs/test_sessions.py",
    "reports/targets/progress.py": "tests/reports/test_pace.py",
    "reports/editions/drift.py": "tests/reports/test_drift.py",
    "reports/text/parsing.py": "tests/reports/test_text.py",
    "reports/checks/people.py": "tests/reports/test_checks.py tests/reports/test_check_days.py",
}
OPERATORS = {
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.In: ("in", "not in"),
    ast.NotIn: ("not in", "in"),
    ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"),
    ast.And: ("and", "or"),
    ast.Or: ("or", "and"),
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.BitOr: ("|", "&"),
    ast.BitAnd: ("&", "|"),
}
# Without them a query finds more.
NARROWING = {"filter", "exclude", "visible_to", "within", "as_of", "visible_as"}


def mutants(file):
    """The mutants of a module as faults."""
    source = (ROOT / file).read_text("utf-8")
    for line, column, found, put, text in sorted(slips(source)):
        short = " ".join(found.split())
        short = short if len(short) <= 24 else f"{short[:24]}…"
        yield Fault(f"{Path(file).name} {line}:{column} {short} becomes {put}", file, source, text, MODULES[file])


def slips(source):
    """Every slip: its line and column, what is there, what takes its place, and the whole text with it."""
    lines = source.encode().splitlines(keepends=True)
    starts = [sum(map(len, lines[:number])) for number in range(len(lines) + 1)]

    def place(node):
        return starts[node.lineno - 1] + node.col_offset, starts[node.end_lineno - 1] + node.end_col_offset

    data = source.encode()
    for node in code(ast.parse(source)):
        for begin, end, put in edits(node, place, data):
            text, line = data[:begin] + put + data[end:], data.count(b"\n", 0, begin) + 1
            found = data[begin:end].decode()
            yield line, begin - starts[line - 1], found, put.decode() or "nothing", text.decode()


def code(node):
    """The nodes below one, but for those in texts with braces, whose places Python 3.11 does not tell."""
    yield node
    for below in () if isinstance(node, ast.JoinedStr) else ast.iter_child_nodes(node):
        yield from code(below)


def edits(node, place, data):
    """The slips in one node of the tree, as begin, end and what is put there."""
    if isinstance(node, ast.Compare):
        for operator, left, right in zip(node.ops, [node.left, *node.comparators], node.comparators, strict=False):
            yield from swapped(operator, place(left)[1], place(right)[0], data)
    elif isinstance(node, ast.BoolOp):
        for left, right in pairwise(node.values):
            yield from swapped(node.op, place(left)[1], place(right)[0], data)
    elif isinstance(node, ast.BinOp):
        yield from swapped(node.op, place(node.left)[1], place(node.right)[0], data)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield place(node)[0], place(node.operand)[0], b""
    elif isinstance(node, ast.Constant) and type(node.value) in (bool, int):
        yield *place(node), str(not node.value if isinstance(node.value, bool) else node.value + 1).encode()
    elif isinstance(node, ast.Call):
        yield from unlike_calls(node, place)
    elif isinstance(node, ast.Return) and node.value and not isinstance(node.value, ast.Constant):
        yield *place(node.value), b"None"
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        yield *place(node), b"pass"


def swapped(operator, begin, end, data):
    """An operator between two operands in the place of another one."""
    old, new = (text.encode() for text in OPERATORS.get(type(operator), ("", "")))
    at = data.find(old, begin, end) if old else -1
    if at >= 0:
        yield at, at + len(old), new


def unlike_calls(node, place):
    """A call without one of its conditions, or a narrowing of a query that is not called at all."""
    if isinstance(node.func, ast.Attribute) and node.func.attr in NARROWING:
        yield place(node.func.value)[1], place(node)[1], b""
        for one, following in pairwise([*node.args, *node.keywords]):
            yield place(one)[0], place(following)[0], b""
