from pathlib import Path

import pandas as pd
import pytest

from tests.images.pictures import save_noise
from viewcache.images.decoding import DecodingPolicy
from viewcache.images.index import index_images
from viewcache.images.overview import odd_images, rejects, write_report
from viewcache.images.preparing import write_prepared
from viewcache.images.sources import Source, open_source


@pytest.fixture
def source(tmp_path):
    for number in range(12):
        save_noise(tmp_path / "images" / "ab"[number % 2] / f"{number}.png", number)
    return open_source(tmp_path / "images", None, None)


def found(source: Source, **changes) -> pd.DataFrame:
    index = index_images(source, seed=0, validation=0.1, test=0.1, limit=None)
    nothing = {"rejected": "", "warnings": "", "width": 40, "height": 30}
    return index.assign(split="train", **nothing | changes)


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


def test_the_report_counts_and_shows_the_images(source, tmp_path):
    index = found(source)
    policy = DecodingPolicy(40, 16, (255, 255, 255))
    write_prepared(tmp_path / "prepared/train", source.root, index, policy)
    index.loc[2, "warnings"] = "constant: all pixels are equal"
    rejected = pd.DataFrame({"path": ["x|y\n.png"], "digest": ["d"], "reason": ["truncated"]})
    write_report(tmp_path, source, index, rejected, odd_images(index), tmp_path / "prepared")
    text = (tmp_path / "images.md").read_text()
    assert "12 images in 2 classes" in text
    assert "40 x 30" in text
    assert r"'x\|y\n.png'" in text
    assert "Accepted with a warning: 1" in text
    assert all(
        (tmp_path / name).stat().st_size > 1000 for name in ("images.png", "image_sizes.png")
    )


def test_a_long_list_is_cut(source, tmp_path):
    policy = DecodingPolicy(40, 16, (255, 255, 255))
    write_prepared(tmp_path / "prepared/train", source.root, found(source), policy)
    rejected = pd.DataFrame({"path": ["x"] * 80, "digest": "", "reason": "truncated"})
    odd = odd_images(found(source))
    write_report(tmp_path, source, found(source), rejected, odd, tmp_path / "prepared")
    assert "and 30 more" in Path(tmp_path / "images.md").read_text()
