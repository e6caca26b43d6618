"""Silence for what succeeds."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile

STDERR = 2


@contextmanager
def quiet_unless_it_fails() -> Iterator[None]:
    """Keep back what is written to standard error, by C++ too, and show it only on failure."""
    shown = os.dup(STDERR)
    with TemporaryFile() as kept:
        os.dup2(kept.fileno(), STDERR)
        try:
            yield
        except BaseException:
            kept.seek(0)
            os.write(shown, kept.read())
            raise
        finally:
            os.dup2(shown, STDERR)
            os.close(shown)
