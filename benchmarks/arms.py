"""Whole arms at E = 30, from prepared images to a trained head, against end-to-end by hand.

What an arm costs is put together from its stages, as `evaluate` does: a first training is never a
share of several.
"""

import contextlib
import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.measure import Row, clock, ratio, single
from benchmarks.stages_apart import Workspace
from viewcache.arms.arm import cached
from viewcache.arms.trained import open_heads
from viewcache.costs.ledger import ArmCosts, Training, costs_of_arms
from viewcache.features.store import rows_of_view
from viewcache.ground.params.loading import load_params
from viewcache.ground.paths import PARTS, PREPARED
from viewcache.ground.stopwatch import load_record
from viewcache.images.folds import open_rotations
from viewcache.images.prepared import open_prepared

EPOCHS, FEW = 30, 4
SEEDS = list(range(5))
LEARNING_RATES, SWEPT_SEEDS = (0.0003, 0.001, 0.003, 0.01), list(range(25))


@dataclass(frozen=True)
class Run:
    """One run of all stages, and of the training by hand."""

    by_hand: float
    fit: float
    few: ArmCosts
    many: ArmCosts


def rows(runs: int) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder))
        _prepare(workspace)
        measured = [_run(workspace) for _ in range(runs)]
        by_hand = [run.by_hand for run in measured]
        few, many = [run.few for run in measured], [run.many for run in measured]
        whole = [cost.seconds or 0.0 for cost in few]
        yield ratio(f"cached_{FEW}, whole, against by hand", by_hand, whole, ">= 15")
        whole = [cost.seconds or 0.0 for cost in many]
        yield ratio(f"cached_{EPOCHS}, whole, against by hand", by_hand, whole, ">= 2.3")
        fit = [run.fit for run in measured]
        for budget, costs in ((FEW, few), (EPOCHS, many)):
            work = [(cost.seconds or 0.0) - cost.setup_seconds for cost in costs]
            yield ratio(f"cached_{budget} without set-up, against the epochs by hand", fit, work)
        yield from _sweep(workspace, by_hand[-1], whole[-1])


def _prepare(workspace: Workspace) -> None:
    workspace.set("evaluate", folds=None)
    workspace.set("extract", views=list(range(EPOCHS + 1)))
    workspace.set("augment", quarter_turns=False)  # which Keras, and so by_hand, lacks
    workspace.set("train", epochs=EPOCHS, budgets=[0, FEW, EPOCHS], seeds=SEEDS)
    for module in ("check_params", "fetch", "prepare"):
        workspace.python(f"stages.{module}")


def _run(workspace: Workspace) -> Run:
    fits: list[float] = []
    by_hand = clock(lambda: fits.append(_fit_by_hand(workspace)))
    for module in ("augment", "compile_base"):
        workspace.python(f"stages.{module}")
    for view in range(EPOCHS + 1):
        workspace.extract(view)
    workspace.python("stages.train_head")
    with contextlib.chdir(workspace.path):
        return Run(by_hand, fits[0], *_costs())


def _fit_by_hand(workspace: Workspace) -> float:
    printed = workspace.python("benchmarks.by_hand", EPOCHS).splitlines()[-1]
    return json.loads(printed)["fit_seconds"]


def _costs() -> list[ArmCosts]:
    images, random_views = len(open_prepared(PREPARED).digests), load_params().extract.random_views
    rotations = open_rotations(PARTS)
    arms = [cached(budget, SEEDS, [0]) for budget in (FEW, EPOCHS)]
    rows = {view: len(rows_of_view(view, images)) for view in (0, *random_views)}
    training = Training(len(rotations[0].train), rows, random_views, 3 * len(SEEDS))
    epochs = {
        arm: float(np.mean([len(head.saved.history) for head in open_heads([arm], rotations)]))
        for arm in arms
    }
    return list(costs_of_arms(arms, training, epochs, load_record).values())


def _sweep(workspace: Workspace, by_hand: float, extraction: float) -> Iterator[Row]:
    workspace.set("train", budgets=[0, EPOCHS], seeds=SWEPT_SEEDS)

    def heads() -> None:
        for learning_rate in LEARNING_RATES:
            workspace.set("train", learning_rate=learning_rate)
            workspace.python("stages.train_head")

    seconds = clock(heads)
    yield single("200 heads, in trainings by hand", seconds / by_hand, "<= 1")
    name = "a sweep of 200 heads, extraction included, against 200 trainings by hand (extrapolated)"
    yield single(name, 200 * by_hand / (extraction + seconds))
