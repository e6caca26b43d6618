"""Errors that the user can mend: printed as one line, without a traceback."""

import sys
from collections.abc import Callable


class PipelineError(Exception):
    """Something in the user's images, files or parameters stops the pipeline.

    The message names the thing and ends with what was received.
    """


def run(stage: Callable[[], None]) -> None:
    """Run a stage; a `PipelineError` becomes one line on stderr and exit status 1."""
    try:
        stage()
    except PipelineError as error:
        sys.exit(f"viewcache: {error}")
