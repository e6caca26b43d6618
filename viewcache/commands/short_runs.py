"""Run the pipeline in short, beside the workspace: few views, three seeds, nothing end to end."""

import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

from viewcache.commands.run_files import Run, find_run
from viewcache.ground.errors import PipelineError

IN_SHORT = {
    "train.epochs": "10",  # so that the twin has five views
    "arms.budgets": "[0,twin]",
    "arms.seeds": "[0,1,2]",
    **dict.fromkeys(("end_to_end.keras", "end_to_end.compiled"), "0"),
    **dict.fromkeys(("end_to_end.seeds", "end_to_end.rotations"), "[0]"),
    "evaluate.test_views": "1",
}
"""As `dvc exp run -S` takes it."""


def run_in_short(name: str, settings: Mapping[str, Any]) -> Run:
    """Run the pipeline as an experiment, in the place of an older one of that name.

    Args:
        settings: By name, what else differs from `params.yaml`.

    Raises:
        PipelineError: a stage failed.
    """
    dvc = [sys.executable, "-m", "dvc", "exp"]
    subprocess.run([*dvc, "remove", "--quiet", name], stderr=subprocess.DEVNULL, check=False)
    values = {**IN_SHORT, **settings}.items()
    wanted = [word for key, value in values for word in ("-S", f"{key}={value}")]
    command = [*dvc, "run", "--temp", "--name", name, *wanted]
    done = subprocess.run(command, env=os.environ | {"ANSWER_FOLLOWS": "1"}, check=False)
    if done.returncode:
        rule = f"the experiment {name} must end well: what stopped it stands above"
        raise PipelineError(rule, f"exit status {done.returncode}")
    return find_run(name)
