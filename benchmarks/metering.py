"""CPU time and memory of a process and all its descendants, read from /proc."""

import threading
import time
from pathlib import Path

from tests.cpu_times import cpu_seconds_below, processes_below

BETWEEN_SAMPLES = 0.05


def memory(process):
    """Returns the proportional set size of a process in MB; 0 if it has ended."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text("utf-8").splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


class Meter:
    """Measures all descendants of some root processes, step by step; samples their memory in a thread."""

    def __init__(self, roots):
        self.roots, self.peak, self.has_ended = roots, 0, threading.Event()
        self.began, self.cpu = time.monotonic(), self._cpu()
        threading.Thread(target=self._sample, daemon=True).start()

    def lap(self):
        """Returns wall-clock seconds, CPU seconds and peak memory in MB since the last lap."""
        now, cpu = time.monotonic(), self._cpu()
        found = {"seconds": now - self.began, "cpu": cpu - self.cpu, "peak": self.peak}
        self.began, self.cpu, self.peak = now, cpu, 0
        return found

    def stop(self):
        """Ends the sampling."""
        self.has_ended.set()

    def _all(self):
        return [process for root in self.roots for process in processes_below(root)]

    def _cpu(self):
        return cpu_seconds_below(*self.roots)

    def _sample(self):
        while not self.has_ended.wait(BETWEEN_SAMPLES):
            self.peak = max(self.peak, sum(map(memory, self._all())))
