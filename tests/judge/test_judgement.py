import numpy as np
import pytest

from studies.simulated import Experiment
from tests.arms.named import named
from viewcache.judge.choosing import accuracy_of_choosing
from viewcache.judge.judgement import Rule, judge
from viewcache.judge.length import Length
from viewcache.judge.statistics import difference_interval
from viewcache.judge.verdict import recommend

NAMES = ("cached_0", "cached_2", "cached_10", "baseline")
BASELINE = named("baseline")
LENGTH = Length([], changes_recommendation=False, loss_falls=False)
FOLDS = np.arange(2000) % 5


def judged(of_baseline):
    """Arms of which `cached_10` alone is right often, and a baseline, which has one seed."""
    accuracies = (0.8, 0.8, 0.9, of_baseline)
    draws = Experiment(2000, 3, accuracies, single=True).repeated(2)
    (clean, sample), (robust, _) = draws
    tables = {
        named(name): {"clean": one, "robustness": other}
        for name, one, other in zip(NAMES, clean, robust, strict=True)
    }
    arms = [named(name) for name in NAMES[:3]]
    return judge(arms, BASELINE, tables, sample, FOLDS, LENGTH, Rule("clean", 0.01)), tables, sample


@pytest.mark.parametrize("of_baseline", [0.7, 0.99])
def test_the_baseline_is_held_to_the_recommended_arm_and_never_recommended(of_baseline):
    found, tables, sample = judged(of_baseline)
    assert found.recommendation.arm == named("cached_10")
    own = {arm: table for arm, table in tables.items() if arm != BASELINE}
    assert found.recommendation == recommend(own, sample, 0.01, "clean")
    assert found.choosing == accuracy_of_choosing(own, sample, FOLDS, 0.01, "clean")
    pair = tables[named("cached_10")]["clean"], tables[BASELINE]["clean"]
    assert found.to_baseline.interval == difference_interval(*pair, sample)
    assert (found.to_baseline.reference, found.to_baseline.on) == (BASELINE, "clean")
    assert found.to_baseline.is_loss == (of_baseline > 0.9)
    assert found.length is LENGTH
