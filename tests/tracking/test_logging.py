"""The results of a real run, logged from its files to a database of their own."""

import contextlib
import json
import math
from collections.abc import Iterator
from pathlib import Path

import mlflow
import pandas as pd
import pytest

from tests.tracking.test_runs import ended_process
from viewcache.report import results
from viewcache.tracking.runs import log_missing_results, this_process


@pytest.fixture(scope="module")
def workspace(reproduced) -> Iterator[Path]:
    with contextlib.chdir(reproduced.path):
        yield reproduced.path


@pytest.fixture(scope="module")
def store(workspace, tmp_path_factory) -> Path:
    """A folder with a database that results were logged to, twice."""
    folder = tmp_path_factory.mktemp("store")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DVC_ROOT", str(folder))
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        log_missing_results()
        log_missing_results()
    return folder


@pytest.fixture(scope="module")
def client(store) -> mlflow.MlflowClient:
    return mlflow.MlflowClient(f"sqlite:///{store}/mlflow.db")


@pytest.fixture(scope="module")
def runs(client) -> list[mlflow.entities.Run]:
    experiment = client.get_experiment_by_name("viewcache")
    return list(client.search_runs([experiment.experiment_id]))


@pytest.fixture(scope="module")
def parent(runs) -> mlflow.entities.Run:
    [parent] = [run for run in runs if run.info.run_name == "pipeline"]
    return parent


@pytest.fixture(scope="module")
def child(runs) -> mlflow.entities.Run:
    """The run of one arm and seed: of three heads, one a rotation."""
    [child] = [run for run in runs if run.info.run_name == "cached_2 seed 1"]
    return child


def test_the_database_is_whole_and_artifacts_lie_beside_it(store, parent):
    assert {path.name for path in store.iterdir()} == {"mlflow.db", "mlartifacts"}
    assert parent.info.artifact_uri.startswith(f"file://{store}/mlartifacts/")


def test_every_arm_and_seed_has_a_run_below_the_pipeline_s(workspace, runs, parent):
    cached = [f"cached_{budget} seed {seed}" for budget in (0, 1, 2) for seed in (0, 1)]
    names = [*cached, "end_to_end seed 0", "end_to_end_compiled seed 0"]
    children = [run for run in runs if run is not parent]
    assert sorted(run.info.run_name for run in children) == names
    assert {run.data.tags["mlflow.parentRunId"] for run in children} == {parent.info.run_id}
    assert {run.info.status for run in runs} == {"FINISHED"}


def test_a_run_has_the_metrics_of_its_heads_over_rotations_and_the_costs_of_its_arm(
    workspace, client, child
):
    trained = pd.read_csv(results.RUNS)
    heads = trained[(trained["arm"] == "cached_2") & (trained["seed"] == 1)]
    assert heads["rotation"].tolist() == [0, 1, 2]
    for name in heads.columns.drop(["arm", "seed", "rotation"]):
        assert child.data.metrics[name] == pytest.approx(sum(heads[name]) / 3)
    costs = results.read().arms["cached_2"]
    for name in ("base_passes", "seconds", "further_seconds", "feature_bytes"):
        assert child.data.metrics[name] == costs[name]
        [metric] = client.get_metric_history(child.info.run_id, name)
        assert metric.step == 0
    assert {"rotation", "seed"}.isdisjoint(child.data.metrics)


def test_a_run_has_the_metrics_of_every_epoch_over_rotations(workspace, client, child):
    curves = pd.read_csv(results.CURVES)
    curve = curves[(curves["arm"] == "cached_2") & (curves["seed"] == 1)]
    for name in ("loss", "accuracy", "validation_loss", "validation_accuracy"):
        history = client.get_metric_history(child.info.run_id, f"epoch_{name}")
        by_epoch = {epoch: sum(curve[curve["epoch"] == epoch][name]) / 3 for epoch in (1, 2)}
        assert {metric.step: metric.value for metric in history} == pytest.approx(by_epoch)
    assert {"epoch_arm", "epoch_rotation"}.isdisjoint(child.data.metrics)


def test_a_run_lasts_as_long_as_its_arm_took(workspace, child):
    record = json.loads(Path("data/costs/train_head.json").read_text())
    assert child.info.end_time == math.floor(record["measured_at"] * 1000)
    milliseconds = child.info.end_time - child.info.start_time
    assert milliseconds == pytest.approx(child.data.metrics["seconds"] * 1000, abs=2)


def test_runs_have_all_parameters_and_a_child_its_own(workspace, parent, child):
    params = json.loads(results.PARAMS.read_text())
    assert parent.data.params["train.head.dropout"] == str(params["train"]["head"]["dropout"])
    assert parent.data.params["data.limit"] == "120"
    own = {"arm": "cached_2", "budget": "2", "train.seed": "1"}
    assert child.data.params == {**parent.data.params, **own}


def test_runs_say_what_they_rest_on(workspace, runs):
    commit, images, features = (
        {run.data.tags[name] for run in runs}
        for name in (
            "mlflow.source.git.commit",
            "viewcache.images",
            "viewcache.feature_digests",
        )
    )
    assert [len(found) for found in (commit, images, features)] == [1, 1, 1]
    assert len(commit.pop()) == 40
    assert len(images.pop()) == 64
    assert {run.data.tags["viewcache.process"] for run in runs} == {this_process()}
    assert "dvc.experiment" not in runs[0].data.tags


def test_what_is_logged_later_counts_as_restored(child):
    assert child.data.tags["viewcache.training"] == "restored"
    assert child.data.tags["viewcache.features"] == "restored"


def test_the_images_are_a_dataset(workspace, runs):
    images = len(pd.read_csv("data/prepared/index.csv"))
    for run in runs:
        [dataset] = run.inputs.dataset_inputs
        assert dataset.dataset.name == "elpv"
        assert dataset.dataset.source_type == "code"
        assert json.loads(dataset.dataset.profile) == {"images": images}
        assert run.data.tags["viewcache.images"].startswith(dataset.dataset.digest)
        assert [(tag.key, tag.value) for tag in dataset.tags] == [
            ("mlflow.data.context", "training and test")
        ]


def test_the_pipeline_s_run_has_what_was_found(workspace, client, parent):
    found = results.read().figures
    slim = json.loads(results.METRICS.read_text())
    replay = {f"replay.{name}": value for name, value in found["replay"].items()}
    assert parent.data.metrics == slim | replay
    assert {"accuracy", "accuracy_augmented", "seconds", "further_seconds"} <= set(slim)
    assert parent.data.tags["viewcache.recommendation"] == found["recommendation"]["sentence"]
    assert parent.data.tags["viewcache.results"] == results.digest_of_results()
    names = {file.path for file in client.list_artifacts(parent.info.run_id)}
    assert names == {path.name for path in results.ARTIFACTS}


def test_logging_closes_what_a_killed_process_left(workspace, store, client, runs, monkeypatch):
    monkeypatch.setenv("DVC_ROOT", str(store))
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    tags = {"viewcache.process": ended_process()}
    left = client.create_run(runs[0].info.experiment_id, tags=tags).info.run_id
    log_missing_results()
    assert client.get_run(left).info.status == "KILLED"
