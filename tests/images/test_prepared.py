import numpy as np
import pandas as pd
from PIL import Image

from stages.images.prepared import open_prepared, write_prepared


def test_pixels_labels_and_digests_of_a_row_belong_together(tmp_path):
    rng = np.random.default_rng(0)
    for number in range(9):
        Image.fromarray(rng.integers(0, 256, (8, 8, 3), np.uint8)).save(tmp_path / f"{number}.png")
    index = pd.DataFrame({"digest": list("abcdefghi"), "split": ["train", "test", "train"] * 3})
    index["label"], index["path"] = range(9), [f"{number}.png" for number in range(9)]
    write_prepared(tmp_path / "prepared", tmp_path, index, ["no", "yes"], side=8)
    images = open_prepared(tmp_path / "prepared/train")
    assert images.digests == list("acdfgi")
    assert images.labels.tolist() == [0, 2, 3, 5, 6, 8]
    with images.read() as pixels:
        for row, path in enumerate(images.paths):
            assert np.array_equal(pixels.read([row])[0], np.asarray(Image.open(tmp_path / path)))
