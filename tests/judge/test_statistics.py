import numpy as np
import pytest
from scipy.stats import binomtest, bootstrap

from studies.coverage import Experiment, covered, rates
from viewcache.judge.statistics import accuracy_interval, difference_interval, non_inferiority

MARGIN = 0.01


def draw(experiment, seed=0):
    return experiment.draw(np.random.default_rng(seed))


@pytest.mark.parametrize(
    ("images", "seeds", "accuracy"),
    [
        (100, 1, 0.85),
        (650, 1, 0.85),
        (2000, 1, 0.97),
        (650, 2, 0.85),
        (650, 5, 0.85),
        (2000, 5, 0.85),
        (2000, 5, 0.97),
    ],
)
def test_of_a_thousand_intervals_93_to_97_percent_hold_the_truth(images, seeds, accuracy):
    found = rates(Experiment(images, seeds, (accuracy,)), times=1000)
    assert 0.93 <= found["accuracy covered"] <= 0.97
    assert 0.93 <= found["difference covered"] <= 0.97
    assert found["wrongly non-inferior"] <= 0.05


def test_enough_images_tell_that_equal_heads_are_equal():
    assert rates(Experiment(10_000, 1, (0.85,)), times=300)["power"] > 0.85


def test_an_interval_of_accuracy_stays_within_0_and_1():
    perfect = accuracy_interval(np.ones((5, 50)))
    assert (perfect.estimate, perfect.high) == (1, pytest.approx(1))
    assert 0.9 < perfect.low < 0.95


def test_one_heads_accuracy_has_wilsons_interval():
    correct = np.arange(400)[None] < 350
    ours = accuracy_interval(correct.astype(float))
    wilson = binomtest(350, 400).proportion_ci(method="wilson")
    assert (ours.low, ours.high) == pytest.approx((wilson.low, wilson.high), abs=5e-4)


def test_the_interval_of_two_heads_is_that_of_a_bootstrap_over_images():
    [arm], [reference] = draw(Experiment(1000, 1, (0.85, 0.85)))
    ours = difference_interval(arm[None], reference[None])
    resampled = bootstrap((arm - reference,), np.mean, method="percentile", rng=0)
    theirs = resampled.confidence_interval
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=1.5e-3)


def test_pairing_images_narrows_the_interval():
    arm, reference = draw(Experiment(650, 5, (0.85, 0.85)))
    shuffled = np.random.default_rng(0).permuted(reference, axis=1)
    paired, unpaired = (difference_interval(arm, other) for other in (reference, shuffled))
    assert 2 * (paired.high - paired.low) < unpaired.high - unpaired.low


def test_neither_the_order_of_images_nor_of_seeds_matters():
    arm, reference = draw(Experiment(200, 5, (0.85, 0.85)))
    order = np.random.default_rng(0).permutation(200)
    again = non_inferiority(arm[::-1, order], reference[::-1, order], MARGIN)
    before = non_inferiority(arm, reference, MARGIN)
    assert again.difference.low == pytest.approx(before.difference.low)
    assert again.more_images == before.more_images


def test_several_seeds_are_held_to_a_reference_of_one():
    arm, reference = draw(Experiment(300, 5, (0.9, 0.85)))
    one = reference[:1]
    assert difference_interval(arm, one) == difference_interval(arm, np.repeat(one, 5, axis=0))


@pytest.mark.parametrize(
    ("accuracy", "outcome"), [(0.9, "non-inferior"), (0.8, "inferior"), (0.845, "undecided")]
)
def test_the_outcome_is_where_the_interval_lies_about_the_margin(accuracy, outcome):
    arm, reference = draw(Experiment(1000, 5, (accuracy, 0.85)))
    decision = non_inferiority(arm, reference, MARGIN)
    assert decision.outcome == outcome
    assert covered(decision.difference, -MARGIN) == (outcome == "undecided")
    assert (decision.more_seeds is not None) == (outcome == "undecided")


def test_few_images_on_which_arms_agree_prove_nothing():
    right = np.ones((5, 100))
    decision = non_inferiority(right, right, MARGIN)
    assert decision.outcome == "undecided"
    images = 100 + decision.more_images
    more = np.ones((5, images))
    assert non_inferiority(more, more, MARGIN).outcome == "non-inferior"


@pytest.mark.parametrize(
    ("experiment", "what"),
    [
        (Experiment(1000, 1, (0.855, 0.85)), "more_images"),
        (Experiment(1000, 5, (0.86, 0.85), 0.08), "more_seeds"),
    ],
)
def test_as_many_more_as_asked_for_decide_four_times_in_five(experiment, what):
    asked = typical_decision(experiment)
    more = {"more_images": "images", "more_seeds": "seeds"}[what]
    count = getattr(experiment, more) + getattr(asked, what)
    larger = Experiment(**vars(experiment) | {more: count})
    outcomes = [non_inferiority(*tables, MARGIN).outcome for tables in larger.repeated(200)]
    assert 0.65 < np.mean([outcome != "undecided" for outcome in outcomes]) < 0.92


def typical_decision(experiment):
    """That of a draw whose interval is of median width and whose estimate is near the truth."""
    truth = experiment.accuracies[0] - experiment.accuracies[1]
    decisions = [non_inferiority(*tables, MARGIN) for tables in experiment.repeated(300)]
    near = [one for one in decisions if abs(one.difference.estimate - truth) < 0.001]
    near.sort(key=lambda one: one.difference.high - one.difference.low)
    return near[len(near) // 2]


def test_nothing_is_asked_for_where_no_number_would_decide():
    reference = np.zeros((1, 1000))
    reference[0, :500] = 1
    arm = reference.copy()
    arm[0, 490:500] = 0
    decision = non_inferiority(arm, reference, MARGIN)
    assert decision.outcome == "undecided"
    assert decision.more_images is decision.more_seeds is decision.times_both is None
