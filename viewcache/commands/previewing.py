"""Say early what can be known early: before `dvc repro` computes all rows and trains all heads."""

import subprocess
import sys

from dvc.exceptions import DvcException
from dvc.repo import Repo

BEFORE = ("augment", "compile_base")
"""Stages whose outs rows are computed from; DVC runs those that are before them, too."""


def preview() -> None:
    """Print a first answer, unless the heads of these parameters are trained already.

    Raises:
        SystemExit: a stage failed.
    """
    if not _heads_are_missing():
        return
    done = subprocess.run([sys.executable, "-m", "dvc", "repro", *BEFORE], check=False)
    if done.returncode:
        sys.exit(done.returncode)  # DVC has said what stopped it.
    # Only now is anything imported that takes long.
    from viewcache.commands.first_answer import answer_early

    answer_early()


def _heads_are_missing() -> bool:
    """Also where what they are trained on changed. What DVC cannot read, `dvc repro` will tell."""
    try:
        with Repo() as repo:
            return bool(repo.status(targets=["train_head"]))
    except DvcException:
        return False
