"""What a stage takes of the machine while it runs, sampled."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

from viewcache.ground.machine import cores

INTERVAL = 0.25
"""Seconds from one sample to the next, at first: a short stage has several."""
MOST = 200
"""Where there are so many samples, every second one goes, and the interval doubles."""

Usage = dict[str, float]
"""`time` (seconds since the epoch), `cpu_utilization_percentage` (of all cores, 0..100) and
`memory_usage_megabytes` (resident, 10^6 bytes) of a process."""


@contextmanager
def monitored() -> Iterator[list[Usage]]:
    """Samples of this process from the time spent inside; the last is taken at its end."""
    process, samples, end = psutil.Process(), list[Usage](), threading.Event()
    process.cpu_percent()  # tells of the time since it was last called
    watching = threading.Thread(target=_watch, args=(process, samples, end), daemon=True)
    watching.start()
    try:
        yield samples
    finally:
        end.set()
        watching.join()
        samples.append(_sample(process))


def _watch(process: psutil.Process, samples: list[Usage], end: threading.Event) -> None:
    interval = INTERVAL
    while not end.wait(interval):
        samples.append(_sample(process))
        if len(samples) == MOST:
            del samples[::2]
            interval *= 2


def _sample(process: psutil.Process) -> Usage:
    return {
        "time": time.time(),
        "cpu_utilization_percentage": process.cpu_percent() / cores(),
        "memory_usage_megabytes": process.memory_info().rss / 1e6,
    }
