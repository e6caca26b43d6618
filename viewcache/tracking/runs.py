"""MLflow: one parent run a pipeline run, one child run an arm and seed, logged from files.

From files, because a stage that DVC restores does not run and so could log nothing itself.
"""

import json
import logging
import os
import platform
import sys
import time
from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path
from typing import Any

# A server that does not answer must not hold up a pipeline: the results are in files already.
os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")
os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "10")
# Every step of creating a database is no news.
os.environ.setdefault("MLFLOW_LOGGING_LEVEL", "WARNING")
logging.getLogger("alembic").setLevel(logging.WARNING)

import mlflow
import psutil
from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Param
from mlflow.exceptions import MlflowException
from sqlalchemy.exc import SQLAlchemyError

from viewcache.arms.arm import Arm
from viewcache.ground.errors import message
from viewcache.ground.files import scratch
from viewcache.ground.paths import PREPARED, repository
from viewcache.ground.stopwatch import load_record
from viewcache.images.prepared import open_prepared
from viewcache.report import results
from viewcache.report.provenance import digest_of_features, digest_of_images, git_commit
from viewcache.report.results import Results

EXPERIMENT = "viewcache"
RESULTS_TAG = "viewcache.results"
PROCESS_TAG = "viewcache.process"
"""Host, number and start of the process that logs a run, of all processes of all hosts."""
LARGEST_BATCH = 1000  # metrics: MLflow's limit of a request
TRACKING_ERRORS = (MlflowException, SQLAlchemyError, OSError)


def tracking_uri() -> str:
    return os.environ.get("MLFLOW_TRACKING_URI") or f"sqlite:///{repository()}/mlflow.db"


def log_results(found: Results) -> None:
    """Log results as a new pipeline run."""
    client, experiment = _connect()
    _Pipeline(client, experiment, found, _start_of_pipeline()).log()


def try_to_log(found: Results) -> None:
    """Log results, or say in a line why that failed: they are in files, and nothing is lost."""
    try:
        log_results(found)
    except TRACKING_ERRORS as error:
        rule = "results are kept but not in MLflow; `make ui` logs them"
        print("viewcache:", message(rule, error), file=sys.stderr)


def log_missing_results() -> None:
    """Log the results in the working folder unless the store has them already.

    Whatever is logged so counts as restored.
    """
    client, experiment = _connect()
    found = results.read()
    query = f"tags.`{RESULTS_TAG}` = '{results.digest_of_results()}'"
    if not client.search_runs([experiment], query, max_results=1):
        _Pipeline(client, experiment, found, time.time()).log()


def _connect() -> tuple[mlflow.MlflowClient, str]:
    _create_database()
    client = mlflow.MlflowClient(tracking_uri())
    experiment = client.get_experiment_by_name(EXPERIMENT)
    if experiment:
        close_broken_off(client, experiment.experiment_id)
        return client, experiment.experiment_id
    local = tracking_uri().startswith("sqlite:")
    artifacts = (repository() / "mlartifacts").as_uri() if local else None
    return client, client.create_experiment(EXPERIMENT, artifacts)


def _create_database() -> None:
    """The repository's own database, whole or not at all: half of one, MLflow cannot mend."""
    database = repository() / "mlflow.db"
    if tracking_uri() != f"sqlite:///{database}" or database.exists():
        return
    with scratch(database) as folder:
        mlflow.MlflowClient(f"sqlite:///{folder / database.name}")
        (folder / database.name).rename(database)


def close_broken_off(client: mlflow.MlflowClient, experiment: str) -> None:
    """Runs of processes of this host that no longer live would show as running for ever."""
    for run in client.search_runs([experiment], "attributes.status = 'RUNNING'"):
        if _has_ended(run.data.tags.get(PROCESS_TAG, "//")):
            client.set_terminated(run.info.run_id, "KILLED")


def this_process() -> str:
    return f"{platform.node()}/{os.getpid()}/{psutil.Process().create_time()}"


def _has_ended(name: str) -> bool:
    """Whether a process ran on this host, and does no longer.

    Args:
        name: As `this_process` names it.
    """
    host, number, start = name.split("/")
    if host != platform.node():
        return False
    try:
        process = psutil.Process(int(number))
        # To the second, since the system's clock may have been set in between.
        same = abs(process.create_time() - float(start)) < 2
        return not same or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def log_metrics(client: mlflow.MlflowClient, run: str, metrics: Sequence[Metric]) -> None:
    """Log metrics in as few requests as can be."""
    for start in range(0, len(metrics), LARGEST_BATCH):
        client.log_batch(run, metrics[start : start + LARGEST_BATCH])


