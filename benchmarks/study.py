"""The default study, all arms by five-fold cross-validation, against training end to end."""

import contextlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.measure import Row, Target, single
from benchmarks.stages_apart import cloned, reproduce, stage_environment
from viewcache.ground.stopwatch import load_record


def rows(runs: int) -> Iterator[Row]:
    """From one run of the whole pipeline, end to end on the same runtime only."""
    with tempfile.TemporaryDirectory() as folder:
        repository = cloned(Path(folder) / "repository")
        repository.set("end_to_end", keras=0, compiled="all")
        reproduce(repository.path)
        with contextlib.chdir(repository.path):
            results = json.loads(Path("results.json").read_text())
            yield from _study(results)
            yield from _further(results)
            yield from _evaluation()


def _study(results: dict[str, Any]) -> Iterator[Row]:
    evidence, one = results["costs"], results["arms"]["end_to_end_compiled"]
    heads, whole = evidence["heads"], evidence["seconds"]
    name = f"the study of {heads} heads, views included"
    yield single(f"{name}: seconds", whole, Target(high=450))
    first = one["seconds"]
    yield single(f"{name}, in trainings of one head end to end", whole / first, Target(high=4))
    predicted = first + (heads - 1) * (first - one["setup_seconds"])
    name = f"{name}, against end to end (predicted from one)"
    yield single(name, predicted / whole, Target(30))
    seconds = load_record("train_head")["seconds"]
    one_of_them = (seconds["head alone"] + seconds["heads"]) / heads
    yield single("one of them: seconds", one_of_them, Target(high=1.25))


def _further(results: dict[str, Any]) -> Iterator[Row]:
    seconds = {name: arm["further_seconds"] for name, arm in results["arms"].items()}
    value = seconds["end_to_end_compiled"] / seconds["cached_1"]
    yield single("a further training, against the same runtime", value, Target(7))


def _evaluation() -> Iterator[Row]:
    command = [sys.executable, "-m", "benchmarks.peak", "stages.evaluate"]
    subprocess.run(command, check=True, env=stage_environment(), capture_output=True)
    record = load_record("peak")
    seconds = record["seconds"]["whole"]
    yield single("evaluate, with pictures and MLflow: seconds", seconds, Target(high=40))
    peak = record["peak_rss_bytes"] / 1e9
    yield single("evaluate: peak memory, GB", peak, Target(high=1.5))
