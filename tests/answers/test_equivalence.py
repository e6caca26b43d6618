from functools import partial

import numpy as np
import pytest

from tests.arms.named import named, rotation_of
from viewcache.answers.equivalence import (
    Equivalence,
    find_equivalence,
    load_equivalences,
    save_equivalences,
    trainings_by_epoch,
)
from viewcache.features.store import FeatureView, Rows
from viewcache.ground.errors import PipelineError
from viewcache.ground.manifests import seal
from viewcache.ground.paths import seen_file
from viewcache.heads.saved import Trained, save_heads

ROTATIONS = [rotation_of([0, 1], 0), rotation_of([2, 3], 1)]
LABELS = np.array([0, 1, 0, 1])
FEATURES = np.array([[-1, 0], [1, 0], [-1, 1], [2, -1]], np.float32)
VIEWS = {view: FeatureView(Rows([FEATURES]), np.arange(4)) for view in (0, 5, 8, 9)}
"""Of which 8 and 9 are tested on, and 5 is what end to end saw."""
WEIGHTS = np.array([1.0, 0.0], np.float32)
CHANGED = WEIGHTS + np.array([0, 0.25], np.float32)  # changes no answer
TURNED = np.array([1.0, 1.5], np.float32)  # changes that on image 2, which has no other sign
WRONG = -WEIGHTS
KEPT = (1, 2, 3, 4)


@pytest.fixture(autouse=True)
def seen(tmp_path, monkeypatch):
    """What end to end saw of view 5 of two images."""
    monkeypatch.chdir(tmp_path)
    for kind, difference in (("keras", -0.5), ("compiled", 0.0)):
        file = seen_file(kind)
        file.parent.mkdir(parents=True)
        np.savez(file, rows=[3, 1], features=FEATURES[[3, 1]] + [[0, difference], [0, 0]])
        seal(file, view=5)


def save(arm, ends=None, kept=None):
    """Heads of an arm: WEIGHTS, but for the ends by training and the others by epoch."""
    for seed, number in arm.trainings:
        by_epoch = dict.fromkeys(KEPT, WEIGHTS) | (kept or {})
        weights = [head(weights) for weights in [(ends or {}).get((seed, number), WEIGHTS)]]
        trained = Trained(
            weights[0], [], "start", {epoch: head(one) for epoch, one in by_epoch.items()}
        )
        save_heads(partial(arm.head_file, seed, number), trained, "ab", "c")


def head(weights):
    """A linear one, of two classes."""
    return [weights[:, None], np.zeros(1, np.float32)]


SEEDS, NUMBERS = (0, 1), (0, 1)
TWIN = named("cached_10", SEEDS, NUMBERS)


def found(arm):
    return find_equivalence(TWIN, arm, ROTATIONS, LABELS, VIEWS, [0, 8, 9])


def test_heads_are_held_to_each_other_after_every_kept_epoch_and_at_the_end():
    arm = named("end_to_end_compiled", SEEDS, NUMBERS)
    save(TWIN, ends={(1, 0): CHANGED}, kept={3: CHANGED})
    save(arm)
    one = found(arm)
    assert (one.twin, one.end_to_end) == (TWIN, arm)
    assert one.weight_differences == {1: 0, 2: 0, 3: 0.25, 4: 0, 20: 0.25}
    assert (one.epochs, one.max_abs_weight_difference) == (20, 0.25)
    assert (one.changed_test_predictions, one.is_exact) == (0, False)
    assert one.test_predictions == 3 * 2
    assert one.max_abs_feature_difference == 0


def test_equal_heads_are_the_same():
    arm = named("end_to_end_compiled", SEEDS, NUMBERS)
    save(TWIN)
    save(arm)
    assert found(arm).is_exact


def test_answers_are_those_of_the_training_that_differs_most():
    arm = named("end_to_end", SEEDS, NUMBERS)
    save(TWIN)
    save(arm, ends={(0, 1): TURNED, (1, 1): WRONG})
    one = found(arm)
    assert (one.changed_test_predictions, one.max_abs_weight_difference) == (6, 2)
    assert one.max_abs_feature_difference == 0.5