class _Pipeline:
    """The runs of one pipeline run in the making."""

    def __init__(
        self, client: mlflow.MlflowClient, experiment: str, found: Results, start: float
    ) -> None:
        self._client, self._experiment, self._found, self._start = client, experiment, found, start
        self._params = _flat(found.params)
        self._random_views = [view for view in found.params["extract"]["views"] if view]
        self._tags = _tags(found.params["extract"]["views"])
        self._dataset = _dataset(found.params["data"]["source"])

    def log(self) -> None:
        found = self._found.figures
        sentence = found["recommendation"]["sentence"]
        parent = self._run("pipeline", {}, {"viewcache.recommendation": sentence})
        values = _flat({name: found[name] or {} for name in ("replay", "prediction")})
        log_metrics(self._client, parent, _metrics(results.metrics_of(found) | values))
        for path in results.ARTIFACTS:
            self._client.log_artifact(parent, str(path))
        means = self._found.runs.groupby(["arm", "seed"], sort=False).mean()
        for row in means.drop(columns="rotation").reset_index().to_dict("records"):
            self._log_arm(parent, row)
        self._client.set_terminated(parent)
        # Last, so that a run broken off half-way does not pass for a complete one.
        self._client.set_tag(parent, RESULTS_TAG, results.digest_of_results())

    def _log_arm(self, parent: str, row: dict[Hashable, Any]) -> None:
        name, seed = row.pop("arm"), row.pop("seed")
        costs = self._found.arms[name]
        arm = Arm(costs["budget"], costs["kind"], (seed,), tuple(range(costs["rotations"])))
        views = arm.views(self._random_views, seed)
        extracts = [f"extract_{view}" for view in views] or [arm.training_stage]
        own = {"arm": name, "budget": arm.budget, "train.seed": seed}
        tags = {
            "mlflow.parentRunId": parent,
            "viewcache.training": self._origin(arm.training_stage),
            "viewcache.features": self._origin(*extracts),
        }
        end = load_record(arm.training_stage)["measured_at"]
        start = end - (costs["seconds"] or 0)
        child = self._run(f"{arm} seed {seed}", own, tags, start)
        metrics = _metrics({**row, **{cost: costs[cost] for cost in _COSTS}})
        curves = self._found.curves
        curve = curves[(curves["arm"] == name) & (curves["seed"] == seed)]
        means = curve.drop(columns=["arm", "seed", "rotation"]).groupby("epoch").mean()
        for epoch in means.reset_index().to_dict("records"):
            step = int(epoch.pop("epoch"))
            values = {f"epoch_{metric}": value for metric, value in epoch.items()}
            metrics.extend(_metrics(values, step))
        log_metrics(self._client, child, metrics)
        self._client.set_terminated(child, end_time=int(end * 1000))

    def _run(
        self, name: str, params: dict[str, Any], tags: dict[str, str], start: float | None = None
    ) -> str:
        milliseconds = int((start or time.time()) * 1000)
        run = self._client.create_run(
            self._experiment, milliseconds, {**self._tags, **tags}, name
        ).info.run_id
        entries = {**self._params, **params}
        self._client.log_batch(
            run, params=[Param(name, str(value)) for name, value in entries.items()]
        )
        self._client.log_inputs(run, [self._dataset])
        return run

    def _origin(self, *stages: str) -> str:
        """Whether stages ran in this pipeline run, or DVC restored what they once wrote."""
        ran = [load_record(stage)["measured_at"] >= self._start for stage in stages]
        return "run" if all(ran) else "partly restored" if any(ran) else "restored"


_COSTS = (
    "base_passes",
    "augment_seconds",
    "base_seconds",
    "head_seconds",
    "setup_seconds",
    "seconds",
    "further_seconds",
    "unused_views",
    "unused_seconds",
    "feature_bytes",
    "peak_rss_bytes",
)


def _metrics(values: Mapping[Any, Any], step: int = 0) -> list[Metric]:
    """Those of the values that are numbers."""
    now = int(time.time() * 1000)
    return [
        Metric(name, float(value), now, step)
        for name, value in values.items()
        if isinstance(value, int | float)
    ]


def _start_of_pipeline() -> float:
    """When the DVC command that runs this process began, in seconds since the epoch."""
    processes = [psutil.Process(), *psutil.Process().parents()]
    commands = [process for process in processes if _is_dvc(process)]
    return (commands or processes)[0].create_time()


def _is_dvc(process: psutil.Process) -> bool:
    try:
        return "dvc" in [Path(word).name for word in process.cmdline()[:3]]
    except psutil.Error:
        return False


def _tags(views: list[int]) -> dict[str, str]:
    tags = {
        PROCESS_TAG: this_process(),
        "mlflow.source.git.commit": git_commit(),
        "dvc.experiment": os.environ.get("DVC_EXP_NAME", ""),
        "viewcache.images": digest_of_images(),
        "viewcache.feature_digests": digest_of_features(views),
    }
    return {name: value for name, value in tags.items() if value}


def _dataset(name: str) -> DatasetInput:
    counts = {"images": len(open_prepared(PREPARED).digests)}
    dataset = Dataset(
        name=name,
        digest=digest_of_images()[:36],
        source_type="code",
        source=json.dumps({"source": name}),
        profile=json.dumps(counts),
    )
    return DatasetInput(dataset, [InputTag("mlflow.data.context", "training and test")])


def _flat(tree: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """{"a": {"b": 1}} as {"a.b": 1}."""
    flat: dict[str, Any] = {}
    for name, value in tree.items():
        nested = isinstance(value, dict)
        flat |= _flat(value, f"{prefix}{name}.") if nested else {prefix + name: value}
    return flat
