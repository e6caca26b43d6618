"""What it costs end-to-end training to keep its features for `extract`, on the default data."""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import Row, Target, middle
from benchmarks.stages_apart import COMPILED, Workspace
from viewcache.costs.ledger import training_seconds
from viewcache.ground.paths import reuse_folder

EPOCHS = 3


def rows(runs: int) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder))
        workspace.set("train", epochs=EPOCHS, budgets=[0, EPOCHS])
        for stage in ("check_params", "fetch", "prepare", "augment", "calibrate", "compile_base"):
            workspace.python(f"stages.{stage}")
        ratios = [_fit(workspace, record=True) / _fit(workspace, record=False) for _ in range(runs)]
    name = "end to end on the compiled base: seconds of epochs with train.record, in those without"
    yield middle(name, ratios, Target(high=1.03))


def _fit(workspace: Workspace, record: bool) -> float:
    """Seconds of all epochs, where no row was kept before."""
    with contextlib.chdir(workspace.path):
        shutil.rmtree(reuse_folder(), ignore_errors=True)
    workspace.set("train", record=record)
    workspace.python("stages.train_end_to_end", "compiled")
    return training_seconds(COMPILED, workspace.record)
