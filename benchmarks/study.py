"""The default study, 125 heads by five-fold cross-validation, against training end to end."""

import contextlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import Row, Target, single
from benchmarks.stages_apart import COMPILED, cloned, reproduce, stage_environment
from viewcache.costs.ledger import setup_of, training_seconds
from viewcache.ground.params.loading import load_params
from viewcache.ground.paths import extraction_record
from viewcache.ground.stopwatch import load_record


def rows(runs: int) -> Iterator[Row]:
    """From one run of the whole pipeline, end to end on the same runtime only."""
    with tempfile.TemporaryDirectory() as folder:
        repository = cloned(Path(folder) / "repository")
        repository.set("train", end_to_end=["compiled"])
        reproduce(repository.path)
        with contextlib.chdir(repository.path):
            yield from _study()
            yield from _further()
            yield from _evaluation()


def _study() -> Iterator[Row]:
    params = load_params()
    settings = params.train
    heads = len(settings.budgets) * len(settings.seeds) * (params.evaluate.folds or 1)
    names = [extraction_record(view) for view in params.extract.views]
    extracts, trained = [load_record(name) for name in names], load_record("train_head")
    common = [load_record(name) for name in ("augment", "compile_base")]
    training = trained["seconds"]["head alone"] + trained["seconds"]["heads"]
    base = sum(record["seconds"]["extract"] for record in extracts)
    whole = setup_of([*common, *extracts, trained]) + base + training
    fit = training_seconds(COMPILED, load_record)
    one = setup_of([load_record(COMPILED.training_stage), common[1]]) + fit
    name = f"the study of {heads} heads, views included"
    yield single(f"{name}: seconds", whole, Target(high=300))
    yield single(f"{name}, in trainings of one head end to end", whole / one, Target(high=4))
    predicted = (heads * fit + one - fit) / whole
    yield single(f"{name}, against end to end (predicted from one)", predicted, Target(30))
    yield single("one of them: seconds", training / heads, Target(high=0.7))


def _further() -> Iterator[Row]:
    arms = json.loads(Path("results.json").read_text())["arms"]
    seconds = {name: arm["further_seconds"] for name, arm in arms.items()}
    value = seconds["end_to_end_compiled"] / seconds["cached_1"]
    yield single("a further training, against the same runtime", value, Target(7))


def _evaluation() -> Iterator[Row]:
    command = [sys.executable, "-m", "benchmarks.peak", "stages.evaluate"]
    subprocess.run(command, check=True, env=stage_environment(), capture_output=True)
    record = load_record("peak")
    seconds = record["seconds"]["whole"]
    yield single("evaluate, of all these heads: seconds", seconds, Target(high=40))
    peak = record["peak_rss_bytes"] / 1e9
    yield single("evaluate: peak memory, GB", peak, Target(high=1.5))
