from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from tests.images.pictures import save_noise
from viewcache.images.decoding import DecodingPolicy
from viewcache.images.index import index_images
from viewcache.images.near_duplicates import find_near_duplicates
from viewcache.images.overview import odd_images, rejects, write_report
from viewcache.images.parting import part_images
from viewcache.images.preparing import write_prepared
from viewcache.images.sources import Source, open_source


@pytest.fixture
def source(tmp_path):
    for number in range(12):
        save_noise(tmp_path / "images" / "ab"[number % 2] / f"{number}.png", number)
    return open_source(tmp_path / "images", None, None)


def found(source: Source, **changes) -> pd.DataFrame:
    index = index_images(source, None)
    nothing = {"rejected": "", "warnings": "", "width": 40, "height": 30, "used_bits": 0}
    return index.assign(**nothing | changes)


def test_rejects_are_those_of_the_source_and_those_of_decoding(source, tmp_path):
    (tmp_path / "images/a/link.png").symlink_to("/")
    again = open_source(tmp_path / "images", None, None)
    index = found(again)
    index.loc[3, "rejected"] = "truncated"
    table = rejects(again, index)
    assert table["reason"].tolist() == ["leaves the source folder", "truncated"]
    assert table["digest"].tolist() == ["", index.loc[3, "digest"]]


def test_equal_images_are_odd_and_named(source):
    index = found(source)
    index.loc[1, "digest"] = index.loc[0, "digest"]
    [row] = odd_images(index).to_dict("records")
    assert row == {"path": index.loc[1, "path"], "warning": f"equal to {index.loc[0, 'path']}"}


POLICY = DecodingPolicy(40, 16, (255, 255, 255))
NOTHING = pd.DataFrame({"path": [], "digest": [], "reason": []})


def reported(
    folder: Path, source: Source, index: pd.DataFrame, folds=None, rejected=NOTHING
) -> str:
    """The text of the report; digests part the images."""
    write_prepared(folder / "prepared", source.root, index, POLICY)
    parts = part_images(index, 0, folds, 0.3, 0.3)
    odd = odd_images(index)
    near = find_near_duplicates(np.zeros((0, 4), np.uint64), index["digest"], parts)
    write_report(folder, source, index, parts, rejected, odd, near, folder / "prepared")
    return (folder / "images.md").read_text()


def test_the_report_counts_and_shows_the_images(source, tmp_path):
    index = found(source)
    index.loc[2, "warnings"] = "constant: all pixels are equal"
    rejected = pd.DataFrame({"path": ["x|y\n.png"], "digest": ["d"], "reason": ["truncated"]})
    text = reported(tmp_path, source, index, rejected=rejected)
    assert "12 images in 2 classes" in text
    assert "40 x 30" in text
    assert r"'x\|y\n.png'" in text
    assert "Accepted with a warning: 1" in text
    assert all(
        (tmp_path / name).stat().st_size > 1000 for name in ("images.png", "image_sizes.png")
    )


def test_a_holdout_is_counted_by_part_and_class(source, tmp_path):
    index = found(source)
    text = reported(tmp_path, source, index)
    assert "One holdout:" in text
    parts = part_images(index, 0, None, 0.3, 0.3)["rotation_0"].tolist()
    assert counted(text) == counts(parts, index["label"])


def test_of_rotations_the_first_is_counted(source, tmp_path):
    index = found(source)
    text = reported(tmp_path, source, index, folds=3)
    assert "3 rotations, in which every image is tested once. The first of them:" in text
    parts = part_images(index, 0, 3, 0.3, 0.3)["rotation_0"].tolist()
    assert counted(text) == counts(parts, index["label"])


def counted(text: str) -> list[list[str]]:
    """Rows of the report's table of counts."""
    lines = [line for line in text.splitlines() if line.startswith(("| train", "| val", "| test"))]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def counts(parts: list[str], labels: pd.Series) -> list[list[str]]:
    pairs = Counter(zip(parts, labels, strict=True))
    rows = {part: [pairs[part, 0], pairs[part, 1]] for part in ("train", "validation", "test")}
    return [[part, *map(str, [sum(row), *row])] for part, row in rows.items()]


def test_a_long_list_is_cut(source, tmp_path):
    rejected = pd.DataFrame({"path": ["x"] * 80, "digest": "", "reason": "truncated"})
    assert "and 30 more" in reported(tmp_path, source, found(source), rejected=rejected)


def test_images_of_16_bits_are_counted_with_the_bits_that_they_use(tmp_path):
    for number in range(12):
        values = np.random.default_rng(number).integers(0, 4096, (40, 40)).astype(np.uint16)
        path = tmp_path / "images" / "ab"[number % 2] / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(values).save(path)
    source = open_source(tmp_path / "images", None, None)
    text = reported(tmp_path, source, found(source, used_bits=12))
    assert "12 images have 16 bits a channel, of which they use 12" in text


def test_classes_beyond_a_dozen_are_counted_as_not_shown(tmp_path):
    for number in range(15 * 9):
        save_noise(tmp_path / "images" / f"class {number % 15:02}" / f"{number}.png", number)
    source = open_source(tmp_path / "images", None, None)
    text = reported(tmp_path, source, found(source))
    assert "The first 12 classes; 3 more are not shown." in text
    rows = [line.split("|")[1:6:4] for line in text.splitlines() if line.startswith("| class")]
    assert [[cell.strip() for cell in row] for row in rows] == [
        [f"class {number:02}", "9"] for number in range(15)
    ]
