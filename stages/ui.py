"""Log to MLflow what it lacks of the workspace's results, then open its UI."""

import os
import sys

from stages.errors import run
from stages.report.tracking import TRACKING_ERRORS, log_missing_results, tracking_uri


def main() -> None:
    try:
        log_missing_results()
    except TRACKING_ERRORS as error:
        print(f"viewcache: results could not be logged. Received: {error}", file=sys.stderr)
    command = ["mlflow", "ui", "--backend-store-uri", tracking_uri(), *sys.argv[1:]]
    os.execvp(command[0], command)


if __name__ == "__main__":
    run(main)
