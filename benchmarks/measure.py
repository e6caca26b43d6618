"""Timing side by side: A B A B ..., so that a machine whose speed drifts slows both."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from statistics import median


@dataclass(frozen=True)
class Target:
    """What a value should be: at least `low` and at most `high`."""

    low: float = -inf
    high: float = inf

    def is_met(self, value: float) -> bool:
        return self.low <= value <= self.high

    def __str__(self) -> str:
        if self.low == -inf:
            return f"<= {self.high:g}"
        return f">= {self.low:g}" if self.high == inf else f"{self.low:g} to {self.high:g}"


@dataclass(frozen=True)
class Row:
    """One line of the results.

    Attributes:
        value: What was measured; a ratio unless the name says otherwise.
        spread: Lowest and highest value of the single runs.
    """

    name: str
    value: float
    spread: tuple[float, float]
    runs: int
    target: Target


def interleaved(functions: list[Callable[[], object]], runs: int) -> list[list[float]]:
    """Seconds of each function in each run; one run of each beforehand is not counted."""
    for function in functions:
        function()
    seconds: list[list[float]] = [[] for _ in functions]
    for _ in range(runs):
        for function, times in zip(functions, seconds, strict=True):
            times.append(clock(function))
    return seconds


def clock(function: Callable[[], object]) -> float:
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def single(name: str, value: float, target: Target) -> Row:
    """A value that was measured once."""
    return Row(name, value, (value, value), 1, target)


def middle(name: str, values: list[float], target: Target) -> Row:
    """The median of values that were measured one by one."""
    return Row(name, median(values), (min(values), max(values)), len(values), target)


def ratio(name: str, slow: list[float], fast: list[float], target: Target) -> Row:
    """How many times faster the second is: the ratio of medians, and its spread over the runs."""
    singles = [one / other for one, other in zip(slow, fast, strict=True)]
    value = median(slow) / median(fast)
    return Row(name, value, (min(singles), max(singles)), len(singles), target)
