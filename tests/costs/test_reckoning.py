import pytest

from tests.arms.named import named
from tests.costs.test_faster import WAYS
from tests.costs.test_ledger import HERE, SET_UP, SHORT, THERE, TRAINING, records
from viewcache.costs.faster import Times, faster
from viewcache.costs.ledger import costs_of_arms, study_seconds
from viewcache.costs.prediction import (
    PREDICTION,
    Predicted,
    predicted_end_to_end,
    write_prediction,
)
from viewcache.costs.reckoning import evidence_of, reckon
from viewcache.ground.params.loading import load_params

PARAMS = load_params()
CACHED = [named(name, (0, 1), (0, 1), SHORT) for name in ("cached_0", "cached_1", "cached_2")]
OF_TWO_SEEDS = [named(arm.name, (0, 23), (0, 1), SHORT) for arm in CACHED]
BASELINE = named("baseline", (0,), (0, 1), SHORT)
KERAS, COMPILED = (named(name, (0,), (0,), SHORT) for name in ("end_to_end", "end_to_end_compiled"))


@pytest.fixture(autouse=True)
def working_folder(tmp_path, monkeypatch):
    """Without a plan."""
    monkeypatch.chdir(tmp_path)


def reckoned(arms):
    return reckon(PARAMS, arms, TRAINING, records().__getitem__)


def plan_for(params, **arms):
    predicted = {
        name: Predicted(first, further, set_up, "here", 1, 0.0, 0.0, size)
        for name, (first, further, set_up, size) in arms.items()
    }
    PREDICTION.parent.mkdir(exist_ok=True)
    write_prediction(params, predicted)


def test_costs_are_those_of_the_ledger():
    arms = [BASELINE, *CACHED, KERAS]
    assert reckoned(arms).costs == costs_of_arms(arms, TRAINING, records().__getitem__)


def test_arms_on_cached_views_are_held_to_what_end_to_end_took():
    found = reckoned([BASELINE, *CACHED, KERAS])
    assert list(found.speeds) == [BASELINE, *CACHED]
    own, keras = found.costs[CACHED[1]], found.costs[KERAS]
    assert found.speeds[CACHED[1]] == faster(own, own.study_seconds, {"keras": keras}, 4)
    assert found.speeds[CACHED[1]]["first"].times.against_keras == keras.seconds / own.seconds
    assert found.predicted == []


def test_they_are_held_to_end_to_end_that_keeps_the_images_own_features_as_well():
    found = reckoned([*CACHED, COMPILED])
    own, compiled = found.costs[CACHED[1]], found.costs[COMPILED]
    first = found.speeds[CACHED[1]]["first"].times
    assert first.on_the_same_runtime == compiled.seconds / own.seconds
    assert first.originals_kept == compiled.originals_kept.seconds / own.seconds
    assert first.originals_kept < first.on_the_same_runtime
    assert found.evidence.end_to_end_seconds.keys() == {"compiled", "originals_kept"}


def test_what_did_not_run_is_predicted_and_marked_so():
    plan = {
        "end_to_end": (900, 800, 100, 0),
        "end_to_end_compiled": (300, 250, 50, 0),
        "originals_kept": (200, 150, 50, 0),
    }
    plan_for(PARAMS, **plan)
    nothing_ran, keras_ran = reckoned(CACHED), reckoned([*CACHED, KERAS])
    assert nothing_ran.predicted == ["keras", "compiled", "originals_kept"]
    assert keras_ran.predicted == ["compiled", "originals_kept"]
    assert reckoned([*CACHED, COMPILED]).predicted == ["keras"]
    own, predicted = nothing_ran.costs[CACHED[0]], predicted_end_to_end(PARAMS)
    assert nothing_ran.speeds[CACHED[0]] == faster(own, own.study_seconds, predicted, 4)
    assert nothing_ran.speeds[CACHED[0]]["first"].times.by_the_runtime == 3
    measured = keras_ran.costs[KERAS].seconds
    assert keras_ran.speeds[CACHED[0]]["first"].times.by_the_runtime == measured / 300


def test_without_end_to_end_and_without_a_plan_no_factor_is_known():
    found = reckoned(CACHED)
    assert found.predicted == []
    assert found.speeds[CACHED[0]]["first"].times.against_keras is None


def evidence(end_to_end, machine=HERE):
    load = records(machine).__getitem__
    costs = costs_of_arms([BASELINE, *OF_TWO_SEEDS], TRAINING, load)
    return evidence_of(costs, end_to_end, TRAINING, load)


def test_all_trainings_extract_every_view_once_and_share_their_set_up():
    views = (30 + 12 + 24) + (0.2 + 0.4)
    found = evidence({})
    assert (found.heads, found.trainings) == (16, 4)
    assert found.seconds == pytest.approx(SET_UP + 0.75 + views + 12 / 16 * (5 + 27))
    assert found.seconds < sum(
        study_seconds([arm], TRAINING, records().__getitem__) for arm in OF_TWO_SEEDS
    )


def test_end_to_end_would_have_trained_anew_for_every_seed_and_rotation():
    found = evidence(WAYS)
    assert found.end_to_end_seconds == {
        "keras": 10 + 4 * 80,
        "compiled": 20 + 4 * 40,
        "originals_kept": 20 + 4 * 30,
    }


def test_times_of_other_machines_are_not_told():
    assert evidence({}, THERE).seconds is None
    elsewhere = {"keras": Times(90, 85, 10, "there"), "compiled": Times(None, None, 20, "here")}
    assert evidence(elsewhere).end_to_end_seconds == {}
