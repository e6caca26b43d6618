import os
import shutil
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import settings

from tests.repository import Repository, make_repository

# An example that waits for the processor, which another worker holds, is no failure.
settings.register_profile("quick", deadline=None)
settings.register_profile("fuzz", print_blob=True)
settings.load_profile("quick")

if "PYTEST_XDIST_WORKER" in os.environ:  # Each worker, and what it starts, has one core.
    os.environ |= {"TF_NUM_INTRAOP_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def pytest_addoption(parser):
    parser.addoption("--kills", type=int, default=3, help="of one run, at random moments")


@pytest.fixture(scope="session", autouse=True)
def caches(tmp_path_factory, worker_id):
    """The user's caches, where compiled bases are kept: of all tests, not of who runs them."""
    own = tmp_path_factory.getbasetemp()
    shared = own if worker_id == "master" else own.parent
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(shared / "caches"))
        yield


@pytest.fixture(scope="session")
def reproduced(tmp_path_factory, worker_id) -> Repository:
    """A repository after its first `dvc repro`; tests that change it take a copy.

    Workers of pytest-xdist make it once, and take a copy each.
    """
    own = tmp_path_factory.getbasetemp()
    shared = Repository((own if worker_id == "master" else own.parent) / "shared")
    with FileLock(shared.path.with_suffix(".lock")):
        if not (shared.path / "metrics.json").exists():
            make_repository(shared.path)
            shared.dvc("repro", **shared.watched())
            shared.commit()
    return shared.copy(own / "reproduced")


@pytest.fixture
def repository(reproduced: Repository, tmp_path: Path) -> Repository:
    """A reproduced repository of the test's own."""
    return reproduced.copy(tmp_path / "repository")


@pytest.fixture(scope="session")
def new_database(tmp_path_factory) -> Path:
    """MLflow's, as the product makes it, which takes seconds; tests take copies."""
    from viewcache.tracking.run_store import connect

    folder = tmp_path_factory.mktemp("new")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DVC_ROOT", str(folder))
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        connect()
    return folder / "mlflow.db"


@pytest.fixture
def empty_repository(new_database, tmp_path, monkeypatch) -> Path:
    """The working folder, which has a new database and nothing else."""
    for name in ("DVC_ROOT", "MLFLOW_TRACKING_URI"):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "repository"
    folder.mkdir()
    shutil.copy(new_database, folder)
    monkeypatch.chdir(folder)
    return folder
