"""The real pipeline, run by the real DVC, logged to a real MLflow database."""

import contextlib
import json
import os
import signal
import sys
import urllib.request
from pathlib import Path

import numpy as np
import pytest

from stages import answer, evaluate, train_end_to_end
from tests.repository import Repository, stages_in
from tests.rows import stored_features
from tests.servers import answers, free_port, wait_until
from viewcache.features.store import open_views
from viewcache.ground.paths import MODEL, PREPARED, RECOMMENDATION
from viewcache.ground.view_ids import ids_of_test_views
from viewcache.images.prepared import open_prepared
from viewcache.serving.classifier import open_classifier

CACHED = ["cached_0", "cached_1", "cached_2"]
ON_CACHE = ["baseline", *CACHED, "views_only_2"]
ARMS = [*ON_CACHE, "end_to_end", "end_to_end_compiled"]
LOG_MISSING = """\
from viewcache.tracking.run_store import connect
from viewcache.tracking.runs import log_missing_results
log_missing_results(connect())"""
SEEDS = (
    10  # of logged heads: four arms have two, the baseline one, end to end on either runtime one
)
TRAININGS = ["train_head", "train_end_to_end@keras", "train_end_to_end@compiled"]
ENDING = ["answer", "evaluate", "export"]


def test_every_arm_is_tested_and_costed(reproduced):
    arms = reproduced.results()["arms"]
    assert list(arms) == ARMS
    for name, arm in arms.items():
        if name != "end_to_end":  # which is cut short after two epochs
            assert 0.4 < arm["accuracy"] <= 1
            assert 0.4 < arm["accuracy_augmented"] <= 1
        phases = [arm[f"{phase}_seconds"] for phase in ("setup", "augment", "base", "head")]
        # A head alone takes longer than its steps within end-to-end, whose base gets what is left.
        assert min(phases) >= 0
        assert arm["seconds"] == pytest.approx(sum(phases))
        assert 1e8 < arm["peak_rss_bytes"] < 3e9
    none, two = arms["cached_0"], arms["cached_2"]
    assert two["base_passes"] == 3 * none["base_passes"]
    assert arms["end_to_end"]["base_passes"] == 4 * none["base_passes"]
    assert two["feature_bytes"] == 3 * none["feature_bytes"] > 0
    assert arms["views_only_2"]["feature_bytes"] == 2 * none["feature_bytes"]
    assert arms["end_to_end"]["feature_bytes"] == 0


def test_only_arms_of_several_seeds_have_intervals_and_each_holds_its_own_accuracy(reproduced):
    trained = dict.fromkeys(ARMS, (2, 3)) | {"baseline": (1, 3)}
    trained |= dict.fromkeys(["end_to_end", "end_to_end_compiled"], (1, 1))
    for name, arm in reproduced.results()["arms"].items():
        assert (arm["seeds"], arm["rotations"]) == trained[name]
        for figure in ("accuracy", "accuracy_augmented"):
            assert (f"{figure}_low" in arm) == (arm["seeds"] > 1)
            if arm["seeds"] > 1:
                assert arm[f"{figure}_low"] <= arm[figure] <= arm[f"{figure}_high"]


def test_no_factor_mixes_caching_and_the_runtime(reproduced):
    results = reproduced.results()
    arms, faster = results["arms"], results["answers"]["faster"]
    first = faster["arms"]["cached_1"]["first"]
    seconds = arms["cached_1"]["seconds"]
    assert first["on_the_same_runtime"] == arms["end_to_end_compiled"]["seconds"] / seconds
    assert first["against_keras"] == arms["end_to_end"]["seconds"] / seconds
    assert first["originals_kept"] <= first["on_the_same_runtime"]
    for factors in faster["arms"]["cached_2"].values():
        product = factors["on_the_same_runtime"] * factors["by_the_runtime"]
        assert factors["against_keras"] == pytest.approx(product)
    assert faster["predicted"] == []


