"""Remove what a killed `dvc` left half-written of its own, on which the next one would fail."""

import sys
from pathlib import Path

from dvc.dvcfile import LOCK_FILE, Lockfile
from dvc.exceptions import DvcException
from dvc.lock import LockError
from dvc.repo import Repo
from dvc.scm import SCMError

from viewcache.ground.errors import PipelineError

WITHOUT_GIT = "dvc config --local core.no_scm true"


def recover() -> None:
    """Remove `dvc.lock` where DVC cannot read it, and empty records of runs.

    What had been computed is in DVC's cache.

    Raises:
        PipelineError: another `dvc` is at work, or DVC cannot open the repository.
    """
    try:
        with Repo() as repo, repo.lock:
            _remove_unreadable(Lockfile(repo, LOCK_FILE))
            for run in Path(repo.stage_cache.cache_dir).glob("*/*/"):
                if not any(run.iterdir()):
                    run.rmdir()
    except LockError as error:
        raise PipelineError("no other `dvc` may be at work here", "DVC's lock is taken") from error
    except SCMError as error:
        rule = f"DVC must find git's repository, or be told that there is none: `{WITHOUT_GIT}`"
        raise PipelineError(rule, error) from error
    except DvcException as error:
        raise PipelineError("DVC must open this repository", error) from error


def _remove_unreadable(lockfile: Lockfile) -> None:
    try:
        lockfile.load()
    except DvcException:
        Path(LOCK_FILE).unlink()
        print(f"viewcache: {LOCK_FILE} was half-written, and is removed", file=sys.stderr)
