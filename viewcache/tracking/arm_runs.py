"""The runs of an arm: its own, and below it one for every seed."""

from collections.abc import Iterable
from dataclasses import replace

import pandas as pd
from mlflow.entities import DatasetInput
from mlflow.utils.mlflow_tags import MLFLOW_PARENT_RUN_ID

from viewcache.arms.arm import Arm, compared_on_cache, end_to_end_arms
from viewcache.costs.ledger import own_seconds
from viewcache.ground.params.schema import Params
from viewcache.ground.paths import PARTS
from viewcache.ground.stopwatch import load_record
from viewcache.images.folds import open_rotations
from viewcache.report.results import Results
from viewcache.report.table import COLUMNS, ITSELF
from viewcache.tracking.writer import RunWriter

LOGGED = [column.name for column in COLUMNS.values() if column.whose != ITSELF]
"""Columns of the table of figures that a run of an arm has as metrics."""


class ArmLog:
    """Logs arms below the run of a pipeline.

    Args:
        parent: The pipeline's run.
        datasets: Of every rotation.
        start: Of the pipeline, in seconds since the epoch.
    """

    def __init__(
        self,
        writer: RunWriter,
        parent: str,
        found: Results,
        datasets: list[list[DatasetInput]],
        start: float,
    ) -> None:
        self._writer, self._parent, self._found = writer, parent, found
        self._datasets, self._start = datasets, start
        params, rotations = Params.model_validate(found.params), open_rotations(PARTS)
        arms = *compared_on_cache(params, rotations), *end_to_end_arms(params, rotations)
        self._arms = {arm.name: arm for arm in arms}

    @property
    def training_stages(self) -> list[str]:
        """The stages that trained the arms, as their costs are named."""
        return list(dict.fromkeys(arm.training_stage for arm in self._arms.values()))

    def log(self, name: str) -> None:
        """Log an arm with its intervals and costs; it lasts as long as a first training took."""
        figures, arm = self._found.arms[name], self._arms[name]
        run = self._create(self._parent, name, arm, {}, figures["seconds"] or 0)
        self._writer.log(run, {name: figures[name] for name in LOGGED if name in figures})
        self._writer.end(run, _end_of(arm))
        for seed in arm.seeds if arm.is_whole else ():
            self._log_seed(run, replace(arm, seeds=(seed,)))

    def _log_seed(self, parent: str, arm: Arm) -> None:
        """Log the heads of one seed; the run lasts as long as one of its trainings took."""
        [seed] = arm.seeds
        took = own_seconds(arm, load_record)
        run = self._create(parent, f"{arm} seed {seed}", arm, {"train.seed": seed}, took)
        heads, curves = (
            _of(table, arm.name, seed) for table in (self._found.runs, self._found.curves)
        )
        self._writer.log(run, {**heads.mean(), "training_seconds": took})
        self._writer.log_curves(run, curves)
        self._writer.end(run, _end_of(arm))

    def _create(self, parent: str, name: str, arm: Arm, own: dict[str, int], took: float) -> str:
        views = {view for seed in arm.seeds for view in arm.views(seed)}
        trained = load_record(arm.training_stage)["measured_at"]
        tags = {
            MLFLOW_PARENT_RUN_ID: parent,
            "viewcache.training": self._origin([trained]),
            "viewcache.features": self._origin([trained] if arm.fresh else _when_computed(views)),
        }
        shown = {"train.originals": arm.course.originals}  # by the book's way, other than set
        params = {
            "arm": arm.name,
            "budget": None if arm.fresh else arm.random_views,
            **shown,
            **own,
        }
        datasets = [one for rotation in arm.rotations for one in self._datasets[rotation]]
        return self._writer.create(name, _end_of(arm) - took, params, tags, datasets)

    def _origin(self, moments: Iterable[float]) -> str:
        """Whether all was computed in this pipeline run, or DVC restored what was there before."""
        new = [moment >= self._start for moment in moments]
        return "run" if all(new) else "partly restored" if any(new) else "restored"


def _when_computed(views: Iterable[int]) -> list[float]:
    """When the first and the last row of each view was, in seconds since the epoch."""
    of = load_record("extract")["views"]
    return [moment for view in views for moment in of[str(view)]["measured_at"]]


def _of(table: pd.DataFrame, arm: str, seed: int) -> pd.DataFrame:
    """The metrics of an arm's heads of a seed."""
    rows = (table["arm"] == arm) & (table["seed"] == seed)
    return table.loc[rows, table.columns.drop(["arm", "seed", "rotation"])]


def _end_of(arm: Arm) -> float:
    """When the stage that trains an arm ended, in seconds since the epoch."""
    return load_record(arm.training_stage)["measured_at"]
