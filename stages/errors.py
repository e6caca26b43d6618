"""Errors that the user can mend: printed as one line, without a traceback."""

import fcntl
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO


class PipelineError(Exception):
    """Something in the user's images, files or parameters stops the pipeline.

    The message names the thing and ends with what was received.
    """


def run(stage: Callable[[], None]) -> None:
    """Run a stage; what the user can mend becomes one line on stderr and exit status 1.

    That is a `PipelineError`, and what the system refuses: a full disk, a missing permission.
    """
    try:
        with _alone():
            stage()
    except (PipelineError, OSError) as error:
        sys.exit(f"viewcache: {error}")


@contextmanager
def _alone() -> Iterator[None]:
    """Refuse to run beside the same stage of a `dvc` that was killed and left it running.

    DVC would take what the two wrote for the outs of the newer one.
    """
    stage = os.environ.get("DVC_STAGE")
    if not stage:
        yield
        return
    path = Path(".dvc/tmp") / f"{stage}.running"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as file:
        _lock(file, stage)
        yield


def _lock(file: TextIO, stage: str) -> None:
    """Lock a file until it is closed, and say in it whose it is."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.seek(0)
        rule = f"{stage} still runs, of a `dvc` that was killed: let it end, or end it"
        raise PipelineError(f"{rule}. Received: process {file.read()}") from error
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