def test_seconds_of_a_training_that_was_cut_short_are_its_pace_times_all_epochs(reproduced):
    arm = reproduced.results()["arms"]["end_to_end"]
    assert (arm["measured_epochs"], arm["epochs"]) == (2, 4)
    record = reproduced.path / "data/costs/train_end_to_end_keras.json"
    fit = json.loads(record.read_text())["seconds"]["end_to_end seed 0 rotation 0 fit"]
    assert arm["seconds"] - arm["setup_seconds"] == pytest.approx(2 * fit)
    for file in ("plots/table.md", "plots/answer.txt", "report.html"):
        text = (reproduced.path / file).read_text()
        assert f"{arm['seconds']:.1f}*" in text or f"{arm['seconds']:,.0f}*" in text
        assert "* Cut short: the pace of 2 epochs, times all 4, and no accuracy." in text


def test_of_the_seconds_of_a_stage_a_tenth_at_most_is_in_no_phase(reproduced):
    records = sorted((reproduced.path / "data/costs").glob("*.json"))
    assert {"fetch", "prepare", "calibrate", "replay", "export"} <= {one.stem for one in records}
    for record in records:
        seconds = json.loads(record.read_text())["seconds"]
        assert 0 <= seconds["other"] <= sum(seconds.values()) / 10, record.stem


def test_metrics_are_few_and_all_are_numbers(reproduced):
    metrics = reproduced.metrics()
    assert 5 <= len(metrics) <= 10
    assert all(isinstance(value, int | float) for value in metrics.values())


def test_as_many_cached_views_as_end_to_end_renders_train_its_head_epoch_by_epoch(reproduced):
    same = reproduced.results()["equivalence"]["same_runtime"]
    assert (same["twin"], same["end_to_end"]) == ("cached_2", "end_to_end_compiled")
    assert same["trainings"] == [{"seed": 0, "rotation": 0}]
    assert same["weight_differences"] == dict.fromkeys("1234", 0)
    assert same["max_abs_weight_difference"] == same["changed_test_predictions"] == 0
    assert same["max_abs_feature_difference"] == 0
    assert same["is_exact"]


def test_end_to_end_on_keras_own_base_gives_the_same_answers(reproduced):
    same = reproduced.results()["equivalence"]["keras"]
    assert list(same["weight_differences"]) == ["1", "2"]
    assert same["max_abs_feature_difference"] < 1e-4
    assert same["changed_test_predictions"] == 0


def test_fewer_views_train_another_head(reproduced):
    fewer, as_many = (
        np.load(reproduced.path / f"models/cached/{budget}/0/0.npz")["arr_0"] for budget in (1, 2)
    )
    assert np.abs(fewer - as_many).max() > 1e-3


@pytest.mark.slow
def test_views_of_more_detail_are_the_same_in_both_ways_in_replay_and_in_the_exported_model(
    repository,
):
    repository.set("data", detail=2)
    assert {"prepare", "extract", "replay", "export"} <= set(repository.repro())
    results = repository.results()
    assert results["equivalence"]["same_runtime"]["max_abs_weight_difference"] == 0
    assert results["equivalence"]["keras"]["max_abs_feature_difference"] < 1e-4
    assert results["replay"]["max_relative_difference"] < 1e-4
    with contextlib.chdir(repository.path):
        images, model = open_prepared(PREPARED), open_classifier(MODEL)
        files = [Path("data/source", path).read_bytes() for path in images.paths]
        found = model.classify_by_views([*map(model.decode, files)], images.digests, 1)
        views = [stored_features(repository.path, view) for view in (0, *ids_of_test_views(1))]
        expected = np.mean([*map(model.head.probabilities, views)], axis=0)
    assert np.abs(found - expected).max() <= 1e-5


