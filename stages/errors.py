"""Errors that the user can mend: printed as one line, without a traceback."""

import fcntl
import os
import reprlib
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path

LONGEST_RULE, LONGEST_RECEIVED = 2500, 1000  # characters of a message, together about a screen


class PipelineError(Exception):
    """Something in the user's images, files or parameters stops the pipeline.

    The message names the thing and ends with what was received. It is one line, whatever the bytes
    that it tells of; of what is long, it keeps the beginning and the end.
    """

    def __init__(self, message: str) -> None:
        rule, word, received = message.rpartition("Received: ")
        beginning = _shortened(rule, LONGEST_RULE)
        super().__init__(beginning + word + _shortened(received, LONGEST_RECEIVED))


def _shortened(text: str, length: int) -> str:
    line = "".join(each if each.isprintable() else repr(each)[1:-1] for each in text)
    return line if len(line) <= length else f"{line[: length // 2]} … {line[-length // 2 :]}"


class _Brief(reprlib.Repr):
    def __init__(self) -> None:
        super().__init__()
        self.maxlevel = 3
        self.maxdict = self.maxlist = self.maxtuple = self.maxset = self.maxfrozenset = 20
        self.maxstring = self.maxlong = self.maxother = LONGEST_RECEIVED

    def repr_int(self, x: int, level: int) -> str:
        digits = x.bit_length() // 3  # Python refuses to write down more than 4,300
        return super().repr_int(x, level) if digits < 4000 else f"an integer of {digits} digits"


def brief(value: object) -> str:
    """`repr` of a value that comes from outside, such as a list of lists of one list of lists.

    Of a few plain things it is `repr` itself; however many there are, it takes no time or memory.
    """
    return _Brief().repr(value)


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
    with path.open("a+b", buffering=0) as file:
        _lock(file, stage)
        try:
            _sign(file)
        except OSError as error:
            raise PipelineError(f"{path} cannot be written. Received: {error}") from error
        yield


def _lock(file: FileIO, stage: str) -> None:
    """Lock a file until it is closed."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.seek(0)
        rule = f"{stage} still runs, of a `dvc` that was killed: let it end, or end it"
        raise PipelineError(f"{rule}. Received: process {file.read().decode()}") from error


def _sign(file: FileIO) -> None:
    """Say in a file whose lock it is."""
    file.truncate(0)
    file.write(str(os.getpid()).encode())
