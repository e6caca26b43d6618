import json

import numpy as np
import pytest
from PIL import Image

from tests.heads.test_dense import dense
from viewcache.ground.errors import PipelineError
from viewcache.images.decoding import DecodingPolicy
from viewcache.serving.folder import Description, read_model, write_model

POLICY = DecodingPolicy(8, 12, [0, 0, 255])
TRAINED = {"arm": "cached_1"}, {"numpy": "2"}
DESCRIPTION = Description(["cat", "Hündin"], POLICY, 7, {"zoom": 0.1}, "float32", *TRAINED)
HEAD = [dense(0, 5, 4), dense(1, 4, 2)]


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "base").mkdir()
    (tmp_path / "base/base.xml").write_text("a base")
    write_model(
        tmp_path / "model", DESCRIPTION, HEAD, tmp_path / "base", np.zeros((8, 8, 3), np.uint8)
    )
    return tmp_path / "model"


def test_a_model_is_read_as_it_was_written(folder):
    description, head = read_model(folder)
    assert description == DESCRIPTION
    assert all(map(np.array_equal, sum(head, ()), sum(HEAD, ())))


def test_all_that_the_model_needs_is_in_its_folder_and_has_a_digest(folder):
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert files == {"model.json", "head.npz", "example.png", "base/base.xml"}
    assert set(json.loads((folder / "model.json").read_bytes())["files"]) == files - {"model.json"}


def test_the_example_is_large_enough_for_the_policy(folder):
    with Image.open(folder / "example.png") as example:
        assert example.size == (12, 12)


@pytest.mark.parametrize("file", ["head.npz", "example.png", "base/base.xml"])
def test_a_damaged_file_is_refused(folder, file):
    (folder / file).write_bytes(b"damaged")
    with pytest.raises(PipelineError, match="is damaged: `make repair` exports it again"):
        read_model(folder)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"files": 7}', '{"files": {"gone": "1"}}'])
def test_a_description_that_describes_no_model_is_refused(folder, text):
    (folder / "model.json").write_text(text)
    with pytest.raises(PipelineError, match=r"model\.json must describe a model"):
        read_model(folder)


def test_where_there_is_no_model_it_is_said_how_to_get_one(tmp_path):
    with pytest.raises(PipelineError, match="`dvc repro` exports one, `dvc pull` fetches it"):
        read_model(tmp_path)
