"""Whole arms at E = 30, from prepared images to a trained head, against end-to-end by hand."""

import contextlib
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.measure import Row, clock, ratio, single
from benchmarks.stages_apart import Workspace
from viewcache.features.store import feature_file
from viewcache.ground.params.loading import load_params
from viewcache.ground.paths import FEATURES, PREPARED, cached_head_file
from viewcache.ground.stopwatch import load_record
from viewcache.heads.head import build_head
from viewcache.heads.saved import load_weights
from viewcache.images.prepared import open_prepared

EPOCHS = 30
LEARNING_RATES, SEEDS = (0.0003, 0.001, 0.003, 0.01), list(range(25))


def rows(runs: int) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder))
        _prepare(workspace)
        by_hand, accuracies, few, many = [], [], [], []
        for _ in range(runs):
            by_hand.append(clock(lambda: accuracies.append(_by_hand(workspace))))
            few.append(clock(lambda: _cached(workspace, 4)))
            many.append(clock(lambda: _cached(workspace, EPOCHS)))
        yield ratio("cached_4, whole, against by hand", by_hand, few, ">= 15")
        yield ratio(f"cached_{EPOCHS}, whole, against by hand", by_hand, many, ">= 2.3")
        with contextlib.chdir(folder):
            work = [_without_set_up(budget) for budget in (4, EPOCHS)]
            compiling = sum(load_record("compile_base")["seconds"].values())
        compiled = [seconds - compiling for seconds in few]
        yield ratio("cached_4, its base compiled before, against by hand", by_hand, compiled)
        name = "without set-up, against the epochs by hand"
        yield single(f"cached_4 {name}", accuracies[-1]["fit_seconds"] / work[0])
        yield single(f"cached_{EPOCHS} {name}", accuracies[-1]["fit_seconds"] / work[1])
        yield from _accuracy(workspace, accuracies[-1]["test_accuracy"])
        yield from _sweep(workspace, by_hand[-1], many[-1])


def _prepare(workspace: Workspace) -> None:
    workspace.set("extract", views=list(range(EPOCHS + 1)))
    workspace.set("augment", quarter_turns=False)  # which Keras, and so by_hand, lacks
    workspace.set("train", epochs=EPOCHS, budgets=[4, EPOCHS], seeds=[0])
    for module in ("check_params", "fetch", "prepare", "augment", "compile_base"):
        workspace.python(f"stages.{module}")
    for split in ("validation", "test"):  # which cost every arm the same
        workspace.extract_held_out(split)


def _by_hand(workspace: Workspace) -> dict[str, float]:
    return json.loads(workspace.python("benchmarks.by_hand", EPOCHS).splitlines()[-1])


def _cached(workspace: Workspace, budget: int) -> None:
    """Everything but `prepare`, in as many processes as DVC would start."""
    workspace.set("train", budgets=[budget], seeds=[0], learning_rate=0.001)
    workspace.python("stages.augment")
    workspace.python("stages.compile_base")
    for view in range(1, budget + 1):
        workspace.extract(view)
    workspace.python("stages.train_head")


def _without_set_up(budget: int) -> float:
    extracting = [load_record(f"extract_{view}")["seconds"] for view in range(1, budget + 1)]
    head = load_record("train_head")["seconds"]["head alone"]
    return sum(seconds["extract"] for seconds in extracting) + head


def _accuracy(workspace: Workspace, by_hand: float) -> Iterator[Row]:
    workspace.set("train", budgets=[4], seeds=list(range(5)))
    workspace.python("stages.train_head")
    with contextlib.chdir(workspace.path):
        features = np.load(feature_file(FEATURES / "test", 0))
        labels = open_prepared(PREPARED / "test").labels
        head = build_head(features.shape[1], 2, load_params().train.head, 0.001, 0)
        accuracies = []
        for seed in range(5):
            head.set_weights(load_weights(cached_head_file(4, seed)))
            logits = head.predict(features, verbose=0)[:, 0]
            accuracies.append(float(((logits > 0) == labels).mean()))
    spread = (min(accuracies), max(accuracies))
    yield Row("test accuracy of cached_4, five seeds", float(np.mean(accuracies)), spread, 5)
    yield single("test accuracy by hand, one seed", by_hand)


def _sweep(workspace: Workspace, by_hand: float, extraction: float) -> Iterator[Row]:
    workspace.set("train", budgets=[EPOCHS], seeds=SEEDS)

    def heads() -> None:
        for learning_rate in LEARNING_RATES:
            workspace.set("train", learning_rate=learning_rate)
            workspace.python("stages.train_head")

    seconds = clock(heads)
    yield single("100 heads, in trainings by hand", seconds / by_hand, "<= 0.5")
    name = "a sweep of 100 heads, extraction included, against 100 trainings by hand (extrapolated)"
    yield single(name, 100 * by_hand / (extraction + seconds))
