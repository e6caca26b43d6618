"""Log to MLflow what it lacks of the workspace's results, then open its UI."""

import os
import sys
from collections.abc import Sequence

from viewcache.tracking.runs import TRACKING_ERRORS, log_missing_results, tracking_uri


def open_ui(arguments: Sequence[str]) -> None:
    try:
        log_missing_results()
    except TRACKING_ERRORS as error:
        print(f"viewcache: results could not be logged. Received: {error}", file=sys.stderr)
    command = ["mlflow", "ui", "--backend-store-uri", tracking_uri(), *arguments]
    os.execvp(command[0], command)