@pytest.mark.slow
def test_in_int8_both_ways_train_the_same_head_and_it_is_said_that_none_is_certified(repository):
    repository.set("base", precision="int8")
    assert {"compile_base", "replay"} <= set(repository.repro("evaluate"))
    results = repository.results()
    assert results["equivalence"]["same_runtime"]["max_abs_weight_difference"] == 0
    assert results["equivalence"]["keras"]["max_abs_feature_difference"] > 0.1
    assert results["replay"]["max_relative_difference"] < 1e-4
    said = "The base runs in int8: whether heads on it are as good as on float32 is not certified."
    assert results["recommendation"]["sentence"].endswith(said)
    page = (repository.path / "report.html").read_text()
    assert said in page
    assert "by the base itself" in page


def test_all_cached_views_are_there_and_differ(reproduced):
    with contextlib.chdir(reproduced.path):
        images = open_prepared(PREPARED).digests
        views = open_views((0, 1, 2), images)
        rows = [views[view].of(np.arange(len(images))) for view in (0, 1, 2)]
    for one, other in ((0, 1), (0, 2), (1, 2)):
        assert (np.abs(rows[one] - rows[other]).max(axis=1) > 1e-3).all()


def test_pictures_and_table_are_written(reproduced):
    plots = reproduced.path / "plots"
    assert all(arm in (plots / "table.md").read_text() for arm in ARMS)
    answer = " ".join((plots / "answer.txt").read_text().split())
    assert answer.startswith(reproduced.results()["recommendation"]["sentence"])
    for name in ("views", "images", "image_sizes", "near_duplicates"):
        assert (plots / f"{name}.png").read_bytes().startswith(b"\x89PNG")


def test_the_page_tells_of_this_run(reproduced):
    page = (reproduced.path / "report.html").read_text()
    commit = reproduced.parents()[0].data.tags["mlflow.source.git.commit"]
    digest = reproduced.parents()[0].data.tags["viewcache.images"]
    headings = "What to do with these 120 images", "Images on which the number of views matters"
    ways = "logistic regression", "no augmentation", "image and 1 view", "image and 2 views"
    ways = *ways, "2 views only", "end to end, Keras", "end to end, compiled"
    assert all(words in page for words in (*ways, commit, digest, *headings))


def test_mlflow_has_a_run_an_arm_below_the_pipeline_run_and_one_a_seed_below_the_arm(reproduced):
    [parent] = reproduced.parents()
    children = reproduced.children(parent)
    assert sorted(run.info.run_name for run in children) == sorted(ARMS)
    assert sum(len(reproduced.children(run)) for run in children) == SEEDS
    child = next(run for run in children if run.info.run_name == "cached_2")
    assert child.data.params["train.learning_rate"] == "0.001"
    assert child.data.params["budget"] == "2"
    assert 0.4 < child.data.metrics["accuracy"] <= 1
    duration = (child.info.end_time - child.info.start_time) / 1000
    assert duration == pytest.approx(child.data.metrics["seconds"], abs=0.01)
    assert child.data.tags["viewcache.training"] == child.data.tags["viewcache.features"] == "run"
    assert len(child.data.tags["mlflow.source.git.commit"]) == 40
    assert child.inputs.dataset_inputs[0].dataset.name == "elpv, rotation 0"


def test_mlflow_has_the_metrics_of_every_epoch_and_the_pictures(reproduced):
    import mlflow

    client = mlflow.MlflowClient(f"sqlite:///{reproduced.path}/mlflow.db")
    [parent] = reproduced.parents()
    [arm] = [run for run in reproduced.children(parent) if run.info.run_name == "cached_2"]
    child = reproduced.children(arm)[0]
    history = client.get_metric_history(child.info.run_id, "epoch_validation_accuracy")
    assert sorted(metric.step for metric in history) == [1, 2, 3, 4]
    artifacts = {file.path for file in client.list_artifacts(parent.info.run_id)}
    assert {"report.html", "metrics.json", "plots"} <= artifacts


