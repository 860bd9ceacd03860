"""CPU seconds of processes and all their descendants, read from /proc."""

import os
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def processes_below(root):
    """The ids of a process and of all processes below it."""
    found, waiting = [], [root]
    while waiting:
        process = waiting.pop()
        found.append(process)
        try:
            for task in Path(f"/proc/{process}/task").iterdir():
                waiting += map(int, (task / "children").read_text().split())
        except OSError:
            continue
    return found


def cpu_seconds(process):
    """The CPU time of a process, and of those of its children that have ended; 0 where there is no such process."""
    try:
        words = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return sum(map(int, words[11:15])) / TICKS


def running_seconds(process):
    """The CPU time of a process of one thread, far finer than in ticks; 0 where the kernel does not tell it."""
    try:
        return int(Path(f"/proc/{process}/schedstat").read_text().split()[0]) / 1e9
    except OSError:
        return 0


def cpu_seconds_below(*roots):
    """The CPU time of these processes and of all below them."""
    return sum(cpu_seconds(process) for root in roots for process in processes_below(root))
