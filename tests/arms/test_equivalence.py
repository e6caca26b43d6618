import numpy as np
import pytest

from tests.arms.named import head_of, named
from viewcache.arms.equivalence import Equivalence, find_equivalences, twin_of
from viewcache.features.store import Origin, feature_file, write_features
from viewcache.ground.manifests import digest_of_digests, seal
from viewcache.ground.paths import FEATURES, seen_file
from viewcache.images.prepared import Prepared

TRAIN = Prepared(None, ["a", "b", "c"], np.array([0, 1, 0]))
WEIGHTS, OTHER_WEIGHTS = [np.zeros(3), np.ones(2)], [np.zeros(3), np.array([1, 1.25])]
LOGITS, OTHER_LOGITS = np.array([[[0.1], [-0.2]]]), np.array([[[0.3], [0.1]]])


def heads(name, *of_seeds):
    seeds = range(len(of_seeds))
    return [head_of(name, seed, *of_seeds[seed], seeds=seeds) for seed in seeds]


@pytest.fixture
def _seen(tmp_path, monkeypatch):
    """View 2 of three images as it is cached, and as end-to-end saw two of them."""
    monkeypatch.chdir(tmp_path)
    cached = np.arange(6, dtype=np.float32).reshape(3, 2)
    origin = Origin(2, digest_of_digests(TRAIN.digests), "plan", "base")
    path = feature_file(FEATURES / "train", 2)
    write_features(path, [cached], cached.shape, cached.dtype, origin)
    for kind, difference in (("keras", 0.5), ("compiled", 0.0)):
        file = seen_file(kind)
        file.parent.mkdir(parents=True)
        np.savez(file, rows=[2, 0], features=cached[[2, 0]] + [[0, difference], [0, 0]])
        seal(file, view=2)


@pytest.mark.usefixtures("_seen")
def test_the_twin_is_held_to_end_to_end_weight_by_weight_and_answer_by_answer():
    same, other = (LOGITS, WEIGHTS), (OTHER_LOGITS, OTHER_WEIGHTS)
    tested_heads = [
        *heads("cached_1", other, other, other),
        *heads("cached_2", same, same, other),
        *heads("end_to_end", same, other),
        *heads("end_to_end_compiled", same, same),
    ]
    keras, compiled = find_equivalences(tested_heads, 2, TRAIN)
    assert (keras.end_to_end.kind, compiled.end_to_end.kind) == ("keras", "compiled")
    assert keras.max_abs_weight_difference == 0.25
    assert keras.changed_test_predictions == 1
    assert keras.max_abs_feature_difference == 0.5
    assert compiled.max_abs_weight_difference == compiled.changed_test_predictions == 0
    assert compiled.max_abs_feature_difference == 0
    assert twin_of([keras, compiled]) == compiled.twin == named("cached_2", 0, 1, 2)


def test_without_as_many_views_as_epochs_nothing_is_held_to_end_to_end():
    found = find_equivalences(heads("cached_1", (LOGITS, WEIGHTS)), 2, TRAIN)
    assert found == []
    assert twin_of(found) is None


@pytest.mark.parametrize(("weights", "changed"), [(1.1e-4, 0), (0.0, 1)])
def test_heads_that_differ_in_weights_or_answers_are_not_the_same(weights, changed):
    arms = named("cached_4"), named("end_to_end_compiled")
    assert twin_of([Equivalence(*arms, weights, changed, 0.0)]) is None
    assert twin_of([Equivalence(*arms, 1e-4, 0, 0.0)]) == arms[0]
