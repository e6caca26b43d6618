"""Silence for what succeeds."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile

STDERR = 2


@contextmanager
def quiet_unless_it_fails() -> Iterator[Callable[[], None]]:
    """Keep back what is written to standard error, by C++ too, and show it only on failure.

    Returns:
        A function that shows what was kept so far.
    """
    shown = os.dup(STDERR)
    with TemporaryFile() as kept:

        def show() -> None:
            kept.seek(0)
            os.write(shown, kept.read())

        os.dup2(kept.fileno(), STDERR)
        try:
            yield show
        except BaseException:
            show()
            raise
        finally:
            os.dup2(shown, STDERR)
            os.close(shown)
