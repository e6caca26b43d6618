"""The runs of an arm: its own, and below it one for every seed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd
from mlflow.entities import DatasetInput, Metric
from mlflow.utils.mlflow_tags import MLFLOW_PARENT_RUN_ID

from viewcache.arms.arm import Arm, compared_on_cache, end_to_end_arms
from viewcache.costs.ledger import own_seconds
from viewcache.ground.params.schema import Params
from viewcache.ground.paths import PARTS
from viewcache.ground.stopwatch import load_record
from viewcache.images.folds import open_rotations
from viewcache.report.results import Results
from viewcache.tracking.writer import RunWriter, curves_of, numbers

DESCRIBING = ("budget", "seeds", "rotations", "trainings")
"""Numbers that say what an arm is: no metrics of it."""


def arms_of(found: Results) -> list[Arm]:
    """The arms that results tell of, in their order."""
    params, rotations = Params.model_validate(found.params), open_rotations(PARTS)
    arms = *compared_on_cache(params, rotations), *end_to_end_arms(params, rotations)
    by_name = {arm.name: arm for arm in arms}
    return [by_name[name] for name in found.arms]


@dataclass(frozen=True)
class ArmLog:
    """Logs arms below the run of a pipeline.

    Attributes:
        parent: The pipeline's run.
        datasets: Of every rotation.
        start: Of the pipeline, in seconds since the epoch.
    """

    writer: RunWriter
    parent: str
    found: Results
    datasets: Sequence[Sequence[DatasetInput]]
    start: float

    def log(self, arm: Arm) -> None:
        """Log an arm with its intervals and costs; it lasts as long as a first training took."""
        figures = self.found.arms[arm.name]
        metrics = numbers({name: figures[name] for name in figures if name not in DESCRIBING})
        run = self._log(self.parent, arm.name, arm, {}, metrics, figures["seconds"] or 0)
        for seed in arm.seeds if arm.is_whole else ():
            self._log_seed(run, replace(arm, seeds=(seed,)))

    def _log_seed(self, parent: str, arm: Arm) -> None:
        """Log the heads of one seed; the run lasts as long as one of its trainings took."""
        [seed] = arm.seeds
        took = own_seconds(arm, load_record)
        means = {**_of(self.found.runs, arm).mean(), "training_seconds": took}
        metrics = [*numbers(means), *curves_of(_of(self.found.curves, arm))]
        self._log(parent, f"{arm} seed {seed}", arm, {"train.seed": seed}, metrics, took)

    def _log(
        self,
        parent: str,
        name: str,
        arm: Arm,
        own: Mapping[str, int],
        metrics: Sequence[Metric],
        took: float,
    ) -> str:
        views = {view for seed in arm.seeds for view in arm.views(seed)}
        trained = load_record(arm.training_stage)["measured_at"]
        tags = {
            MLFLOW_PARENT_RUN_ID: parent,
            "viewcache.training": self._origin([trained]),
            "viewcache.features": self._origin([trained] if arm.fresh else _when_computed(views)),
        }
        params = {
            "arm": arm.name,
            "budget": None if arm.fresh else arm.random_views,
            "train.originals": arm.course.originals,  # by the book's way, other than set
            **own,
        }
        datasets = [one for rotation in arm.rotations for one in self.datasets[rotation]]
        run = self.writer.begin(name, trained - took, params, tags, metrics, datasets)
        self.writer.end(run, trained)
        return run

    def _origin(self, moments: Iterable[float]) -> str:
        """Whether all was computed in this pipeline run, or DVC restored what was there before."""
        new = [moment >= self.start for moment in moments]
        return "run" if all(new) else "partly restored" if any(new) else "restored"


def _when_computed(views: Iterable[int]) -> list[float]:
    """When the first and the last row of each view was, in seconds since the epoch."""
    of = load_record("extract")["views"]
    return [moment for view in views for moment in of[str(view)]["measured_at"]]


def _of(table: pd.DataFrame, arm: Arm) -> pd.DataFrame:
    """The metrics of an arm's heads of its seeds."""
    rows = (table["arm"] == arm.name) & table["seed"].isin(arm.seeds)
    return table.loc[rows, table.columns.drop(["arm", "seed", "rotation"])]