@pytest.mark.slow
def test_more_epochs_and_other_folds_compute_the_new_view_alone_and_train_every_head(repository):
    repository.set("train", epochs=6)
    repository.set("data", split_seed=1, folds=4)
    before = repository.outs()
    output = repository.dvc("repro")
    wanted = ["prepare", "augment", "calibrate", "extract", *TRAININGS, "replay", *ENDING]
    assert sorted(stages_in(output)) == sorted(wanted)
    assert "600 rows of 5 views: 120 computed\n" in output
    assert repository.outs()["models/cached"] != before["models/cached"]
    results = repository.results()
    assert list(results["arms"]) == [arm.replace("2", "3") for arm in ARMS]
    assert results["arms"]["cached_0"]["rotations"] == 4
    # Seeds put other views in other orders, and both ways follow: their heads are the same.
    assert results["equivalence"]["same_runtime"]["max_abs_weight_difference"] == 0
    assert len(repository.parents()) == 2


def test_what_a_change_runs_again(repository):
    params = repository.path / "params.yaml"
    unchanged = params.read_bytes()
    for section, values, ran in (
        ("train", {"learning_rate": 0.01}, [*TRAININGS, *ENDING]),
        ("end_to_end", {"keras": 4}, [TRAININGS[1], "answer", "evaluate"]),
        ("end_to_end", {"compiled": 0}, [TRAININGS[2], "answer", "evaluate"]),
    ):
        repository.set(section, **values)
        assert sorted(repository.repro("--dry")) == sorted(ran)
        params.write_bytes(unchanged)


def test_an_experiment_that_judges_otherwise_is_logged_as_one_that_computed_nothing(repository):
    ran = repository.dvc("exp", "run", "--name", "other", "-S", "evaluate.margin=0.02")
    assert "evaluate" in stages_in(ran)
    assert {*stages_in(ran)} <= {"evaluate", "export"}
    newest = repository.parents()[0]
    assert newest.data.tags["dvc.experiment"] == "other"
    children = repository.children(newest)
    assert len(children) == len(ARMS)
    assert {child.data.tags["viewcache.training"] for child in children} == {"restored"}


@pytest.mark.slow
def test_another_learning_rate_makes_no_base_pass_and_the_old_one_is_restored(repository):
    before = repository.results()
    ran = stages_in(
        repository.dvc("exp", "run", "--name", "fast", "-S", "train.learning_rate=0.01")
    )
    assert sorted(ran) == sorted([*TRAININGS, *ENDING])
    assert "fast" in repository.dvc("exp", "show", "--csv")
    assert "accuracy_augmented" in repository.dvc("metrics", "diff", "--all")
    assert repository.parents()[0].data.tags["dvc.experiment"] == "fast"

    ran = stages_in(repository.dvc("exp", "run", "-S", "train.learning_rate=0.001"))
    assert ran == ["evaluate"]
    assert repository.results() == before
    newest = repository.parents()[0]
    tags = [child.data.tags["viewcache.training"] for child in repository.children(newest)]
    assert tags == ["restored"] * len(ARMS)


def test_without_end_to_end_the_cached_arms_are_compared_with_each_other(repository, monkeypatch):
    monkeypatch.chdir(repository.path)
    repository.set("end_to_end", keras=0, compiled=0)
    recommended = RECOMMENDATION.read_bytes()
    for kind in ("keras", "compiled"):
        monkeypatch.setattr(sys, "argv", ["train_end_to_end", kind])
        train_end_to_end.main()
    answer.main()
    evaluate.main()
    assert RECOMMENDATION.read_bytes() == recommended
    results = repository.results()
    assert list(results["arms"]) == ON_CACHE
    assert results["equivalence"] == {"same_runtime": None, "keras": None}
    assert results["answers"]["faster"]["predicted"] == []
    factors = results["answers"]["faster"]["arms"]["cached_1"]["first"]
    assert set(factors.values()) == {None}
    arms_of_runs = {len(repository.children(run)) for run in repository.parents()}
    assert arms_of_runs == {len(ARMS), len(ON_CACHE)}
    assert "end_to_end" not in (repository.path / "plots/table.md").read_text()


