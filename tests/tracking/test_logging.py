"""The results of a real run, logged from its files to a database of their own."""

import contextlib
import json
import math
import shutil
from collections.abc import Iterator
from pathlib import Path

import mlflow
import pandas as pd
import pytest

from tests.tracking.test_run_store import rows
from viewcache.commands.comparing import compare_runs, open_compared
from viewcache.commands.run_files import find_run
from viewcache.report import results
from viewcache.tracking.pages import pages
from viewcache.tracking.run_store import connect
from viewcache.tracking.runs import log_missing_results, try_to_log


@pytest.fixture(scope="module")
def workspace(reproduced) -> Iterator[Path]:
    with contextlib.chdir(reproduced.path):
        yield reproduced.path


@pytest.fixture(scope="module")
def store(workspace, new_database, tmp_path_factory) -> Path:
    """A folder with a database that results were logged to, twice."""
    folder = tmp_path_factory.mktemp("store")
    shutil.copy(new_database, folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DVC_ROOT", str(folder))
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        assert log_missing_results(connect()) == log_missing_results(connect())
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
    [parent] = [run for run in runs if "mlflow.parentRunId" not in run.data.tags]
    return parent


def named(runs, name: str) -> mlflow.entities.Run:
    [run] = [run for run in runs if run.info.run_name == name]
    return run


@pytest.fixture(scope="module")
def arm(runs) -> mlflow.entities.Run:
    """The run of one arm: of six heads, one a seed and rotation."""
    return named(runs, "cached_2")


@pytest.fixture(scope="module")
def child(runs) -> mlflow.entities.Run:
    """The run of one arm and seed: of three heads, one a rotation."""
    return named(runs, "cached_2 seed 1")


def test_the_book_s_way_is_logged_as_one_that_never_shows_the_images(runs, arm):
    assert arm.data.params["train.originals"] == "every_second"
    assert named(runs, "views_only_2").data.params["train.originals"] == "never"


def test_the_database_is_whole_and_artifacts_lie_beside_it(store, parent):
    assert {path.name for path in store.iterdir()} == {"mlflow.db", "mlartifacts"}
    assert parent.info.artifact_uri.startswith(f"file://{store}/mlartifacts/")


def test_every_arm_has_a_run_below_the_pipeline_s_and_every_seed_below_its_arm_s(runs, parent):
    seeds = {f"cached_{budget}": (0, 1) for budget in (0, 1, 2)} | {"views_only_2": (0, 1)}
    # End to end by hand was cut short: it has no head that is worth a run.
    seeds |= {"baseline": (0,), "end_to_end": (), "end_to_end_compiled": (0,)}
    ids = {run.info.run_id: run.info.run_name for run in runs}
    above = {
        run.info.run_name: ids[run.data.tags["mlflow.parentRunId"]]
        for run in runs
        if run is not parent
    }
    arms = dict.fromkeys(seeds, parent.info.run_name)
    below = {f"{arm} seed {seed}": arm for arm in seeds for seed in seeds[arm]}
    assert above == arms | below
    assert {run.info.status for run in runs} == {"FINISHED"}


def test_the_pipeline_s_run_is_named_by_images_base_and_recommendation(workspace, parent):
    recommendation = results.read().figures["recommendation"]
    assert parent.info.run_name == f"elpv: {recommendation['arm']} (efficientnet_lite0)"
    assert parent.data.tags["viewcache.recommended"] == recommendation["arm"]
    note = parent.data.tags["mlflow.note.content"]
    assert note == f"{recommendation['sentence']}\n\n{results.TABLE.read_text()}"


def test_an_arm_has_its_accuracies_with_intervals_and_its_costs(workspace, arm):
    figures = results.read().arms["cached_2"]
    for name in ("accuracy", "accuracy_low", "accuracy_high", "seconds", "feature_bytes"):
        assert arm.data.metrics[name] == figures[name]
    assert {"budget", "seeds", "rotations"}.isdisjoint(arm.data.metrics)


def test_a_seed_has_the_metrics_of_its_heads_over_rotations_and_no_interval(workspace, child):
    trained = pd.read_csv(results.RUNS)
    heads = trained[(trained["arm"] == "cached_2") & (trained["seed"] == 1)]
    assert heads["rotation"].tolist() == [0, 1, 2]
    for name in heads.columns.drop(["arm", "seed", "rotation"]):
        assert child.data.metrics[name] == pytest.approx(sum(heads[name]) / 3)
    assert {"accuracy_low", "rotation", "seed"}.isdisjoint(child.data.metrics)


def test_a_run_has_the_metrics_of_every_epoch_over_rotations(workspace, client, child):
    curves = pd.read_csv(results.CURVES)
    curve = curves[(curves["arm"] == "cached_2") & (curves["seed"] == 1)]
    for name in ("loss", "accuracy", "validation_loss", "validation_accuracy"):
        history = client.get_metric_history(child.info.run_id, f"epoch_{name}")
        by_epoch = {epoch: sum(curve[curve["epoch"] == epoch][name]) / 3 for epoch in (1, 2, 3, 4)}
        assert {metric.step: metric.value for metric in history} == pytest.approx(by_epoch)
    assert {"epoch_arm", "epoch_rotation"}.isdisjoint(child.data.metrics)


def test_an_arm_lasts_as_long_as_a_first_training_and_a_seed_as_one_of_its_own(
    workspace, runs, arm, child
):
    record = json.loads(Path("data/costs/train_head.json").read_text())
    assert arm.info.end_time == child.info.end_time == math.floor(record["measured_at"] * 1000)
    assert seconds_of(arm) == pytest.approx(arm.data.metrics["seconds"], abs=0.01)
    own = [record["parts"][f"cached_2 seed 1 rotation {rotation}"] for rotation in (0, 1, 2)]
    assert seconds_of(child) == pytest.approx(sum(own) / 3, abs=0.01)
    record = json.loads(Path("data/costs/train_end_to_end_compiled.json").read_text())
    fit = record["seconds"]["end_to_end_compiled seed 0 rotation 0 fit"]
    assert seconds_of(named(runs, "end_to_end_compiled seed 0")) == pytest.approx(fit, abs=0.01)


def seconds_of(run: mlflow.entities.Run) -> float:
    return (run.info.end_time - run.info.start_time) / 1000


def test_the_pipeline_s_run_has_what_training_took_of_the_machine(workspace, client, parent):
    for stage in ("train_head", "train_end_to_end_keras", "train_end_to_end_compiled"):
        samples = json.loads(Path(f"data/costs/{stage}.json").read_text())["samples"]
        name = f"system/{stage}/memory_usage_megabytes"
        history = client.get_metric_history(parent.info.run_id, name)
        assert len(history) == len(samples) >= 2
        assert history[0].value == samples[0]["memory_usage_megabytes"] > 50


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
    assert "dvc.experiment" not in runs[0].data.tags


def test_what_is_logged_later_counts_as_restored(child):
    assert child.data.tags["viewcache.training"] == "restored"
    assert child.data.tags["viewcache.features"] == "restored"


def test_the_images_of_every_part_are_a_dataset_of_each_rotation_that_a_run_trained_in(
    workspace, runs, parent, arm
):
    images = len(pd.read_csv("data/prepared/index.csv"))
    for run, rotations in ((parent, 1), (arm, 3), (named(runs, "end_to_end"), 1)):
        inputs = run.inputs.dataset_inputs
        contexts = sorted(tag.value for one in inputs for tag in one.tags)
        assert contexts == sorted(["training", "validation", "test"] * rotations)
        names = {f"elpv, rotation {number}" for number in range(rotations)}
        assert {one.dataset.name for one in inputs} == names
        rows = [json.loads(one.dataset.profile)["num_rows"] for one in inputs]
        assert sum(rows) == rotations * images


def test_the_pipeline_s_run_has_what_was_found(workspace, client, parent):
    found = results.read().figures
    slim = json.loads(results.SUMMARY.read_text())
    replay = {f"replay.{name}": value for name, value in found["replay"].items()}
    own = {name: one for name, one in parent.data.metrics.items() if "system/" not in name}
    recommended = found["arms"][found["recommendation"]["arm"]]
    times = {name: recommended[name] for name in ("seconds", "further_seconds")}
    assert own == slim | times | replay
    assert {"accuracy", "accuracy_augmented"} <= set(slim)
    assert parent.data.tags["viewcache.recommendation"] == found["recommendation"]["sentence"]
    assert parent.data.tags["viewcache.results"] == results.digest_of_results()
    run = parent.info.run_id
    files = [*client.list_artifacts(run), *client.list_artifacts(run, "plots")]
    assert {file.path for file in files if not file.is_dir} == set(map(str, results.ARTIFACTS))


def test_the_pipeline_s_run_is_compared_with_the_workspace(workspace, store, parent, monkeypatch):
    monkeypatch.setenv("DVC_ROOT", str(store))
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    logged, here = (open_compared(find_run(name)) for name in (parent.info.run_id, "workspace"))
    record = compare_runs(here, [logged])
    assert {**record["runs"][1], "run": "workspace"} == record["runs"][0]
    [found] = record["comparisons"]
    assert (found["images"], found["changed"]) == (120, {})
    assert {one["difference"] for one in found["on"].values()} == {0}


def test_in_a_store_of_others_nothing_of_theirs_changes(
    workspace, store, new_database, tmp_path, monkeypatch
):
    shared = tmp_path / "shared.db"
    shutil.copy(store / "mlflow.db", shared)  # another clone's, with its runs
    before = rows(shared)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{shared}")
    monkeypatch.setenv("MLFLOW_EXPERIMENT_NAME", "mine")
    monkeypatch.chdir(workspace)
    run = log_missing_results(connect())
    assert before <= rows(shared)
    found = mlflow.MlflowClient(f"sqlite:///{shared}").get_run(run)
    assert found.data.tags["viewcache.results"] == results.digest_of_results()


@pytest.mark.parametrize(
    "uri", ["postgresql+pg8000://user:secret@localhost/runs", "s3-artifacts"], ids=str
)
def test_what_a_store_lacks_is_told_in_one_line(
    workspace, new_database, tmp_path, monkeypatch, capsys, uri
):
    if uri == "s3-artifacts":
        database = tmp_path / "mlflow.db"
        shutil.copy(new_database, database)
        uri = f"sqlite:///{database}"
        mlflow.MlflowClient(uri).create_experiment("remote", "s3://bucket.invalid/runs")
        monkeypatch.setenv("MLFLOW_EXPERIMENT_NAME", "remote")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    monkeypatch.chdir(workspace)
    try_to_log(results.read())
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("viewcache: ")
    assert "Received: " in line


def test_the_arms_of_a_run_are_shown_side_by_side(workspace, store, client, monkeypatch):
    monkeypatch.setenv("DVC_ROOT", str(store))
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    found = connect()
    run = log_missing_results(found)
    page = pages(found, run)["arms side by side"]
    assert page.endswith(f"runs?workflowType=machine_learning&viewStateShareKey={run}")
    view = json.loads(client.get_experiment("1").tags[f"mlflow.sharedViewState.{run}"])
    arms = client.search_runs(["1"], view["searchFilter"])
    assert {arm.info.run_name for arm in arms} == set(results.read().arms)
    whole = next(arm for arm in arms if arm.info.run_name == "cached_2")
    shown = {f"metrics.`{name}`" for name in whole.data.metrics}
    shown |= {f"params.`{name}`" for name in whole.data.params}
    assert set(view["selectedColumns"]) <= shown
