import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from tests.images.pictures import save_noise
from viewcache.ground.errors import PipelineError
from viewcache.images.decoding import DecodingPolicy, decode
from viewcache.images.prepared import detail_file, open_prepared, read_classes
from viewcache.images.preparing import write_classes, write_prepared

POLICY = DecodingPolicy(side=40, min_size=16, background=(255, 255, 255))


@pytest.fixture
def index(tmp_path):
    """Nine images, of which 4.png is a page of text."""
    paths = [save_noise(tmp_path / f"{number}.png", number) for number in range(9)]
    paths[4].write_text("<html>not found</html>")
    digests = [hashlib.sha256(path.read_bytes()).hexdigest() for path in paths]
    names = [path.name for path in paths]
    return pd.DataFrame({"digest": digests, "label": range(9), "path": names})


def test_pixels_labels_and_digests_of_a_row_belong_together(tmp_path, index):
    write_prepared(tmp_path / "prepared", tmp_path, index, POLICY)
    images = open_prepared(tmp_path / "prepared")
    assert images.labels.tolist() == [0, 1, 2, 3, 5, 6, 7, 8]
    assert list(images.digests) == index["digest"].drop(4).tolist()
    with images.read() as pixels:
        for row, path in enumerate(images.paths):
            assert np.array_equal(pixels.read([row])[0], np.asarray(Image.open(tmp_path / path)))


def test_detail_is_kept_beside_the_pixels_which_stay_as_they_are(tmp_path, index):
    write_prepared(tmp_path / "prepared", tmp_path, index, POLICY)
    write_prepared(tmp_path / "detailed", tmp_path, index, replace(POLICY, detail=90))
    without, images = (open_prepared(tmp_path / name) for name in ("prepared", "detailed"))
    assert images.pixels.read_bytes() == without.pixels.read_bytes()
    assert without.detail_digests is None
    assert images.detail_digests.shape == (8, 16)
    with images.read_detailed() as pixels:
        detail = pixels.detail([7, 2])
        for place, name in enumerate(["8.png", "2.png"]):
            larger = decode((tmp_path / name).read_bytes(), name, replace(POLICY, side=90))
            assert np.array_equal(detail[place], larger.pixels)
    with without.read_detailed() as pixels:
        assert pixels.detail([7, 2]) is None


def test_detail_that_was_changed_is_refused(tmp_path, index):
    write_prepared(tmp_path, tmp_path, index, replace(POLICY, detail=90))
    content = bytearray(detail_file(tmp_path).read_bytes())
    content[-1] ^= 1
    detail_file(tmp_path).write_bytes(content)
    with pytest.raises(PipelineError, match=r"detail\.npy is damaged"):
        open_prepared(tmp_path).read_detailed()


def put(index: pd.DataFrame, row: int, path: Path) -> None:
    """Let a row of the index be of another file."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    index.loc[row, ["path", "digest"]] = [path.name, digest]


def test_findings_tell_rejects_oddities_and_sizes(tmp_path, index):
    Image.new("RGB", (50, 30), "teal").save(tmp_path / "wide.gif", "PNG")
    put(index, 3, tmp_path / "wide.gif")
    findings = write_prepared(tmp_path / "prepared", tmp_path, index, POLICY)
    assert findings.iloc[2:5].to_numpy().tolist() == [
        ["", "", 40, 40, 0],
        ["", "named .gif, but a PNG; constant: all pixels are equal", 50, 30, 0],
        ["not an image", "", 0, 0, 0],
    ]


@pytest.mark.parametrize(
    ("largest", "bits"), [(300, 10), (1023, 10), (1024, 12), (4096, 14), (16384, 16)]
)
def test_16_bits_are_scaled_by_those_that_the_whole_source_uses(tmp_path, index, largest, bits):
    values = np.arange(1600, dtype=np.uint16).reshape(40, 40) % 301
    for row, pixels in enumerate((values, np.full_like(values, largest))):
        Image.fromarray(pixels).save(tmp_path / f"grey{row}.tif")
        put(index, row, tmp_path / f"grey{row}.tif")
    findings = write_prepared(tmp_path / "prepared", tmp_path, index, POLICY)
    assert findings["used_bits"].tolist()[:3] == [9, int(largest).bit_length(), 0]
    images = open_prepared(tmp_path / "prepared")
    assert images.bits == bits
    with images.read() as pixels:
        assert np.array_equal(pixels.read([0])[0, ..., 1], values >> (bits - 8))


def test_an_index_that_was_changed_is_refused(tmp_path, index):
    write_prepared(tmp_path / "prepared", tmp_path, index, POLICY)
    path = tmp_path / "prepared/index.csv"
    path.write_text(path.read_text().replace('"0.png",0', '"0.png",1'))
    with pytest.raises(PipelineError, match=r"index\.csv"):
        open_prepared(tmp_path / "prepared")


def test_pixels_that_were_changed_are_refused(tmp_path, index):
    write_prepared(tmp_path / "prepared", tmp_path, index, POLICY)
    images = open_prepared(tmp_path / "prepared")
    content = bytearray(images.pixels.read_bytes())
    content[-1] ^= 1
    images.pixels.write_bytes(content)
    with pytest.raises(PipelineError, match=r"images\.npy"):
        images.read()


@pytest.mark.parametrize("name", ['a "b",\nc.png', "a\rb.png", "a\r\nb.png", " NA"])
def test_odd_names_survive_the_index(tmp_path, index, name):
    put(index, 3, save_noise(tmp_path / f"{name}.png", 20))
    write_prepared(tmp_path / "prepared", tmp_path, index, POLICY)
    images = open_prepared(tmp_path / "prepared")
    assert images.paths[3] == f"{name}.png"
    assert images.labels.tolist() == [0, 1, 2, 3, 5, 6, 7, 8]


def test_what_only_parts_the_images_is_not_kept(tmp_path, index):
    write_prepared(tmp_path / "prepared", tmp_path, index, POLICY)
    known = index.assign(group="g", split="train")
    write_prepared(tmp_path / "other", tmp_path, known, POLICY)
    for name in ("index.csv", "index.json", "images.npy", "images.json"):
        one, other = (tmp_path / folder / name for folder in ("prepared", "other"))
        assert one.read_bytes() == other.read_bytes()


def test_digests_of_some_rows_are_in_their_order(tmp_path, index):
    write_prepared(tmp_path / "prepared", tmp_path, index, POLICY)
    digests = index["digest"].tolist()
    assert open_prepared(tmp_path / "prepared").of(np.array([5, 0])) == [digests[6], digests[0]]


def test_names_of_classes_are_read_as_written(tmp_path):
    write_classes(tmp_path, ["größe", "NA"])
    assert read_classes(tmp_path) == ["größe", "NA"]
