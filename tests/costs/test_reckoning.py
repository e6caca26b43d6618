import json

import numpy as np
import pandas as pd
import pytest

from tests.arms.named import named
from tests.costs.test_ledger import records
from viewcache.costs.faster import faster
from viewcache.costs.ledger import Training, costs_of_arms
from viewcache.costs.prediction import PREDICTION, params_digest, predicted_end_to_end
from viewcache.costs.reckoning import reckon
from viewcache.features.store import FeatureView
from viewcache.ground.params.loading import load_params

pytestmark = pytest.mark.usefixtures("feature_files")

PARAMS = load_params()
PARAMS = PARAMS.model_copy(
    update={"extract": PARAMS.extract.model_copy(update={"views": [0, 1, 2]})}
)
VIEWS = {
    view: FeatureView(np.zeros((rows, 1)), np.arange(rows))
    for view, rows in {0: 250, 1: 100, 2: 100, 1_000_000: 77}.items()
}
CACHED = [named(name, (0, 1), (0, 1)) for name in ("cached_0", "cached_1", "cached_2")]
END_TO_END = {"keras": named("end_to_end", (0,), (0,))}
TRAINING = Training(50, {view: len(VIEWS[view].features) for view in VIEWS}, [1, 2], heads=12)


def reckoned(arms, ran=10):
    """`ran`: epochs, of every head, or by arm, seed and rotation."""
    runs = pd.DataFrame(
        {
            "arm": arm.name,
            "seed": seed,
            "rotation": number,
            "epochs": ran if isinstance(ran, int) else ran[arm.name, seed, number],
        }
        for arm in arms
        for seed, number in arm.trainings
    )
    return reckon(PARAMS, arms, runs, TRAINING, records().__getitem__)


def plan_for(params, **arms):
    keys = ("seconds", "again_seconds", "setup_seconds", "feature_bytes")
    predicted = {name: dict(zip(keys, values, strict=True)) for name, values in arms.items()}
    content = {"machine": {"id": "here"}, "params": params_digest(params), "arms": predicted}
    PREDICTION.parent.mkdir(exist_ok=True)
    PREDICTION.write_text(json.dumps(content))


def test_costs_are_those_of_the_ledger_with_all_cached_heads_and_the_rows_of_every_view():
    arms = [*CACHED, *END_TO_END.values()]
    epochs = dict.fromkeys(arms, 10.0)
    assert reckoned(arms).costs == costs_of_arms(arms, TRAINING, epochs, records().__getitem__)


def test_base_passes_are_those_of_the_mean_of_the_epochs_that_were_run():
    arm = named("end_to_end", (0, 1), (0, 1))
    ran = {("end_to_end", 0, 0): 4, ("end_to_end", 0, 1): 5}
    ran |= {("end_to_end", 1, 0): 5, ("end_to_end", 1, 1): 10}
    assert reckoned([arm], ran).costs[arm].base_passes == 50 * 6


def test_views_are_unused_by_the_most_epochs_of_every_seed():
    arm = named("cached_2", (0, 23), (0, 1))
    assert (arm.views([1, 2], 0), arm.views([1, 2], 23)) == ([1, 2], [2, 1])
    ran = {("cached_2", seed, number): 1 for seed in (0, 23) for number in (0, 1)}
    assert reckoned([arm], ran).unused[arm].unused_views == 0
    alone = named("cached_2", (0,), (0, 1))
    assert reckoned([alone], ran).unused[alone].unused_views == 1
    assert reckoned([alone], ran | {("cached_2", 0, 1): 2}).unused[alone].unused_views == 0


def test_arms_on_cached_views_are_held_to_what_end_to_end_took():
    found = reckoned([*CACHED, *END_TO_END.values()])
    assert list(found.faster) == CACHED
    own, keras = found.costs[CACHED[1]], found.costs[END_TO_END["keras"]]
    assert found.faster[CACHED[1]] == faster(own, own.study_seconds, {"keras": keras}, 4)
    assert found.faster[CACHED[1]].first.against_keras == keras.seconds / own.seconds
    assert found.predicted == []


def test_what_did_not_run_is_predicted_and_marked_so():
    plan_for(PARAMS, end_to_end=(900, 800, 100, 0), end_to_end_compiled=(300, 250, 50, 0))
    nothing_ran, keras_ran = reckoned(CACHED), reckoned([*CACHED, *END_TO_END.values()])
    assert (nothing_ran.predicted, keras_ran.predicted) == (["keras", "compiled"], ["compiled"])
    own, predicted = nothing_ran.costs[CACHED[0]], predicted_end_to_end(PARAMS)
    assert nothing_ran.faster[CACHED[0]] == faster(own, own.study_seconds, predicted, 4)
    assert nothing_ran.faster[CACHED[0]].first.by_the_runtime == 3
    measured = keras_ran.costs[END_TO_END["keras"]].seconds
    assert keras_ran.faster[CACHED[0]].first.by_the_runtime == measured / 300


def test_without_end_to_end_and_without_a_plan_no_factor_is_known():
    found = reckoned(CACHED)
    assert found.predicted == []
    assert found.faster[CACHED[0]].first.against_keras is None


@pytest.mark.parametrize("arm", [arm for arm in CACHED if arm.budget])
def test_test_views_are_no_base_passes(arm):
    assert reckoned(CACHED).costs[arm].base_passes == 50 * arm.budget