def test_end_to_end_that_is_cut_short_is_held_to_the_twin_as_it_was_then():
    arm = named("end_to_end", (0,), (0, 1), epochs=2)
    save(TWIN, ends={(0, 0): WRONG}, kept={3: WRONG, 4: WRONG})
    save(arm, kept={2: CHANGED})
    one = found(arm)
    assert one.weight_differences == {1: 0, 2: 0.25}
    assert (one.epochs, one.changed_test_predictions) == (2, 0)


def test_seeds_and_rotations_are_matched_one_by_one():
    ends = {(0, 1): TURNED, (1, 0): WRONG}
    arm = named("end_to_end", (1, 0), (1, 0))
    save(TWIN, ends)
    save(arm, ends)
    assert found(arm).is_exact
    save(arm, {(1, 0): TURNED, (0, 1): WRONG})
    assert not found(arm).is_exact


def test_trainings_that_end_to_end_has_not_are_passed_over():
    arm = named("end_to_end", (0,), (1,))
    save(TWIN, {training: WRONG for training in TWIN.trainings if training != (0, 1)})
    save(arm)
    assert found(arm).is_exact


def test_a_head_that_was_not_kept_is_missed():
    arm = named("end_to_end", (0,), (0,))
    save(TWIN)
    save(arm)
    TWIN.head_file(0, 0, 3).unlink()
    with pytest.raises(PipelineError, match=r"10/0/0_epoch_3\.npz"):
        found(arm)


def test_what_end_to_end_saw_is_never_unpickled():
    arm = named("end_to_end", (0,), (0,))
    save(TWIN)
    save(arm)
    np.savez(seen_file("keras"), rows=[3, 1], features=FEATURES[[3, 1]].astype(object))
    seal(seen_file("keras"), view=5)
    with pytest.raises(ValueError, match="allow_pickle=False"):
        found(arm)


@pytest.mark.parametrize(
    ("epochs", "compared"),
    [("all", [1, 2, 3, 4, 20]), (2, [1, 2]), (4, [1, 2, 3, 4]), (8, [1, 2, 3, 4])],
)
def test_what_is_compared_is_what_both_have_kept(epochs, compared):
    arm = named("end_to_end", SEEDS, NUMBERS, epochs=epochs)
    found = trainings_by_epoch(TWIN, arm)
    assert [*found] == compared
    assert all(found[epoch] == [(TWIN.seeds[0], 0)] for epoch in compared if epoch < 20)
    assert found.get(20, [*arm.trainings]) == [*arm.trainings]


@pytest.mark.parametrize(
    ("weights", "changed", "exact"), [(0.0, 0, True), (1e-9, 0, False), (0.0, 1, False)]
)
def test_heads_that_differ_in_weights_or_answers_are_not_the_same(weights, changed, exact):
    arms = named("cached_10"), named("end_to_end_compiled")
    assert Equivalence(*arms, {1: 0.0, 20: weights}, changed, 8, 0.0).is_exact is exact


def test_what_was_found_is_read_as_it_was_written(tmp_path):
    path = tmp_path / "equivalence.json"
    arms = [named("end_to_end", (0,), (0,)), named("end_to_end_compiled", SEEDS, NUMBERS)]
    written = [
        Equivalence(TWIN, arms[0], {1: 0.1 + 0.2, 2: 1e-9}, 3, 8, 1 / 3),
        Equivalence(TWIN, arms[1], {1: 0.0, 20: 0.0}, 0, 8, 0.0),
    ]
    save_equivalences(path, written)
    assert load_equivalences(path, [named("cached_0"), TWIN, *arms]) == written


def test_where_nothing_was_compared_nothing_is_read(tmp_path):
    save_equivalences(tmp_path / "equivalence.json", [])
    assert load_equivalences(tmp_path / "equivalence.json", []) == []
