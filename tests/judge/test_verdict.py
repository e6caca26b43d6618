from itertools import product

import pytest

from studies.simulated import Experiment
from tests.arms.named import named
from viewcache.judge.decisions import Comparison
from viewcache.judge.statistics import Interval
from viewcache.judge.verdict import OTHER, decide, recommend

MARGIN = 0.01
EFFECTS = {
    "help": (0.001, 0.3),
    "harmless": (-0.009, 0.002),
    "harmless, a loss": (-0.009, -0.001),
    "open": (-0.02, 0.02),
    "open, a loss": (-0.02, -0.001),
    "harm": (-0.3, -0.011),
}
GAINS, LOSSES = {"help"}, {"harmless, a loss", "open, a loss", "harm"}
NONE, ONE, TWO, FOUR, TWIN = map(
    named, ("cached_0", "cached_1", "cached_2", "cached_4", "cached_10")
)


def states_of(effects):
    """Comparisons that all pass, but for those that are given by their effect."""
    arms = (NONE, ONE, TWO, FOUR, TWIN)
    by_default = {TWIN: "harmless", NONE: "help"}
    return {
        (arm, reference, on): Comparison(
            arm, reference, on, 0.0, Interval(0.0, *EFFECTS[effect]), MARGIN
        )
        for arm, reference, on in product(arms, (TWIN, NONE), OTHER)
        for effect in [effects.get((arm, reference, on), by_default[reference])]
    }


def decided(effects, rule="robustness"):
    return decide([NONE, ONE, TWO, FOUR, TWIN], states_of(effects), MARGIN, rule)


def justification(on_rule, on_other):
    """The rule's table, row by row: what justifies augmenting."""
    if on_rule == "help":
        return "rule"
    return "other" if on_rule.startswith("harmless") and on_other == "help" else None


@pytest.mark.parametrize("rule", ["robustness", "clean"])
@pytest.mark.parametrize(("on_rule", "on_other"), [*product(EFFECTS, EFFECTS)])
def test_every_state_of_augmentation_has_its_recommendation(rule, on_rule, on_other):
    other = OTHER[rule]
    found = decided({(TWIN, NONE, rule): on_rule, (TWIN, NONE, other): on_other}, rule)
    why = justification(on_rule, on_other)
    assert found.justified_by == {"rule": rule, "other": other, None: None}[why]
    assert (found.augment, found.arm) == ((True, ONE) if why else (False, NONE))
    gain, loss = {on_rule, on_other} & GAINS, {on_rule, on_other} & LOSSES
    words = {(1, 1): "a trade", (1, 0): "better", (0, 1): "worse"}
    assert found.word == words.get((bool(gain), bool(loss)), "no measurable difference")


@pytest.mark.parametrize("passes", [*product([True, False], repeat=3)])
def test_views_are_taken_away_until_the_first_number_that_falls_short(passes):
    failing = {
        (arm, TWIN, "robustness"): "open"
        for arm, passed in zip((FOUR, TWO, ONE), passes, strict=True)
        if not passed
    }
    found = decided(failing)
    enough = [*passes, False].index(False)
    assert found.arm == (TWIN, FOUR, TWO, ONE)[enough]
    assert [candidate.arm for candidate in found.candidates] == [FOUR, TWO, ONE]
    assert [candidate.passed for candidate in found.candidates] == list(passes)


@pytest.mark.parametrize("rule", ["robustness", "clean"])
@pytest.mark.parametrize(
    ("to_twin", "to_twin_on_other", "to_unaugmented"), [*product(EFFECTS, EFFECTS, EFFECTS)]
)
def test_every_state_of_fewer_views_passes_or_says_why_not(
    rule, to_twin, to_twin_on_other, to_unaugmented
):
    found = decided(
        {
            (FOUR, TWIN, rule): to_twin,
            (FOUR, TWIN, OTHER[rule]): to_twin_on_other,
            (FOUR, NONE, rule): to_unaugmented,
        },
        rule,
    )
    expected = {
        "not within the margin": to_twin.startswith("open") or to_twin == "harm",
        "worse on the other": to_twin_on_other == "harm",
        "not better than cached_0": to_unaugmented != "help",
    }
    assert found.candidates[0].shortfalls == [why for why, failed in expected.items() if failed]
    assert (found.arm == TWIN) == any(expected.values())


