import re
from dataclasses import fields, replace
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.arms.named import named, rotation_of
from viewcache.answers import table
from viewcache.answers.head_answers import HeadAnswers, answers_of
from viewcache.answers.table import read_answers, write_answers
from viewcache.ground.errors import PipelineError
from viewcache.images.prepared import Prepared
from viewcache.judge.confusion import confusion_of
from viewcache.judge.correctness import named_by_arm

IMAGES = 12
ROTATIONS = [rotation_of(range(number, IMAGES, 3), number, [1, 5], [2]) for number in range(3)]
"""Which all train on two images, so that nothing but their test images tells them apart."""
ARMS = [named(name, (0, 7), range(3)) for name in ("cached_0", "cached_10", "end_to_end")]
CLASSES = ["intact", "broken", "dusty"]
VIEWS = [0, 1_000_000, 1_000_001]
UNITS = np.arange(IMAGES) // 2
PAGE = Path("docs/answers.md")
NAMES = st.text(min_size=1)
"""Of classes, in any letters."""


def prepared(folder: Path, classes: int) -> Prepared:
    """Images that are classes in turn, in a folder that tells their paths."""
    digests, labels = [f"{number:064x}" for number in range(IMAGES)], np.arange(IMAGES) % classes
    rows = [f"{digest},{number}.png" for number, digest in enumerate(digests)]
    (folder / "index.csv").write_text("\n".join(["digest,path", *rows]) + "\n")
    return Prepared(folder, digests, labels)


def heads_of(images, classes, views=3, parts=("test",)) -> list[HeadAnswers]:
    """Of every arm, seed, rotation and part a head that answers at random."""
    rng, outputs = np.random.default_rng(0), classes if classes > 2 else 1
    found = []
    for part, arm, training in product(parts, ARMS, product((0, 7), range(3))):
        rows = getattr(ROTATIONS[training[1]], part)
        logits = rng.normal(size=(views, len(rows), outputs)).astype(np.float32)
        found.append(answers_of(arm, training, part, rows, images.labels[rows], logits))
    return found


def assert_same(found: HeadAnswers, expected: HeadAnswers) -> None:
    """To the bit, and of the same types."""
    for field in fields(HeadAnswers):
        one, other = (getattr(head, field.name) for head in (found, expected))
        if isinstance(other, np.ndarray):
            assert (one.dtype, one.shape) == (other.dtype, other.shape)
            assert one.tobytes() == other.tobytes()
        else:
            assert one == other


@given(st.lists(NAMES, min_size=2, max_size=5, unique=True), st.integers(1, 4), st.data())
def test_what_is_written_is_read_to_the_bit(classes, views, data):
    with TemporaryDirectory() as folder:
        images = prepared(Path(folder), len(classes))
        every = heads_of(images, len(classes), views, parts=("test", "validation"))
        places = data.draw(st.sets(st.sampled_from(range(len(every))), min_size=1))
        written, path = [every[place] for place in sorted(places)], Path(folder) / "of/this/answers"
        ids = [0, *range(1_000_000, 1_000_000 + views - 1)]
        write_answers(path, written, images, classes, ROTATIONS, ids, UNITS)
        for pair in zip(read_answers(path, ARMS, images, classes), written, strict=True):
            assert_same(*pair)


@pytest.fixture
def images(tmp_path) -> Prepared:
    return prepared(tmp_path, len(CLASSES))


@pytest.fixture
def heads(images) -> list[HeadAnswers]:
    return heads_of(images, len(CLASSES))


@pytest.fixture
def path(tmp_path, images, heads) -> Path:
    """The table of these heads."""
    file = tmp_path / "answers.parquet"
    write_answers(file, heads, images, CLASSES, ROTATIONS, VIEWS, UNITS)
    return file


def test_the_same_answers_are_the_same_bytes(path, images, heads):
    before = path.read_bytes()
    write_answers(path, heads, images, CLASSES, ROTATIONS, VIEWS, UNITS)
    assert path.read_bytes() == before


def test_answers_on_one_image_in_one_view_are_read(tmp_path, images):
    scores = np.array([[[0.5, 2.0, -1.0]]], np.float32)
    one = answers_of(ARMS[0], (7, 1), "test", np.array([4]), images.labels[[4]], scores)
    file = tmp_path / "one.parquet"
    write_answers(file, [one], images, CLASSES, ROTATIONS, [0], UNITS)
    [found] = read_answers(file, ARMS, images, CLASSES)
    assert_same(found, one)


