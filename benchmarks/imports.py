"""Measures the import of a file of members against plain django-import-export, on both databases.

    python benchmarks/imports.py [--rows 100000] [--registered 0] [--stock-rows 10000] [--runs 3]

Works on throw-away databases: an SQLite file and a PostgreSQL cluster. Each variant is measured in processes of its
own: CPU time and memory of all of them together, including the database's. `--registered` members, of whom the file
says nothing, are in the register before. The stock variant is very slow and may be
measured with fewer rows, which the table then states. Needs openpyxl in addition to the project's packages.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)]

from benchmarks.metering import Meter  # noqa: E402
from tests.databases import Cluster  # noqa: E402

PAUSE = 0.05  # seconds between the saves of the concurrent writer
OURS, STOCK, FLOOR, READ = "ours", "stock", "floor", "read"
NEW, UPDATE = "new.xlsx", "update.xlsx"


class SQLite:
    """Throw-away SQLite databases, each a copy of a prepared file."""

    label = "SQLite"
    roots = ()

    def __init__(self, folder, registered):
        self.folder = folder
        self.prepared = folder / "prepared.sqlite3"
        prepare(registered, url=f"sqlite:///{self.prepared}")

    def fresh(self):
        """Returns the URL of a new database, as it was prepared."""
        path = self.folder / "db.sqlite3"
        for old in self.folder.glob("db.sqlite3*"):
            old.unlink()
        shutil.copy(self.prepared, path)
        return f"sqlite:///{path}"

    def stop(self):
        """Does nothing: no server runs."""


class PostgreSQL:
    """Databases of a throw-away cluster, each created from a prepared template."""

    label = "PostgreSQL"

    def __init__(self, folder, registered):
        self.folder = Path(tempfile.mkdtemp(prefix="yl-"))
        self.cluster = Cluster(self.folder)
        self.cluster.start()
        self.roots = (self.cluster.process,)
        self._ask("CREATE DATABASE prepared")
        prepare(registered, url=self._url("prepared"))

    def fresh(self):
        """Returns the URL of a new database, as it was prepared."""
        self._ask("DROP DATABASE IF EXISTS yl")
        self._ask("CREATE DATABASE yl TEMPLATE prepared")
        return self._url("yl")

    def stop(self):
        """Stops the cluster and removes it."""
        self.cluster.stop()
        shutil.rmtree(self.folder)

    def _url(self, name):
        return f"postgres://postgres@/{self.folder}/{name}"

    def _ask(self, statement):
        import psycopg2

        connection = psycopg2.connect(host=str(self.folder), user="postgres", dbname="postgres")
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
        connection.close()


def prepare(registered, url):
    """Creates the branches, with this number of members."""
    act("prepare", url=url)
    if registered:
        act("fill", registered, url=url)


def start(name, *arguments, url, **environment):
    """Starts a process that runs one act of import_steps.py."""
    command = [sys.executable, str(ROOT / "benchmarks" / "import_steps.py"), name, *map(str, arguments)]
    environment = os.environ | {"DATABASE_URL": url} | environment
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)


def act(name, *arguments, url, roots=()):
    """Runs one act in a process of its own; returns the costs of its steps by name, and what else it reported."""
    found, meter = {}, None
    with start(name, *arguments, url=url) as child:
        for line in child.stdout:
            told = json.loads(line)
            if told.get("step") == "ready":
                meter = Meter([child.pid, *roots])
                found["began"] = meter.began
            elif "step" in told:
                found[told["step"]] = meter.lap()
            else:
                found |= told
            if "step" in told:
                child.stdin.write("\n")
                child.stdin.flush()
    if meter:
        meter.stop()
    if child.returncode:
        sys.exit(f"{name} {' '.join(map(str, arguments))} failed")
    return found


def measured(database, way, folder):
    """Returns {file: costs} of one variant on a fresh database: new members, then the update of all of them."""
    url = database.fresh()
    return {file: totals(act(way, folder / file, url=url, roots=database.roots)) for file in (NEW, UPDATE)}


def totals(found):
    """Returns the total costs of all steps, each step's own, and the time to the first page."""
    steps = {name: step for name, step in found.items() if isinstance(step, dict)}
    total = {
        "cpu": sum(step["cpu"] for step in steps.values()),
        "peak": max(step["peak"] for step in steps.values()),
        "seconds": sum(step["seconds"] for step in steps.values()),
    }
    total |= {f"{name} {figure}": steps[name][figure] for name in steps for figure in ("cpu", "seconds")}
    return total | ({"first": found["first"] - found["began"]} if "first" in found else {})


