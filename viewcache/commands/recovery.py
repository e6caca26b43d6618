"""Remove what a killed `dvc` left half-written of its own: `make run` does, before `dvc repro`.

DVC does without it: what had been computed is in its cache.
"""

import sys
from pathlib import Path

from dvc.dvcfile import LOCK_FILE, Lockfile
from dvc.exceptions import DvcException
from dvc.repo import Repo

from viewcache.ground.errors import PipelineError


def recover() -> None:
    """Remove `dvc.lock` where DVC cannot read it, and empty records of runs, on which it fails.

    Raises:
        PipelineError: another `dvc` is at work.
    """
    try:
        with Repo() as repo, repo.lock:
            if not _can_be_read(Lockfile(repo, LOCK_FILE)):
                Path(LOCK_FILE).unlink()
                print(f"viewcache: {LOCK_FILE} was half-written, and is removed", file=sys.stderr)
            for run in Path(repo.stage_cache.cache_dir).glob("*/*/"):
                if not any(run.iterdir()):
                    run.rmdir()
    except DvcException as error:
        rule = "`dvc repro` cannot start while another `dvc` is at work"
        raise PipelineError(rule, " ".join(str(error).split())) from error


def _can_be_read(lockfile: Lockfile) -> bool:
    try:
        lockfile.load()
    except DvcException:
        return False
    return True
