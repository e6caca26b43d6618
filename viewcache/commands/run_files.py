"""The files of a run: of the workspace, of a revision as DVC has it, or of MLflow."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from viewcache.ground.errors import PipelineError

WORKSPACE = "workspace"
_MLFLOW_ID = re.compile("[0-9a-f]{32}")


@dataclass(frozen=True)
class Run:
    """A run of the pipeline, wherever it is kept.

    Attributes:
        name: As the user names it.
        read: What a file holds, by its path in the workspace. It raises a `PipelineError` where
            the run does not have the file.
        mlflow_id: None where it is named otherwise.
    """

    name: str
    read: Callable[[Path], bytes]
    mlflow_id: str | None = None


def find_run(name: str) -> Run:
    """The run of a name: `workspace`, the id of an MLflow run, or what git and DVC resolve.

    Raises:
        PipelineError: there is no such run.
    """
    if name == WORKSPACE:
        return Run(name, _read_workspace)
    if _MLFLOW_ID.fullmatch(name):
        from viewcache.tracking.compared_runs import artifact_reader

        return Run(name, artifact_reader(name), name)
    return Run(name, _revision_reader(name))


def _read_workspace(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        rule = f"the workspace must have {path}: `dvc repro` or `dvc checkout` makes it"
        raise PipelineError(rule, "no file") from error


def _revision_reader(revision: str) -> Callable[[Path], bytes]:
    """Read what git has of a revision, and what DVC's cache or remote has of its outs."""
    from dvc.api import DVCFileSystem
    from dvc.exceptions import DvcException

    try:
        files = DVCFileSystem(rev=revision)
        _ = files.repo  # which resolves the revision
    except DvcException as error:
        rule = "a run must be workspace, a revision, an experiment, or the id of an MLflow run"
        raise PipelineError(rule, f"{revision} ({error})") from error

    def read(path: Path) -> bytes:
        try:
            with files.open(path.as_posix()) as file:
                return file.read()
        except Exception as error:  # DVC lets through whatever a cache or a remote provokes
            rule = (
                f"{path} of {revision} must be in DVC's cache: `dvc fetch --all-commits`, or "
                "`dvc exp pull` of an experiment, brings it from a remote"
            )
            raise PipelineError(rule, " ".join(str(error).split())) from error

    return read