def test_fewer_views_must_be_better_on_what_justified_augmenting():
    justified_on_clean = {(TWIN, NONE, "robustness"): "harmless"}
    for on, arm in (("robustness", ONE), ("clean", TWIN)):
        found = decided(justified_on_clean | {(FOUR, NONE, on): "harmless"})
        assert (found.justified_by, found.arm) == ("clean", arm)


def test_without_intervals_images_stay_as_they_are():
    arms = [NONE, ONE, TWIN]
    unknown = {
        (arm, reference, on): Comparison(arm, reference, on, 0.3, None, MARGIN)
        for arm, reference, on in product(arms, (TWIN, NONE), OTHER)
    }
    found = decide(arms, unknown, MARGIN, "robustness")
    assert (found.arm, found.word, found.candidates) == (NONE, "no measurable difference", [])


def test_solar_cells_get_two_views():
    """By the figures of the probe in the design: five-fold, five seeds, in points."""
    points = {
        (NONE, TWIN): {"clean": (0.2, 1.8), "robustness": (-22.6, -20.8)},
        (ONE, TWIN): {"clean": (-1.9, 0.0), "robustness": (-1.6, -0.3)},
        (TWO, TWIN): {"clean": (-1.1, 0.2), "robustness": (-0.7, 0.1)},
        (FOUR, TWIN): {"clean": (-1.2, 0.2), "robustness": (-0.5, 0.4)},
        (TWIN, NONE): {"clean": (-1.8, -0.2), "robustness": (20.8, 22.6)},
    } | {(arm, NONE): {"clean": (-2, 0), "robustness": (20, 23)} for arm in (ONE, TWO, FOUR)}
    comparisons = {
        (arm, reference, on): Comparison(
            arm, reference, on, (low + high) / 200, Interval(0, low / 100, high / 100), MARGIN
        )
        for (arm, reference), both in points.items()
        for on, (low, high) in both.items()
    }
    found = decide([NONE, ONE, TWO, FOUR, TWIN], comparisons, MARGIN, "robustness")
    assert (found.arm, found.justified_by, found.word) == (TWO, "robustness", "a trade")
    assert found.candidates[-1].shortfalls == ["not within the margin"]


def tables(**accuracies):
    """Correctness of arms whose true accuracies are given: clean, and under random views."""
    pairs = [Experiment(4000, 5, way, 0.01) for way in zip(*accuracies.values(), strict=True)]
    (clean, sample), (robust, _) = (next(pair.repeated(1)) for pair in pairs)
    arms = zip(accuracies, clean, robust, strict=True)
    return {named(name): {"clean": c, "robustness": r} for name, c, r in arms}, sample


@pytest.mark.parametrize(
    ("few", "twin", "rule", "arm", "word"),
    [
        ((0.9, 0.9), (0.9, 0.9), "robustness", "cached_2", "better"),
        ((0.9, 0.8), (0.9, 0.9), "robustness", "cached_10", "better"),
        ((0.85, 0.9), (0.85, 0.9), "robustness", "cached_2", "a trade"),
        ((0.85, 0.9), (0.85, 0.9), "clean", "cached_0", "a trade"),
        ((0.85, 0.6), (0.85, 0.6), "robustness", "cached_0", "worse"),
        ((0.9, 0.6), (0.9, 0.6), "robustness", "cached_0", "no measurable difference"),
    ],
)
def test_arms_of_known_accuracies_are_recommended(few, twin, rule, arm, word):
    correct, sample = tables(cached_0=(0.9, 0.6), cached_2=few, cached_10=twin, end_to_end=twin)
    found = recommend(correct, sample, MARGIN, rule)
    assert (found.arm, found.word) == (named(arm), word)
    assert found.effects["clean"].difference == pytest.approx(twin[0] - 0.9, abs=0.015)
    assert len(found.comparisons) == 8
