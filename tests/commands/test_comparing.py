"""Runs held to each other: by their files alone, and as git, DVC and MLflow keep them."""

import contextlib
import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from tests.answers.runs import save_run
from tests.repository import Repository
from viewcache.commands.comparing import (
    changes,
    compare,
    compare_runs,
    open_compared,
    with_defaults,
)
from viewcache.commands.run_files import Run
from viewcache.ground.errors import PipelineError
from viewcache.ground.paths import ANSWERS
from viewcache.judge.between_runs import paired_seeds, verdict
from viewcache.judge.decisions import Difference
from viewcache.judge.sample import Sample
from viewcache.judge.statistics import Interval, difference_interval
from viewcache.report.comparison import comparison
from viewcache.report.results import digest_of_results
from viewcache.tracking.compared_runs import COMPARISONS
from viewcache.tracking.run_store import connect
from viewcache.tracking.runs import RESULTS_TAG


@pytest.fixture
def hold(tmp_path):
    """Make two runs, and hold the one to the other."""

    def held(one, reference, arm=""):
        runs = []
        for name, made in (("reference", reference), ("one", one)):
            (tmp_path / name).mkdir()
            save_run(tmp_path / name, **made)
            runs.append(Run(name, lambda path, name=name: (tmp_path / name / path).read_bytes()))
        first, other = (open_compared(run, arm) for run in runs)
        record = compare_runs(first, [other])
        assert all(len(line) <= 100 for line in comparison(record).splitlines())
        assert json.loads(json.dumps(record, allow_nan=False)) == json.loads(json.dumps(record))
        return record

    return held


def by_numpy(folder, views, arm="cached_1"):
    """Right or wrong: float64, shape (seeds, images), images by their digests."""
    found = pd.read_parquet(folder / ANSWERS).query("part == 'test' and arm == @arm")
    found = found[found["view"].isin(views)]
    right = (found["label"].astype(str) == found["named"].astype(str)).astype(float)
    keys = [found["seed"], found["image"].astype(str)]
    return right.groupby(keys).mean().unstack().to_numpy()


@pytest.mark.parametrize("measure", ["accuracy", "balanced_accuracy"])
def test_a_difference_is_that_of_the_two_tables_with_the_interval_of_one_run_s_arms(
    hold, tmp_path, measure
):
    evaluate = {"measure": measure}
    [found] = hold({"draw": 1, "evaluate": evaluate}, {"draw": 0, "evaluate": evaluate})[
        "comparisons"
    ]
    labels = np.arange(60) % 2
    for on, views in (("clean", [0]), ("robustness", [1_000_000, 1_000_001])):
        one, reference = (by_numpy(tmp_path / name, views) for name in ("one", "reference"))
        expected = difference_interval(one, reference, Sample(labels, measure=measure))
        told = found["on"][on]
        assert told["difference"] == pytest.approx((one - reference).mean())
        assert (told["low"], told["high"]) == pytest.approx((expected.low, expected.high))
    assert (found["images"], found["seeds"]) == (60, [[0, 1, 2], [0, 1, 2]])
    assert found["left_out"] == {"alone": 0, "rotation": 0, "label": 0}


def test_what_cannot_be_paired_is_counted_and_the_rest_is_compared(hold, tmp_path):
    one = {
        "draw": 1,
        "images": range(10, 80),
        "rotation": lambda image: (image + (image % 5 == 0)) % 3,
        "label": lambda image: (image + (image % 10 == 3)) % 2,
    }
    record = hold(one, {"draw": 0})
    [found] = record["comparisons"]
    assert found["left_out"] == {"alone": 30, "rotation": 10, "label": 5}
    kept = [image for image in range(10, 60) if image % 5 and image % 10 != 3]
    assert found["images"] == len(kept)
    right = by_numpy(tmp_path / "one", [0])[:, [image - 10 for image in kept]]
    expected = right.mean() - by_numpy(tmp_path / "reference", [0])[:, kept].mean()
    assert found["on"]["clean"]["difference"] == pytest.approx(expected)
    assert "30 images that one run alone has tested, 10 tested in another" in comparison(record)


def test_nothing_in_common_is_refused(hold):
    with pytest.raises(PipelineError, match="one and reference must have tested an image in one"):
        hold({"draw": 1, "images": range(100, 160)}, {"draw": 0})


