import hashlib
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewcache.ground.errors import PipelineError
from viewcache.images.folds import (
    Rotation,
    fold_of,
    open_rotations,
    open_units,
    part_by_fraction,
    parts_of_fold,
    rotation_that_tests,
)
from viewcache.images.parting import part_images, write_parts

SEEDS = st.integers(-(2**63), 2**63 - 1)
FOLDS = st.integers(3, 12)


def digests(count: int) -> list[str]:
    return [hashlib.sha256(str(number).encode()).hexdigest() for number in range(count)]


def table(**columns) -> pd.DataFrame:
    """An index of images whose paths are their digests, unless others are given.

    Each is a class of its own, so that names of units alone decide.
    """
    digests = columns["digest"]
    return pd.DataFrame({"path": digests, "label": range(len(digests))} | columns)


def parted(index: pd.DataFrame, folds: int | None = 5, seed: int = 0) -> pd.DataFrame:
    return part_images(index, seed, folds, validation=0.3, test=0.3)


def test_folds_stay_what_they_were():
    folds = [fold_of(digest, 0, 5) for digest in digests(40)]
    assert "".join(map(str, folds)) == "1040101303323341443133433333344223210231"
    for seed, folds in {0: "12111112", 1: "00022201"}.items():
        found = [fold_of(name, seed, 3) for name in "abcdefgh"]
        assert "".join(map(str, found)) == folds


@given(folds=FOLDS, data=st.data())
def test_every_image_is_tested_once_and_validates_in_the_rotation_before(folds, data):
    fold = data.draw(st.integers(0, folds - 1))
    parts = parts_of_fold(fold, folds)
    assert parts[fold] == "test"
    assert parts[fold - 1] == "validation"
    assert Counter(parts) == {"test": 1, "validation": 1, "train": folds - 2}


def test_folds_are_equally_large_on_average():
    counts = Counter(fold_of(digest, 0, 5) for digest in digests(20_000))
    assert sorted(counts) == [0, 1, 2, 3, 4]
    assert all(abs(count / 20_000 - 0.2) < 0.01 for count in counts.values())


def test_a_holdout_stays_what_it_was():
    found = "".join(part_by_fraction(digest, 0, 0.15, 0.25)[0] for digest in digests(40))
    assert found == "ttttttvtvvttvtttvtvtttvttttttvvtttttvttt"


def test_fractions_hold_on_average():
    counts = Counter(part_by_fraction(digest, 0, 0.15, 0.25) for digest in digests(20_000))
    assert abs(counts["validation"] / 20_000 - 0.15) < 0.01
    assert abs(counts["test"] / 20_000 - 0.25) < 0.01


def test_a_larger_validation_moves_no_test_image():
    for digest in digests(500):
        small, large = (part_by_fraction(digest, 0, size, 0.25) for size in (0.1, 0.3))
        assert (small == "test") == (large == "test")


@pytest.mark.parametrize("folds", [5, None])
def test_another_seed_parts_differently(folds):
    index = table(digest=digests(100))
    ours, theirs = (parted(index, folds, seed)["rotation_0"] for seed in (0, 1))
    assert 20 < (ours != theirs).sum() < 80


@pytest.fixture
def written(tmp_path) -> Path:
    """Parts of 200 images in five rotations."""
    write_parts(tmp_path / "parts.csv", parted(table(digest=digests(200))))
    return tmp_path / "parts.csv"


def test_in_rotation_r_fold_r_is_tested_fold_r_plus_1_validates_and_the_rest_trains(written):
    folds = np.array([fold_of(digest, 0, 5) for digest in digests(200)])
    rotations = open_rotations(written)
    assert [rotation.number for rotation in rotations] == [0, 1, 2, 3, 4]
    for r, rotation in enumerate(rotations):
        after = (r + 1) % 5
        assert rotation.test.tolist() == np.flatnonzero(folds == r).tolist()
        assert rotation.validation.tolist() == np.flatnonzero(folds == after).tolist()
        assert rotation.train.tolist() == np.flatnonzero((folds != r) & (folds != after)).tolist()


def test_over_the_rotations_every_image_is_tested_exactly_once(written):
    tested = np.concatenate([rotation.test for rotation in open_rotations(written)])
    assert sorted(tested) == list(range(200))
    assert tested.dtype == np.int64


def test_a_holdout_is_one_rotation(tmp_path):
    index = table(digest=["1", "2", "3"], split=["test", "train", "validation"])
    write_parts(tmp_path / "parts.csv", parted(index, None))
    [rotation] = open_rotations(tmp_path / "parts.csv")
    assert (rotation.train, rotation.validation, rotation.test) == ([1], [2], [0])


def test_units_are_numbers_of_groups_as_they_are_joined(tmp_path):
    index = table(digest=["1", "2", "2", "3", "4"], group=["x", "c", "b", "NA", "c"])
    write_parts(tmp_path / "parts.csv", parted(index))
    units = open_units(tmp_path / "parts.csv")
    assert units.tolist() == [0, 1, 1, 2, 1]
    assert units.dtype == np.int64


def test_units_of_images_without_groups_are_their_own_but_for_equal_ones(tmp_path):
    write_parts(tmp_path / "parts.csv", parted(table(digest=["1", "2", "2", "3"])))
    assert open_units(tmp_path / "parts.csv").tolist() == [0, 1, 1, 2]


ODD_NAMES = ["a\rb", "a\rc", 'a,"b"\n', "NA", "", "nan", "a\0b", "a\0c", "\u732b", " ", "1", "1.0"]


def test_odd_names_of_groups_stay_apart(tmp_path):
    index = table(digest=digests(len(ODD_NAMES)), group=ODD_NAMES)
    write_parts(tmp_path / "parts.csv", parted(index))
    assert open_units(tmp_path / "parts.csv").tolist() == list(range(len(ODD_NAMES)))


@pytest.mark.parametrize("read", [open_rotations, open_units])
def test_parts_that_were_changed_are_refused(written, read):
    written.write_text(written.read_text().replace("train", "test", 1))
    with pytest.raises(PipelineError, match=r"parts\.csv is damaged"):
        read(written)


def test_parts_that_are_not_there_are_named(tmp_path):
    with pytest.raises(PipelineError, match=r"parts\.csv is missing: `dvc repro` computes it"):
        open_rotations(tmp_path / "parts.csv")


def test_a_tested_image_is_told_by_the_rotation_that_tests_it():
    rest = np.array([], int)
    rotations = [
        Rotation(0, rest, rest, np.array([1, 4])),
        Rotation(1, rest, rest, np.array([0, 5, 6])),
    ]
    assert rotation_that_tests(rotations).tolist() == [1, 0, 0, 1, 1]
