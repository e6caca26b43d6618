"""Where runs are kept: the repository's own database, with artifacts beside it, or a server."""

import os
from typing import Any, NamedTuple

import mlflow
from mlflow.exceptions import MlflowException
from mlflow.store.model_registry.dbmodels.models import SqlModelVersion
from mlflow.store.tracking.dbmodels.models import SqlExperiment, SqlLoggedModel, SqlRun
from sqlalchemy import create_engine, func, update
from sqlalchemy.exc import SQLAlchemyError

from viewcache.ground.files import scratch
from viewcache.ground.paths import repository
from viewcache.tracking.processes import has_ended

EXPERIMENT = "viewcache"
PROCESS_TAG = "viewcache.process"
"""Of a run: the process that logs it."""
TRACKING_ERRORS = (MlflowException, SQLAlchemyError, OSError)
ADDRESSES: tuple[Any, ...] = (
    SqlExperiment.artifact_location,
    SqlRun.artifact_uri,
    SqlLoggedModel.artifact_location,
    SqlModelVersion.source,
    SqlModelVersion.storage_location,
)
"""Where the database says where artifacts are."""


class Store(NamedTuple):
    """The experiment that runs are logged to.

    Attributes:
        experiment: Its id.
    """

    client: mlflow.MlflowClient
    experiment: str


def tracking_uri() -> str:
    return os.environ.get("MLFLOW_TRACKING_URI") or f"sqlite:///{repository()}/mlflow.db"


def connect() -> Store:
    """Open the store: made where there is none, and with no run left of a process that has ended.

    Raises:
        TRACKING_ERRORS: it cannot be reached, read or written to.
    """
    _create_database()
    client = mlflow.MlflowClient(tracking_uri())
    local = tracking_uri().startswith("sqlite:")
    artifacts = (repository() / "mlartifacts").as_uri() if local else None
    found = client.get_experiment_by_name(EXPERIMENT)
    if not found:
        return Store(client, client.create_experiment(EXPERIMENT, artifacts))
    if artifacts and found.artifact_location != artifacts:
        _follow(found.artifact_location, artifacts)
    close_broken_off(client, found.experiment_id)
    return Store(client, found.experiment_id)


def close_broken_off(client: mlflow.MlflowClient, experiment: str) -> None:
    """Runs of processes of this host that no longer live would show as running for ever."""
    for run in client.search_runs([experiment], "attributes.status = 'RUNNING'"):
        if has_ended(run.data.tags.get(PROCESS_TAG, "//")):
            client.set_terminated(run.info.run_id, "KILLED")


def _create_database() -> None:
    """The repository's own database, whole or not at all: half of one, MLflow cannot mend."""
    database = repository() / "mlflow.db"
    if tracking_uri() != f"sqlite:///{database}" or database.exists():
        return
    with scratch(database) as folder:
        mlflow.MlflowClient(f"sqlite:///{folder / database.name}")
        (folder / database.name).rename(database)


def _follow(old: str, new: str) -> None:
    """Tell the database where artifacts are, after the repository has moved.

    MLflow makes every local address absolute. What it offers instead, `mlflow-artifacts:`, needs
    a running server to write and to read.
    """
    with create_engine(tracking_uri()).begin() as database:
        for address in ADDRESSES:
            moved = {address.key: func.replace(address, old, new)}
            database.execute(update(address.class_).values(moved))
