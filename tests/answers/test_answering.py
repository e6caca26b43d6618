import numpy as np
import pytest

from tests.arms.named import named, rotation_of
from viewcache.answers.answering import ask_arms
from viewcache.features.store import FeatureView, Rows
from viewcache.ground.errors import PipelineError
from viewcache.heads.saved import Trained, save_head
from viewcache.images.prepared import Prepared

ASKED = [0, 1_000_000, 1_000_001]
IMAGES = Prepared(None, list("abcdef"), np.arange(6) % 2)
ROTATIONS = [
    rotation_of([0, 1], 0, [2, 3], [4, 5]),
    rotation_of([2, 3], 1, [4, 5], [0, 1]),
]
FEATURES = np.random.default_rng(0).normal(size=(len(ASKED), 6, 2)).astype(np.float32)
VIEWS = {
    view: FeatureView(Rows([of]), np.arange(6)) for view, of in zip(ASKED, FEATURES, strict=True)
}
KERNEL = np.array([[1], [2]], np.float32)
ARMS = [named("cached_0", (0,), (0, 1)), named("cached_10", (0,), (1,))]


@pytest.fixture(autouse=True)
def heads(tmp_path, monkeypatch):
    """Linear heads, each a multiple of the one before it."""
    monkeypatch.chdir(tmp_path)
    trainings = [(arm, *training) for arm in ARMS for training in arm.trainings]
    for factor, (arm, seed, number) in enumerate(trainings, start=1):
        trained = Trained([factor * KERNEL, np.zeros(1, np.float32)], [], "start", {})
        parts = ROTATIONS[number].train, ROTATIONS[number].validation
        save_head(arm.head_file(seed, number), trained, *map(IMAGES.of, parts))


@pytest.mark.parametrize("part", ["test", "validation"])
def test_every_head_answers_on_a_part_of_its_rotation_in_every_view(part):
    answers = ask_arms(ARMS, ROTATIONS, IMAGES, VIEWS, ASKED, part)
    assert [(head.arm, *head.training) for head in answers] == [
        *((ARMS[0], 0, 0), (ARMS[0], 0, 1), (ARMS[1], 0, 1))
    ]
    for factor, head in enumerate(answers, start=1):
        rows = getattr(ROTATIONS[head.rotation], part)
        assert (head.part, head.images.tolist()) == (part, rows.tolist())
        assert head.logits == pytest.approx(FEATURES[:, rows] @ (factor * KERNEL), abs=1e-5)


def test_heads_of_other_images_are_not_asked():
    others = Prepared(None, list("ABCDEF"), np.zeros(6, int))
    with pytest.raises(PipelineError, match="must be made from images"):
        ask_arms(ARMS, ROTATIONS, others, VIEWS, ASKED)
