"""The real plan of a slice, before anything was run, and held to what was then measured."""

import json
import re
import shutil
import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml

from tests.repository import Repository, make_repository
from tests.rows import stored_features
from viewcache.commands.planning import amounts_of, plan
from viewcache.costs.model import ORIGINALS_KEPT, Amounts
from viewcache.ground.errors import PipelineError
from viewcache.ground.params.loading import load_params
from viewcache.images.parting import part_images

INDEX = pd.DataFrame({"digest": [str(number) for number in range(1000)]})


def predicted(repository: Repository) -> dict:
    return json.loads((repository.path / "data/prediction.json").read_text())


@pytest.fixture(scope="module")
def planned(tmp_path_factory) -> tuple[Repository, str]:
    """A repository in which nothing but the plan was run, and what that printed.

    What end-to-end takes is planned also where it is not to be run.
    """
    repository = make_repository(tmp_path_factory.mktemp("plan") / "repository")
    repository.set("end_to_end", keras=0, compiled=0)
    return repository, repository.run(sys.executable, "-m", "viewcache", "plan")


def test_every_arm_is_planned_before_anything_is_run(planned):
    repository, printed = planned
    arms = predicted(repository)["arms"]
    both = ["end_to_end", "end_to_end_compiled"]
    assert list(arms) == ["cached_0", "cached_1", "cached_2", *both, ORIGINALS_KEPT]
    for name, arm in arms.items():
        assert f"\n{name} " in printed
        phases = [arm[f"{phase}_seconds"] for phase in ("setup", "augment", "base", "head")]
        assert min(phases) >= 0
        assert arm["seconds"] == pytest.approx(sum(phases))
    data = repository.path / "data"
    assert {path.name for path in data.iterdir()} == {
        ".gitignore",
        "bases",
        "prediction.json",
        "seen",
    }


def test_images_and_bytes_are_those_of_the_run(planned, reproduced):
    prediction = predicted(planned[0])
    parts = pd.read_csv(reproduced.path / "data/parts.csv")
    assert prediction["amounts"] == {
        "images": 120,
        "training": (parts["rotation_0"] == "train").sum(),
        "trained": 120,
        "tested": 120,
    }
    size = sum(stored_features(reproduced.path, view).nbytes for view in (0, 1))
    assert prediction["arms"]["cached_1"]["feature_bytes"] == size


def test_the_plan_says_what_the_run_takes_what_breaks_even_and_whether_it_fits(planned):
    lines = planned[1].splitlines()
    assert re.match(
        r"`make run` will take about \d+ (seconds|minutes) and \d+ MB of disk; ", lines[0]
    )
    for arm in ("end_to_end", "end_to_end_compiled"):
        assert any(line.startswith(f"Against {arm}: ") for line in lines)
    assert "MB are free: it fits." in lines[0]


def test_evaluate_holds_the_plan_to_what_it_measured(planned, repository):
    shutil.copy(planned[0].path / "data/prediction.json", repository.path / "data")
    repository.run(sys.executable, "-m", "stages.evaluate")
    found = json.loads((repository.path / "results.json").read_text())
    ends = ["end_to_end", "end_to_end_compiled"]
    assert list(found["prediction"]) == ["cached_0", "cached_1", "cached_2", *ends]
    for name, arm in found["prediction"].items():
        seconds = found["arms"][name]["seconds"] * (1 + arm["seconds_error"])
        assert arm["seconds"] == pytest.approx(seconds)
        assert arm["bytes_error"] == 0


def test_without_end_to_end_its_seconds_are_those_of_the_plan(planned, repository):
    shutil.copy(planned[0].path / "data/prediction.json", repository.path / "data")
    repository.set("end_to_end", keras=0, compiled=0)
    ends = ["train_end_to_end@keras", "train_end_to_end@compiled"]
    assert sorted(repository.repro()) == sorted([*ends, "replay", "answer", "evaluate"])
    results = repository.results()
    ways = ["keras", "compiled", "originals_kept"]
    assert results["answers"]["faster"]["predicted"] == ways
    factors = results["answers"]["faster"]["arms"]["cached_1"]["first"]
    seconds = results["arms"]["cached_1"]["seconds"]
    plan = predicted(planned[0])["arms"]
    assert factors["against_keras"] == pytest.approx(plan["end_to_end"]["seconds"] / seconds)
    assert factors["originals_kept"] == pytest.approx(plan[ORIGINALS_KEPT]["seconds"] / seconds)


@pytest.mark.parametrize("folds", [3, 5])
def test_with_folds_every_image_is_trained_on_and_tested(folds):
    parts = part_images(INDEX, 0, folds, 0.15, 0.25)
    training = (parts["rotation_0"] == "train").sum()
    assert abs(training - 1000 * (folds - 2) / folds) < 50
    assert amounts_of(parts.drop(columns="unit")) == Amounts(1000, training, 1000, 1000)


def test_with_a_holdout_an_image_plays_one_part():
    parts = part_images(INDEX, 0, None, 0.15, 0.25).drop(columns="unit")
    training = (parts["rotation_0"] == "train").sum()
    assert abs(training - 600) < 50
    # Views of validation images are extracted too.
    assert amounts_of(parts) == Amounts(1000, training, training, 1000 - training)


def test_an_archive_must_be_fetched_before_it_is_planned_for(tmp_path, monkeypatch):
    params = yaml.safe_load(Path("params.yaml").read_text())
    archive = {"url": "photographs.zip", "sha256": 64 * "0"}
    params["data"] |= {"source": "archive", "manifest": None, "classes": None, "archive": archive}
    monkeypatch.chdir(tmp_path)
    Path("params.yaml").write_text(yaml.safe_dump(params))
    with pytest.raises(PipelineError, match=r"run `dvc repro fetch`\. Received: no data/source$"):
        plan(load_params())
