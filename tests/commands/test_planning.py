"""The real plan of a slice, before anything was run, and held to what was then measured."""

import json
import re
import shutil
import sys
from pathlib import Path

import pytest
import yaml

from stages import evaluate
from tests.repository import Repository, make_repository
from viewcache.commands.planning import plan, told, told_precisions
from viewcache.costs.prediction import Predicted
from viewcache.ground.errors import PipelineError

CACHED = ("cached_0", "cached_1", "cached_2", "views_only_2")


def number(printed: str) -> float:
    return float(printed.replace(",", ""))


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
    both = ["end_to_end", "end_to_end_compiled", "originals_kept"]
    assert list(arms) == ["baseline", *CACHED, *both]
    for name, arm in arms.items():
        assert f"\n{name} " in printed
        phases = [arm[f"{phase}_seconds"] for phase in ("setup", "views", "head")]
        assert min(phases) >= 0
        assert arm["seconds"] == pytest.approx(sum(phases))
    data = repository.path / "data"
    assert {path.name for path in data.iterdir()} == {
        ".gitignore",
        "bases",
        "prediction.json",
        "seen",
    }


def test_passes_and_bytes_are_those_of_the_run(planned, reproduced):
    measured = reproduced.results()["arms"]
    for name in ("baseline", *CACHED):
        for count in ("base_passes", "feature_bytes"):
            assert predicted(planned[0])["arms"][name][count] == measured[name][count]


def test_it_is_said_what_the_run_takes_and_from_when_on_caching_pays(planned):
    lines = planned[1].splitlines()
    assert re.match(
        r"`make run` will take about \d+ (seconds|minutes) and \d+ MB of disk; ", lines[0]
    )
    assert lines[0].endswith("MB are free: it fits.")
    for arm in ("end_to_end", "end_to_end_compiled"):
        assert any(line.startswith(f"Cheaper than {arm}: ") for line in lines)
    assert max(map(len, lines)) <= 100


def test_it_is_said_how_fast_each_precision_is_here(planned):
    printed = planned[1]
    table = printed[printed.index("base.precision") :].splitlines()
    rows = {row.split()[0]: row.split() for row in table[3:]}
    assert {"float32", "int8"} <= rows.keys()
    assert rows["float32"][2] == "1.00"
    for _, pace, times, *_ in rows.values():
        assert float(times) == pytest.approx(number(pace) / number(rows["float32"][1]), rel=0.05)


def test_a_precision_that_is_slower_than_float32_is_warned_of():
    paces = {"float32": 500.0, "bfloat16": 300.0, "int8": 900.0}
    said = "On this processor bfloat16 is slower than float32 (base.precision)."
    assert said in told_precisions(paces, "bfloat16", rows=1000)
    assert said not in told_precisions(paces, "int8", rows=1000)


def test_without_a_compiled_base_what_was_measured_is_planned_by_all_the_same(
    repository, monkeypatch, capsys
):
    shutil.rmtree(repository.path / "data/base")
    monkeypatch.chdir(repository.path)
    plan(None)
    printed = capsys.readouterr().out
    assert printed.startswith("`make run` will take about ")
    assert "base.precision" not in printed


def test_evaluate_holds_the_plan_to_what_it_measured(planned, repository, monkeypatch):
    shutil.copy(planned[0].path / "data/prediction.json", repository.path / "data")
    monkeypatch.chdir(repository.path)
    evaluate.main()
    found = json.loads((repository.path / "results.json").read_text())
    ends = ["end_to_end", "end_to_end_compiled"]
    assert list(found["prediction"]) == ["baseline", *CACHED, *ends]
    for name, arm in found["prediction"].items():
        seconds = found["arms"][name]["seconds"] * (1 + arm["seconds_error"])
        assert arm["seconds"] == pytest.approx(seconds)
        assert arm["bytes_error"] == 0


@pytest.mark.slow
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
    assert factors["originals_kept"] == pytest.approx(plan["originals_kept"]["seconds"] / seconds)


@pytest.mark.parametrize(
    ("size", "trainings", "said"),
    [
        (10**9, (9.0, 1.0), "Cheaper than end_to_end: cached_0 from training 1 on."),
        (10**9 + 1, (11.0, 1.0), "Cheaper than end_to_end: cached_0 from training 2 on."),
        (10**9, (11.0, 10.0), "Cheaper than end_to_end: none."),
    ],
)
def test_it_is_told_whether_the_disk_suffices_and_when_caching_pays(size, trainings, said):
    names = ("cached_0", "end_to_end", "end_to_end_compiled", "originals_kept")
    arms = {
        name: Predicted(*of, 1234.5, "here", 10**7, 1234.5, 1234.5, 10**7)
        for name, of in zip(names, (trainings, *3 * [(10.0, 10.0)]), strict=True)
    }
    first, *rows = told(7200, size, 10**9, arms).splitlines()
    assert first.startswith("`make run` will take about 2.0 hours and 1,000 MB of disk; ")
    assert first.endswith("it fits." if size <= 10**9 else "it does not fit.")
    assert said in rows
    assert rows[5].split() == ["end_to_end", "10,000,000", *3 * ["1,234.5"], "10.0", "10.0", "10.0"]
    assert max(map(len, rows)) <= 100


def test_an_archive_must_be_fetched_before_it_is_planned_for(tmp_path, monkeypatch):
    params = yaml.safe_load(Path("params.yaml").read_text())
    archive = {"url": "photographs.zip", "sha256": 64 * "0"}
    params["data"] |= {"source": "archive", "manifest": None, "classes": None, "archive": archive}
    monkeypatch.chdir(tmp_path)
    Path("params.yaml").write_text(yaml.safe_dump(params))
    with pytest.raises(PipelineError, match=r"run `dvc repro fetch`\. Received: no data/source$"):
        plan(None)
