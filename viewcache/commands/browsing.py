"""Log to MLflow what it lacks of the workspace's results, then open its page of runs."""

import os
import signal
import socket
import subprocess
import sys
import time
import webbrowser

import requests

from viewcache.ground.errors import PipelineError
from viewcache.tracking.runs import log_missing_results
from viewcache.tracking.store import TRACKING_ERRORS, tracking_uri


def open_ui(port: int) -> None:
    """Serve MLflow's pages on this machine until interrupted; print the page of runs, and open it.

    Raises:
        PipelineError: another program has the port.
    """
    page, uri = _page(), tracking_uri()
    if uri.startswith("http"):
        _open(f"{uri}/{page}")
        return
    _refuse_taken(port)
    address = f"http://127.0.0.1:{port}"
    quiet = os.environ | {"PYTHONWARNINGS": "ignore"}
    with subprocess.Popen(_command(uri, port), stdout=subprocess.DEVNULL, env=quiet) as server:
        signal.signal(signal.SIGTERM, lambda *_: server.terminate())
        try:
            while server.poll() is None and not _answers(address):
                time.sleep(0.2)
            _open(f"{address}/{page}")
            server.wait()
        except KeyboardInterrupt:
            pass  # The server, of the same terminal, was interrupted as well.


def _command(uri: str, port: int) -> list[str]:
    quiet = ["--workers", "1", "--uvicorn-opts", "--log-level warning"]
    return ["mlflow", "ui", "--backend-store-uri", uri, "--port", str(port), *quiet]


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


def _answers(address: str) -> bool:
    try:
        return requests.get(f"{address}/health", timeout=1).ok
    except requests.RequestException:
        return False


def _open(page: str) -> None:
    """Print the page, and open it where there is a display."""
    print(f"viewcache: {page} (Ctrl-C ends it)", flush=True)
    if sys.platform != "linux" or {"DISPLAY", "WAYLAND_DISPLAY"} & set(os.environ):
        webbrowser.open(page)
