"""Weights that cannot be downloaded: one clear line within seconds."""

import http.server
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path
from urllib.request import urlretrieve

import keras
import pytest
from keras.src.utils import file_utils

from viewcache.bases import download
from viewcache.bases.download import explained_downloads
from viewcache.ground.errors import PipelineError

ROOT = Path(__file__).parents[2]
PROGRAM = """
from tests.specs import spec
from viewcache.bases import download
from viewcache.bases.frozen import load_base
from viewcache.ground.entry import run
download.PATIENCE = 0.5
run(lambda: load_base(spec("VGG16", 150)))
"""


@pytest.fixture
def silent_server():
    """A server that accepts and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"127.0.0.1:{listening.getsockname()[1]}"


@pytest.fixture
def server():
    """A web server that has one file, and breaks off in the middle of another."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            if self.path not in ("/whole.h5", "/half.h5"):
                self.send_error(404)
                return
            self.send_response(200)
            self.send_header("Content-Length", "10" if self.path == "/half.h5" else "5")
            self.end_headers()
            self.wfile.write(b"bytes")

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def fetch(origin, folder):
    with explained_downloads():
        return keras.utils.get_file("weights.h5", origin, cache_dir=folder, cache_subdir="models")


def test_what_a_server_has_is_downloaded(server, tmp_path):
    assert Path(fetch(f"{server}/whole.h5", tmp_path)).read_bytes() == b"bytes"


def test_a_download_that_breaks_off_leaves_nothing(server, tmp_path):
    with pytest.raises(PipelineError, match="Received: 5 of 10 bytes are missing"):
        fetch(f"{server}/half.h5", tmp_path)
    assert not list((tmp_path / "models").iterdir())


def test_a_network_without_its_weights_says_where_to_put_them(silent_server, tmp_path):
    environment = os.environ | {"https_proxy": silent_server, "KERAS_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT,
        env=environment | {"no_proxy": ""},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    file = "vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5"
    line = done.stderr.splitlines()[-1]
    assert line.startswith(f"viewcache: {file} cannot be downloaded: put it into {tmp_path}/models")
    assert line.endswith(f"/{file}. Received: no answer within 0.5 s")
    assert not list((tmp_path / "models").iterdir())


def test_a_server_that_keeps_silent_is_given_up(silent_server, tmp_path, monkeypatch):
    monkeypatch.setattr(download, "PATIENCE", 0.3)
    rule = f"weights.h5 cannot be downloaded: put it into {tmp_path}/models by hand, from https://"
    with pytest.raises(PipelineError, match=f"{rule}.* Received: no answer within 0.3 s"):
        fetch(f"https://{silent_server}/a.h5", tmp_path)


def test_a_file_that_is_not_there_is_named(server, tmp_path):
    with pytest.raises(PipelineError, match=f"from {server}/a.h5. Received: Not Found"):
        fetch(f"{server}/a.h5", tmp_path)


def test_an_unknown_host_is_named(tmp_path):
    with pytest.raises(PipelineError, match=r"weights.invalid/a.h5. Received: .*\[Errno"):
        fetch("https://weights.invalid/a.h5", tmp_path)


def test_keras_downloads_by_itself_again_afterwards():
    with pytest.raises(KeyError, match="other"), explained_downloads():
        raise KeyError("other")
    assert file_utils.urlretrieve is urlretrieve
