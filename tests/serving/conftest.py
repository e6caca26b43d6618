import pytest

from viewcache.images.prepared import open_prepared
from viewcache.serving.classifier import open_classifier


@pytest.fixture(scope="module")
def classifier(reproduced):
    return open_classifier(reproduced.path / "data/model")


@pytest.fixture(scope="module")
def pixels(reproduced):
    images = open_prepared(reproduced.path / "data/prepared")
    with images.read() as file:
        return file.read(range(len(images.digests)))
