"""What the import of a file of members costs, beside that of django-import-export as it comes, on both databases.

    python benchmarks/imports.py [--rows 100000] [--stock-rows 10000] [--runs 3]

Works on throw-away databases: a file of SQLite, and a PostgreSQL cluster of its own. Every way is measured in processes
of its own: CPU time and memory of all of them together, those of the database among them. The stock way, which takes
very long, may be measured with fewer rows; the table then says so. It needs openpyxl beside the project's packages.
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
from tests.postgres import Cluster  # noqa: E402

PAUSE = 0.05  # seconds between the saves of another writer
OURS, STOCK, FLOOR, READ = "ours", "stock", "floor", "read"
NEW, UPDATE = "new.xlsx", "update.xlsx"


class SQLite:
    """Throw-away databases in files, each a copy of a prepared one."""

    label = "SQLite"
    roots = ()

    def __init__(self, folder):
        self.folder = folder
        self.prepared = folder / "prepared.sqlite3"
        act("prepare", url=f"sqlite:///{self.prepared}")

    def fresh(self):
        """The address of a new database with the branches alone."""
        path = self.folder / "db.sqlite3"
        for old in self.folder.glob("db.sqlite3*"):
            old.unlink()
        shutil.copy(self.prepared, path)
        return f"sqlite:///{path}"

    def stop(self):
        """Nothing runs."""


class PostgreSQL:
    """Databases of a throw-away cluster, each made after a prepared one."""

    label = "PostgreSQL"

    def __init__(self, folder):
        self.folder = Path(tempfile.mkdtemp(prefix="yl-"))
        self.cluster = Cluster(self.folder)
        self.cluster.start()
        self.roots = (int((self.cluster.data / "postmaster.pid").read_text().split()[0]),)
        self._ask("CREATE DATABASE prepared")
        act("prepare", url=self._url("prepared"))

    def fresh(self):
        """The address of a new database with the branches alone."""
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


def start(name, *arguments, url, **environment):
    """Starts a process that does one act."""
    command = [sys.executable, str(ROOT / "benchmarks" / "import_steps.py"), name, *map(str, arguments)]
    environment = os.environ | {"DATABASE_URL": url} | environment
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)


def act(name, *arguments, url, roots=()):
    """Does one act in a process of its own; returns what its steps cost, by their names, and what else it told."""
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
    """{file: what its import cost} of one way on a fresh database: the new members, then the update of all of them."""
    url = database.fresh()
    return {file: totals(act(way, folder / file, url=url, roots=database.roots)) for file in (NEW, UPDATE)}


def totals(found):
    """What all steps cost together, and when the first page could be read."""
    steps = {name: step for name, step in found.items() if isinstance(step, dict)}
    total = {
        "cpu": sum(step["cpu"] for step in steps.values()),
        "peak": max(step["peak"] for step in steps.values()),
        "seconds": sum(step["seconds"] for step in steps.values()),
    }
    total |= {f"{name} {figure}": steps[name][figure] for name in steps for figure in ("cpu", "seconds")}
    return total | ({"first": found["first"] - found["began"]} if "first" in found else {})


def waits_beside(database, way, file):
    """How long a small save of another process waits while a file is taken in."""
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
    """The median of each figure of several runs."""
    return {figure: median(run[figure] for run in runs) for figure in runs[0]}


def measure(database, options, folder):
    """All figures of one database."""
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
    """The figures as a Markdown table."""
    scale = options.rows / options.stock_rows if options.stock_rows else 0
    yield f"| {options.rows:,} rows × 20 columns | " + " | ".join(found) + " |"
    yield "|---|" + "---|" * len(found)
    stock = "stock" if scale == 1 else f"stock ({options.stock_rows:,} rows × {scale:g})"
    for file, name in ((NEW, "new members"), (UPDATE, "two columns of every row changed")):
        cpu = {label: (told[STOCK][file]["cpu"] * scale if scale else 0) for label, told in found.items()}
        if scale:
            yield row(f"{name}: {stock}, CPU s", found, lambda told, label, cpu=cpu: f"{cpu[label]:.0f}")
        yield row(f"{name}: ours, CPU s", found, lambda told, label, file=file: f"{told[OURS][file]['cpu']:.1f}")
        if scale:
            ratio = {label: cpu[label] / told[OURS][file]["cpu"] for label, told in found.items()}
            yield row("– stock / ours", found, lambda told, label, ratio=ratio: f"**{ratio[label]:.0f}**")
            least = f"{STOCK if scale == 1 else stock.partition(' ×')[0] + ')'}"
            yield row(f"– peak MB: {least}", found, lambda told, label, file=file: f"{told[STOCK][file]['peak']:.0f}")
        yield row("– peak MB: ours", found, lambda told, label, file=file: f"{told[OURS][file]['peak']:.0f}")
        yield row("– floor, CPU s", found, lambda told, label, file=file: f"{told[FLOOR][file]['cpu']:.1f}")
        yield row("– ours, seconds", found, lambda told, label, file=file: f"{told[OURS][file]['seconds']:.0f}")
        yield row("– first page, seconds", found, lambda told, label, file=file: f"{told[OURS][file]['first']:.1f}")
    yield row("reading the file, seconds", found, lambda told, label: f"{told[READ][NEW]['seconds']:.1f}")
    yield row("another writer's wait: longest", found, lambda told, label: waited(told, "longest"))
    yield row("another writer's wait: 95 of 100", found, lambda told, label: waited(told, "p95"))
    yield row(
        "another writer's failures",
        found,
        lambda told, label: f"{told['waits']['failures']}" if "waits" in told else "–",
    )


def row(name, found, figure):
    """A line of the table."""
    return f"| {name} | " + " | ".join(figure(told, label) for label, told in found.items()) + " |"


def waited(told, figure):
    """A wait in words."""
    return f"{told['waits'][figure]:.2f} s" if "waits" in told else "–"


def note(text):
    """Tells what is being done."""
    print(text, file=sys.stderr, flush=True)


def main():
    """Measures every way on both databases and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=100_000)
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
                database = kind(folder)
                try:
                    found[kind.label] = measure(database, options, folder)
                finally:
                    database.stop()
    if options.json:
        options.json.write_text(json.dumps(found, ensure_ascii=False, indent=1))
    print("\n".join(table(found, options)))


if __name__ == "__main__":
    main()
