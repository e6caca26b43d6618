import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import bootstrap, chi2, kurtosis, t

from studies.simulated import Experiment, rates
from viewcache.judge.sample import Sample
from viewcache.judge.statistics import (
    Interval,
    accuracy_interval,
    difference_interval,
    differences_by_fold,
    paired_interval,
    what_would_decide,
)

MARGIN = 0.01


def draw(experiment, seed=0):
    return experiment.draw(np.random.default_rng(seed))


def sample_of(images):
    return Sample(np.arange(images) % 2)


@pytest.mark.parametrize(
    "experiment",
    [
        Experiment(100, 5, (0.97,)),
        Experiment(2600, 5, (0.85,)),
        Experiment(2600, 2, (0.85,), 0.08),
        Experiment(650, 5, (0.85,), single=True),
        Experiment(650, 5, (0.85,), groups=12),
        Experiment(400, 5, (0.97,), rare=0.1),
    ],
    ids=["few images", "many images", "two seeds", "one seed held to", "groups", "rare class"],
)
def test_of_five_hundred_intervals_93_percent_hold_the_truth(experiment):
    found = rates(experiment, times=500)
    for what in ("accuracy covered", "difference covered", "covered at the margin"):
        assert found[what] >= 0.93
    assert found["wrongly within margin"] <= 0.05


def test_one_seed_on_both_sides_gives_no_interval():
    [arm, reference], sample = draw(Experiment(300, 5, (0.9, 0.85)))
    assert accuracy_interval(arm[:1], sample) is None
    assert difference_interval(arm[:1], reference[:1], sample) is None
    assert difference_interval(arm[:2], reference[:1], sample) is not None


def test_one_group_gives_no_interval():
    [arm, reference], _ = draw(Experiment(300, 5, (0.9, 0.85)))
    one = Sample(np.arange(300) % 2, np.zeros(300, int))
    assert accuracy_interval(arm, one) is difference_interval(arm, reference, one) is None


def test_a_single_seed_is_given_the_others_seed_variance():
    [arm, reference], sample = draw(Experiment(2000, 5, (0.85, 0.85), 0.3))
    half = {
        seeds: (interval.high - interval.low) / 2
        for seeds in (1, 5)
        for interval in [difference_interval(arm, reference[:seeds], sample)]
    }
    spread = arm.mean(axis=1).std(ddof=1)
    assert half[1] > 2 * spread * (1 + 1 / 5) ** 0.5 > half[5]


def test_an_interval_of_accuracy_stays_within_0_and_1():
    perfect = accuracy_interval(np.ones((5, 50)), sample_of(50))
    assert (perfect.estimate, perfect.high) == (1, pytest.approx(1))
    assert 0.9 < perfect.low < 0.95


def test_where_seeds_agree_the_interval_is_that_of_a_bootstrap_over_images():
    [arm, reference], sample = draw(Experiment(1000, 2, (0.85, 0.85)))
    arm, reference = (np.repeat(table[:1], 5, axis=0) for table in (arm, reference))
    ours = difference_interval(arm, reference, sample)
    resampled = bootstrap((arm[0] - reference[0],), np.mean, method="percentile", rng=0)
    theirs = resampled.confidence_interval
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=1.5e-3)


def test_pairing_images_narrows_the_interval():
    [arm, reference], sample = draw(Experiment(650, 5, (0.85, 0.85)))
    shuffled = np.random.default_rng(0).permuted(reference, axis=1)
    paired, unpaired = (difference_interval(arm, other, sample) for other in (reference, shuffled))
    assert 1.5 * (paired.high - paired.low) < unpaired.high - unpaired.low


@given(st.integers(0, 1000), st.sampled_from(["accuracy", "balanced_accuracy"]), st.booleans())
def test_neither_the_order_of_images_nor_of_seeds_matters(seed, measure, grouped):
    [arm, reference], _ = draw(Experiment(60, 3, (0.85, 0.8)), seed)
    sample = Sample(np.arange(60) % 3, np.arange(60) % 20 if grouped else None, measure)
    order = np.random.default_rng(seed).permutation(60)
    before = difference_interval(arm, reference, sample)
    after = difference_interval(arm[::-1, order], reference[::-1, order], sample.at(order))
    assert (after.low, after.high) == pytest.approx((before.low, before.high))
    before, after = (
        accuracy_interval(arm, sample),
        accuracy_interval(arm[:, order], sample.at(order)),
    )
    assert (after.low, after.high) == pytest.approx((before.low, before.high))


