"""What the registered model answers on loopback: `python -m benchmarks.serving`.

It serves `models:/viewcache@recommended` of the working folder, asks it one image a request, and
writes a table to `benchmarks/SERVING.md`.
"""

import base64
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import requests

from benchmarks.measure import clock
from viewcache.ground.machine import machine
from viewcache.ground.paths import MODEL
from viewcache.serving.folder import EXAMPLE

CLIENTS, REQUESTS = (1, 8), 400
WARM_UP = 50
RESULTS = Path(__file__).with_name("SERVING.md")


def main() -> None:
    body = _body((MODEL / EXAMPLE).read_bytes())
    with _server() as address:
        _ask(address, body, WARM_UP, max(CLIENTS))
        table = pd.DataFrame(_row(address, body, clients) for clients in CLIENTS)
    RESULTS.write_text(_page(table))
    print(RESULTS.read_text())


def _row(address: str, body: bytes, clients: int) -> dict[str, str]:
    latencies: list[float] = []
    seconds = clock(lambda: latencies.extend(_ask(address, body, REQUESTS, clients)))
    median, slow = (1000 * np.quantile(latencies, quantile) for quantile in (0.5, 0.99))
    return {
        "clients": str(clients),
        "images a second": f"{REQUESTS / seconds:.0f}",
        "p50 (ms)": f"{median:.1f}",
        "p99 (ms)": f"{slow:.1f}",
    }


def _ask(address: str, body: bytes, count: int, clients: int) -> list[float]:
    """Seconds of each request, each client sending its next one when the last is answered."""
    sessions = [requests.Session() for _ in range(clients)]

    def share(session: requests.Session) -> list[float]:
        return [clock(lambda: _post(session, address, body)) for _ in range(count // clients)]

    with ThreadPoolExecutor(clients) as threads:
        return [seconds for times in threads.map(share, sessions) for seconds in times]


def _post(session: requests.Session, address: str, body: bytes) -> None:
    answer = session.post(address, body, headers={"Content-Type": "application/json"}, timeout=60)
    answer.raise_for_status()


def _body(image: bytes) -> bytes:
    encoded = base64.b64encode(image).decode()
    return json.dumps({"dataframe_split": {"columns": ["image"], "data": [[encoded]]}}).encode()


@contextlib.contextmanager
def _server() -> Iterator[str]:
    """The address of a server that answers."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = str(listener.getsockname()[1])
    serve = ("models", "serve", "--model-uri", "models:/viewcache@recommended")
    command = [sys.executable, "-m", "mlflow", *serve, "--env-manager", "local", "--port", port]
    server = subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL)
    try:
        while server.poll() is None and not _answers(f"http://127.0.0.1:{port}/ping"):
            time.sleep(0.5)
        yield f"http://127.0.0.1:{port}/invocations"
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGTERM)
        server.wait()


def _answers(address: str) -> bool:
    try:
        return requests.get(address, timeout=5).ok
    except requests.ConnectionError:
        return False


def _page(table: pd.DataFrame) -> str:
    here = machine()
    return (
        "# Results of `python -m benchmarks.serving`\n\n"
        f"`mlflow models serve` with one worker, {REQUESTS} requests of one image each, on\n"
        f"loopback; the clients run on the same machine: {here['processor']}, {here['cores']} "
        f"cores; {time.strftime('%Y-%m-%d')}.\n\n"
        f"{table.to_markdown(index=False, disable_numparse=True)}\n"
    )


if __name__ == "__main__":
    main()