def test_plots_show_renders_the_comparison(repository):
    repository.dvc("plots", "show", "--out", "page")
    page = (repository.path / "page/index.html").read_text()
    assert all(arm in page for arm in ARMS if arm != "end_to_end")  # which has no accuracy
    assert "validation_accuracy" in page
    assert "random views of the test images" in page


@pytest.mark.slow
def test_an_experiment_in_a_copy_logs_to_the_same_database(repository):
    repository.dvc("exp", "run", "--queue", "--name", "other", "-S", "evaluate.margin=0.02")
    repository.dvc("queue", "start")
    wait_until(lambda: len(repository.parents()) == 2)
    wait_until(lambda: "Success" in repository.dvc("queue", "status"))
    repository.dvc("queue", "stop", "--kill")
    newest = repository.parents()[0]
    assert len(repository.children(newest)) == len(ARMS)
    assert newest.data.tags["dvc.experiment"] == "other"
    assert "other" in repository.dvc("exp", "show", "--csv")


@pytest.mark.slow
def test_what_was_pushed_is_pulled_and_logged_once_elsewhere(repository, tmp_path):
    repository.dvc("remote", "add", "--default", "folder", str(tmp_path / "remote"))
    repository.commit()
    repository.dvc("push")
    repository.run("git", "clone", "--quiet", ".", str(tmp_path / "clone"))
    clone = Repository(tmp_path / "clone")
    clone.dvc("pull")
    assert "up to date" in clone.dvc("repro")
    names = names_in_ui(clone)
    assert sorted(names) == sorted(run.info.run_name for run in repository.runs())
    clone.run(sys.executable, "-c", LOG_MISSING)
    assert len(clone.runs()) == len(names)
    [parent] = clone.parents()
    tags = {child.data.tags["viewcache.training"] for child in clone.children(parent)}
    assert tags == {"restored"}


def test_a_bad_parameter_stops_the_pipeline_before_any_work(repository):
    repository.set("data", image_size="large")
    repository.set("train", learning_rate="fast")
    output = repository.dvc("repro", fails=True)
    assert stages_in(output) == ["prepare"]
    [line] = [line for line in output.splitlines() if line.startswith("viewcache: ")]
    assert "data.image_size" in line
    assert "train.learning_rate" in line
    assert "Received: " in line
    assert "Traceback" not in output


@pytest.mark.slow
def test_two_runs_at_once_end_in_a_message_of_dvcs_lock_and_lose_nothing(repository):
    repository.set("train", learning_rate=0.003)
    first = repository.start(sys.executable, "-m", "dvc", "repro", "train_head")
    lock = repository.path / ".dvc/tmp/rwlock"
    wait_until(lambda: lock.exists() and "models/cached" in lock.read_text(), step=0.01)
    os.killpg(first.pid, signal.SIGSTOP)
    output = repository.dvc("repro", fails=True)
    os.killpg(first.pid, signal.SIGCONT)
    assert "lock" in output
    assert first.wait(300) == 0
    assert "up to date" in repository.dvc("repro", "train_head")


def names_in_ui(repository: Repository) -> list[str]:
    """Names of the runs that the real MLflow server shows after `viewcache ui`."""
    port = str(free_port())
    server = repository.start(sys.executable, "-m", "viewcache", "ui", "--port", port)
    try:
        wait_until(lambda: answers(port))
        url = f"http://127.0.0.1:{port}/api/2.0/mlflow/runs/search"
        body = json.dumps({"experiment_ids": ["1"], "max_results": 1000}).encode()
        request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request) as response:
            return [run["info"]["run_name"] for run in json.load(response)["runs"]]
    finally:
        server.terminate()
        server.wait(300)
