"""Files by several threads, of which few are in hand at a time."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

from viewcache.ground.machine import cores

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_threads(function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """Results in the order of the items; memory does not grow with their number."""
    threads = cores()
    with ThreadPoolExecutor(threads) as workers:
        tasks = (workers.submit(function, item) for item in items)
        window = deque(islice(tasks, 2 * threads))
        while window:
            result = window.popleft().result()
            window.extend(islice(tasks, 1))
            yield result
