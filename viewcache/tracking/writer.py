"""Runs as they are written: begun with all that is known of them, and ended."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from mlflow.entities import DatasetInput, Metric, Param
from mlflow.utils.validation import MAX_PARAM_VAL_LENGTH

from viewcache.ground.monitor import Usage
from viewcache.tracking.run_store import Store


@dataclass(frozen=True)
class RunWriter:
    """Writes runs that share parameters and tags."""

    store: Store
    params: Mapping[str, Any]
    tags: Mapping[str, str]

    def begin(
        self,
        name: str,
        start: float,
        params: Mapping[str, Any],
        tags: Mapping[str, str],
        metrics: Sequence[Metric],
        datasets: Sequence[DatasetInput],
    ) -> str:
        """Begin a run; it counts as killed until it is ended, as it is should this process be.

        Args:
            start: In seconds since the epoch.
            params: The run's own, as its tags.

        Returns:
            Its id.
        """
        client, experiment = self.store
        all_tags, all_params = {**self.tags, **tags}, {**self.params, **params}
        run = client.create_run(experiment, _milliseconds(start), all_tags, name).info.run_id
        client.set_terminated(run, "KILLED")
        client.log_batch(run, metrics, [_param(key, one) for key, one in all_params.items()])
        client.log_inputs(run, datasets)
        return run

    def end(self, run: str, end: float) -> None:
        self.store.client.set_terminated(run, end_time=_milliseconds(end))


def numbers(values: Mapping[Any, Any], step: int = 0) -> list[Metric]:
    """Those of the values that are numbers."""
    now = _milliseconds(time.time())
    return [
        Metric(name, float(value), now, step)
        for name, value in values.items()
        if isinstance(value, int | float)
    ]


def curves_of(epochs: pd.DataFrame) -> list[Metric]:
    """Means by epoch.

    Args:
        epochs: One row a head and epoch: `epoch`, and metrics.
    """
    means = epochs.groupby("epoch").mean().add_prefix("epoch_")
    rows = zip(means.index, means.to_dict("records"), strict=True)
    return [metric for epoch, row in rows for metric in numbers(row, int(epoch))]


def samples_of(stage: str, samples: Iterable[Usage]) -> list[Metric]:
    """What a stage took of the machine, as MLflow names the metrics of a node."""
    return [
        Metric(f"system/{stage}/{name}", value, _milliseconds(sample["time"]), step)
        for step, sample in enumerate(samples)
        for name, value in sample.items()
        if name != "time"
    ]


def _param(name: str, value: object) -> Param:
    """A parameter, cut where it is longer than MLflow takes: whole ones are in params.json."""
    text = str(value)
    return Param(name, text if len(text) <= MAX_PARAM_VAL_LENGTH else f"{text[:5000]} …")


def _milliseconds(seconds: float) -> int:
    return int(seconds * 1000)
