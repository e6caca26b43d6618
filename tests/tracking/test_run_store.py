"""Where runs are kept, and whose runs are closed there."""

import platform
import subprocess
import sys
from pathlib import Path

import mlflow
import psutil
import pytest
from mlflow.environment_variables import (
    MLFLOW_HTTP_REQUEST_MAX_RETRIES,
    MLFLOW_HTTP_REQUEST_TIMEOUT,
)

from viewcache.tracking.processes import this_process
from viewcache.tracking.run_store import PROCESS_TAG, close_broken_off, connect, tracking_uri


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mlflow")
    return mlflow.MlflowClient(f"sqlite:///{folder}/mlflow.db")


@pytest.fixture
def experiment(client, request):
    return client.create_experiment(request.node.name)


def name_of(process: psutil.Process, later: float = 0) -> str:
    return f"{platform.node()}/{process.pid}/{process.create_time() + later}"


def ended_process() -> str:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        return name_of(psutil.Process(process.pid))


def status_after_closing(client, experiment, **tags: str) -> str:
    run = client.create_run(experiment, tags=tags).info.run_id
    close_broken_off(client, experiment)
    return client.get_run(run).info.status


def test_a_run_of_a_process_that_has_ended_is_closed(client, experiment):
    assert status_after_closing(client, experiment, **{PROCESS_TAG: ended_process()}) == "KILLED"


def test_a_run_of_a_process_that_lives_stays(client, experiment):
    assert this_process() == name_of(psutil.Process())
    assert status_after_closing(client, experiment, **{PROCESS_TAG: this_process()}) == "RUNNING"


def test_a_run_of_another_host_stays(client, experiment):
    _, number, start = ended_process().split("/")
    elsewhere = f"another-host/{number}/{start}"
    assert status_after_closing(client, experiment, **{PROCESS_TAG: elsewhere}) == "RUNNING"


def test_a_run_that_says_nothing_of_its_process_stays(client, experiment):
    assert status_after_closing(client, experiment) == "RUNNING"


@pytest.mark.parametrize(("seconds", "status"), [(-60, "KILLED"), (1, "RUNNING")])
def test_a_number_given_to_a_later_process_is_told_by_its_start(
    client, experiment, seconds, status
):
    name = name_of(psutil.Process(), later=seconds)
    assert status_after_closing(client, experiment, **{PROCESS_TAG: name}) == status


def test_a_process_that_nobody_waited_for_has_ended(client, experiment):
    zombie = subprocess.Popen([sys.executable, "-c", ""])
    process = psutil.Process(zombie.pid)
    name = name_of(process)
    while process.status() != psutil.STATUS_ZOMBIE:
        pass
    status = status_after_closing(client, experiment, **{PROCESS_TAG: name})
    zombie.wait()
    assert status == "KILLED"


def test_a_run_that_has_finished_stays_so(client, experiment):
    run = client.create_run(experiment, tags={PROCESS_TAG: ended_process()}).info.run_id
    client.set_terminated(run)
    close_broken_off(client, experiment)
    assert client.get_run(run).info.status == "FINISHED"


def test_a_silent_server_is_asked_twice_for_ten_seconds():
    assert MLFLOW_HTTP_REQUEST_TIMEOUT.get() == 10
    assert MLFLOW_HTTP_REQUEST_MAX_RETRIES.get() == 1


def test_results_go_to_the_database_of_the_repository_unless_a_server_is_named(
    tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    assert tracking_uri() == f"sqlite:///{tmp_path}/mlflow.db"
    monkeypatch.setenv("DVC_ROOT", "/the/repository")
    assert tracking_uri() == "sqlite:////the/repository/mlflow.db"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://server")
    assert tracking_uri() == "http://server"


def test_artifacts_are_found_after_the_repository_has_moved(tmp_path, monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    (tmp_path / "before").mkdir()
    monkeypatch.chdir(tmp_path / "before")
    store = connect()
    run = store.client.create_run(store.experiment).info.run_id
    store.client.log_text(run, "kept", "note.txt")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "before").rename("after")
    monkeypatch.chdir(tmp_path / "after")
    client, experiment = connect()
    assert Path(client.download_artifacts(run, "note.txt")).read_text() == "kept"
    client.log_text(client.create_run(experiment).info.run_id, "new", "note.txt")
    assert not (tmp_path / "before").exists()
