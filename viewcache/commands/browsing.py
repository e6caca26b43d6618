"""Log to MLflow what it lacks of the workspace's results, then open its page of runs."""

import os
import socket
import subprocess
import sys

from viewcache.commands.announcing import announce
from viewcache.ground.errors import PipelineError
from viewcache.tracking.run_store import TRACKING_ERRORS, tracking_uri
from viewcache.tracking.runs import log_missing_results


def open_ui(port: int) -> None:
    """Become MLflow's server on this machine; print the page of runs once it answers, and open it.

    Raises:
        PipelineError: another program has the port.
    """
    page, uri = _page(), tracking_uri()
    if uri.startswith("http"):
        announce(f"{uri}/{page}")
        return
    _refuse_taken(port)
    announcing = [sys.executable, "-m", "viewcache.commands.announcing"]
    subprocess.Popen([*announcing, f"http://127.0.0.1:{port}", page])
    command = ["mlflow", "ui", "--backend-store-uri", uri, "--registry-store-uri", uri]
    quiet = ["--port", str(port), "--workers", "1", "--uvicorn-opts", "--log-level warning"]
    os.execvpe(command[0], [*command, *quiet], os.environ | {"PYTHONWARNINGS": "ignore"})


def _page() -> str:
    """The page of runs; MLflow opens an experiment on that of traces, which is empty here."""
    try:
        return f"#/experiments/{log_missing_results()}/runs?workflowType=machine_learning"
    except TRACKING_ERRORS as error:
        print(f"viewcache: results could not be logged. Received: {error}", file=sys.stderr)
        return ""


def _refuse_taken(port: int) -> None:
    with socket.socket() as listener:
        try:
            listener.bind(("127.0.0.1", port))
        except OSError as error:
            rule = "MLflow needs a free port: `viewcache ui --port NUMBER` names another"
            raise PipelineError(rule, f"{port}: {error.strerror}") from error
