"""Whole arms at E = 30, from prepared images to a trained head, against end-to-end.

What an arm costs is put together from its stages, as `evaluate` does: a first training is never a
share of several. Epochs repeat the same work, and so do views. So end-to-end is timed over two
epochs, the second of which stands for the others; and 30 views count as the four, over again.
"""

import contextlib
import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import Row, Target, clock, ratio
from benchmarks.stages_apart import COMPILED, Workspace
from viewcache.arms.arm import cached
from viewcache.costs.ledger import (
    ArmCosts,
    Record,
    Training,
    costs_of_arms,
    setup_of,
    training_seconds,
)
from viewcache.features.store import rows_of_view
from viewcache.ground.params.loading import load_params
from viewcache.ground.paths import PARTS, PREPARED
from viewcache.ground.stopwatch import load_record
from viewcache.images.folds import open_rotations
from viewcache.images.prepared import open_prepared

EPOCHS, FEW = 30, 4
FIRST = {"float32": 15, "int8": 20}
"""How many times as fast as by hand the few views should be in a precision of the base."""


@dataclass(frozen=True)
class EndToEnd:
    """Seconds of one training end to end.

    Attributes:
        setup: Before the first epoch, and after the last.
    """

    setup: float
    first_epoch: float
    next_epoch: float

    @property
    def epochs(self) -> float:
        return self.first_epoch + (EPOCHS - 1) * self.next_epoch

    @property
    def whole(self) -> float:
        return self.setup + self.epochs


@dataclass(frozen=True)
class Arms:
    """What one run of all stages took, and end to end on the same runtime."""

    compiled: EndToEnd
    few: ArmCosts
    many: ArmCosts


def rows(runs: int) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        workspaces = {name: _prepared(Path(folder) / name, name) for name in FIRST}
        measured = [_run(workspaces) for _ in range(runs)]
    by_hand = [by_hand for by_hand, _ in measured]
    for precision in workspaces:
        yield from _of_precision(precision, by_hand, [arms[precision] for _, arms in measured])


def _of_precision(precision: str, by_hand: list[EndToEnd], runs: list[Arms]) -> Iterator[Row]:
    whole = [run.whole for run in by_hand]
    compiled = [run.compiled.whole for run in runs]
    few, many = [run.few for run in runs], [run.many for run in runs]
    name = f"{precision}, cached_{FEW}: a first training"
    yield ratio(f"{name}, against by hand", whole, _seconds(few), Target(FIRST[precision]))
    yield ratio(f"{name}, against the same runtime", compiled, _seconds(few), Target(5))
    name = f"{precision}, cached_{EPOCHS}: a first training"
    yield ratio(f"{name}, against by hand", whole, _seconds(many), Target(2.3))
    yield ratio(f"{name}, against the same runtime", compiled, _seconds(many), Target(1))
    further = [cost.further_seconds or 0.0 for cost in few]
    yield ratio(f"{precision}: a further training, against by hand", whole, further, Target(40))
    epochs = [run.epochs for run in by_hand]
    for budget, costs, target in ((FEW, few, Target(18)), (EPOCHS, many, Target(2.5))):
        work = [(cost.seconds or 0.0) - cost.setup_seconds for cost in costs]
        name = f"{precision}, cached_{budget} without set-up, against the epochs by hand"
        yield ratio(name, epochs, work, target)


def _seconds(costs: list[ArmCosts]) -> list[float]:
    return [cost.seconds or 0.0 for cost in costs]


def _prepared(path: Path, precision: str) -> Workspace:
    path.mkdir()
    workspace = Workspace(path)
    workspace.set("evaluate", folds=None)
    workspace.set("extract", views=list(range(EPOCHS + 1)), precision=precision)
    workspace.set("augment", quarter_turns=False)  # which Keras, and so by_hand, lacks
    workspace.set("train", seeds=[0])
    _set_epochs(workspace, EPOCHS)
    for stage in ("check_params", "fetch", "prepare", "augment", "calibrate", "compile_base"):
        workspace.python(f"stages.{stage}")
    for view in range(EPOCHS + 1):
        workspace.extract(view)
    return workspace


def _run(workspaces: dict[str, Workspace]) -> tuple[EndToEnd, dict[str, Arms]]:
    by_hand = _by_hand(next(iter(workspaces.values())))
    return by_hand, {name: _arms(workspace) for name, workspace in workspaces.items()}


def _arms(workspace: Workspace) -> Arms:
    for stage in ("augment", "compile_base"):
        workspace.python(f"stages.{stage}")
    for view in range(1, FEW + 1):
        workspace.extract(view)
    workspace.python("stages.train_head")
    with contextlib.chdir(workspace.path):
        few, many = _costs()
    return Arms(_compiled(workspace), few, many)


def _by_hand(workspace: Workspace) -> EndToEnd:
    printed: list[str] = []
    whole = clock(lambda: printed.append(workspace.python("benchmarks.by_hand", 2)))
    first, following = json.loads(printed[0].splitlines()[-1])["epoch_seconds"]
    return EndToEnd(whole - first - following, first, following)


def _compiled(workspace: Workspace) -> EndToEnd:
    """The stage keeps no time of an epoch: the second is what two take longer than one."""
    fits = []
    for epochs in (1, 2):
        _set_epochs(workspace, epochs)
        workspace.python("stages.train_end_to_end", "compiled")
        fits.append(training_seconds(COMPILED, workspace.record))
    records = [workspace.record(stage) for stage in (COMPILED.training_stage, "compile_base")]
    _set_epochs(workspace, EPOCHS)
    return EndToEnd(setup_of(records), fits[0], fits[1] - fits[0])


def _set_epochs(workspace: Workspace, epochs: int) -> None:
    workspace.set("train", epochs=epochs, budgets=sorted({0, min(FEW, epochs), epochs}))


def _costs() -> list[ArmCosts]:
    """Of both arms, by the views that were extracted last."""
    images, random_views = len(open_prepared(PREPARED).digests), load_params().extract.random_views
    arms = [cached(budget, [0], [0]) for budget in (FEW, EPOCHS)]
    rows = {view: len(rows_of_view(view, images)) for view in (0, *random_views)}
    training = Training(len(open_rotations(PARTS)[0].train), rows, random_views, heads=3)
    return list(costs_of_arms(arms, training, dict.fromkeys(arms, EPOCHS), _load).values())


def _load(name: str) -> Record:
    stage, _, view = name.partition("extract_")
    return load_record(name if stage else f"extract_{1 + (int(view) - 1) % FEW}")
