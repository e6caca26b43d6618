import hashlib
import random
import socket
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from tests.images.test_archives import files_in, pack
from viewcache.ground.errors import PipelineError
from viewcache.images.fetching import fetch_archive, fetch_elpv
from viewcache.images.sources import open_source

FILES = {"cats/1.png": random.Random(0).randbytes(400_000), "dogs/2.png": b"dog"}


class Server(ThreadingHTTPServer):
    """Serves one file, whatever the path, and counts how often it was asked to."""

    content = b""
    status = 200
    asked = 0
    cut_after: int | None = None

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}/images.zip"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.server.asked += 1
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(self.server.content)))
        self.end_headers()
        self.wfile.write(self.server.content[: self.server.cut_after])

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server(tmp_path, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with Server() as server:
        server.content = pack(tmp_path / "served.zip", "zip", FILES).read_bytes()
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "data/source"


@pytest.fixture
def downloads(tmp_path):
    return tmp_path / "downloads"


def digest(content):
    return hashlib.sha256(content).hexdigest()


def test_a_download_is_unpacked_and_kept(server, folder, downloads):
    sha256 = digest(server.content)
    fetch_archive(server.url, sha256.upper(), folder, downloads)
    assert files_in(folder) == FILES
    assert files_in(downloads) == {sha256: server.content}


def test_a_kept_download_is_used_again(server, folder, downloads):
    for _ in range(2):
        fetch_archive(server.url, digest(server.content), folder, downloads)
    assert server.asked == 1


def test_a_download_that_was_cut_off_is_not_taken_for_whole(server, folder, downloads):
    server.cut_after = 200_000
    with pytest.raises(PipelineError, match=r"200000 bytes read"):
        fetch_archive(server.url, digest(server.content), folder, downloads)
    assert list(downloads.iterdir()) == []
    server.cut_after = None
    fetch_archive(server.url, digest(server.content), folder, downloads)
    assert files_in(folder) == FILES


def test_a_kept_file_of_another_digest_is_not_used(server, folder, downloads):
    downloads.mkdir()
    (downloads / digest(server.content)).write_bytes(b"another file")
    server.status = 503
    with pytest.raises(PipelineError, match="503"):
        fetch_archive(server.url, digest(server.content), folder, downloads)
    server.status = 200
    fetch_archive(server.url, digest(server.content), folder, downloads)
    assert files_in(folder) == FILES


def test_a_download_with_another_digest_is_refused_and_removed(server, folder, downloads):
    with pytest.raises(PipelineError, match=f"the SHA-256 {'0' * 64}.*{digest(server.content)}"):
        fetch_archive(server.url, "0" * 64, folder, downloads)
    assert list(downloads.iterdir()) == []
    assert not folder.exists()


def test_no_network_names_the_address_and_where_to_put_the_file(folder, downloads):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/images.zip"
    with pytest.raises(PipelineError, match=f"{url} .* put that file at {downloads}/{'0' * 64} "):
        fetch_archive(url, "0" * 64, folder, downloads)


def test_an_answer_of_refusal_is_named(server, folder, downloads):
    server.status = 404
    with pytest.raises(PipelineError, match=r"Received: 404 Client Error"):
        fetch_archive(server.url, "0" * 64, folder, downloads)


def test_a_file_put_there_by_hand_needs_no_network(server, folder, downloads):
    downloads.mkdir()
    (downloads / digest(server.content)).write_bytes(server.content)
    fetch_archive("http://nowhere.invalid/images.zip", digest(server.content), folder, downloads)
    assert files_in(folder) == FILES


@pytest.mark.parametrize("scheme", ["", "file://"])
def test_a_local_file_is_used_where_it_is(tmp_path, folder, downloads, scheme):
    archive = pack(tmp_path / "images.tar", "", FILES)
    fetch_archive(f"{scheme}{archive}", digest(archive.read_bytes()), folder, downloads)
    assert files_in(folder) == FILES
    assert not downloads.exists()


def test_a_local_file_with_another_digest_is_refused_and_kept(tmp_path, folder, downloads):
    archive = pack(tmp_path / "images.tar", "", FILES)
    with pytest.raises(PipelineError, match="must have the SHA-256"):
        fetch_archive(str(archive), "0" * 64, folder, downloads)
    assert archive.exists()


def test_a_missing_local_file_is_named(tmp_path, folder, downloads):
    with pytest.raises(PipelineError, match=r"Received: .*missing.zip"):
        fetch_archive(str(tmp_path / "missing.zip"), "0" * 64, folder, downloads)


def test_folders_around_everything_are_left_out(tmp_path, folder, downloads):
    files = {f"top/inner/{name}": content for name, content in FILES.items()}
    archive = pack(tmp_path / "images.zip", "zip", {"__MACOSX/top": b"", **files})
    fetch_archive(str(archive), digest(archive.read_bytes()), folder, downloads)
    assert files_in(folder) == FILES


def test_a_bad_archive_leaves_the_folder_as_it_was(tmp_path, folder, downloads):
    folder.mkdir(parents=True)
    (folder / "before.png").touch()
    archive = pack(tmp_path / "images.zip", "zip", {"1.png": b"cat", "../2.png": b"dog"})
    with pytest.raises(PipelineError, match=r"Received: ../2.png"):
        fetch_archive(str(archive), digest(archive.read_bytes()), folder, downloads)
    assert files_in(folder.parent) == {"source/before.png": b""}


def test_what_a_killed_run_left_is_replaced(tmp_path, folder, downloads):
    for leftover in (folder, folder.with_name("source.unfinished")):
        leftover.mkdir(parents=True)
        (leftover / "old.png").touch()
    archive = pack(tmp_path / "images.zip", "zip", FILES)
    fetch_archive(str(archive), digest(archive.read_bytes()), folder, downloads)
    assert files_in(folder.parent) == {f"source/{name}": body for name, body in FILES.items()}


def test_elpv_has_the_published_images_and_labels(folder):
    fetch_elpv(folder)
    source = open_source(folder, "manifest.csv", ["functional", "defective"])
    assert len(source.table) == 2624
    probability = source.table["defect_probability"].astype(float)
    counts = probability.round(2).value_counts().to_dict()
    assert counts == {0.0: 1508, 1.0: 715, 0.33: 295, 0.67: 106}
    assert source.table["label"].equals((probability > 0.5).astype(int))
    assert set(source.table["cell_type"]) == {"mono", "poly"}
