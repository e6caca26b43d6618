"""How a stage or command runs: alone, and what the user can mend ends in one line."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from io import TextIOWrapper
from pathlib import Path

from filelock import FileLock, Timeout

from viewcache.ground.errors import PipelineError
from viewcache.ground.files import write_text
from viewcache.ground.paths import running_stage


def run(work: Callable[[], None]) -> None:
    """Do the work; what the user can mend becomes one line on stderr and exit status 1.

    That is a `PipelineError`, and what the system refuses: a full disk, a missing permission.
    """
    _speak_utf8()
    try:
        stage = running_stage()
        with alone(stage) if stage else nullcontext():
            work()
    except (PipelineError, OSError) as error:
        sys.exit(f"viewcache: {error}")


def _speak_utf8() -> None:
    """Whatever the locale: start again where names of files would be read in another encoding.

    Output that the user wants in another one, or that no encoding has, is escaped.
    """
    if sys.getfilesystemencoding() != "utf-8":
        again = [sys.executable, "-X", "utf8", *sys.orig_argv[1:]]
        os.execve(again[0], again, os.environ | {"PYTHONUTF8": "1"})
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


@contextmanager
def alone(stage: str) -> Iterator[None]:
    """Refuse to run beside the same stage of a `dvc` that was killed and left it running.

    DVC would take what the two wrote for the outs of the newer one.

    Raises:
        PipelineError: it is running.
    """
    path = Path(".dvc/tmp") / f"{stage}.running"
    process = path.with_suffix(".process")
    try:
        with FileLock(path, blocking=False):
            write_text(process, str(os.getpid()))
            yield
    except Timeout as error:
        rule = f"{stage} still runs, of a `dvc` that was killed: let it end, or end it"
        raise PipelineError(rule, f"process {process.read_text()}") from error
