"""What a stage cost: seconds by phase and peak memory, with the machine they were taken on."""

import json
import os
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import psutil

from viewcache.ground.files import write_text
from viewcache.ground.machine import machine
from viewcache.ground.monitor import Usage, monitored

COSTS = Path("data/costs")
Record = dict[str, Any]
"""Seconds by phase, peak memory, machine, time."""
Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


class Stopwatch:
    """A stopwatch for the phases of one stage.

    The time from the start of the process to the creation of this object counts as the phase
    `setup`: imports and what precedes the work. Phases follow one another; what is in none of
    them is recorded as `other`, so that they add up to the age of the process.

    Attributes:
        seconds: Of each phase.
        parts: Seconds of parts of phases, which may overlap, as where threads work side by side.
        cluster: Of what other machines' processors did the work; None: of this one alone.

    Args:
        work: What decides how long an image takes, to tell whose pace this is: `Params.work`.
    """

    def __init__(self, work: Mapping[str, Any] | None = None) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.seconds["setup"] = _age_of_process()
        self.parts: defaultdict[str, float] = defaultdict(float)
        self.cluster: dict[str, Any] | None = None
        self._work = work
        self._samples: list[Usage] = []

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Add the time spent inside to a phase."""
        start = time.perf_counter()
        yield
        self.seconds[name] += time.perf_counter() - start

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Add the time spent inside to a part of a phase."""
        start = time.perf_counter()
        yield
        self.parts[name] += time.perf_counter() - start

    def timed(
        self, name: str, function: Callable[Arguments, Result]
    ) -> Callable[Arguments, Result]:
        """A function that adds its time to a part of a phase."""

        def timing(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
            with self.part(name):
                return function(*args, **kwargs)

        return timing

    @property
    def machine(self) -> dict[str, Any]:
        """That the time is taken on."""
        return machine(self.cluster)

    @contextmanager
    def monitored(self) -> Iterator[None]:
        """Keep samples of processor and memory from the time spent inside."""
        with monitored() as self._samples:
            yield

    def record(self) -> Record:
        """What the stage cost so far."""
        other = _age_of_process() - sum(self.seconds.values())
        return {
            "seconds": {**self.seconds, "other": other},
            "parts": dict(self.parts),
            "work": self._work,
            "peak_rss_bytes": _peak_rss_bytes(),
            "measured_at": time.time(),
            "machine": self.machine,
            "samples": self._samples,
        }

    def save(self, name: str, **more: Any) -> None:
        """Write `data/costs/<name>.json`.

        Args:
            more: Values that JSON can hold.
        """
        path = record_file(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_text(path, json.dumps(self.record() | more, indent=2) + "\n")


def load_record(name: str) -> Record:
    return json.loads(record_file(name).read_text())


def record_file(name: str) -> Path:
    return COSTS / f"{name}.json"


def _age_of_process() -> float:
    """Seconds since this process began.

    Not `create_time` alone, where there is Linux' own: that is off by up to a second, as the
    system tells when it was booted in whole seconds.
    """
    try:
        fields = Path("/proc/self/stat").read_text().rsplit(")", 1)[1].split()
        began = int(fields[19]) / os.sysconf("SC_CLK_TCK")
        return time.clock_gettime(time.CLOCK_BOOTTIME) - began
    except (OSError, AttributeError):
        return time.time() - psutil.Process().create_time()


def _peak_rss_bytes() -> int:
    """Largest resident memory of this process; where the system does not keep it, the present one.

    Not what Linux tells of a child by `getrusage`: that counts what the parent held at the fork.
    """
    try:
        status = Path("/proc/self/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) * 1024
    except (OSError, IndexError):
        memory = psutil.Process().memory_info()
        return getattr(memory, "peak_wset", memory.rss)
