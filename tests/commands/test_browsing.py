import os
import socket
import subprocess
import sys

import pytest

from tests.repository import ROOT
from tests.servers import answers, free_port
from viewcache.commands.browsing import open_ui
from viewcache.ground.errors import PipelineError

pytestmark = pytest.mark.usefixtures("empty_repository")


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


def test_a_port_that_another_program_has_is_refused(listener):
    port = listener.getsockname()[1]
    with pytest.raises(PipelineError, match=rf"`viewcache ui --port NUMBER`.*: {port}: "):
        open_ui(port)


def test_a_port_that_a_server_has_just_left_is_free():
    port = free_port()
    with socket.create_server(("127.0.0.1", port)) as listener:
        client = socket.create_connection(("127.0.0.1", port))
        listener.accept()[0].close()  # the server's end lingers
        client.close()
    address = f"http://127.0.0.1:{port}/#/experiments/1/runs?workflowType=machine_learning"
    command = [sys.executable, "-m", "viewcache", "ui", "--port", str(port)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as ui:
        lines = iter(ui.stdout.readline, "")
        assert any(line == f"viewcache: all runs: {address}\n" for line in lines)
        ui.terminate()
    assert not answers(str(port))


def test_a_server_that_does_not_answer_is_told_in_a_line(monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    with pytest.raises(PipelineError, match=r"MLflow must reach its store.*Received: "):
        open_ui(5000)