def waits_beside(database, way, file):
    """Returns how long another process's small saves wait during an import."""
    url, stop = database.fresh(), database.folder / "stop"
    stop.unlink(missing_ok=True)
    with start("write", PAUSE, url=url, STOP_FILE=str(stop)) as writer:
        writer.stdout.readline()
        writer.stdin.write("\n")
        writer.stdin.flush()
        try:
            act(way, file, url=url)
        finally:
            stop.touch()
        found = json.loads(writer.stdout.readline())
    waits = found["waits"]
    return {"longest": waits[-1], "p95": waits[len(waits) * 95 // 100], "failures": found["failures"]}


def medians(runs):
    """Returns the median of each figure over several runs."""
    return {figure: median(run[figure] for run in runs) for figure in runs[0]}


def measure(database, options, folder):
    """Returns all figures of one database."""
    runs, few = {OURS: [], FLOOR: [], READ: []}, []
    if options.stock_rows:
        note(f"{database.label}: stock, {options.stock_rows} rows")
        few = [measured(database, STOCK, folder / "few")]
    for number in range(options.runs):
        note(f"{database.label}: run {number + 1}")
        runs[OURS].append(measured(database, OURS, folder / "many"))
        runs[FLOOR].append(measured(database, FLOOR, folder / "many"))
        runs[READ].append({NEW: totals(act(READ, folder / "many" / NEW, url=database.fresh()))})
    runs |= {STOCK: few} if few else {}
    found = {way: {file: medians([run[file] for run in told]) for file in told[0]} for way, told in runs.items()}
    if database.label == "SQLite":
        note("SQLite: another writer")
        found["waits"] = waits_beside(database, OURS, folder / "many" / NEW)
    return found


def table(found, options):
    """Yields the lines of a Markdown table of the figures."""
    yield row(f"{options.rows:,} rows × 20 columns, {options.registered:,} registered before", found)
    yield row("---", ["---:"] * len(found))
    told = found.values()
    for file, name in ((NEW, "new members"), (UPDATE, "two columns of every row changed")):
        ours = [one[OURS][file] for one in told]
        yield row(f"**{name}**: ours, CPU s", [f"{one['cpu']:.1f}" for one in ours])
        if options.stock_rows:
            yield from beside_stock([one[STOCK][file] for one in told], ours, options.rows / options.stock_rows)
        yield row("CPU s of merely reading and writing", [f"{one[FLOOR][file]['cpu']:.1f}" for one in told])
        yield row("ours, peak MB", [f"{one['peak']:.0f}" for one in ours])
        yield row(
            "ours, seconds to the first page / in all", [f"{one['first']:.1f} / {one['seconds']:.1f}" for one in ours]
        )
    yield row("reading the file alone, seconds", [f"{one[READ][NEW]['seconds']:.1f}" for one in told])
    yield row("another writer waits, s: longest / 95 of 100 / failures", [waited(one) for one in told])


def beside_stock(stock, ours, scale):
    """Yields the lines about the stock variant, whose CPU time is proportional to the rows."""
    measured = "stock" if scale == 1 else f"stock, {scale:g} × those of a {scale:g}th of the rows"
    seconds = [one["cpu"] * scale for one in stock]
    yield row(f"{measured}, CPU s", [f"{one:.0f}" for one in seconds])
    yield row("stock / ours", [f"**{one / own['cpu']:.0f}**" for one, own in zip(seconds, ours, strict=True)])
    if scale == 1:
        yield row("stock, peak MB", [f"{one['peak']:.0f}" for one in stock])


def row(name, figures):
    """Returns a line of the table."""
    return f"| {' | '.join([name, *figures])} |"


def waited(told):
    """Returns the waits of the concurrent writer in words."""
    waits = told.get("waits")
    return f"{waits['longest']:.2f} / {waits['p95']:.2f} / {waits['failures']}" if waits else "–"


def note(text):
    """Prints progress on standard error."""
    print(text, file=sys.stderr, flush=True)


def main():
    """Measures every variant on both databases and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--registered", type=int, default=0, help="members in the register before")
    parser.add_argument("--stock-rows", type=int, default=10_000, help="0 leaves the stock way out")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--databases", nargs="*", default=["SQLite", "PostgreSQL"], help="SQLite, PostgreSQL")
    parser.add_argument("--json", type=Path, help="where to keep all figures")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder, found = Path(name), {}
        for part, rows in (("many", options.rows), ("few", options.stock_rows)):
            (folder / part).mkdir()
            if rows:
                act("files", folder / part, rows, url=f"sqlite:///{folder / 'none.sqlite3'}")
        for kind in (SQLite, PostgreSQL):
            if kind.label in options.databases:
                database = kind(folder, options.registered)
                try:
                    found[kind.label] = measure(database, options, folder)
                finally:
                    database.stop()
    if options.json:
        options.json.write_text(json.dumps(found, ensure_ascii=False, indent=1), "utf-8")
    print("\n".join(table(found, options)))


if __name__ == "__main__":
    main()
