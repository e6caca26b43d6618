import json
import math
from dataclasses import replace

import pytest

from tests.report.findings import (
    ARMS,
    CACHED_COSTS,
    HARM,
    HARMLESS,
    HELP,
    OPEN_LOSS,
    PREDICTED,
    SAME,
    found,
    judged,
    length,
    reckoned,
    with_costs,
)
from viewcache.report import results
from viewcache.report.results import record_of, summary_of


@pytest.fixture
def written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    made = found(prediction={"cached_0": PREDICTED})
    results.write(made)
    return record_of(made)


def everything():
    return json.loads(results.EVERYTHING.read_text())


def test_results_have_the_answers_that_readers_rely_on(written):
    answers = everything()["answers"]
    assert answers["same"]["max_abs_weight_difference"] == 0.0
    assert answers["same"]["changed_test_predictions"] == 0
    assert answers["enough"]["views"] == 1
    assert answers["faster"]["arms"]["cached_1"]["first"] == {
        "on_the_same_runtime": 2.0,
        "originals_kept": 1.0,
        "by_the_runtime": 1.5,
        "against_keras": 3.0,
    }
    assert answers["augmentation"]["outcome"] == "better"
    assert answers["augmentation"]["gain"] == 0.188
    assert answers["augmentation"]["loss"] is None


def test_results_have_every_arm_s_figures(written):
    arms = everything()["arms"]
    assert list(arms) == [arm.name for arm in ARMS]
    own = {f"accuracy{on}{end}" for on in ("", "_augmented") for end in ("", "_low", "_high")}
    costs = {"seconds", "further_seconds", "base_passes", "feature_bytes"}
    assert own | costs <= set(arms["cached_1"])
    assert arms["cached_1"]["accuracy_low"] < arms["cached_1"]["accuracy"]
    assert arms["cached_1"]["base_passes"] == CACHED_COSTS.base_passes
    assert {"decisions", "choosing", "baseline", "length", "replay"} <= set(everything())


def test_results_have_what_averaged_views_gain_known_or_not(written):
    averaged = everything()["averaged_views"]
    assert averaged == pytest.approx(
        {"views": 3, "accuracy": 0.802, "difference": 0.002, "low": -0.004, "high": 0.008}
    )
    assert record_of(found(replace(judged(), averaging=None)))["averaged_views"] is None


def test_what_is_read_is_what_was_written(written):
    again = results.read()
    assert again.figures == json.loads(json.dumps(written))
    assert again.params == json.loads(json.dumps(found().params.model_dump()))
    assert again.runs.equals(found().runs)
    assert again.curves.equals(found().curves)


def test_metrics_are_few_numbers_of_the_recommended_arm(written):
    metrics = json.loads(results.SUMMARY.read_text())
    arm = written["arms"]["cached_1"]
    assert metrics == {
        "accuracy": arm["accuracy"],
        "accuracy_augmented": arm["accuracy_augmented"],
        "accuracy_to_expect": 0.793,
        "accuracy_of_baseline": written["arms"]["baseline"]["accuracy"],
        "views": 1,
        "gain_under_views": 0.188,
        "gain_clean": 0.002,
    }
    assert len(metrics) <= 10
    assert all(isinstance(value, int | float) for value in metrics.values())
    assert all(map(math.isfinite, metrics.values()))


def test_a_number_that_is_not_known_is_no_metric(written):
    holdout = record_of(found(judged(choosing=None)))
    assert written.keys() == holdout.keys()
    assert summary_of(written).keys() - summary_of(holdout).keys() == {"accuracy_to_expect"}


def test_the_recommendation_is_the_same_whatever_the_times(written):
    stands = results.RECOMMENDATION.read_text()
    assert json.loads(stands) == {
        "arm": "cached_1",
        "views": 1,
        "probably_enough": 1,
        "epochs": 8,
        "accuracy_to_expect": 0.793,
        "accuracy_augmented_to_expect": 0.6,
        "sentence": written["recommendation"]["sentence"],
    }
    slow = reckoned(predicted=["keras"])
    slow.costs.update(dict.fromkeys(slow.costs, slow.costs[SAME.end_to_end]))
    results.write(found(reckoning=slow))
    assert results.RECOMMENDATION.read_text() == stands
    assert everything()["answers"]["faster"]["predicted"] == ["keras"]


