"""Runs as they are written: created, filled with numbers, and ended."""

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd
from mlflow.entities import DatasetInput, Metric, Param
from mlflow.tracking.context.registry import resolve_tags

from viewcache.ground.monitor import Usage
from viewcache.tracking.run_store import Store

LARGEST_BATCH = 1000  # metrics: MLflow's limit of a request


class RunWriter:
    """Writes runs that share parameters and tags.

    Args:
        params: Of the pipeline.
        tags: Besides those that MLflow finds itself: user, source, commit. Empty ones are left out.
    """

    def __init__(self, store: Store, params: Mapping[str, Any], tags: Mapping[str, str]) -> None:
        self._store, self._params = store, params
        self._tags = resolve_tags({name: value for name, value in tags.items() if value})

    def create(
        self,
        name: str,
        start: float,
        params: Mapping[str, Any],
        tags: Mapping[str, str],
        datasets: Sequence[DatasetInput],
    ) -> str:
        """Begin a run.

        Args:
            start: In seconds since the epoch.
            params: The run's own, as its tags.

        Returns:
            Its id.
        """
        client, experiment = self._store
        all_tags, all_params = {**self._tags, **tags}, {**self._params, **params}
        run = client.create_run(experiment, _milliseconds(start), all_tags, name).info.run_id
        client.log_batch(run, params=[Param(key, str(one)) for key, one in all_params.items()])
        client.log_inputs(run, datasets)
        return run

    def log(self, run: str, values: Mapping[Any, Any]) -> None:
        """Log those of the values that are numbers."""
        self._log(run, _metrics(values, time.time()))

    def log_curves(self, run: str, curves: pd.DataFrame) -> None:
        """Log means by epoch.

        Args:
            curves: One row a head and epoch: `epoch`, and metrics.
        """
        metrics: list[Metric] = []
        means, now = curves.groupby("epoch", as_index=False).mean(), time.time()
        for row in means.to_dict("records"):
            epoch = int(row.pop("epoch"))
            values = {f"epoch_{name}": value for name, value in row.items()}
            metrics.extend(_metrics(values, now, epoch))
        self._log(run, metrics)

    def log_samples(self, run: str, stage: str, samples: Iterable[Usage]) -> None:
        """Log what a stage took of the machine, as MLflow names the metrics of a node."""
        metrics = [
            Metric(f"system/{stage}/{name}", value, _milliseconds(sample["time"]), step)
            for step, sample in enumerate(samples)
            for name, value in sample.items()
            if name != "time"
        ]
        self._log(run, metrics)

    def end(self, run: str, end: float) -> None:
        self._store.client.set_terminated(run, end_time=_milliseconds(end))

    def _log(self, run: str, metrics: Sequence[Metric]) -> None:
        for start in range(0, len(metrics), LARGEST_BATCH):
            self._store.client.log_batch(run, metrics[start : start + LARGEST_BATCH])


def _metrics(values: Mapping[Any, Any], moment: float, step: int = 0) -> list[Metric]:
    return [
        Metric(name, float(value), _milliseconds(moment), step)
        for name, value in values.items()
        if isinstance(value, int | float)
    ]


def _milliseconds(seconds: float) -> int:
    return int(seconds * 1000)
