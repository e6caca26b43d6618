import pytest

from tests.arms.named import named
from tests.costs.test_ledger import SHORT, TRAINING, records
from viewcache.costs.faster import faster
from viewcache.costs.ledger import costs_of_arms
from viewcache.costs.prediction import (
    ORIGINALS_KEPT,
    PREDICTION,
    predicted_end_to_end,
    write_prediction,
)
from viewcache.costs.reckoning import reckon
from viewcache.ground.params.loading import load_params

PARAMS = load_params()
CACHED = [named(name, (0, 1), (0, 1), SHORT) for name in ("cached_0", "cached_1", "cached_2")]
BASELINE = named("baseline", (0,), (0, 1), SHORT)
KERAS, COMPILED = (named(name, (0,), (0,), SHORT) for name in ("end_to_end", "end_to_end_compiled"))


@pytest.fixture(autouse=True)
def working_folder(tmp_path, monkeypatch):
    """Without a plan."""
    monkeypatch.chdir(tmp_path)


def reckoned(arms):
    return reckon(PARAMS, arms, TRAINING, records().__getitem__)


def plan_for(params, **arms):
    keys = ("seconds", "further_seconds", "setup_seconds", "feature_bytes", "machine")
    predicted = {name: dict(zip(keys, (*of, "here"), strict=True)) for name, of in arms.items()}
    PREDICTION.parent.mkdir(exist_ok=True)
    write_prediction(params, arms=predicted)


def test_costs_are_those_of_the_ledger():
    arms = [BASELINE, *CACHED, KERAS]
    assert reckoned(arms).costs == costs_of_arms(arms, TRAINING, records().__getitem__)


def test_arms_on_cached_views_are_held_to_what_end_to_end_took():
    found = reckoned([BASELINE, *CACHED, KERAS])
    assert list(found.faster) == [BASELINE, *CACHED]
    own, keras = found.costs[CACHED[1]], found.costs[KERAS]
    assert found.faster[CACHED[1]] == faster(own, own.study_seconds, {"keras": keras}, 4)
    assert found.faster[CACHED[1]].first.against_keras == keras.seconds / own.seconds
    assert found.predicted == []


def test_they_are_held_to_end_to_end_that_keeps_the_images_own_features_as_well():
    found = reckoned([*CACHED, COMPILED])
    own, compiled = found.costs[CACHED[1]], found.costs[COMPILED]
    first = found.faster[CACHED[1]].first
    assert first.on_the_same_runtime == compiled.seconds / own.seconds
    assert first.originals_kept == compiled.originals_kept.seconds / own.seconds
    assert first.originals_kept < first.on_the_same_runtime
    assert found.evidence.end_to_end_seconds.keys() == {"compiled", "originals_kept"}


def test_what_did_not_run_is_predicted_and_marked_so():
    plan = {
        "end_to_end": (900, 800, 100, 0),
        "end_to_end_compiled": (300, 250, 50, 0),
        ORIGINALS_KEPT: (200, 150, 50, 0),
    }
    plan_for(PARAMS, **plan)
    nothing_ran, keras_ran = reckoned(CACHED), reckoned([*CACHED, KERAS])
    assert nothing_ran.predicted == ["keras", "compiled", "originals_kept"]
    assert keras_ran.predicted == ["compiled", "originals_kept"]
    assert reckoned([*CACHED, COMPILED]).predicted == ["keras"]
    own, predicted = nothing_ran.costs[CACHED[0]], predicted_end_to_end(PARAMS)
    assert nothing_ran.faster[CACHED[0]] == faster(own, own.study_seconds, predicted, 4)
    assert nothing_ran.faster[CACHED[0]].first.by_the_runtime == 3
    measured = keras_ran.costs[KERAS].seconds
    assert keras_ran.faster[CACHED[0]].first.by_the_runtime == measured / 300


def test_without_end_to_end_and_without_a_plan_no_factor_is_known():
    found = reckoned(CACHED)
    assert found.predicted == []
    assert found.faster[CACHED[0]].first.against_keras is None
