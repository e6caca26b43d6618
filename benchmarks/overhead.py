"""What DVC and the stages cost when there is little or nothing to do.

`python -m benchmarks.overhead` prints the first row, in a few minutes.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import yaml

from benchmarks.measure import Row, clock, interleaved, ratio, single
from benchmarks.stages_apart import ROOT, Workspace

SLICE = {"limit": 120, "image_size": 64}
RUNS = 5


def main() -> None:
    row = _nothing_to_do(RUNS)
    low, high = row.spread
    print(f"{row.name}: {row.value:.2f} ({low:.2f} to {high:.2f}), target {row.target}")


def rows(runs: int) -> Iterator[Row]:
    yield _nothing_to_do(runs)
    yield from _one_more_view()


def _nothing_to_do(runs: int) -> Row:
    with tempfile.TemporaryDirectory() as folder:
        pipeline, empty = Path(folder) / "pipeline", Path(folder) / "empty"
        stages = _reproduce_slice(pipeline)
        _make_empty_pipeline(empty, stages)
        ours, theirs = interleaved([lambda: _dvc(pipeline), lambda: _dvc(empty)], runs)
        name = f"no-op dvc repro, in those of an empty pipeline of {stages} stages"
        return ratio(name, ours, theirs, "<= 1.5")


def _dvc(path: Path) -> None:
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    command = [sys.executable, "-m", "dvc", "repro", "--quiet"]
    subprocess.run(command, cwd=path, env=environment, check=True, capture_output=True)


def _reproduce_slice(path: Path) -> int:
    """The default pipeline on a slice of the images; returns its number of stages."""
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(path)], check=True)
    Workspace(path).set("data", **SLICE)
    _dvc(path)
    return len(yaml.safe_load((path / "dvc.lock").read_text())["stages"])


def _make_empty_pipeline(path: Path, stages: int) -> None:
    """A chain of stages that copy a file of one line."""
    path.mkdir()
    for command in (["git", "init", "--quiet"], [sys.executable, "-m", "dvc", "init", "--quiet"]):
        subprocess.run(command, cwd=path, check=True)
    (path / "0").write_text("nothing\n")
    chain = {
        f"stage{number}": {
            "cmd": f"cp {number} {number + 1}",
            "deps": [str(number)],
            "outs": [str(number + 1)],
        }
        for number in range(stages)
    }
    (path / "dvc.yaml").write_text(yaml.safe_dump({"stages": chain}))
    _dvc(path)


def _one_more_view() -> Iterator[Row]:
    """Seconds that one more view adds to a full default run, beyond its base passes."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder))
        for module in ("check_params", "fetch", "prepare", "augment", "compile_base"):
            workspace.python(f"stages.{module}")
        workspace.extract(1)
        workspace.set("extract", views=list(range(12)))
        total = clock(lambda: workspace.python("stages.augment"))
        total += clock(lambda: workspace.extract(11))
        costs = yaml.safe_load((workspace.path / "data/costs/extract_11.json").read_text())
        beyond = total - costs["seconds"]["extract"]
        yield single("one more view: seconds beyond its base passes", beyond, "<= 3")


if __name__ == "__main__":
    main()
