import numpy as np
import pytest

from tests.arms.named import head_of, named, rotation_of
from viewcache.arms.trained import (
    TrainedHead,
    epochs_of,
    losses_of,
    open_heads,
    put_to_the_test,
    score,
)
from viewcache.features.store import FeatureView, Rows
from viewcache.ground.params.head_settings import HeadSettings
from viewcache.heads.head import build_head
from viewcache.heads.history import Epoch
from viewcache.heads.saved import SavedHead, Trained, save_head

LABELS = np.array([0, 1, 1, 0, 1])
ROTATION = rotation_of([1, 3, 4], 2)
HISTORY = [
    Epoch(1, 0.9, 0.5, 0.8, 0.55),
    Epoch(2, 0.7, 0.6, 0.5, 0.75),
    Epoch(3, 0.6, 0.7, 0.6, 0.65),
]


def column(*views):
    return np.array(views, np.float32)[:, :, None]


def test_a_score_is_of_the_test_images_as_they_are_and_the_mean_over_their_random_views():
    logits = column([1, -1, 1], [1, 1, -1], [1, -1, -1], [-1, 1, -1])  # labels: 1, 0, 1
    found = score(head_of("cached_2", 7, logits, rotation=ROTATION, history=HISTORY), LABELS)
    assert (found["arm"], found["seed"], found["rotation"]) == ("cached_2", 7, 2)
    assert found["accuracy"] == 1
    assert found["accuracy_augmented"] == pytest.approx((1 / 3 + 2 / 3 + 0) / 3)
    right, wrong = np.log1p(np.exp([-1, 1]))
    assert found["loss"] == pytest.approx(right)
    assert found["loss_augmented"] == pytest.approx((3 * right + 6 * wrong) / 9)


def test_the_validation_is_that_of_the_last_epoch():
    head = head_of("cached_2", 7, column([1, -1, 1], [1, 1, -1]), (), (), ROTATION, (2,), HISTORY)
    found = score(head, LABELS)
    assert (found["validation_accuracy"], found["validation_loss"]) == (0.65, 0.6)


def test_every_epoch_of_every_head_is_told():
    heads = [
        head_of("cached_2", seed, column([1, -1, 1]), rotation=ROTATION, history=HISTORY[seed:])
        for seed in (0, 1)
    ]
    found = epochs_of([head.trained for head in heads])
    assert found["seed"].tolist() == [0, 0, 0, 1, 1]
    assert found["epoch"].tolist() == [1, 2, 3, 2, 3]
    assert found["validation_accuracy"].tolist() == [0.55, 0.75, 0.65, 0.75, 0.65]
    assert set(found["arm"]) == {"cached_2"}
    assert set(found["rotation"]) == {2}


def test_validation_losses_are_told_head_by_head_and_epoch_by_epoch():
    heads = [head_of("cached_2", seed, column([1]), history=HISTORY[seed:]) for seed in (1, 1)]
    assert losses_of(heads).tolist() == [[0.5, 0.6], [0.5, 0.6]]


def model(seed):
    settings = HeadSettings(units=4, dropout=0.5, standardize=False, weight_decay=0)
    return build_head(6, 2, settings, 0.01, seed)


def test_a_head_answers_on_the_test_images_of_its_rotation_in_every_test_view():
    rng, places = np.random.default_rng(0), np.array([4, 3, 2, 1, 0])
    features = {view: rng.normal(size=(5, 6)) for view in (0, 8, 9)}
    views = {view: FeatureView(Rows([of]), places) for view, of in features.items()}
    saved = SavedHead(model(3).get_weights(), "", "", "", [])
    trained = TrainedHead(named("cached_2"), 3, ROTATION, saved)
    tested = put_to_the_test(trained, views, [0, 9, 8])
    rows = places[ROTATION.test]
    expected = [np.asarray(model(3)(features[view][rows])) for view in (0, 9, 8)]
    np.testing.assert_allclose(tested.logits, expected, rtol=1e-5, atol=1e-6)
    assert tested.logits.shape == (3, 3, 1)
    assert (tested.arm, tested.training) == (named("cached_2"), (3, 2))


def test_the_heads_of_all_arms_are_opened_with_their_rotations(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rotations = [rotation_of([0], 0), rotation_of([1], 1)]
    arms = [named("cached_1", (5, 6), (0, 1)), named("end_to_end", (6,), (1,))]
    for arm in arms:
        for seed, number in arm.trainings:
            trained = Trained(model(seed).get_weights(), [], f"{arm} {seed} {number}", {})
            save_head(arm.head_file(seed, number), trained, "ab", "c")
    found = list(open_heads(arms, rotations))
    assert [head.saved.start for head in found] == [
        *("cached_1 5 0", "cached_1 5 1", "cached_1 6 0", "cached_1 6 1", "end_to_end 6 1")
    ]
    assert [head.rotation.number for head in found] == [0, 1, 0, 1, 1]
    assert [head.path for head in found] == [
        head.arm.head_file(head.seed, head.rotation.number) for head in found
    ]
