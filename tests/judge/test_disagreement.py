import numpy as np
import pytest

from tests.arms.named import head_of, named
from viewcache.images.decoding import DecodingPolicy
from viewcache.images.prepared import open_prepared
from viewcache.images.preparing import seal_prepared
from viewcache.judge.disagreement import Answer, find_disagreement

LABELS = np.array([0, 1, 1, 0])
SAID = {
    ("cached_0", 0): [0, 1, 0, 0],
    ("cached_0", 1): [0, 1, 0, 1],
    ("cached_0", 2): [0, 1, 0, 0],
    ("cached_2", 0): [0, 1, 1, 0],
    ("cached_2", 1): [0, 1, 0, 0],
    ("cached_2", 2): [0, 1, 1, 0],
    ("end_to_end", 0): [0, 1, 1, 0],
}


@pytest.fixture
def found(tmp_path):
    pixels = np.arange(4, dtype=np.uint8)[:, None, None, None] * np.ones((4, 8, 8, 3), np.uint8)
    np.save(tmp_path / "images.npy", pixels)
    rows = [f"{number},{label},{number}.png" for number, label in enumerate(LABELS)]
    (tmp_path / "index.csv").write_text("\n".join(["digest,label,path", *rows]))
    seal_prepared(tmp_path, list("0123"), DecodingPolicy(8, 1, (0, 0, 0)))
    test = open_prepared(tmp_path)
    heads = [
        head_of(arm, seed, np.array([answers, answers])[:, :, None] - 0.5)
        for (arm, seed), answers in SAID.items()
    ]
    return find_disagreement(test, ["ok", "broken"], heads, named("cached_2"))


def test_arms_disagree_where_most_of_their_seeds_do(found):
    assert (found.images, found.share) == (4, 0.25)


def test_examples_are_those_on_which_augmentation_changes_most(found):
    assert found.between == (named("cached_0"), named("cached_2"))
    assert [example.path for example in found.examples] == ["2.png", "3.png"]
    assert (found.examples[0].pixels == 2).all()


def test_an_example_has_what_each_arm_says_and_how_many_seeds_do(found):
    assert found.examples[0].truth == "broken"
    assert found.examples[0].answers == [
        Answer(named("cached_0"), "ok", 1.0, False),
        Answer(named("cached_2"), "broken", pytest.approx(2 / 3), True),
        Answer(named("end_to_end"), "broken", 1.0, True),
    ]