def test_few_images_on_which_arms_agree_prove_nothing():
    right = np.ones((5, 100))
    assert difference_interval(right, right, sample_of(100)).low < -MARGIN
    images = 100 + what_would_decide(right, right, sample_of(100), -MARGIN).more_images
    more = np.ones((5, images))
    assert difference_interval(more, more, sample_of(images)).low > -MARGIN


@pytest.mark.parametrize(
    ("experiment", "what"),
    [
        (Experiment(1000, 5, (0.86, 0.85), 0.01), "more_images"),
        (Experiment(2000, 5, (0.86, 0.85), 0.08), "more_seeds"),
        (Experiment(1000, 5, (0.855, 0.85)), "times_both"),
        (Experiment(1000, 5, (0.86, 0.85), 0.01, groups=200), "more_images"),
    ],
)
def test_as_many_more_as_asked_for_decide_four_times_in_five(experiment, what):
    asked = getattr(typically_needed(experiment), what)
    larger = (
        vars(experiment)
        | {
            "more_images": {
                "images": experiment.images + asked,
                "groups": experiment.groups
                and round(experiment.groups * (1 + asked / experiment.images)),
            },
            "more_seeds": {"seeds": experiment.seeds + asked},
            "times_both": {"images": experiment.images * asked, "seeds": experiment.seeds * asked},
        }[what]
    )
    decided = [
        not difference_interval(*tables, sample).holds(-MARGIN)
        for tables, sample in Experiment(**larger).repeated(200)
    ]
    assert 0.65 < np.mean(decided) < 0.95


