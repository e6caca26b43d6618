"""MLflow: a run a pipeline run, below it a run an arm, and below that one a seed; all from files.

From files, because a stage that DVC restores does not run and so could log nothing itself.
"""

import os
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow.parquet as pq
from mlflow.utils.mlflow_tags import MLFLOW_GIT_COMMIT, MLFLOW_RUN_NOTE

from viewcache.answers.tested import compared_columns
from viewcache.features.store import digest_of_features
from viewcache.ground.errors import message
from viewcache.ground.paths import ANSWERS, SOURCE, planned_views
from viewcache.ground.stopwatch import load_record
from viewcache.report import results
from viewcache.report.provenance import digest_of_images, git_commit
from viewcache.report.results import Results
from viewcache.tracking.arm_runs import ArmLog
from viewcache.tracking.datasets import datasets
from viewcache.tracking.processes import start_of_pipeline, this_process
from viewcache.tracking.run_store import PROCESS_TAG, TRACKING_ERRORS, Store, connect
from viewcache.tracking.writer import RunWriter

RESULTS_TAG = "viewcache.results"


def log_results(found: Results) -> None:
    """Log results as a new pipeline run."""
    _log(connect(), found, start_of_pipeline())


def try_to_log(found: Results) -> None:
    """Log results, or say in a line why that failed: they are in files, and nothing is lost."""
    try:
        log_results(found)
    except TRACKING_ERRORS as error:
        rule = "results are kept but not in MLflow; `make ui` logs them"
        print("viewcache:", message(rule, error), file=sys.stderr)


def log_missing_results() -> str:
    """Log the results in the working folder, if any, unless the store has them already.

    Whatever is logged so counts as restored.

    Returns:
        The experiment's id.
    """
    store = connect()
    if results.EVERYTHING.exists():
        query = f"tags.`{RESULTS_TAG}` = '{results.digest_of_results()}'"
        if not store.client.search_runs([store.experiment], query, max_results=1):
            _log(store, results.read(), time.time())
    return store.experiment


def _log(store: Store, found: Results, start: float) -> None:
    """Log a pipeline run.

    Args:
        start: When it began, in seconds since the epoch.
    """
    tags = _tags()
    writer = RunWriter(store, _flat(found.params), tags)
    name = _name_of_images(found.params["data"])
    images = datasets(name, found.params["data"]["path"])
    run = writer.create(_name(name, found), start, {}, _tells(found), images[0])
    values = _flat({name: found.figures[name] or {} for name in ("replay", "prediction")})
    writer.log(run, results.metrics_of(found.figures) | _times(found) | values)
    for path in results.ARTIFACTS:
        folder = None if path.parent == Path() else path.parent.name
        store.client.log_artifact(run, str(path), folder)
    _log_answers(store, run)
    arms = ArmLog(writer, run, found, images, start)
    for stage in arms.training_stages:
        writer.log_samples(run, stage, load_record(stage)["samples"])
    for arm in found.arms:
        arms.log(arm)
    writer.end(run, time.time())
    # Last, so that a run broken off half-way does not pass for a complete one.
    store.client.set_tag(run, RESULTS_TAG, results.digest_of_results())


def _log_answers(store: Store, run: str) -> None:
    """As far as runs are compared by them: all columns would take thirty times the disk."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / ANSWERS.name
        pq.write_table(compared_columns(ANSWERS.read_bytes()), path, compression="zstd")
        store.client.log_artifact(run, str(path), ANSWERS.parent.name)


def _times(found: Results) -> dict[str, float]:
    """Seconds of the recommended arm; nothing where they are of several machines."""
    arm = found.arms[found.figures["recommendation"]["arm"]]
    times = {name: arm[name] for name in ("seconds", "further_seconds")}
    return {name: seconds for name, seconds in times.items() if seconds is not None}


def _name_of_images(data: dict[str, Any]) -> str:
    """The name of the user's folder or archive, or of the images that come with the project."""
    if data["source"] == "archive":
        return Path(data["archive"]["url"]).name
    return data["source"] if Path(data["path"]) == SOURCE else Path(data["path"]).resolve().name


def _name(images: str, found: Results) -> str:
    base = Path(found.params["base"]["name"]).stem
    return f"{images}: {found.figures['recommendation']['arm']} ({base})"


def _tells(found: Results) -> dict[str, str]:
    """What was found, in words: as tags, and as the note that the run's page begins with."""
    recommendation = found.figures["recommendation"]
    sentence = recommendation["sentence"]
    return {
        "viewcache.recommendation": sentence,
        "viewcache.recommended": recommendation["arm"],
        MLFLOW_RUN_NOTE: f"{sentence}\n\n{results.TABLE.read_text()}",
    }


def _tags() -> dict[str, str]:
    return {
        PROCESS_TAG: this_process(),
        MLFLOW_GIT_COMMIT: git_commit(),
        "dvc.experiment": os.environ.get("DVC_EXP_NAME", ""),
        "viewcache.images": digest_of_images(),
        "viewcache.feature_digests": digest_of_features(planned_views()),
    }


def _flat(tree: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """{"a": {"b": 1}} as {"a.b": 1}."""
    flat: dict[str, Any] = {}
    for name, value in tree.items():
        nested = isinstance(value, dict)
        flat |= _flat(value, f"{prefix}{name}.") if nested else {prefix + name: value}
    return flat
