"""Where runs are kept: the repository's own database, with artifacts beside it, or where MLflow's
own settings say.
"""

import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

import mlflow
from mlflow.entities import Experiment

from viewcache.ground.errors import PipelineError
from viewcache.ground.files import scratch
from viewcache.ground.paths import repository

NAME = "MLFLOW_EXPERIMENT_NAME"
REACHED = (
    "MLflow must reach its store: mlflow.db, or MLFLOW_TRACKING_URI (with a password: "
    "MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD)"
)
ADDRESSES = {
    "experiments": "artifact_location",
    "runs": "artifact_uri",
    "logged_models": "artifact_location",
    "model_versions": "storage_location",
}
"""Where the database says where artifacts are: a column of a table."""


class Store(NamedTuple):
    """The experiment that runs are logged to.

    Attributes:
        experiment: Its id.
    """

    client: mlflow.MlflowClient
    experiment: str


def tracking_uri() -> str:
    return os.environ.get("MLFLOW_TRACKING_URI") or _address(repository() / "mlflow.db")


@contextmanager
def as_pipeline_error(rule: str) -> Iterator[None]:
    """Whatever fails in MLflow, in a store of any kind, or for want of its package."""
    try:
        yield
    except Exception as error:
        kind = "" if isinstance(error, PipelineError) else f"{type(error).__name__}: "
        raise PipelineError(rule, f"{kind}{error}") from error


@contextmanager
def one_line_if_it_fails(rule: str) -> Iterator[None]:
    """Say on standard error what fails in MLflow, and go on."""
    try:
        with as_pipeline_error(rule):
            yield
    except PipelineError as error:
        print("viewcache:", error, file=sys.stderr)


def connect() -> Store:
    """Open the store, and make what it lacks.

    Raises:
        PipelineError: it cannot be reached, read or written to, or its experiment is deleted.
    """
    database = None if os.environ.get("MLFLOW_TRACKING_URI") else repository() / "mlflow.db"
    artifacts = database.with_name("mlartifacts").as_uri() if database else None
    with as_pipeline_error(REACHED):
        if database:
            _create_database(database)
        client = mlflow.MlflowClient(tracking_uri())
        experiment = _experiment(client, artifacts)
        if database and artifacts:
            _follow(database, experiment.artifact_location, artifacts)
    number = experiment.experiment_id
    if experiment.lifecycle_stage == "deleted":
        restored = f"restored by `mlflow experiments restore --experiment-id {number}`"
        rule = f"MLflow's experiment must be {restored}, or another named by {NAME}"
        raise PipelineError(rule, f"{experiment.name}, which is deleted")
    return Store(client, number)


def _experiment(client: mlflow.MlflowClient, artifacts: str | None) -> Experiment:
    """The one that MLflow's settings name, else the product's own; made where there is none."""
    number, name = os.environ.get("MLFLOW_EXPERIMENT_ID"), os.environ.get(NAME) or "viewcache"
    found = client.get_experiment(number) if number else client.get_experiment_by_name(name)
    return found or client.get_experiment(client.create_experiment(name, artifacts))


def _address(database: Path) -> str:
    # SQLAlchemy and MLflow read these characters in an address, each in its own way.
    path = os.path.relpath(database) if set("%?#") & set(str(database)) else database
    return f"sqlite:///{path}"


def _create_database(database: Path) -> None:
    """The repository's own database, whole or not at all: half of one, MLflow cannot mend."""
    if not database.exists():
        with scratch(database) as folder:
            mlflow.MlflowClient(_address(folder / database.name))
            (folder / database.name).rename(database)


def _follow(database: Path, old: str, new: str) -> None:
    """Tell the repository's own database where its artifacts are, after both have moved.

    MLflow makes every local address absolute. What it offers instead, `mlflow-artifacts:`, needs
    a running server to write and to read. Only addresses below the old folder are changed.
    """
    if old == new or not old.endswith("/mlartifacts") or database.is_symlink():
        return
    with closing(sqlite3.connect(database)) as connection, connection:
        for table, column in ADDRESSES.items():
            connection.execute(
                f"UPDATE {table} SET {column} = :new || substr({column}, length(:old) + 1) "
                f"WHERE substr({column} || '/', 1, length(:old) + 1) = :old || '/'",
                {"old": old, "new": new},
            )