def typically_needed(experiment):
    """Of a draw whose interval is of median width and whose estimate is near the truth."""
    truth = experiment.accuracies[0] - experiment.accuracies[1]
    draws = [
        (difference_interval(*tables, sample), tables, sample)
        for tables, sample in experiment.repeated(300)
    ]
    near = [one for one in draws if abs(one[0].estimate - truth) < 0.001]
    near.sort(key=lambda one: one[0].high - one[0].low)
    _, tables, sample = near[len(near) // 2]
    return what_would_decide(*tables, sample, -MARGIN)


def test_nothing_is_asked_for_where_no_number_would_decide():
    reference = np.zeros((2, 1000))
    reference[:, :500] = 1
    arm = reference.copy()
    arm[:, 490:500] = 0
    needed = what_would_decide(arm, reference, sample_of(1000), -MARGIN)
    assert needed.more_images is needed.more_seeds is needed.times_both is None


def test_differences_are_told_by_fold():
    arm, reference = np.array([[1.0, 1, 0, 1]]), np.array([[1.0, 0, 1, 0], [1, 0, 0, 0]])
    folds = np.array([0, 1, 0, 1])
    assert differences_by_fold(arm, reference, sample_of(4), folds) == {0: -0.25, 1: 1.0}


def by_hand(table, kurtosis, spread=None):
    """Variance of the mean of a table and its degrees of freedom: docs/statistics.md, with SciPy's
    own distributions, for images that are sampled by themselves, or for scores of groups and their
    variance."""
    seeds, images = table.shape
    of_images, of_seeds = table.mean(axis=0), table.mean(axis=1)
    left = table - of_images - of_seeds[:, None] + table.mean()
    rest = (left**2).sum() / (images - 1) / (seeds - 1) / images
    spread = of_images.var(ddof=1) if spread is None else spread
    by_images = max(spread / images - rest / seeds, 0) + rest / seeds
    square = of_seeds.var(ddof=1)
    caution = (seeds - 1) / chi2.ppf((1 - 1 / seeds) ** 2 / 2, seeds - 1)
    by_seeds = max(caution * square - rest, 0) / seeds
    freedom = 2 / (max(kurtosis, 3) - 1) * images - 1
    uncertainty = by_images**2 / freedom + (square / seeds) ** 2 / (seeds - 1)
    variance = by_images + by_seeds
    return variance, variance**2 / uncertainty


@pytest.mark.parametrize(("seeds", "accuracy"), [(2, 0.8), (3, 0.6), (5, 0.9)])
def test_intervals_are_those_of_the_formulas(seeds, accuracy):
    chance = np.random.default_rng(seeds).random((3, seeds, 300))
    arm, other = (1.0 * (0.7 * chance[0] + 0.3 * one < accuracy) for one in chance[1:])
    sample = Sample(np.zeros(300, int))
    deviations = (arm - other).mean(axis=0) - (arm - other).mean()
    kurtosis = (deviations**4).mean() / (deviations**2).mean() ** 2
    variance, freedom = by_hand(arm - other, kurtosis)
    half = t.ppf(0.975, freedom) * variance**0.5
    found = difference_interval(arm, other, sample)
    assert found.estimate == pytest.approx((arm - other).mean())
    assert found.low <= found.estimate - half + 1e-12
    assert max(found.high - found.estimate, found.estimate - found.low) == pytest.approx(half)
    mean, (variance, freedom) = arm.mean(), by_hand(arm, kurtosis=3)
    size, quantile = min(mean * (1 - mean) / variance, 300), t.ppf(0.975, freedom)
    found = accuracy_interval(arm, sample)
    for limit in (found.low, found.high):
        assert (mean - limit) ** 2 == pytest.approx(quantile**2 * limit * (1 - limit) / size)


def test_unequal_groups_leave_fewer_degrees_of_freedom():
    sizes = np.array([60, 50, 30, 20, 10, 10, 10, 10])
    right = np.random.default_rng(0).random((3, 200)) < 0.7
    sample = Sample(np.zeros(200, int), np.repeat(np.arange(8), sizes))
    weights = (sizes / 25.0) ** 2
    balance = weights.mean() ** 2 / (weights**2).mean()
    deviations = sample.deviations(1.0 * right)
    assert (deviations**4).mean() / (deviations**2).mean() ** 2 < 1 + 2 / balance
    scores, spread = sample.influences(1.0 * right), (deviations**2).mean()
    variance, freedom = by_hand(scores, 1 + 2 / balance, spread)
    mean, quantile = right.mean(), t.ppf(0.975, freedom)
    found = accuracy_interval(1.0 * right, sample)
    size = min(mean * (1 - mean) / variance, 200)
    for limit in (found.low, found.high):
        assert (mean - limit) ** 2 == pytest.approx(quantile**2 * limit * (1 - limit) / size)


def test_arms_that_never_differ_have_the_interval_of_as_many_images_without_a_difference():
    right = np.ones((3, 200))
    found = difference_interval(right, right, Sample(np.zeros(200, int)))
    quantile = t.ppf(0.975, 199) ** 2
    assert found.high == -found.low == pytest.approx(quantile / (200 + quantile))


def test_an_interval_holds_its_ends():
    assert all(Interval(0.1, 0.0, 0.2).holds(value) for value in (0.0, 0.1, 0.2))
    assert not Interval(0.1, 0.0, 0.2).holds(0.21)


def test_arms_of_other_numbers_of_seeds_are_compared_fold_by_fold_too():
    arm, other = np.array([[1.0, 0, 1, 1], [1, 0, 0, 1]]), np.array([[0.0, 0, 1, 1]])
    folds, sample = np.array([0, 0, 1, 1]), Sample(np.zeros(4, int))
    assert differences_by_fold(arm, other, sample, folds) == {0: 0.5, 1: -0.25}


@given(st.integers(0, 1000), st.integers(1, 4), st.floats(0.5, 0.999))
def test_the_paired_interval_of_given_heads_is_students(seed, seeds, level):
    arm, other = 1.0 * (np.random.default_rng(seed).random((2, seeds, 60)) < 0.7)
    differences = (arm - other).mean(axis=0)
    freedom = 2 / (max(kurtosis(differences, fisher=False), 3) - 1) * 60 - 1
    half = t.ppf((1 + level) / 2, freedom) * differences.std(ddof=1) / 60**0.5
    mean, found = differences.mean(), paired_interval(arm, other, sample_of(60), level)
    limits = found.estimate, found.low, found.high
    assert limits == pytest.approx((mean, mean - half, mean + half))


@pytest.mark.parametrize("groups", [None, 60])
@pytest.mark.parametrize("truth", [0.0, -0.02])
def test_of_five_hundred_paired_intervals_93_percent_hold_the_truth(truth, groups):
    experiment = Experiment(650, 1, (0.85 + truth, 0.85), seed_effect=0.0, groups=groups)
    covered = [
        paired_interval(*tables, sample).holds(truth) for tables, sample in experiment.repeated(500)
    ]
    assert 0.93 <= np.mean(covered) <= 0.98


def test_what_other_seeds_would_give_is_not_in_a_paired_interval():
    [arm, reference], sample = draw(Experiment(2600, 5, (0.85, 0.85), 0.08))
    paired, crossed = (
        interval(arm, reference, sample) for interval in (paired_interval, difference_interval)
    )
    assert 1.5 * (paired.high - paired.low) < crossed.high - crossed.low


def test_of_a_mean_over_one_unit_a_paired_interval_knows_nothing():
    right, sample = np.ones((1, 4)), Sample(np.array([0, 0, 0, 1]), measure="balanced_accuracy")
    found = paired_interval(right, 0 * right, sample)
    assert (found.estimate, found.low, found.high) == (1.0, -1.0, 1.0)
