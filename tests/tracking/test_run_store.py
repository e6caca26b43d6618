"""Where runs are kept, and what of it is this workspace's."""

import shutil
import sqlite3
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import mlflow
import pytest
from mlflow.environment_variables import (
    MLFLOW_HTTP_REQUEST_MAX_RETRIES,
    MLFLOW_HTTP_REQUEST_TIMEOUT,
)

from viewcache.ground.errors import PipelineError
from viewcache.tracking.run_store import Store, connect, tracking_uri


def log(store: Store, text: str) -> str:
    """A run with an artifact; its id."""
    run = store.client.create_run(store.experiment).info.run_id
    store.client.log_text(run, text, "note.txt")
    return run


def read(store: Store, run: str) -> str:
    return Path(store.client.download_artifacts(run, "note.txt")).read_text()


def rows(database: Path) -> set[str]:
    with closing(sqlite3.connect(database)) as connection:
        return set(connection.iterdump())


def test_a_silent_server_is_asked_twice_for_ten_seconds():
    assert MLFLOW_HTTP_REQUEST_TIMEOUT.get() == 10
    assert MLFLOW_HTTP_REQUEST_MAX_RETRIES.get() == 1


def test_results_go_to_the_database_of_the_repository_unless_a_store_is_named(
    empty_repository, monkeypatch
):
    assert tracking_uri() == f"sqlite:///{empty_repository}/mlflow.db"
    monkeypatch.setenv("DVC_ROOT", "/the/repository")
    assert tracking_uri() == "sqlite:////the/repository/mlflow.db"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://server")
    assert tracking_uri() == "http://server"


def test_a_new_database_is_whole_and_has_nothing_beside_it(new_database):
    assert [*new_database.parent.iterdir()] == [new_database]


def test_artifacts_lie_beside_the_database(empty_repository):
    run = log(connect(), "kept")
    [note] = empty_repository.glob("mlartifacts/**/note.txt")
    assert run in str(note)


def test_a_path_may_have_any_character(empty_repository, tmp_path, monkeypatch):
    folder = tmp_path / "100%25 sure? #1 ü"
    shutil.copytree(empty_repository, folder)
    monkeypatch.chdir(folder)
    store = connect()
    assert read(store, log(store, "kept")) == "kept"
    assert list(folder.glob("mlartifacts/**/note.txt"))
    assert {path.name for path in tmp_path.iterdir()} == {"repository", folder.name}


def test_a_moved_repository_loses_nothing(empty_repository, monkeypatch):
    run = log(connect(), "before")
    after = empty_repository.with_name("after")
    monkeypatch.chdir("/")
    empty_repository.rename(after)
    monkeypatch.chdir(after)
    store = connect()
    assert read(store, run) == "before"
    assert read(store, log(store, "later")) == "later"
    assert not empty_repository.exists()


def test_a_copy_leaves_the_repository_that_it_was_made_of(empty_repository, monkeypatch):
    run = log(connect(), "kept")
    before, copy = rows(empty_repository / "mlflow.db"), empty_repository.with_name("copy")
    shutil.copytree(empty_repository, copy)
    monkeypatch.chdir(copy)
    store = connect()
    log(store, "of the copy")
    shutil.rmtree(empty_repository / "mlartifacts")
    assert read(store, run) == "kept"
    assert rows(empty_repository / "mlflow.db") == before


def test_of_a_moved_database_only_what_was_below_its_artifacts_is_changed(
    empty_repository, tmp_path, monkeypatch
):
    client, _ = connect()
    places = tmp_path / "elsewhere/mlartifacts", empty_repository / "mlartifacts of another"
    own = [
        Store(client, client.create_experiment(place.parent.name, place.as_uri()))
        for place in places
    ]
    runs = [log(store, "theirs") for store in own]
    copy = tmp_path / "copy"
    shutil.copytree(empty_repository, copy)
    monkeypatch.chdir(copy)
    moved, _ = connect()
    found = [moved.get_run(run).info.artifact_uri for run in runs]
    assert found == [
        f"{place.as_uri()}/{run}/artifacts" for place, run in zip(places, runs, strict=True)
    ]


@pytest.fixture
def shared(new_database, tmp_path, monkeypatch) -> Path:
    """A database that `MLFLOW_TRACKING_URI` names, of others, with what they logged."""
    database = tmp_path / "shared.db"
    shutil.copy(new_database, database)
    client = mlflow.MlflowClient(f"sqlite:///{database}")
    artifacts = tmp_path / "theirs/mlartifacts"
    log(Store(client, client.create_experiment("theirs", artifacts.as_uri())), "theirs")
    log(Store(client, client.get_experiment_by_name("viewcache").experiment_id), "a colleague's")
    client.create_registered_model("viewcache")
    client.create_model_version("viewcache", (artifacts / "model").as_uri())
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{database}")
    return database


@pytest.mark.usefixtures("empty_repository")
def test_of_a_store_of_others_nothing_is_changed_by_two_clones(shared, tmp_path, monkeypatch):
    before = rows(shared)
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        monkeypatch.chdir(tmp_path / name)
        store = connect()
        assert read(store, log(store, name)) == name
    assert before <= rows(shared)


@pytest.mark.usefixtures("empty_repository")
def test_an_experiment_may_be_named_by_name_or_by_number(monkeypatch):
    monkeypatch.setenv("MLFLOW_EXPERIMENT_NAME", "mine")
    client, experiment = connect()
    assert client.get_experiment_by_name("mine").experiment_id == experiment
    assert connect().experiment == experiment
    monkeypatch.delenv("MLFLOW_EXPERIMENT_NAME")
    assert connect().experiment != experiment
    monkeypatch.setenv("MLFLOW_EXPERIMENT_ID", experiment)
    assert connect().experiment == experiment


@pytest.mark.usefixtures("empty_repository")
def test_a_deleted_experiment_is_to_be_restored_or_another_one_named():
    client, experiment = connect()
    client.delete_experiment(experiment)
    advice = rf"`mlflow experiments restore --experiment-id {experiment}`.*MLFLOW_EXPERIMENT_NAME.*"
    with pytest.raises(PipelineError, match=f"{advice}viewcache, which is deleted"):
        connect()


@pytest.mark.parametrize(
    ("uri", "said"),
    [
        ("postgresql+pg8000://user:secret@localhost/runs", "No module named 'pg8000'"),
        ("unknown://store", "unknown"),
    ],
)
def test_a_store_that_cannot_be_opened_is_told_in_a_line(empty_repository, monkeypatch, uri, said):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    with pytest.raises(PipelineError, match=said) as error:
        connect()
    assert "secret" not in str(error.value)


class AsksForAPassword(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(401)
        self.end_headers()
        self.wfile.write(b"You are not authenticated.")

    def log_message(self, *_):
        pass


@pytest.mark.usefixtures("empty_repository")
def test_a_server_that_asks_for_a_password_is_told_in_a_line_that_says_how_to_give_it(monkeypatch):
    with HTTPServer(("127.0.0.1", 0), AsksForAPassword) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{server.server_port}")
        with pytest.raises(PipelineError, match=r"MLFLOW_TRACKING_PASSWORD.*401") as error:
            connect()
        server.shutdown()
    assert len(str(error.value).splitlines()) == 1
