"""Whole arms at E = 30, from prepared images to a trained head, against end-to-end.

What an arm costs is put together from its stages, as `evaluate` does: a first training is never a
share of several. Every epoch reads a random view, in both ways. Epochs repeat the same work: so
end-to-end is timed over a few, of which the last stand for the others.
"""

import contextlib
import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import Row, Target, clock, ratio
from benchmarks.stages_apart import Workspace
from viewcache.arms.arm import cached, end_to_end
from viewcache.costs.ledger import ArmCosts, Training, costs_of_arms, set_up_of, training_seconds
from viewcache.ground.paths import PARTS
from viewcache.ground.stopwatch import load_record
from viewcache.heads.course import course
from viewcache.images.folds import open_rotations

EPOCHS, FEW = 30, 4
COURSE = course(EPOCHS, "never")
COMPILED = end_to_end("compiled", [0], [0], COURSE)
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
    workspace.set("data", folds=None)
    workspace.set("base", precision=precision)
    workspace.set("augment", quarter_turns=False)  # which Keras, and so by_hand, lacks
    workspace.set("train", epochs=EPOCHS, originals="never")
    workspace.set("arms", budgets=[0, FEW, "twin"], seeds=[0])
    for stage in ("fetch", "prepare", "augment", "calibrate", "compile_base"):
        workspace.python(f"stages.{stage}")
    return workspace


def _run(workspaces: dict[str, Workspace]) -> tuple[EndToEnd, dict[str, Arms]]:
    by_hand = _by_hand(next(iter(workspaces.values())))
    return by_hand, {name: _arms(workspace) for name, workspace in workspaces.items()}


def _arms(workspace: Workspace) -> Arms:
    for stage in ("augment", "compile_base"):
        workspace.python(f"stages.{stage}")
    workspace.extract_anew()
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
    """The stage keeps no time of an epoch: what four take longer than two is twice the next."""
    fits = []
    for epochs in (2, 4):
        workspace.set("end_to_end", keras=0, compiled=epochs)
        workspace.python("stages.train_end_to_end", "compiled")
        fits.append(training_seconds(COMPILED, workspace.record))
    records = [workspace.record(stage) for stage in (COMPILED.training_stage, "compile_base")]
    following = (fits[1] - fits[0]) / 2
    return EndToEnd(set_up_of(records), fits[0] - following, following)


def _costs() -> list[ArmCosts]:
    """Of both arms, by what was extracted last."""
    rotation = open_rotations(PARTS)[0]
    arms = [cached(budget, [0], [0], COURSE) for budget in (FEW, EPOCHS)]
    training = Training({0: len(rotation.train)}, heads=3)
    return list(costs_of_arms(arms, training, load_record).values())
