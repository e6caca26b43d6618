"""What runs are compared by, read from MLflow, and how they compared, logged to it."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import mlflow
from mlflow.utils.mlflow_tags import MLFLOW_PARENT_RUN_ID

from viewcache.tracking.run_store import as_pipeline_error, tracking_uri

COMPARISONS = "comparisons.json"
"""Of a run: a table to which every comparison adds its rows."""


def artifact_reader(run: str) -> Callable[[Path], bytes]:
    """Read what was logged of a pipeline's run, by the file's path in the workspace.

    Raises:
        PipelineError: the store has no such run.
    """
    with as_pipeline_error(f"MLflow must have the run {run}, at {tracking_uri()}"):
        client = mlflow.MlflowClient(tracking_uri())
        parent = client.get_run(run).data.tags.get(MLFLOW_PARENT_RUN_ID)

    def read(path: Path) -> bytes:
        folder = path.parent.name
        artifact = f"{folder}/{path.name}" if folder else path.name
        with TemporaryDirectory() as scratch:
            below = f", below {parent}" if parent else ""
            rule = f"{run}{below}, must be a pipeline's run and have {artifact}"
            with as_pipeline_error(rule):
                return Path(client.download_artifacts(run, artifact, scratch)).read_bytes()

    return read


def log_comparison(run: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add rows to a run's table of comparisons.

    Raises:
        Exception: whatever MLflow raises.
    """
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    mlflow.MlflowClient(tracking_uri()).log_table(run, columns, COMPARISONS)