@pytest.mark.parametrize(("spared", "kept"), [(0, True), (1, False)])
def test_of_too_many_logits_none_is_kept_and_the_rest_is_read(
    tmp_path, monkeypatch, images, heads, spared, kept
):
    numbers = sum(head.logits.size for head in heads)
    monkeypatch.setattr(table, "MOST_LOGITS", numbers - spared)
    file = tmp_path / "answers.parquet"
    write_answers(file, heads, images, CLASSES, ROTATIONS, VIEWS, UNITS)
    assert ("logits" in pd.read_parquet(file)) == kept
    for found, head in zip(read_answers(file, ARMS, images, CLASSES), heads, strict=True):
        assert_same(found, head if kept else replace(head, logits=None))


def test_a_missing_table_is_refused(path, images):
    path.unlink()
    refused(path, images)


def refused(path, images, arms=ARMS, classes=CLASSES):
    with pytest.raises(PipelineError, match=r"answers\.parquet must hold answers of these arms"):
        read_answers(path, arms, images, classes)


def test_a_table_that_was_cut_off_is_refused(path, images):
    path.write_bytes(path.read_bytes()[:-9])
    refused(path, images)


def test_a_byte_that_was_changed_is_refused_or_changes_no_answer(path, images, heads):
    content, refused = path.read_bytes(), 0
    pages = len(content) - pq.read_metadata(path).serialized_size - 8
    for place in range(4, pages, pages // 50):
        path.write_bytes(content[:place] + bytes([content[place] ^ 255]) + content[place + 1 :])
        try:
            found = read_answers(path, ARMS, images, CLASSES)
        except PipelineError:
            refused += 1
            continue
        for pair in zip(found, heads, strict=True):
            assert_same(*pair)
    assert refused > 40


def test_a_table_without_a_column_is_refused(path, images):
    pq.write_table(pq.read_table(path).drop_columns("named"), path)
    refused(path, images)


@pytest.mark.parametrize("writer", ["groups", "pandas"])
def test_rows_in_many_groups_or_written_by_pandas_are_read_alike(path, images, heads, writer):
    if writer == "groups":
        pq.write_table(pq.read_table(path), path, row_group_size=7)
    else:
        pd.read_parquet(path).to_parquet(path)
    for pair in zip(read_answers(path, ARMS, images, CLASSES), heads, strict=True):
        assert_same(*pair)


def test_answers_of_other_arms_images_or_classes_are_refused(path, images):
    refused(path, images, arms=ARMS[1:])
    refused(path, replace(images, digests=[*images.digests[:-1], 64 * "f"]))
    refused(path, images, classes=["intact", "broken", "dirty"])


def test_plain_pandas_finds_the_documented_columns(path, images, heads):
    found = pd.read_parquet(path)
    told = [line.split("|")[1] for line in PAGE.read_text().splitlines() if line.startswith("| `")]
    assert re.findall(r"`(\w+)`", "".join(told)) == [*found]
    head, first = heads[-1], found.iloc[-12]
    rows = ROTATIONS[2].test
    assert len(found) == sum(head.named.size for head in heads)
    assert found.iloc[-12:]["image"].tolist() == 3 * images.of(rows)
    assert (first["path"], first["unit"]) == (f"{rows[0]}.png", UNITS[rows[0]])
    assert (first["label"], first["named"]) == tuple(
        CLASSES[number] for number in (images.labels[rows[0]], head.named[0, 0])
    )
    assert first["log_probability"] == head.log_named[0, 0]
    assert first["log_probability_of_label"] == head.log_right[0, 0]
    assert first["logits"].tolist() == head.logits[0, 0].tolist()
    names = ["arm", "views", "runtime", "seed", "rotation", "training_images", "part", "view"]
    assert first[names].tolist() == ["end_to_end", 10, "keras", 7, 2, 2, "test", 0]


def test_confusion_by_pandas_is_the_judges(path, images, heads):
    found = pd.read_parquet(path)
    of_arm = found[found["arm"] == "cached_10"]
    by_kind = of_arm.groupby([of_arm["view"] > 0, "label", "named"], observed=False).size()
    expected = confusion_of(ARMS[1], named_by_arm(heads)[ARMS[1]], images.labels)
    for kind, counts, views in ((False, expected.clean, 1), (True, expected.robustness, 2)):
        counted = by_kind[kind].unstack().loc[CLASSES, CLASSES] / (views * 2)
        np.testing.assert_array_equal(counted, counts)
