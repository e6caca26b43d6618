"""What DVC and the stages cost when there is little or nothing to do."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import yaml

from benchmarks.measure import Row, Target, clock, interleaved, ratio, single
from benchmarks.stages_apart import Workspace, cloned, reproduce

SLICE = {"limit": 120, "image_size": 64}
EPOCHS = 42
"""That read one random view more than the default's."""


def rows(runs: int) -> Iterator[Row]:
    yield _nothing_to_do(runs)
    yield from _one_more_view()


def _nothing_to_do(runs: int) -> Row:
    with tempfile.TemporaryDirectory() as folder:
        pipeline, empty = Path(folder) / "pipeline", Path(folder) / "empty"
        cloned(pipeline).set("data", **SLICE)
        reproduce(pipeline)
        _make_empty_pipeline(empty, _count_stages(pipeline))
        ours, theirs = interleaved([lambda: reproduce(pipeline), lambda: reproduce(empty)], runs)
        name = "no-op dvc repro, in those of an empty pipeline of as many stages"
        return ratio(name, ours, theirs, Target(high=1.3))


def _count_stages(path: Path) -> int:
    """Of a pipeline that was reproduced, with every item of a `foreach`."""
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
    reproduce(path)


def _one_more_view() -> Iterator[Row]:
    """Seconds that one more view adds to a full default run, beyond its base passes."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder))
        for module in ("fetch", "prepare", "augment", "calibrate", "compile_base"):
            workspace.python(f"stages.{module}")
        workspace.extract()
        workspace.set("train", epochs=EPOCHS)
        total = clock(lambda: workspace.python("stages.augment")) + clock(workspace.extract)
        beyond = total - workspace.record("extract")["seconds"]["extract"]
        yield single("one more view: seconds beyond its base passes", beyond, Target(high=3))
