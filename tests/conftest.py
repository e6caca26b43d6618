from pathlib import Path

import pytest
from hypothesis import settings

from tests.repository import Repository, make_repository

TRACING = Path(__file__).with_name("tracing")

settings.register_profile("fuzz", print_blob=True)


def pytest_addoption(parser):
    parser.addoption("--kills", type=int, default=3, help="of one run, at random moments")


@pytest.fixture(scope="session")
def reproduced(tmp_path_factory) -> Repository:
    """A repository after its first `dvc repro`; tests that change it take a copy."""
    repository = make_repository(tmp_path_factory.mktemp("pipeline") / "repository")
    repository.dvc("repro", PYTHONPATH=str(TRACING))
    repository.commit()
    return repository


@pytest.fixture
def repository(reproduced: Repository, tmp_path: Path) -> Repository:
    """A reproduced repository of the test's own."""
    return reproduced.copy(tmp_path / "repository")
