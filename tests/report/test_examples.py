import numpy as np
import pytest

from tests.report.findings import NONE, TWIN, found, judged
from viewcache.images.decoding import DecodingPolicy
from viewcache.images.prepared import open_prepared
from viewcache.images.preparing import seal_prepared
from viewcache.judge.disagreement import Disagreement, Majority
from viewcache.report.examples import MOST, examples

ROWS = np.array([13, *range(13)])
SAID = {
    NONE: Majority(np.zeros(14, int), np.full(14, 0.8)),
    TWIN: Majority(np.ones(14, int), np.ones(14)),
}


@pytest.fixture
def images(tmp_path):
    """The last of two classes in turn, each image as bright as its number."""
    pixels = np.arange(14, dtype=np.uint8)[:, None, None, None] * np.ones((14, 8, 8, 3), np.uint8)
    np.save(tmp_path / "images.npy", pixels)
    digests = [f"{number:064}" for number in range(14)]
    rows = [f"{digest},{number % 2},{number}.png" for number, digest in enumerate(digests)]
    (tmp_path / "index.csv").write_text("\n".join(["digest,label,path", *rows]))
    seal_prepared(tmp_path, digests, DecodingPolicy(8, 1, (0, 0, 0)))
    return open_prepared(tmp_path)


def test_an_image_is_shown_with_its_class_and_what_each_arm_says_by_how_many_seeds(images):
    differing = Disagreement(20, 0.5, (NONE, TWIN), ROWS, SAID)
    first, second, *rest = examples(images, found(judged(disagreement=differing)))
    assert (first.path, first.truth, second.path, second.truth) == (
        "13.png", "broken", "0.png", "intact",
    )  # fmt: skip
    assert first.said == [
        ("✓", "broken", "image and 4 views"),
        ("✗", "intact", "no augmentation (80 %)"),
    ]
    assert [mark for mark, *_ in second.said] == ["✗", "✓"]
    assert first.source.startswith("data:image/png;base64,")
    assert first.source != second.source
    assert len(rest) == MOST - 2


def test_arms_that_agree_leave_nothing_to_show(images):
    assert examples(images, found()) == []
