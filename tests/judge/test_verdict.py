import json
import re

import numpy as np

from studies.coverage import Experiment
from tests.arms.named import named
from viewcache.judge.decisions import compare_arms
from viewcache.judge.verdict import decide
from viewcache.report.results import record_of_verdict
from viewcache.report.wording import reason


def answers(images=6000, seeds=5, **accuracies):
    """Correctness of arms whose true accuracies are given: clean, and under random views."""
    rng = np.random.default_rng(1)
    clean, robust = (
        Experiment(images, seeds, tuple(pair[way] for pair in accuracies.values()), 0.01).draw(rng)
        for way in (0, 1)
    )
    return {
        named(arm): {"clean": clean[number], "robustness": robust[number]}
        for number, arm in enumerate(accuracies)
    }


def verdict(correct, same=None, rule="robustness", margin=0.01, **speedups):
    """With `same`, that arm trains the heads of end-to-end, which has one seed."""
    twin = named(same) if same else None
    if twin:
        correct[named("end_to_end")] = {on: table[:1] for on, table in correct[twin].items()}
    given = {named(name): factor for name, factor in speedups.items()}
    factors = dict.fromkeys(correct, 3.0) | {named("end_to_end"): 1.0} | given
    found = decide(compare_arms(correct, twin, margin, rule), factors)
    record = record_of_verdict(found, reason(found, factors))
    assert json.loads(json.dumps(record, allow_nan=False)) == record
    return record


def needed(**more):
    return answers(
        cached_0=(0.9, 0.6), cached_1=(0.9, 0.8), cached_2=(0.9, 0.9), cached_8=(0.9, 0.9), **more
    )


def test_few_views_are_chosen_where_augmentation_is_needed_and_few_do():
    found = verdict(needed(), "cached_8")
    assert (found["choice"], found["budget"], found["speedup"]) == ("cached_2", 2, 3.0)
    assert abs(found["accuracy_difference"]) < 0.01
    assert found["reason"].startswith("cached_2 is as good as end_to_end within 1 point: ")
    assert "3.0 times faster" in found["reason"]
    assert "augmentation itself brings +30." in found["reason"]


def test_no_augmentation_is_chosen_where_it_is_useless():
    same = (0.9, 0.9)
    correct = answers(cached_0=same, cached_1=same, cached_8=same)
    found = verdict(correct, "cached_8")
    assert (found["choice"], found["budget"]) == ("cached_0", 0)


def test_no_augmentation_is_chosen_where_it_hurts():
    correct = answers(cached_0=(0.9, 0.6), cached_1=(0.85, 0.8), cached_8=(0.85, 0.8))
    found = verdict(correct, "cached_8")
    assert (found["choice"], found["budget"]) == ("cached_0", 0)
    assert "end_to_end included" in found["reason"]
    assert "costs clean accuracy beyond the margin" in found["reason"]


def test_end_to_end_is_chosen_where_no_cached_views_are_as_good():
    correct = answers(cached_0=(0.9, 0.6), cached_2=(0.9, 0.8), end_to_end=(0.9, 0.9))
    found = verdict(correct)
    assert (found["choice"], found["budget"]) == ("end_to_end", None)
    assert (found["accuracy_difference"], found["speedup"]) == (0, 1)
    assert "cached_2 is -10." in found["reason"]


def test_by_the_clean_rule_robustness_does_not_count():
    correct = answers(cached_0=(0.9, 0.6), cached_8=(0.9, 0.9))
    assert verdict(correct, "cached_8", rule="clean")["choice"] == "cached_0"
    assert verdict(correct, "cached_8", rule="robustness")["choice"] == "cached_8"


def test_a_wider_margin_lets_robustness_cost_clean_accuracy():
    correct = answers(cached_0=(0.9, 0.6), cached_1=(0.87, 0.8), cached_8=(0.87, 0.8))
    assert verdict(correct, "cached_8", margin=0.05)["choice"] == "cached_1"
    assert verdict(correct, "cached_8", margin=0.01)["choice"] == "cached_0"


def test_few_images_decide_nothing_and_say_how_many_would():
    same = (0.9, 0.9)
    found = verdict(answers(images=60, cached_0=same, cached_1=same, cached_8=same), "cached_8")
    assert found["choice"] is found["budget"] is found["speedup"] is None
    assert found["accuracy_difference"] is None
    assert found["reason"].startswith("not decided within 1 point: ")
    assert re.search(r"about \d+ more (test images|seeds)", found["reason"])
    assert {one["outcome"] for one in found["decisions"]} >= {"undecided"}


def test_what_is_open_on_fewer_views_is_told():
    correct = answers(cached_0=(0.9, 0.6), cached_1=(0.9, 0.891), cached_8=(0.9, 0.9))
    found = verdict(correct, "cached_8")
    assert found["choice"] == "cached_8"
    assert "cached_8 trains the very heads of end_to_end" in found["reason"]
    assert "fewer views are not decided: cached_1 is" in found["reason"]


def test_of_two_ways_to_the_same_heads_the_cheaper_is_chosen():
    correct = answers(cached_0=(0.9, 0.6), cached_8=(0.9, 0.9))
    found = verdict(correct, "cached_8", cached_8=0.5)
    assert found["choice"] == "end_to_end"
    assert "2.0 times slower" in found["reason"]


def test_without_the_same_heads_a_single_seed_is_what_arms_are_held_to():
    correct = needed(end_to_end=(0.9, 0.9))
    arm = named("end_to_end")
    correct[arm] = {on: table[:1] for on, table in correct[arm].items()}
    found = verdict(correct)
    assert found["choice"] == "cached_2"
    assert "judged by" not in found["reason"]


def test_one_seed_of_every_arm_is_enough_to_decide_on_these_heads():
    same = (0.97, 0.97)
    correct = answers(seeds=1, cached_0=(0.97, 0.6), cached_1=same, cached_8=same)
    assert verdict(correct, "cached_8")["choice"] == "cached_1"


def test_there_is_no_speedup_between_machines():
    found = verdict(needed(), "cached_8", cached_2=None)
    assert (found["choice"], found["speedup"]) == ("cached_2", None)
    assert "not measured on one machine" in found["reason"]


def test_every_comparison_is_recorded():
    found = verdict(answers(cached_0=(0.9, 0.6), cached_8=(0.9, 0.9)), "cached_8")
    compared = {(one["arm"], one["reference"], one["on"]) for one in found["decisions"]}
    pairs = [("cached_0", "end_to_end"), ("cached_8", "end_to_end"), ("cached_8", "cached_0")]
    pairs.append(("end_to_end", "cached_0"))
    assert compared == {(*pair, on) for pair in pairs for on in ("clean", "robustness")}
    [same] = [one for one in found["decisions"] if one["arm"] == "cached_8"][:1]
    assert (same["outcome"], same["low"], same["high"]) == ("non-inferior", 0, 0)


def test_the_order_of_budgets_does_not_matter():
    backwards = dict(reversed(needed().items()))
    assert verdict(backwards, "cached_8")["choice"] == "cached_2"
