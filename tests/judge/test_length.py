import numpy as np
import pytest

from tests.arms.named import named
from viewcache.judge.length import LEVEL, judge_length, still_falls
from viewcache.judge.sample import Sample
from viewcache.judge.statistics import paired_interval

IMAGES = 1000
SAMPLE = Sample(np.arange(IMAGES) % 2)
CACHED_0, TWIN = named("cached_0"), named("cached_10")


def wrong(images):
    """Correctness of a head that is wrong on so many images, the same ones first."""
    return 1.0 * (np.arange(IMAGES) >= images)[None]


def tables(none, twin):
    """Correctness of both arms, each wrong on so many images as they are and under views."""
    pairs = {CACHED_0: none, TWIN: twin}
    return {
        arm: {"clean": wrong(clean), "robustness": wrong(robustness)}
        for arm, (clean, robustness) in pairs.items()
    }


def judged(usual, longer, rule="clean", losses=None):
    return judge_length(tables(*usual), tables(*longer), SAMPLE, 0.01, rule, losses)


SAME = ((100, 200), (100, 200))


def test_heads_that_gain_nothing_by_twice_as_many_epochs_are_trained_long_enough():
    found = judged(SAME, SAME)
    assert found.is_enough
    assert [(gain.arm, gain.on) for gain in found.gains] == [
        *((CACHED_0, "clean"), (CACHED_0, "robustness")),
        *((TWIN, "clean"), (TWIN, "robustness")),
    ]


@pytest.mark.parametrize("place", range(4))
def test_a_known_gain_of_either_arm_on_either_measure_says_that_heads_are_not(place):
    wrong_on = np.array(SAME).ravel()
    wrong_on[place] -= 50
    found = judged(SAME, wrong_on.reshape(2, 2))
    assert [gain.is_known for gain in found.gains] == [place == other for other in range(4)]
    assert not found.is_enough


def test_a_loss_is_no_gain():
    assert judged(SAME, ((150, 250), (150, 250))).is_enough


def test_gains_have_intervals_that_hold_all_four_at_once():
    usual, longer = tables(*SAME), tables((100, 200), (90, 200))
    gain = judge_length(usual, longer, SAMPLE, 0.01, "clean", None).gains[2]
    pair = longer[TWIN]["clean"], usual[TWIN]["clean"]
    assert gain.interval == paired_interval(*pair, SAMPLE, LEVEL)
    assert gain.interval.low < paired_interval(*pair, SAMPLE).low
    assert gain.interval.estimate == pytest.approx(0.01)
    assert gain.interval.low < 0.01 < gain.interval.high


@pytest.mark.parametrize(("rule", "changes"), [("clean", True), ("robustness", False)])
def test_another_recommendation_says_that_heads_are_not_trained_long_enough(rule, changes):
    found = judged(((100, 200), (80, 260)), ((100, 200), (140, 260)), rule)
    assert not any(gain.is_known for gain in found.gains)
    assert found.changes_recommendation == changes
    assert found.is_enough == (not changes)


def test_a_recommendation_that_changes_within_noise_is_none():
    """A gain of 6 images is known, one of 3 is not; that they differ is not known either."""
    found = judged(((100, 200), (94, 200)), ((100, 200), (97, 200)))
    assert not found.changes_recommendation


def falling(by, heads=10, epochs=40):
    noise = np.random.default_rng(0).normal(0, 0.01, (heads, epochs))
    return 0.5 + noise - by * np.arange(epochs)


@pytest.mark.parametrize(
    ("losses", "falls"),
    [
        (falling(0.01), True),
        (falling(0.0004), True),
        (falling(0.0), False),
        (falling(-0.01), False),
        (np.where(np.arange(40) < 30, falling(0.01), falling(0.0)), False),  # until the end only
        (falling(0.0) + np.repeat([0, 0.03, -0.009], [27, 3, 10]), False),  # within the last third
        (falling(0.01, heads=1), False),
        (falling(0.01, epochs=1), False),
        (falling(0.1, epochs=2), True),
    ],
)
def test_losses_that_still_fall_at_the_end_say_that_heads_are_not(losses, falls):
    assert still_falls(losses) == falls
    assert judged(SAME, SAME, losses=losses).is_enough == (not falls)


def test_of_a_sample_without_spread_no_gain_is_known():
    one_of_a_class = Sample((np.arange(IMAGES) == 0).astype(int), measure="balanced_accuracy")
    usual, longer = tables(*SAME), tables((50, 100), (150, 250))
    found = judge_length(usual, longer, one_of_a_class, 0.01, "clean", None)
    assert found.is_enough
