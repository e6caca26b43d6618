import hashlib

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageEnhance
from skimage import data

from tests.images.pictures import save_noise
from viewcache.images import near_duplicates
from viewcache.images.decoding import DecodingPolicy
from viewcache.images.near_duplicates import (
    NEAR,
    find_near_duplicates,
    group_near_duplicates,
    hash_images,
    near_pairs,
)
from viewcache.images.near_report import described, write_near_duplicates
from viewcache.images.prepared import Prepared, open_prepared
from viewcache.images.preparing import write_prepared

WORDS = st.integers(0, 2**64 - 1)


@pytest.fixture
def images(tmp_path) -> Prepared:
    """A photograph, three images that look like it, its mirror image, and noise."""
    cat = Image.fromarray(data.chelsea())
    (tmp_path / "photos").mkdir()
    cat.save(tmp_path / "photos/0.png")
    cat.save(tmp_path / "photos/1.jpg", quality=30)
    cat.resize((170, 110)).save(tmp_path / "photos/2.png")
    ImageEnhance.Brightness(cat).enhance(1.2).save(tmp_path / "photos/3.png")
    cat.transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(tmp_path / "photos/4.png")
    save_noise(tmp_path / "photos/5.png", 0)
    paths = sorted(path.name for path in (tmp_path / "photos").iterdir())
    contents = [(tmp_path / "photos" / name).read_bytes() for name in paths]
    digests = [hashlib.sha256(content).hexdigest() for content in contents]
    index = pd.DataFrame({"digest": digests, "path": paths, "label": 0})
    policy = DecodingPolicy(96, 16, (255, 255, 255))
    write_prepared(tmp_path / "prepared", tmp_path / "photos", index, policy)
    return open_prepared(tmp_path / "prepared")


def test_saved_again_scaled_and_brighter_are_near_and_mirrored_is_not(images):
    groups = group_near_duplicates(hash_images(images))
    assert groups[0] == groups[1] == groups[2] == groups[3]
    assert len(set(groups)) == 3


def hashes_of(numbers: list[list[int]]) -> np.ndarray:
    return np.array(numbers, np.uint64).reshape(-1, 4)


@st.composite
def some_hashes(draw) -> np.ndarray:
    """Some of which differ from one before by a few bits."""
    hashes = [draw(st.lists(WORDS, min_size=4, max_size=4))]
    for _ in range(draw(st.integers(0, 12))):
        of = list(draw(st.sampled_from(hashes)))
        for bit in draw(st.lists(st.integers(0, 255), max_size=2 * NEAR)):
            of[bit // 64] ^= 1 << bit % 64
        hashes.append(of)
    return hashes_of(hashes)


@pytest.mark.parametrize("block", [1, 2**20])
@given(hashes=some_hashes())
def test_pairs_are_all_that_differ_by_few_bits_each_once(block, hashes):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(near_duplicates, "BLOCK", block)
        found = {
            (int(first), int(second)): int(bits)
            for pairs in near_pairs(hashes)
            for first, second, bits in zip(*pairs, strict=True)
        }
        groups = group_near_duplicates(hashes)
    for first in range(len(hashes)):
        for second in range(first + 1, len(hashes)):
            bits = sum(
                int(a ^ b).bit_count() for a, b in zip(*hashes[[first, second]], strict=True)
            )
            assert found.get((first, second)) == (bits if bits <= NEAR else None)
            assert bits > NEAR or groups[first] == groups[second]
    assert len(set(groups)) >= len(hashes) - len(found)


def test_pairs_across_parts_come_first_and_those_of_one_unit_are_known():
    hashes = hashes_of([[0] * 4, [1, 0, 0, 0], [3, 0, 0, 0], [7, 0, 0, 0]])
    parts = pd.DataFrame({"unit": "", "rotation_0": ["train", "train", "test", "train"]})
    near = find_near_duplicates(hashes, pd.Series([*"abcc"]), parts)
    assert near.table[["first", "second"]].to_numpy().tolist() == [
        [1, 2],
        [0, 2],
        [0, 1],
        [1, 3],
        [0, 3],
    ]
    assert near.table["across"].tolist() == [True, True, False, False, False]
    assert (near.pairs, near.images, near.across) == (5, 4, 4)


def test_they_are_listed_and_drawn_and_described(images, tmp_path):
    kept = pd.DataFrame({"path": images.paths, "label": [0, 1, 0, 0, 0, 0]})
    parts = pd.DataFrame({"unit": images.digests, "rotation_0": ["train"] * 3 + ["test"] * 3})
    near = find_near_duplicates(hash_images(images), parts["unit"], parts)
    write_near_duplicates(tmp_path, near, kept, ["a", "b"], images)
    table = pd.read_csv(tmp_path / "near_duplicates.csv")
    assert table["across"].tolist() == [True] * 3 + [False] * 3
    assert set(table["near_path"]) <= {"1.jpg", "2.png", "3.png"}
    assert table["near_class"].tolist() == [
        "b" if "1" in near else "a" for near in table["near_path"]
    ]
    with Image.open(tmp_path / "near_duplicates.png") as sheet:
        assert sheet.width > sheet.height
    assert "4 of 6 images (66.7%) have a near duplicate in another part" in described(near)[1]


def test_where_there_are_none_a_picture_says_so(images, tmp_path):
    none = find_near_duplicates(
        hashes_of([]), pd.Series([]), pd.DataFrame({"unit": [], "rotation_0": []})
    )
    write_near_duplicates(tmp_path, none, pd.DataFrame({"path": [], "label": []}), [], images)
    assert (tmp_path / "near_duplicates.png").stat().st_size > 0
    assert described(none) == ["## Near duplicates: 0 pairs"]
