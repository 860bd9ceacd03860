"""Migrated databases, cached in build/prepared/ for the next run with the same migrations."""

import ast
import fcntl
import hashlib
import os
import shutil
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "build" / "prepared"
LOCK = ROOT / "requirements-dev.txt"


def prepared(kind, *more):
    """Where a migrated database of this kind lies, or will lie; its name follows from all that migrations run."""
    digest = hashlib.sha256(repr(more).encode())
    for path in [LOCK, *sources()]:
        digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    return FOLDER / f"{kind}-{digest.hexdigest()[:16]}"


def sources():
    """The project's migrations and whatever modules of it they reach by imports, sorted."""
    # What follows each migration makes triggers.
    reached, waiting = set(), {*ROOT.glob("*/migrations/*.py"), ROOT / "yl_district" / "kept" / "registers.py"}
    while waiting:
        path = waiting.pop()
        reached.add(path)
        waiting |= imported_files(path) - reached
    return sorted(reached)


def imported_files(path):
    """The project's files that one of them imports by name."""
    package, names = path.relative_to(ROOT).parent.parts, set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join(filter(None, [*above, node.module]))
            names |= {module, *(f"{module}.{alias.name}" for alias in node.names)}
    places = [ROOT.joinpath(*name.split(".")) for name in names]
    files = [file for place in places for file in (place.with_name(f"{place.name}.py"), place / "__init__.py")]
    return {file for file in files if file.is_file()}


def turn(place):
    """Waits until nobody else is making what lies at `place`; an open file, which others wait to see closed."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    lock = FOLDER.joinpath(f"{place.name}.lock").open("w")
    fcntl.flock(lock, fcntl.LOCK_EX)
    return lock


def keep(source, place):
    """Keeps a file or folder as `place`, whole or not at all, and drops what was kept of its kind before."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=FOLDER) as unfinished:
        copied = copy(source, Path(unfinished) / "copy")
        former = [path for path in FOLDER.glob(f"{place.name.partition('-')[0]}-*") if path != place]
        if not place.exists():
            os.replace(copied, place)
    for path in former:
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def copy(source, target):
    """Copies a file or folder; its new place."""
    return Path(shutil.copytree(source, target) if source.is_dir() else shutil.copyfile(source, target))
