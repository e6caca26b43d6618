"""Log to MLflow what it lacks of the workspace's results, then serve its pages."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress

import requests

from viewcache.ground.errors import PipelineError
from viewcache.tracking.pages import pages
from viewcache.tracking.run_store import connect, one_line_if_it_fails, tracking_uri
from viewcache.tracking.runs import NOT_LOGGED, log_missing_results

QUIET = {"PYTHONWARNINGS": "ignore", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
"""For a server without warnings, and without eight processes that wait for jobs."""


def open_ui(port: int) -> None:
    """Serve MLflow on this machine until Ctrl-C, and print two of its pages once it answers.

    Where `MLFLOW_TRACKING_URI` names a server, its pages are printed.

    Raises:
        PipelineError: MLflow's store cannot be opened, or another program has the port.
    """
    store, uri = connect(), tracking_uri()
    shown = pages(store, None)
    with one_line_if_it_fails(NOT_LOGGED):
        shown = pages(store, log_missing_results(store))
    if uri.startswith("http"):
        _announce(uri, shown)
        return
    _refuse_taken(port)
    with subprocess.Popen(_server(uri, port), env=os.environ | QUIET) as ui:
        signal.signal(signal.SIGTERM, lambda *_: ui.terminate())
        with suppress(KeyboardInterrupt):  # the server has it too, and ends
            address = f"http://127.0.0.1:{port}"
            while ui.poll() is None and not _answers(address):
                time.sleep(0.2)
            if ui.poll() is None:
                _announce(address, shown)
            ui.wait()


def _server(uri: str, port: int) -> list[str]:
    stores = ["--backend-store-uri", uri, "--registry-store-uri", uri]
    small = ["--port", str(port), "--workers", "1", "--uvicorn-opts", "--log-level warning"]
    return [sys.executable, "-m", "mlflow", "ui", *stores, *small]


def _announce(address: str, shown: dict[str, str]) -> None:
    for name, page in shown.items():
        print(f"viewcache: {name}: {address}/{page}", flush=True)


def _answers(address: str) -> bool:
    try:
        return requests.get(f"{address}/health", timeout=1).ok
    except requests.RequestException:
        return False


def _refuse_taken(port: int) -> None:
    with socket.socket() as listener:
        # A port that a server has just left, whose connections linger, is free.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError as error:
            rule = "MLflow needs a free port: `viewcache ui --port NUMBER` names another"
            raise PipelineError(rule, f"{port}: {error.strerror}") from error
