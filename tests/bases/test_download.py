"""Weights that cannot be downloaded: one clear line within seconds."""

import http.server
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import keras
import pytest

from viewcache.bases import download
from viewcache.bases.download import explained_downloads
from viewcache.ground.errors import PipelineError

ROOT = Path(__file__).parents[2]
PROGRAM = """
from viewcache.bases.frozen import load_base
from viewcache.ground.entry import run
from tests.specs import spec
run(lambda: load_base(spec("VGG16", 150)))
"""


@pytest.fixture
def silent_server():
    """A server that accepts and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"127.0.0.1:{listening.getsockname()[1]}"


@pytest.fixture
def empty_server(tmp_path):
    """A web server that has nothing."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_error(404)

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def fetch(origin, folder):
    with explained_downloads():
        keras.utils.get_file("weights.h5", origin, cache_dir=folder, cache_subdir="models")


def test_a_network_without_its_weights_says_where_to_put_them(silent_server, tmp_path):
    environment = os.environ | {"https_proxy": silent_server, "KERAS_HOME": str(tmp_path)}
    start = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT,
        env=environment | {"no_proxy": ""},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert time.monotonic() - start < 40  # of which 10 s of patience; the rest is TensorFlow
    assert done.returncode == 1
    file = "vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5"
    line = done.stderr.splitlines()[-1]
    assert line.startswith(f"viewcache: {file} cannot be downloaded: put it into {tmp_path}/models")
    assert line.endswith(f"/{file}. Received: no answer within 10 s")
    assert not list((tmp_path / "models").iterdir())


def test_a_server_that_keeps_silent_is_given_up(silent_server, tmp_path, monkeypatch):
    monkeypatch.setattr(download, "PATIENCE", 0.3)
    for origin in (f"https://{silent_server}/a.h5", f"http://{silent_server}/a.h5"):
        with pytest.raises(PipelineError, match=r"weights.h5 cannot be downloaded: put it into "):
            fetch(origin, tmp_path)


def test_a_file_that_is_not_there_is_named(empty_server, tmp_path):
    with pytest.raises(PipelineError, match=f"from {empty_server}/a.h5. Received: Not Found"):
        fetch(f"{empty_server}/a.h5", tmp_path)


def test_an_unknown_host_is_named(tmp_path):
    with pytest.raises(PipelineError, match="cannot be downloaded"):
        fetch("https://weights.invalid/a.h5", tmp_path)


def test_other_errors_stay_as_they_are():
    with pytest.raises(KeyError, match="other"), explained_downloads():
        raise KeyError("other")
    assert socket.getdefaulttimeout() is None
