import numpy as np
import pytest

from studies.simulated import Experiment
from tests.arms.named import named
from viewcache.judge.certificate import compare_precisions


def certificate(clean, robust, images=3000, seeds=5):
    """Of a base on which heads are right that often, held to 0.85 in float32; margin 0.02."""
    experiment = Experiment(images, seeds, (0.85, clean, robust))
    (float32, *fast), sample = experiment.draw(np.random.default_rng(0))
    right = dict(zip(("clean", "robustness"), fast, strict=True))
    return compare_precisions(
        named("cached_0"), right, dict.fromkeys(right, float32), sample, margin=0.02
    )


@pytest.mark.parametrize(
    ("fast", "outcome"),
    [
        ({"clean": 0.85, "robust": 0.85}, "as good"),
        ({"clean": 0.9, "robust": 0.85}, "as good"),
        ({"clean": 0.85, "robust": 0.8}, "worse"),
        ({"clean": 0.8, "robust": 0.9}, "worse"),
        ({"clean": 0.85, "robust": 0.85, "images": 60}, "not decided"),
        ({"clean": 0.85, "robust": 0.85, "seeds": 1}, "not decided"),
    ],
)
def test_a_base_is_as_good_where_it_is_known_to_lose_little_on_both(fast, outcome):
    assert certificate(**fast).outcome == outcome


def test_both_accuracies_are_told_beside_their_difference():
    found = certificate(clean=0.8, robust=0.85)
    fast, float32 = found.accuracies["clean"]
    assert found.comparisons["clean"].difference == pytest.approx(fast - float32)
    assert found.images == 3000
