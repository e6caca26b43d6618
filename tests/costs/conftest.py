import pytest

from viewcache.ground.paths import feature_file


@pytest.fixture
def feature_files(tmp_path, monkeypatch):
    """Features of views 0 to 2: 64 bytes for each, and one more for each view before it."""
    monkeypatch.chdir(tmp_path)
    for view in range(3):
        path = feature_file(view)
        path.parent.mkdir(parents=True)
        path.write_bytes(bytes(64 + view))
