"""MLflow: a run a pipeline run, below it a run an arm, and below that one a seed; all from files.

From files, because a stage that DVC restores does not run and so could log nothing itself.
"""

import os
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psutil
import pyarrow.parquet as pq
from mlflow.entities import Metric
from mlflow.tracking.context.registry import resolve_tags
from mlflow.utils.mlflow_tags import MLFLOW_GIT_COMMIT, MLFLOW_RUN_NOTE

from viewcache.answers.tested import compared_columns
from viewcache.features.store import digest_of_features
from viewcache.ground.manifests import digest_of_digests
from viewcache.ground.paths import ANSWERS, PREPARED, SOURCE, planned_views
from viewcache.ground.stopwatch import load_record
from viewcache.images.prepared import open_prepared
from viewcache.report import results
from viewcache.report.provenance import git_commit
from viewcache.report.results import Results
from viewcache.tracking.arm_runs import ArmLog, arms_of
from viewcache.tracking.datasets import datasets
from viewcache.tracking.run_store import Store, connect, one_line_if_it_fails
from viewcache.tracking.writer import RunWriter, numbers, samples_of

RESULTS_TAG = "viewcache.results"
"""Of a pipeline run that is whole: the digest of its results."""
NOT_LOGGED = "results are kept but not in MLflow; `make ui` logs them"


def try_to_log(found: Results) -> None:
    """Log results as a new pipeline run, or say in a line why that failed: files have them."""
    with one_line_if_it_fails(NOT_LOGGED):
        _log(connect(), found, _start_of_pipeline())


def run_of_results(store: Store, digest: str) -> str | None:
    """The pipeline's run that results were logged as, if there is one."""
    query = f"tags.`{RESULTS_TAG}` = '{digest}'"
    found = store.client.search_runs([store.experiment], query, max_results=1)
    return found[0].info.run_id if found else None


def log_missing_results(store: Store) -> str | None:
    """Log the results in the working folder, as restored ones, unless the store has them already.

    Returns:
        The id of their run; None where there are no results.
    """
    if not results.EVERYTHING.exists():
        return None
    logged = run_of_results(store, results.digest_of_results())
    return logged or _log(store, results.read(), time.time())


def _log(store: Store, found: Results, start: float) -> str:
    """Log a pipeline run.

    Args:
        start: When it began, in seconds since the epoch.
    """
    writer = RunWriter(store, _flat(found.params), _tags())
    name, arms = _name_of_images(found.params["data"]), arms_of(found)
    images = datasets(name, found.params["data"]["path"])
    stages = dict.fromkeys(arm.training_stage for arm in arms)
    samples = [one for stage in stages for one in samples_of(stage, load_record(stage)["samples"])]
    metrics = [*_figures(found), *samples]
    run = writer.begin(_name(name, found), start, {}, _tells(found), metrics, images[0])
    for path in results.ARTIFACTS:
        folder = None if path.parent == Path() else path.parent.name
        store.client.log_artifact(run, str(path), folder)
    _log_answers(store, run)
    log = ArmLog(writer, run, found, images, start)
    for arm in arms:
        log.log(arm)
    writer.end(run, time.time())
    # Last, so that a run broken off half-way does not pass for a complete one.
    store.client.set_tag(run, RESULTS_TAG, results.digest_of_results())
    return run


def _log_answers(store: Store, run: str) -> None:
    """As far as runs are compared by them: all columns would take thirty times the disk."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / ANSWERS.name
        pq.write_table(compared_columns(ANSWERS.read_bytes()), path, compression="zstd")
        store.client.log_artifact(run, str(path), ANSWERS.parent.name)


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


def _figures(found: Results) -> list[Metric]:
    """The numbers of a pipeline run; seconds are of the recommended arm, where they are known."""
    arm = found.arms[found.figures["recommendation"]["arm"]]
    seconds = {name: arm[name] for name in ("seconds", "further_seconds")}
    values = _flat({name: found.figures[name] or {} for name in ("replay", "prediction")})
    return numbers(results.summary_of(found.figures) | seconds | values)


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
    """Of every run; with those that MLflow finds itself: user, source, commit."""
    own = {
        MLFLOW_GIT_COMMIT: git_commit(),
        "dvc.experiment": os.environ.get("DVC_EXP_NAME", ""),
        "viewcache.images": digest_of_digests(open_prepared(PREPARED).digests),
        "viewcache.feature_digests": digest_of_features(planned_views()),
    }
    return resolve_tags({name: value for name, value in own.items() if value})


def _flat(tree: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """{"a": {"b": 1}} as {"a.b": 1}."""
    flat: dict[str, Any] = {}
    for name, value in tree.items():
        nested = isinstance(value, dict)
        flat |= _flat(value, f"{prefix}{name}.") if nested else {prefix + name: value}
    return flat
