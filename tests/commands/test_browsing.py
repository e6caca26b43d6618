import socket

import pytest

from viewcache.commands.browsing import open_ui
from viewcache.ground.errors import PipelineError


@pytest.fixture(autouse=True)
def without_display(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "MLFLOW_TRACKING_URI", "DVC_ROOT"):
        monkeypatch.delenv(name, raising=False)


def test_a_port_that_another_program_has_is_refused():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(PipelineError, match=rf"`viewcache ui --port NUMBER`.*: {port}: "):
            open_ui(port)


def test_the_page_of_a_server_of_one_s_own_is_named_also_where_it_does_not_answer(
    monkeypatch, capsys
):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    open_ui(5000)
    said = capsys.readouterr()
    assert "viewcache: http://127.0.0.1:9/" in said.out
    assert "results could not be logged. Received: " in said.err
