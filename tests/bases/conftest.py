import numpy as np
import pytest
from skimage import data


@pytest.fixture
def working_folder(tmp_path, monkeypatch):
    """The current folder, where a stage keeps pins: empty, with caches of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DVC_STAGE", "compile_base")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    return tmp_path


@pytest.fixture(scope="session")
def small_images():
    """Four cuts of a photograph: uint8, shape (4, 32, 32, 3)."""
    photograph = data.astronaut()
    return np.stack([photograph[40 * row : 40 * row + 32, 180:212] for row in range(4)])
