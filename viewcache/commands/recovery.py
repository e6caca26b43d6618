"""Remove what a killed `dvc` left half-written of its own: `make run` does, before `dvc repro`.

DVC writes these files in place. It does without them: what had been computed is in its cache.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import yaml
from dvc.exceptions import DvcException
from dvc.repo import Repo
from dvc.schema import COMPILED_LOCKFILE_SCHEMA
from voluptuous import Invalid

from viewcache.ground.errors import PipelineError


def recover() -> None:
    """Remove what is half-written, if no other `dvc` is at work.

    Raises:
        PipelineError: another `dvc` is.
    """
    try:
        with Repo() as repo, repo.lock:
            _remove_damaged(Path("dvc.lock"), _check_lockfile)
            _remove_damaged(Path(".dvc/tmp/rwlock"), json.loads)
            _remove_empty_runs(Path(repo.stage_cache.cache_dir))
    except DvcException as error:
        rule = "`dvc repro` cannot start while another `dvc` is at work"
        raise PipelineError(rule, " ".join(str(error).split())) from error


def _remove_damaged(path: Path, check: Callable[[str], object]) -> None:
    try:
        check(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return
    except (ValueError, yaml.YAMLError, Invalid):
        path.unlink()
        print(f"viewcache: {path} was half-written, and is removed", file=sys.stderr)


def _remove_empty_runs(folder: Path) -> None:
    """DVC makes the folder of a stage's run before the file in it, and fails on an empty one."""
    for run in folder.glob("*/*"):
        if run.is_dir() and not any(run.iterdir()):
            run.rmdir()
            print(
                f"viewcache: the record of a run, {run.name}, was empty, and is removed",
                file=sys.stderr,
            )


def _check_lockfile(text: str) -> None:
    COMPILED_LOCKFILE_SCHEMA(yaml.safe_load(text))
    # A digest that is cut off passes for a number.
    if not text.endswith("\n"):
        raise ValueError(text)
