"""Generated mutants: every small slip in some modules, made from their syntax trees.

Neither cosmic-ray nor mutmut can run this suite unmodified. The former restarts it for each mutant; the latter reruns
it in a process whose settings name the first run's database, and does not mutate properties.
"""

import ast
from itertools import pairwise
from pathlib import Path

from .checkout import ROOT
from .faults import Fault

MERGES = (
    "tests/members/test_merging.py tests/members/test_merging_of_pairs.py tests/members/test_merge_histories.py "
    "tests/members/test_merge_views.py tests/assistance/test_grants_of_merged.py"
)
# Modules with self-contained logic, and the tests closest to them.
MODULES = {
    "members/merging.py": MERGES,
    "members/journal.py": MERGES,
    "members/merge_actions.py": MERGES,
    "yl_district/periods.py": "tests/yl_district/test_periods.py",
    "yl_district/spreadsheets/formulas.py": "tests/project/test_formulas.py",
    "yl_district/validators.py": "tests/yl_district/test_cells.py tests/members/test_models.py",
    "yl_district/audit/access_log.py": "tests/yl_district/test_access_log.py",
    "yl_district/audit/verification.py": "tests/yl_district/test_log_verification.py",
    "yl_district/audit/witnesses.py": "tests/yl_district/test_log_verification.py",
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
# Query methods whose removal makes a query return more.
NARROWING = {"filter", "exclude", "visible_to", "within", "as_of", "visible_as"}


def mutants(file):
    """Yields the mutants of a module as faults."""
    source = (ROOT / file).read_text("utf-8")
    for line, column, found, put, text in sorted(slips(source)):
        short = " ".join(found.split())
        short = short if len(short) <= 24 else f"{short[:24]}…"
        yield Fault(f"{Path(file).name} {line}:{column} {short} becomes {put}", file, source, text, MODULES[file])


def slips(source):
    """Yields every slip: line, column, old text, new text, and the whole source with it."""
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
    """Yields the node and its descendants, except inside f-strings, for which Python 3.11 has no exact positions."""
    yield node
    for below in () if isinstance(node, ast.JoinedStr) else ast.iter_child_nodes(node):
        yield from code(below)


def edits(node, place, data):
    """Yields the slips in one node, as begin, end and replacement."""
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
    """Yields the replacement of an operator between two operands."""
    old, new = (text.encode() for text in OPERATORS.get(type(operator), ("", "")))
    at = data.find(old, begin, end) if old else -1
    if at >= 0:
        yield at, at + len(old), new


def unlike_calls(node, place):
    """Yields removals of one of a call's conditions, or of a call that narrows a query."""
    if isinstance(node.func, ast.Attribute) and node.func.attr in NARROWING:
        yield place(node.func.value)[1], place(node)[1], b""
        for one, following in pairwise([*node.args, *node.keywords]):
            yield place(one)[0], place(following)[0], b""
