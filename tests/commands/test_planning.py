"""The real plan of a slice, before anything was run, and held to what was then measured."""

import json
import shutil
import sys

import pytest

from tests.repository import Repository, make_repository


def plan_of(repository: Repository) -> dict:
    return json.loads((repository.path / "data/plan.json").read_text())


@pytest.fixture(scope="module")
def planned(tmp_path_factory) -> tuple[Repository, str]:
    """A repository in which nothing but the plan was run, and what that printed."""
    repository = make_repository(tmp_path_factory.mktemp("plan") / "repository")
    return repository, repository.run(sys.executable, "-m", "viewcache", "plan")


def test_every_arm_is_planned_before_anything_is_run(planned):
    repository, printed = planned
    arms = plan_of(repository)["arms"]
    assert list(arms) == ["cached_0", "cached_1", "cached_2", "end_to_end", "end_to_end_compiled"]
    for name, arm in arms.items():
        assert f"| {name} " in printed
        phases = [arm[f"{phase}_seconds"] for phase in ("setup", "augment", "base", "head")]
        assert min(phases) > 0
        assert arm["total_seconds"] == pytest.approx(sum(phases))
    data = repository.path / "data"
    assert {path.name for path in data.iterdir()} == {".gitignore", "bases", "plan.json"}


def test_more_views_cost_more(planned):
    arms = plan_of(planned[0])["arms"]
    one, two = arms["cached_1"], arms["cached_2"]
    assert two["base_passes"] == 2 * one["base_passes"] == arms["end_to_end"]["base_passes"]
    assert two["feature_bytes"] == 2 * one["feature_bytes"]
    assert two["total_seconds"] > one["total_seconds"]


def test_images_and_bytes_are_those_of_the_run(planned, reproduced):
    plan = plan_of(planned[0])
    index = (reproduced.path / "data/prepared/train/index.csv").read_text()
    assert plan["images"]["train"] == len(index.splitlines()) - 1
    file = reproduced.path / "data/features/train/1/features.npy"
    assert plan["arms"]["cached_1"]["feature_bytes"] == file.stat().st_size


def test_the_plan_says_what_breaks_even_and_whether_it_fits(planned):
    lines = planned[1].splitlines()
    for arm in ("end_to_end", "end_to_end_compiled"):
        assert any(line.startswith(f"Against {arm}: ") for line in lines)
    assert "MB are free: it fits." in lines[-1]


def test_evaluate_holds_the_plan_to_what_it_measured(planned, repository):
    shutil.copy(planned[0].path / "data/plan.json", repository.path / "data/plan.json")
    assert "evaluate" in repository.repro("--force", "--single-item", "evaluate")
    metrics = repository.metrics()
    assert list(metrics["prediction"]) == list(metrics["arms"])
    for name, predicted in metrics["prediction"].items():
        measured = metrics["arms"][name]["total_seconds"]
        assert predicted["total_seconds"] == pytest.approx(
            measured * (1 + predicted["seconds_error"])
        )
        assert predicted["bytes_error"] == 0


def test_an_archive_must_be_fetched_before_it_is_planned_for(tmp_path):
    repository = make_repository(tmp_path / "repository")
    archive = {"url": "photographs.zip", "sha256": 64 * "0"}
    repository.set("data", source="archive", manifest=None, classes=None, archive=archive)
    output = repository.run(sys.executable, "-m", "viewcache", "plan", fails=True)
    assert "run `dvc repro fetch`. Received: no data/source" in output
    assert "Traceback" not in output
