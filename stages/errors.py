"""Errors that the user can mend: printed as one line, without a traceback."""

import sys
from collections.abc import Callable


class PipelineError(Exception):
    """Something in the user's images, files or parameters stops the pipeline.

    The message names the thing and ends with what was received.
    """


def run(stage: Callable[[], None]) -> None:
    """Run a stage; what the user can mend becomes one line on stderr and exit status 1.

    That is a `PipelineError`, and what the system refuses: a full disk, a missing permission.
    """
    try:
        stage()
    except (PipelineError, OSError) as error:
        sys.exit(f"viewcache: {error}")
