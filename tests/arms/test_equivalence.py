import numpy as np
import pytest

from tests.arms.named import head_of, named, rotation_of
from viewcache.arms.equivalence import Equivalence, find_equivalences
from viewcache.features.store import FeatureView
from viewcache.ground.manifests import seal
from viewcache.ground.paths import seen_file

LABELS = np.array([1, 0, 1, 0])
ROTATIONS = [rotation_of([0, 1], 0), rotation_of([2, 3], 1)]
WEIGHTS, OTHER_WEIGHTS = [np.zeros(3), np.ones(2)], [np.zeros(3), np.array([1, 0.75])]
CACHED = np.arange(6, dtype=np.float32).reshape(3, 2)
VIEWS = {2: FeatureView(CACHED, np.array([-1, 0, 1, 2]))}


def logits(*answers):
    """Of views, one after the other: 1 where class 1 is named."""
    return np.array(answers)[:, :, None] - 0.5


SAME, RIGHT = logits([1, 0], [0, 0], [1, 1]), logits([1, 0], [1, 0], [1, 0])


def heads(name, trainings):
    """Heads by seed and rotation: their logits and weights."""
    seeds, rotations = ({training[place] for training in trainings} for place in (0, 1))
    return [
        head_of(name, seed, *answers, seeds, ROTATIONS[number], rotations)
        for (seed, number), answers in trainings.items()
    ]


@pytest.fixture(autouse=True)
def seen(tmp_path, monkeypatch):
    """What end-to-end saw of view 2 of two images."""
    monkeypatch.chdir(tmp_path)
    for kind, difference in (("keras", -0.5), ("compiled", 0.0)):
        file = seen_file(kind)
        file.parent.mkdir(parents=True)
        np.savez(file, rows=[3, 1], features=CACHED[[2, 0]] + [[0, difference], [0, 0]])
        seal(file, view=2)


def found(twins, keras, compiled):
    tested = [
        *heads("cached_1", dict.fromkeys(twins, (RIGHT, OTHER_WEIGHTS))),
        *heads("cached_2", twins),
        *heads("end_to_end", keras),
        *heads("end_to_end_compiled", compiled),
    ]
    return find_equivalences(tested, LABELS, 2, VIEWS)


ALL = {(seed, number): (SAME, WEIGHTS) for seed in (0, 1) for number in (0, 1)}


def test_the_twin_is_held_to_end_to_end_weight_by_weight_and_answer_by_answer():
    changed = logits([1, 1], [0, 0], [1, 0])
    keras, compiled = found(
        ALL | {(1, 1): (RIGHT, OTHER_WEIGHTS)},  # a training that end-to-end has not
        {(0, 0): (SAME, WEIGHTS), (0, 1): (changed, OTHER_WEIGHTS)},
        {(0, 0): (SAME, WEIGHTS)},
    )
    assert (keras.end_to_end.kind, compiled.end_to_end.kind) == ("keras", "compiled")
    assert keras.twin == compiled.twin == named("cached_2", {0, 1}, {0, 1})
    assert keras.max_abs_weight_difference == 0.25
    assert keras.changed_test_predictions == 2
    assert keras.test_predictions == compiled.test_predictions == 3 * 2
    assert keras.max_abs_feature_difference == 0.5
    assert compiled.max_abs_weight_difference == compiled.changed_test_predictions == 0
    assert compiled.max_abs_feature_difference == 0
    assert (keras.is_exact, compiled.is_exact) == (False, True)


def test_seeds_and_rotations_are_matched_one_by_one():
    one, other = (SAME, WEIGHTS), (RIGHT, OTHER_WEIGHTS)
    twins = {(0, 0): one, (0, 1): other, (1, 0): other, (1, 1): one}
    for arms in (twins, dict(reversed(twins.items()))):
        keras, _ = found(twins, arms, {(0, 0): one})
        assert keras.max_abs_weight_difference == keras.changed_test_predictions == 0
    swapped = {(1, 0): one, (0, 1): one}
    keras, compiled = found(twins, swapped, {(0, 0): other})
    assert keras.max_abs_weight_difference == compiled.max_abs_weight_difference == 0.25


def test_both_accuracies_are_of_the_trainings_and_images_that_end_to_end_has():
    wrong = logits([0, 1], [0, 1], [0, 1])
    twins = dict.fromkeys(ALL, (wrong, WEIGHTS)) | {(0, 1): (SAME, WEIGHTS)}
    keras, _ = found(twins, {(0, 1): (RIGHT, WEIGHTS)}, {(0, 0): (SAME, WEIGHTS)})
    assert (keras.accuracy, keras.accuracy_augmented) == (1, 1)
    assert (keras.accuracy_of_twin, keras.accuracy_augmented_of_twin) == (1, 0.5)


def test_accuracies_are_means_over_trainings():
    wrong = logits([0, 1], [0, 1], [1, 1])
    keras, _ = found(
        ALL, {(0, 0): (wrong, WEIGHTS), (1, 0): (SAME, WEIGHTS)}, {(0, 0): (SAME, WEIGHTS)}
    )
    assert (keras.accuracy, keras.accuracy_augmented) == (0.5, (0.25 + 0.5) / 2)


def test_the_most_that_any_training_differs_is_told():
    keras, _ = found(
        ALL,
        {(0, 0): (SAME, WEIGHTS), (1, 0): (RIGHT, OTHER_WEIGHTS), (0, 1): (SAME, WEIGHTS)},
        {(0, 0): (SAME, WEIGHTS)},
    )
    assert (keras.max_abs_weight_difference, keras.changed_test_predictions) == (0.25, 2)


def test_without_end_to_end_nothing_is_held_to_it():
    assert find_equivalences(heads("cached_2", ALL), LABELS, 2, VIEWS) == []


@pytest.mark.parametrize(
    ("weights", "changed", "exact"),
    [(0.0, 0, True), (1e-4, 0, True), (1.1e-4, 0, False), (0.0, 1, False)],
)
def test_heads_that_differ_in_weights_or_answers_are_not_the_same(weights, changed, exact):
    arms = named("cached_4"), named("end_to_end_compiled")
    found = Equivalence(*arms, 1.0, 1.0, 1.0, 1.0, weights, changed, 8, 0.0)
    assert found.is_exact is exact