def test_equal_images_are_told_apart(hold):
    images = sorted([*range(40), *range(20)])
    [found] = hold({"draw": 1, "images": images}, {"draw": 0, "images": images})["comparisons"]
    assert found["images"] == 60


@pytest.mark.parametrize("grouped", ["one", "reference"])
def test_where_either_run_has_groups_they_are_what_was_sampled(hold, tmp_path, grouped):
    runs = {"one": {"draw": 1}, "reference": {"draw": 0}}
    runs[grouped]["units"] = np.arange(60) // 6
    [found] = hold(**runs)["comparisons"]
    one, reference = (by_numpy(tmp_path / name, [0]) for name in ("one", "reference"))
    sample = Sample(np.arange(60) % 2, np.arange(60) // 6)
    expected = difference_interval(one, reference, sample)
    told = found["on"]["clean"]
    assert (told["low"], told["high"]) == pytest.approx((expected.low, expected.high))


@pytest.mark.parametrize(
    ("arm", "reference", "paired"),
    [
        ([0, 1, 2], [1, 2, 3], ([1, 2], [1, 2])),
        ([0], [0, 1, 2], ([0], [0, 1, 2])),
        ([0, 1, 2], [5], ([0, 1, 2], [5])),
        ([0, 1, 2], [5, 6], ([0, 1], [5, 6])),
    ],
)
def test_seeds_are_paired_that_both_have_or_else_in_their_order(arm, reference, paired):
    assert paired_seeds(arm, reference) == paired


def test_one_seed_of_each_has_no_interval_and_nothing_is_known(hold):
    record = hold({"draw": 1, "seeds": (0,)}, {"draw": 0, "seeds": (0,)})
    told = record["comparisons"][0]["on"]["clean"]
    assert (told["low"], told["verdict"]) == (None, "not known")
    assert "cannot be told from one seed of each" in comparison(record)


@pytest.mark.parametrize("changed", [{"augment": {"zoom": 0.5}}, {"views": (0, 1_000_007)}])
def test_random_views_are_compared_only_where_they_are_the_same(hold, changed):
    record = hold({"draw": 1, **changed}, {"draw": 0})
    assert [*record["comparisons"][0]["on"]] == ["clean"]
    assert "nothing is compared under them" in comparison(record)


def test_seconds_are_told_of_one_machine_alone(hold):
    text = comparison(hold({"draw": 1, "machine": "there"}, {"draw": 0}))
    assert "Seconds that were taken on other machines" in text
    assert text.splitlines()[-3].split() == ["one", "60", "-", "-", "-"]


def test_a_parameter_that_an_older_run_did_not_have_had_its_default():
    stated = yaml.safe_load(Path("params.yaml").read_text())
    older = {**stated, "data": {name: stated["data"][name] for name in ("source", "path")}}
    assert with_defaults(older)["data"]["fit"] == "stretch"
    assert with_defaults(stated) == stated
    assert set(changes(with_defaults(older), stated)) == {"data.classes", "data.image_size"} | {
        "data.manifest"
    }


def test_parameters_that_differ_are_told(hold):
    record = hold({"draw": 1, "train": {"learning_rate": 0.5}}, {"draw": 0})
    assert record["comparisons"][0]["changed"] == {"train.learning_rate": [0.001, 0.5]}
    assert "Other parameters: train.learning_rate 0.5, was 0.001." in comparison(record)
    assert changes({"a": {"b": 1}}, {"a": {"c": 2}, "d": 3}) == {
        "a.c": [2, None],
        "a.b": [None, 1],
        "d": [3, None],
    }


@pytest.mark.parametrize(
    ("low", "high", "word"),
    [
        (0.001, 0.02, "better"),
        (-0.009, 0.02, "as good within the margin"),
        (-0.009, -0.001, "as good within the margin"),
        (-0.02, -0.001, "worse"),
        (-0.03, -0.02, "worse"),
        (-0.02, 0.02, "not known"),
    ],
)
def test_the_verdict_follows_from_the_interval_and_the_margin(low, high, word):
    middle = (low + high) / 2
    assert verdict(Difference(middle, Interval(middle, low, high), 0.01)) == word


def test_an_arm_without_answers_is_refused_with_those_that_have_some(hold):
    with pytest.raises(PipelineError, match=r"reference cannot be compared.*cached_0, cached_1"):
        hold({"draw": 1}, {"draw": 0}, arm="cached_9")


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A repository with a commit, an experiment, and a workspace that differs from both."""
    repository = Repository(tmp_path_factory.mktemp("kept"))
    repository.run("git", "init", "--quiet")
    repository.dvc("init", "--quiet")
    save_run(repository.path, 0)
    repository.dvc("add", "--quiet", ANSWERS.parent.as_posix())
    repository.commit()
    save_run(repository.path, 1, right=3.0)
    repository.dvc("add", "--quiet", ANSWERS.parent.as_posix())
    repository.dvc("exp", "save", "--name", "sharper")
    save_run(repository.path, 2, train={"epochs": 60})
    return repository


@pytest.fixture
def workspace(kept, monkeypatch):
    monkeypatch.chdir(kept.path)
    monkeypatch.delenv("DVC_ROOT", raising=False)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    return kept.path


def told(capsys, *runs, arms=None):
    compare(runs, arms, as_json=True)
    return json.loads(capsys.readouterr().out)


def test_one_run_is_held_to_by_the_workspace(workspace, capsys):
    record = told(capsys, "HEAD")
    assert [run["run"] for run in record["runs"]] == ["HEAD", "workspace"]
    assert record["comparisons"][0]["changed"] == {"train.epochs": ["auto", 60]}
    clean = {run["run"]: run["accuracy"] for run in record["runs"]}
    assert clean["workspace"] == pytest.approx(by_numpy(workspace, [0]).mean())
    difference = record["comparisons"][0]["on"]["clean"]["difference"]
    assert difference == pytest.approx(clean["workspace"] - clean["HEAD"])


def test_an_experiment_is_known_by_its_name_and_several_runs_are_held_to_the_first(
    workspace, capsys
):
    record = told(capsys, "HEAD", "sharper", "workspace")
    assert [one["run"] for one in record["comparisons"]] == ["sharper", "workspace"]
    assert {one["reference"] for one in record["comparisons"]} == {"HEAD"}
    assert record["comparisons"][0]["on"]["clean"]["verdict"] == "better"


def test_arms_may_be_named_of_all_or_of_the_first_and_the_others(workspace, capsys):
    assert told(capsys, "HEAD", arms="cached_0")["comparisons"][0]["arms"] == 2 * ["cached_0"]
    [found] = told(capsys, "workspace", arms="cached_0,cached_1")["comparisons"]
    assert (found["run"], found["reference"]) == ("workspace", "workspace")
    assert found["arms"] == ["cached_1", "cached_0"]


def test_a_comparison_is_added_to_its_run_in_mlflow(workspace, capsys):
    store = connect()
    run = store.client.create_run(store.experiment, tags={RESULTS_TAG: digest_of_results()})
    compare(["HEAD"], None, as_json=False)
    compare(["sharper"], None, as_json=False)
    assert capsys.readouterr().err == ""
    table = store.client.load_table(store.experiment, COMPARISONS, [run.info.run_id])
    assert table["reference"].tolist() == ["HEAD", "HEAD", "sharper", "sharper"]
    assert table["on"].tolist() == 2 * ["clean", "robustness"]


@pytest.mark.parametrize(
    ("run", "words"),
    [
        ("nothing", r"a run must be workspace, .*Received: nothing \(unknown Git revision"),
        (32 * "0", "MLflow must have the run 0+, at sqlite:.*Received: MlflowException"),
    ],
)
def test_a_run_that_is_not_there_is_refused_in_a_line(workspace, run, words):
    with pytest.raises(PipelineError, match=words):
        compare([run], None, as_json=True)


def test_answers_that_dvc_s_cache_lacks_are_refused_with_what_brings_them(kept, tmp_path, capsys):
    copy = kept.copy(tmp_path / "copy")
    shutil.rmtree(copy.path / ".dvc/cache")
    with (
        contextlib.chdir(copy.path),
        pytest.raises(PipelineError, match=r"answers\.parquet of HEAD must be in .*`dvc fetch"),
    ):
        compare(["HEAD"], None, as_json=True)
