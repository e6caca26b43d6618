"""What training the layers above a cut costs and brings, as a record and in sentences."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from statistics import mean
from typing import Any

import numpy as np

from viewcache.arms.arm import Arm
from viewcache.arms.trained import TestedHead
from viewcache.arms.tuned import equivalence_of_tuned
from viewcache.costs.ledger import Training
from viewcache.costs.reckoning import reckon_tuned
from viewcache.ground.params.schema import Params
from viewcache.ground.stopwatch import load_record
from viewcache.judge.correctness import Correct, correctness
from viewcache.judge.gains import Gains, gains_of_tuning, with_spread
from viewcache.judge.sample import Sample
from viewcache.report.figures import own_accuracies
from viewcache.report.summary import times_as_fast
from viewcache.report.words import difference, views

PAYS = 1.05
"""How many times as fast caching must be to be worth its disk."""


def record_of_tuning(
    params: Params,
    tested: Sequence[TestedHead],
    labels: np.ndarray,
    training: Training,
    frozen: Mapping[Arm, Correct],
    sample: Sample,
) -> dict[str, Any] | None:
    """All that is known of the arms that trained the layers above the cut; None without a cut.

    Args:
        tested: Of these arms.
        labels: Of all prepared images.
        frozen: How right the arms are whose layers stayed as they were.
    """
    if not tested:
        return None
    correct, arms = correctness(labels, tested), list(dict.fromkeys(one.arm for one in tested))
    costs, faster = reckon_tuned(arms, _epochs(tested), training, load_record)
    gains = gains_of_tuning(correct, frozen, sample, params.evaluate.margin)
    same = equivalence_of_tuned(tested, labels, params.train.epochs)
    twins = {arm.budget: table for arm, table in frozen.items()}
    cached = {
        arm.name: own_accuracies(with_spread(correct[arm], twins[arm.budget]), sample)
        | {"gain": _records(gains[arm])}
        for arm in gains
    }
    end_to_end = {
        same.end_to_end.name: {
            "accuracy": same.accuracy,
            "accuracy_augmented": same.accuracy_augmented,
            "accuracy_of_twin": same.accuracy_of_twin,
            "accuracy_augmented_of_twin": same.accuracy_augmented_of_twin,
            "gain": None,
        }
    }
    return {
        "cut": params.extract.cut,
        "arms": {
            arm.name: {
                "budget": arm.budget,
                "kind": arm.kind,
                "seeds": len(arm.seeds),
                "rotations": len(arm.rotations),
                **(cached | end_to_end)[arm.name],
                **asdict(costs[arm]),
            }
            for arm in arms
        },
        "faster": {arm.name: asdict(factors) for arm, factors in faster.items()},
        "equivalence": asdict(same)
        | {"twin": same.twin.name, "end_to_end": same.end_to_end.name, "is_exact": same.is_exact},
    }


def tuning_sentences(tuning: Mapping[str, Any]) -> list[str]:
    """What it brings, whether both ways train the same, and whether caching pays."""
    *_, twin = [arm for arm in tuning["arms"].values() if arm["budget"] is not None]
    return [
        f"With {views(twin['budget'])}, training the layers above {tuning['cut']} too brings "
        f"{difference(twin['gain']['robustness'], ' points')} under random views and "
        f"{difference(twin['gain']['clean'], ' points')} on the images as they are.",
        _same(tuning["equivalence"]),
        _pays(tuning),
    ]


def _same(same: Mapping[str, Any]) -> str:
    if same["is_exact"]:
        found = "the same layers and head: no weight differs"
    else:
        found = (
            f"nearly the same: {same['changed_test_predictions']:,} of "
            f"{same['test_predictions']:,} answers differ"
        )
    return f"With the same images and seed, cached below the cut and end to end train {found}."


def _pays(tuning: Mapping[str, Any]) -> str:
    budget, name = max(
        (arm["budget"], name) for name, arm in tuning["arms"].items() if arm["budget"] is not None
    )
    further = tuning["faster"][name]["further"]["on_the_same_runtime"]
    if further is None:
        return "How much faster caching below the cut is was not measured on one machine."
    disk = f"{tuning['arms'][name]['feature_bytes'] / 1e6:,.0f} MB for {views(budget)}"
    if further < PAYS:
        return (
            f"Caching below the cut does not pay: against end to end with the same layers, each "
            f"further training is {times_as_fast(further)}, and it takes {disk}."
        )
    first = tuning["faster"][name]["first"]["on_the_same_runtime"]
    return (
        f"Caching below the cut takes {disk}; against end to end with the same layers, a first "
        f"training is {times_as_fast(first)}, each further one {times_as_fast(further)}."
    )


def _records(gains: Gains) -> dict[str, dict[str, Any]]:
    return {on: comparison.as_record() for on, comparison in gains.items()}


def _epochs(tested: Sequence[TestedHead]) -> dict[Arm, float]:
    """That each arm ran, mean over its trainings."""
    runs: dict[Arm, list[int]] = {}
    for head in tested:
        runs.setdefault(head.arm, []).append(len(head.trained.saved.history))
    return {arm: mean(epochs) for arm, epochs in runs.items()}
