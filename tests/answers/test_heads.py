import numpy as np
import pytest

from tests.arms.named import named, rotation_of
from viewcache.answers.heads import TrainedHead, ask, epochs_of, open_heads
from viewcache.features.store import FeatureView, Rows
from viewcache.ground.params.head_settings import HeadSettings
from viewcache.heads.head import build_head
from viewcache.heads.history import Epoch
from viewcache.heads.saved import SavedHead, Trained, save_head

LABELS = np.array([0, 1, 1, 0, 1])
ROTATION = rotation_of([1, 3, 4], 2, validation=[0, 2])
HISTORY = [
    Epoch(1, 0.9, 0.5, 0.8, 0.55),
    Epoch(2, 0.7, 0.6, 0.5, 0.75),
    Epoch(3, 0.6, 0.7, 0.6, 0.65),
]


def trained(seed, weights=(), history=()):
    saved = SavedHead(list(weights), "", "", "", list(history))
    return TrainedHead(named("cached_2"), seed, ROTATION, saved)


def test_every_epoch_of_every_head_is_told():
    found = epochs_of([trained(seed, history=HISTORY[seed:]) for seed in (0, 1)])
    assert found["seed"].tolist() == [0, 0, 0, 1, 1]
    assert found["epoch"].tolist() == [1, 2, 3, 2, 3]
    assert found["validation_accuracy"].tolist() == [0.55, 0.75, 0.65, 0.75, 0.65]
    assert set(found["arm"]) == {"cached_2"}
    assert set(found["rotation"]) == {2}


def test_a_head_is_of_an_arm_by_its_name_and_its_training():
    head = trained(3)  # of cached_2, in rotation 2
    assert head.is_of(named("cached_2", (1, 3), (0, 2)))
    for other in (
        named("cached_1", (3,), (2,)),
        named("cached_2", (1,), (2,)),
        named("cached_2", (3,), (1,)),
    ):
        assert not head.is_of(other)


def model(seed):
    settings = HeadSettings(units=4, dropout=0.5, standardize=False, weight_decay=0)
    return build_head(6, 2, settings, 0.01, seed)


@pytest.mark.parametrize("part", ["test", "validation"])
def test_a_head_answers_on_a_part_of_its_rotation_in_every_view(part):
    rng, places = np.random.default_rng(0), np.array([4, 3, 2, 1, 0])
    features = {view: rng.normal(size=(5, 6)) for view in (0, 8, 9)}
    views = {view: FeatureView(Rows([of]), places) for view, of in features.items()}
    found = ask(trained(3, model(3).get_weights()), LABELS, views, [0, 9, 8], part)
    rows = getattr(ROTATION, part)
    expected = [np.asarray(model(3)(features[view][places[rows]])) for view in (0, 9, 8)]
    np.testing.assert_allclose(found.logits, expected, rtol=1e-5, atol=1e-6)
    assert (found.arm, found.training, found.part) == (named("cached_2"), (3, 2), part)
    assert found.images.tolist() == rows.tolist()
    logits, signs = found.logits[..., 0].astype(float), 2 * LABELS[rows] - 1
    np.testing.assert_array_equal(found.named, logits > 0)
    np.testing.assert_allclose(found.log_right, -np.log1p(np.exp(-signs * logits)))


def test_the_heads_of_all_arms_are_opened_with_their_rotations(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rotations = [rotation_of([0], 0), rotation_of([1], 1)]
    arms = [named("cached_1", (5, 6), (0, 1)), named("end_to_end", (6,), (1,))]
    for arm in arms:
        for seed, number in arm.trainings:
            ended = Trained(model(seed).get_weights(), [], f"{arm} {seed} {number}", {})
            save_head(arm.head_file(seed, number), ended, "ab", "c")
    found = open_heads(arms, rotations)
    assert [head.saved.start for head in found] == [
        *("cached_1 5 0", "cached_1 5 1", "cached_1 6 0", "cached_1 6 1", "end_to_end 6 1")
    ]
    assert [head.rotation.number for head in found] == [0, 1, 0, 1, 1]
    assert [head.path for head in found] == [
        head.arm.head_file(head.seed, head.rotation.number) for head in found
    ]
