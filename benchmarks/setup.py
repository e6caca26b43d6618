"""Set-up: what every process of a first training takes before its work."""

import subprocess
import sys
from collections.abc import Callable, Iterator

from benchmarks.measure import Row, Target, interleaved, middle
from benchmarks.stages_apart import stage_environment
from benchmarks.workspace import generated, spec_of
from viewcache.bases.compiling import compile_base
from viewcache.ground.paths import BASE

LIMITS = {
    "fetch": 1,
    "prepare": 2,
    "augment": 1,
    "compile_base": 7,
    "extract": 0.6,
    "train_head": 7,
    "train_end_to_end": 7,
    "replay": 7,
    "answer": 3,
    "evaluate": 10,
}
"""Seconds within which each stage should have imported what it needs."""
OPENING = f"""\
from pathlib import Path
import stages.extract
from viewcache.bases.artifact import open_base
open_base(Path({str(BASE)!r}), 8)
"""
SPEC = spec_of("efficientnet_lite0", 160)


def rows(runs: int) -> Iterator[Row]:
    with generated(1, 160):
        compile_base(BASE, SPEC, "openvino")
        imports = [_process("-c", f"import stages.{stage}") for stage in LIMITS]
        opening = _process("-c", OPENING)
        *seconds, opened = interleaved([*imports, opening], runs)
    for (stage, limit), times in zip(LIMITS.items(), seconds, strict=True):
        yield middle(f"{stage}: seconds until it is imported", times, Target(high=limit))
    yield middle("extract: seconds until its base is open", opened, Target(high=1))


def _process(*arguments: str) -> Callable[[], None]:
    def start() -> None:
        command = [sys.executable, *arguments]
        subprocess.run(command, check=True, env=stage_environment(), capture_output=True)

    return start