def test_another_time_is_another_digest(written):
    digest = results.digest_of_results()
    results.write(found(prediction={"cached_0": PREDICTED}))
    assert results.digest_of_results() == digest
    results.write(found(reckoning=with_costs(seconds=11.0)))
    assert results.digest_of_results() != digest


def test_end_to_end_is_held_to_its_twin_on_matched_trainings():
    same = record_of(found())["equivalence"]
    shared, keras = same["same_runtime"], same["keras"]
    assert (shared["twin"], shared["end_to_end"]) == ("cached_4", "end_to_end_compiled")
    assert shared["trainings"] == [{"seed": 0, "rotation": 0}]
    assert (shared["is_exact"], keras["is_exact"]) == (True, False)
    assert (keras["changed_test_predictions"], keras["test_predictions"]) == (7, 40)


def test_they_are_held_to_each_other_after_every_epoch_that_was_kept():
    same = record_of(found())["equivalence"]
    shared, keras = same["same_runtime"], same["keras"]
    assert shared["weight_differences"] == dict.fromkeys("12348", 0.0)
    assert (shared["epochs"], keras["epochs"]) == (8, 2)
    assert keras["weight_differences"] == {"1": 0.03, "2": 0.07}
    assert keras["max_abs_weight_difference"] == 0.07


def test_what_was_chosen_without_each_fold_is_told_with_its_accuracy():
    figures = record_of(found())
    assert figures["choosing"] == {
        "arms": {"0": "cached_1", "1": "cached_4"},
        "accuracy": 0.793,
        "accuracy_augmented": 0.6,
    }
    assert record_of(found(judged(choosing=None)))["choosing"] is None


def test_the_recommended_arm_is_held_to_the_baseline():
    record = record_of(found(judged(baseline=HARM)))["baseline"]
    assert (record["arm"], record["reference"]) == ("cached_1", "baseline")
    assert [record[name] for name in ("difference", "low", "high")] == list(HARM)


def test_what_twice_as_many_epochs_bring_is_told_of_both_ends():
    assert record_of(found())["length"]["is_enough"]
    record = record_of(found(judged(trained=length(clean=HELP))))["length"]
    assert not record["is_enough"]
    assert [(gain["arm"], gain["on"], gain["known"]) for gain in record["gains"]] == [
        ("cached_0", "clean", True), ("cached_0", "robustness", False),
        ("cached_4", "clean", False), ("cached_4", "robustness", False),
    ]  # fmt: skip


def test_what_did_not_run_is_not_claimed_to_be_the_same():
    figures = record_of(found(equivalences=()))
    assert set(figures["equivalence"].values()) == {None}
    assert set(figures["answers"]["same"].values()) == {None}


def test_every_number_of_views_has_its_difference_to_the_twin_on_both():
    [*differences] = record_of(found())["answers"]["enough"]["differences_to_twin"]
    assert [(one["arm"], one["on"]) for one in differences] == [
        (arm, on) for on in ("clean", "robustness") for arm in ("cached_0", "cached_1")
    ]
    nearest = differences[1]
    assert [nearest[name] for name in ("difference", "low", "high")] == list(HARMLESS)


def test_a_gain_and_a_loss_are_told_where_they_are_known():
    answer = record_of(found(judged(clean=OPEN_LOSS)))["answers"]["augmentation"]
    assert (answer["outcome"], answer["gain"], answer["loss"]) == ("a trade", 0.188, -0.02)
    answer = record_of(found(judged(OPEN_LOSS, HARM)))["answers"]["augmentation"]
    assert (answer["outcome"], answer["gain"], answer["loss"]) == ("worse", None, -0.02)
    assert answer["clean"]["effect"] == "harm"


def test_decisions_say_why_fewer_views_are_not_enough():
    decisions = record_of(found(judged(one=HARM)))["decisions"]
    shortfalls = {record["arm"]: record["shortfalls"] for record in decisions}
    assert shortfalls["cached_1"] == ["not within the margin"]
    assert shortfalls["cached_4"] == []
