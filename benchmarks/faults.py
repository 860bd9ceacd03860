"""Mutation tests: plants faults one at a time in a private checkout, and reports those that no test notices.

    python -m benchmarks.faults [--only NAME ...] [--area AREA ...] [--list] [--jobs 1] [--full]
    python -m benchmarks.faults --mutants [FILE ...]

For each fault only the tests that should notice it run, until the first failure. At the end the tests that failed run
once more without any fault and must pass. Exit code 1 if a fault survives without explanation, can no longer be
planted, or its run is inconclusive. The faults are in `benchmarks/planted/`.
Mutants are generated; for those that survive, a person has to decide whether they are faults at all.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread

from .planted import Fault, Stale, areas
from .planted.checkout import copy_checkout
from .planted.mutants import MODULES, mutants
from .planted.warm import Warm

KILLED, SURVIVED, EXPLAINED, STALE, UNFIT = "killed", "SURVIVED", "explained", "STALE", "UNFIT"
NO_TESTS = 5  # pytest's exit code if no test was selected for the database
WRONG = {SURVIVED, STALE, UNFIT}


@dataclass
class Verdict:
    """The outcome of one fault, and by which test it was noticed or for what reason."""

    fault: Fault
    area: str
    outcome: str
    by: str = ""
    seconds: float = 0.0

    def __str__(self):
        told = f"{self.outcome} {self.by}".strip()
        return f"{self.seconds:6.1f} s  {self.area:11} {self.fault.name:72} {told}"


def main():
    known = areas()
    options = arguments(known)
    if options.mutants is not None:
        known = {file: list(mutants(file)) for file in options.mutants or MODULES}
    chosen = [
        (area, fault)
        for area, faults in known.items()
        for fault in faults
        if area in (options.area or known) and any(part in fault.name for part in options.only or [""])
    ]
    if not chosen:
        sys.exit("No fault has such a name.")
    if options.list:
        for area, fault in chosen:
            print(f"{area:11} {fault.name:72} {fault.file}")
        return
    began = time.monotonic()
    verdicts = try_all(chosen, options.jobs, options.full)
    print(f"\n{'':11} " + " ".join(f"{outcome:>9}" for outcome in counted(verdicts)))
    for area in dict.fromkeys(verdict.area for verdict in verdicts):
        counts = counted([verdict for verdict in verdicts if verdict.area == area])
        print(f"{area:11} " + " ".join(f"{count:9}" for count in counts.values()))
    print(f"{len(verdicts)} faults in {(time.monotonic() - began) / 60:.0f} minutes")
    wrong = WRONG - ({SURVIVED, UNFIT} if options.mutants is not None else set())
    sys.exit(any(verdict.outcome in wrong for verdict in verdicts))


def arguments(known):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", metavar="NAME", help="faults whose name holds one of these")
    parser.add_argument("--area", nargs="+", choices=known)
    parser.add_argument("--mutants", nargs="*", choices=[*MODULES, []], metavar="FILE", help="those of some modules")
    parser.add_argument("--list", action="store_true", help="name the faults and plant none")
    parser.add_argument("--jobs", type=int, default=1, help="so many copies of the checkout at once")
    parser.add_argument("--full", action="store_true", help="run also what is exhaustive, or for the other database")
    return parser.parse_args()


def counted(verdicts):
    """Returns the number of verdicts by outcome."""
    counts = Counter(verdict.outcome for verdict in verdicts)
    return {outcome: counts[outcome] for outcome in (KILLED, SURVIVED, EXPLAINED, STALE, UNFIT)}


def try_all(chosen, jobs, is_full):
    """Tries all faults in `jobs` parallel checkouts; returns and prints the verdicts.

    Exits where the tests cannot be collected.
    """
    waiting, verdicts, problems = SimpleQueue(), [], []
    for number, choice in enumerate(chosen, 1):
        waiting.put((number, *choice))

    def work():
        with tempfile.TemporaryDirectory(prefix="yl-faults-") as folder:
            checkout = Path(folder)
            copy_checkout(checkout)
            warm = Warm(checkout, is_full)
            try:
                tests = {test for _, fault in chosen for test in fault.tests.split()}
                problem = warm.prepare(tests, {fault.database for _, fault in chosen})["problem"]
                if problem:
                    problems.append(problem)
                else:
                    verdicts.extend(try_some(waiting, checkout, warm))
            finally:
                warm.close()

    workers = [Thread(target=work) for _ in range(jobs)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if problems or len(verdicts) < len(chosen):
        sys.exit("\n".join(["The tests that should notice cannot all be collected.", *problems]))
    return verdicts


def try_some(waiting, checkout, warm):
    """Tries faults from the queue until it is empty; returns their verdicts."""
    verdicts = []
    try:
        while True:
            number, area, fault = waiting.get_nowait()
            verdicts.append(tried(fault, area, number, checkout, warm))
            print(verdicts[-1], flush=True)
    except Empty:
        pass
    doubt_failing_tests(verdicts, warm)
    return verdicts


def tried(fault, area, number, checkout, warm):
    """Plants a fault, runs its tests and removes it; returns the verdict."""
    began = time.monotonic()
    try:
        take_out = fault.plant(checkout, number)
    except Stale as problem:
        return Verdict(fault, area, STALE, str(problem))
    try:
        answer = warm.run(fault.tests.split(), fault.database, fault.is_in_triggers)
    finally:
        take_out()
    seconds = time.monotonic() - began
    if answer["code"] in (0, NO_TESTS):
        return Verdict(fault, area, EXPLAINED if fault.explained else SURVIVED, fault.explained, seconds)
    if answer["code"] == "late":
        return Verdict(fault, area, KILLED, "by a run that did not end", seconds)
    if answer["failed"]:
        return Verdict(fault, area, KILLED, answer["failed"][0], seconds)
    return Verdict(fault, area, UNFIT, f"pytest gave {answer['code']}: {answer['said'][-600:]}", seconds)


def doubt_failing_tests(verdicts, warm):
    """Runs the tests that noticed a fault without it; the verdicts of those that still fail become UNFIT."""
    for database in {verdict.fault.database for verdict in verdicts}:
        noticed = [verdict for verdict in verdicts if "::" in verdict.by and verdict.fault.database == database]
        tests = {verdict.by for verdict in noticed if verdict.outcome == KILLED}
        failing = warm.run_all(tests, database)["failed"] if tests else []
        for verdict in noticed:
            if verdict.by in failing:
                verdict.outcome, verdict.by = UNFIT, f"{verdict.by} fails without the fault too"
                print(verdict, flush=True)


if __name__ == "__main__":
    main()
