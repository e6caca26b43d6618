import numpy as np
import pandas as pd
import pytest
from PIL import Image

from stages.errors import PipelineError
from stages.images.index import index_images
from stages.images.sources import Source, elpv


@pytest.fixture
def source(tmp_path):
    """60 images of noise in two classes; images 2 and 3, of one class, have the same bytes."""
    rng = np.random.default_rng(0)
    rows = []
    for number in range(60):
        pixels = rng.integers(0, 256, (8, 8, 3), np.uint8)
        if number in (2, 3):
            pixels[:] = 7
        Image.fromarray(pixels).save(tmp_path / f"{number}.png")
        rows.append((f"{number}.png", number // 2 % 2))
    return Source(tmp_path, ["no", "yes"], pd.DataFrame(rows, columns=["path", "label"]))


def indexed(source, **changes):
    return index_images(
        source, **{"seed": 0, "validation": 0.3, "test": 0.3, "limit": None} | changes
    )


def test_adding_images_moves_no_other_one(source):
    fewer = Source(source.root, source.classes, source.table.iloc[:50])
    splits = indexed(source).set_index("path")["split"]
    before = indexed(fewer).set_index("path")["split"]
    assert splits.loc[before.index].equals(before)


def test_equal_bytes_share_a_split(source):
    twins = indexed(source).set_index("path").loc[["2.png", "3.png"]]
    assert twins["digest"].nunique() == twins["split"].nunique() == 1


def test_equal_bytes_under_two_labels_are_refused(source):
    source.table.loc[3, "label"] = 0
    with pytest.raises(PipelineError, match=r"Received: \['2.png', '3.png'\]"):
        indexed(source)


def test_a_split_without_a_class_is_refused_with_the_counts(source):
    with pytest.raises(PipelineError, match=r"needs images of every class.*'no': "):
        indexed(source, limit=4)


def test_splits_of_elpv_keep_the_classes_in_proportion():
    index = index_images(elpv(), seed=0, validation=0.15, test=0.25, limit=None)
    shares = index.groupby("split")["label"].mean()
    assert (shares - index["label"].mean()).abs().max() < 0.05
    assert set(index["split"]) == {"train", "validation", "test"}
