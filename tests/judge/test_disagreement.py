import numpy as np
import pytest

from tests.arms.named import named
from tests.judge.heads import answering
from viewcache.images.prepared import open_prepared
from viewcache.images.preparing import seal_prepared
from viewcache.judge.disagreement import Answer, find_disagreement

LABELS = np.array([0, 1, 1, 0, 1])
PLAIN, TWIN = (named(name, (0, 1, 2), (0, 1)) for name in ("cached_0", "cached_2"))
END_TO_END = named("end_to_end", (0,), (0,))
SAID = {
    (PLAIN, 0): [0, 1, 0, 0],
    (PLAIN, 1): [0, 1, 0, 1],
    (PLAIN, 2): [0, 1, 0, 0],
    (TWIN, 0): [0, 1, 1, 0],
    (TWIN, 1): [0, 1, 0, 0],
    (TWIN, 2): [0, 1, 1, 0],
}
ROTATIONS = ([1, 3], [0, 2])
"""Image 4 is never tested."""


def heads():
    for (arm, seed), answers in SAID.items():
        for number, rows in enumerate(ROTATIONS):
            said = np.array(answers)[rows] - 0.5
            yield answering(arm, seed, number, rows, [said, -said])
    yield answering(END_TO_END, 0, 0, ROTATIONS[0], [[-1, 1], [-1, 1]])


@pytest.fixture
def found(tmp_path):
    pixels = np.arange(5, dtype=np.uint8)[:, None, None, None] * np.ones((5, 8, 8, 3), np.uint8)
    np.save(tmp_path / "images.npy", pixels)
    digests = [64 * str(number) for number in range(5)]
    rows = [f"{digests[number]},{label},{number}.png" for number, label in enumerate(LABELS)]
    (tmp_path / "index.csv").write_text("\n".join(["digest,label,path", *rows]))
    seal_prepared(tmp_path)
    return find_disagreement(open_prepared(tmp_path), ["ok", "broken"], list(heads()))


def test_arms_on_cached_views_disagree_where_most_of_their_seeds_do(found):
    assert (found.images, found.share) == (4, 0.25)


def test_examples_are_those_on_which_augmentation_changes_most(found):
    assert found.between == (PLAIN, TWIN)
    assert [example.path for example in found.examples] == ["2.png", "3.png"]
    assert (found.examples[0].pixels == 2).all()


def test_an_example_has_what_each_arm_says_and_how_many_seeds_do(found):
    assert found.examples[0].truth == "broken"
    assert found.examples[0].answers == [
        Answer(PLAIN, "ok", 1.0, False),
        Answer(TWIN, "broken", pytest.approx(2 / 3), True),
    ]
