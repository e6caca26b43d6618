from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
    "open, probably a loss": (-0.03, 0.001),
    "open, a loss": (-0.02, -0.003),
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
        (arm, reference, on): comparison(arm, reference, on, effect)
        for arm, reference, on in product(arms, (TWIN, NONE), OTHER)
        for effect in [effects.get((arm, reference, on), by_default[reference])]
    }


def comparison(arm, reference, on, effect):
    low, high = EFFECTS[effect]
    middle, interval = (low + high) / 2, Interval(0.0, low, high)
    return Comparison(middle, interval, MARGIN, arm=arm, reference=reference, on=on)


def decided(effects, rule="clean"):
    return decide([NONE, ONE, TWO, FOUR, TWIN], states_of(effects), MARGIN, rule)


def justification(on_rule, on_other):
    """The rule's table, row by row: what justifies augmenting."""
    if on_rule == "help":
        return "rule"
    no_loss = on_rule in ("harmless", "open", "open, probably a loss")
    within = on_rule != "open, probably a loss"
    return "other" if no_loss and within and on_other == "help" else None


@pytest.mark.parametrize("rule", ["robustness", "clean"])
@pytest.mark.parametrize(("on_rule", "on_other"), [*product(EFFECTS, EFFECTS)])
def test_every_state_of_augmentation_has_its_recommendation(rule, on_rule, on_other):
    other = OTHER[rule]
    found = decided({(TWIN, NONE, rule): on_rule, (TWIN, NONE, other): on_other}, rule)
    why = justification(on_rule, on_other)
    assert found.justified_by == {"rule": rule, "other": other, None: None}[why]
    assert (found.augment, found.arm) == ((True, ONE) if why else (False, NONE))
    assert found.probably_enough == (ONE if why else None)
    gain, loss = {on_rule, on_other} & GAINS, {on_rule, on_other} & LOSSES
    words = {(1, 1): "a trade", (1, 0): "better", (0, 1): "worse"}
    assert found.word == words.get((bool(gain), bool(loss)), "no measurable difference")
    assert (found.gain is not None, found.loss is not None) == (bool(gain), bool(loss))
    assert found.to_twin == [one for one in found.comparisons if one.reference == TWIN]


@pytest.mark.parametrize("passes", [*product([True, False], repeat=3)])
def test_views_are_taken_away_until_the_first_number_that_falls_short(passes):
    failing = {
        (arm, TWIN, "clean"): "open"
        for arm, passed in zip((FOUR, TWO, ONE), passes, strict=True)
        if not passed
    }
    found = decided(failing)
    enough = [*passes, False].index(False)
    assert found.arm == (TWIN, FOUR, TWO, ONE)[enough]
    assert [candidate.arm for candidate in found.candidates] == [FOUR, TWO, ONE]
    assert [candidate.passed for candidate in found.candidates] == list(passes)
    # By the estimate, which is 0 here, all are.
    assert found.probably_enough == ONE


@pytest.mark.parametrize("rule", ["robustness", "clean"])
@pytest.mark.parametrize(("to_twin", "to_unaugmented"), [*product(EFFECTS, EFFECTS)])
def test_every_state_of_fewer_views_passes_or_says_why_not(rule, to_twin, to_unaugmented):
    found = decided({(FOUR, TWIN, rule): to_twin, (FOUR, NONE, rule): to_unaugmented}, rule)
    expected = {
        "not within the margin": to_twin.startswith("open") or to_twin == "harm",
        "worse than cached_0": to_unaugmented in LOSSES,
    }
    assert found.candidates[0].shortfalls == [why for why, failed in expected.items() if failed]
    assert (found.arm == TWIN) == any(expected.values())
    probably_within = to_twin not in ("open, a loss", "open, probably a loss", "harm")
    probable = probably_within and to_unaugmented not in LOSSES
    assert found.probably_enough == (ONE if probable else TWIN)


INTERVALS = st.tuples(st.floats(-0.3, 0.3), st.floats(0, 0.2), st.floats(0, 0.2))


@given(data=st.data(), rule=st.sampled_from(["clean", "robustness"]))
def test_no_recommendation_is_a_known_loss_to_no_augmentation(data, rule):
    arms = [NONE, ONE, TWO, FOUR, TWIN]
    states = {
        (arm, reference, on): Comparison(mid, interval, MARGIN, arm=arm, reference=reference, on=on)
        for arm, reference, on in product(arms, (TWIN, NONE), OTHER)
        for mid, below, above in [data.draw(INTERVALS)]
        for interval in [Interval(mid, mid - below, mid + above)]
    }
    found = decide(arms, states, MARGIN, rule)
    for arm in {found.arm, found.probably_enough} - {None, NONE}:
        assert not states[arm, NONE, rule].is_loss


def test_without_intervals_images_stay_as_they_are():
    arms = [NONE, ONE, TWIN]
    unknown = {
        (arm, reference, on): Comparison(0.3, None, MARGIN, arm=arm, reference=reference, on=on)
        for arm, reference, on in product(arms, (TWIN, NONE), OTHER)
    }
    found = decide(arms, unknown, MARGIN, "robustness")
    assert (found.arm, found.word, found.candidates) == (NONE, "no measurable difference", [])


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
        ((0.9, 0.9), (0.9, 0.9), "clean", "cached_2", "better"),
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
