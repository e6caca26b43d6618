import json

import pytest

from viewcache.costs.prediction import PLAN, compare_with_plan, params_digest
from viewcache.ground.params.loading import load_params

MEASURED = {
    "cached_1": {"total_seconds": 20.0, "feature_bytes": 1000, "machine": "here"},
    "end_to_end": {"total_seconds": 80.0, "feature_bytes": 0, "machine": "here"},
}


@pytest.fixture
def params(tmp_path, monkeypatch):
    """Parameters that there is a plan of, in the working folder."""
    params = load_params()
    monkeypatch.chdir(tmp_path)
    PLAN.parent.mkdir()
    arms = {
        "cached_1": {"total_seconds": 22.0, "feature_bytes": 990},
        "end_to_end": {"total_seconds": 60.0, "feature_bytes": 0},
    }
    plan = {"machine": {"id": "here"}, "params": params_digest(params), "arms": arms}
    PLAN.write_text(json.dumps(plan))
    return params


def test_errors_are_relative_to_the_measurement(params):
    found = compare_with_plan(MEASURED, params)
    assert found["cached_1"]["seconds_error"] == pytest.approx(0.1)
    assert found["cached_1"]["bytes_error"] == pytest.approx(-0.01)
    assert found["end_to_end"]["seconds_error"] == pytest.approx(-0.25)
    assert found["end_to_end"]["bytes_error"] == 0


def test_an_arm_of_another_machine_is_not_compared(params):
    elsewhere = MEASURED["end_to_end"] | {"machine": "there"}
    assert list(compare_with_plan(MEASURED | {"end_to_end": elsewhere}, params)) == ["cached_1"]


def test_a_plan_of_other_parameters_is_not_compared(params):
    assert compare_with_plan(MEASURED, params.model_copy(update={"seed": 1})) is None


def test_without_a_plan_nothing_is_compared(params):
    PLAN.unlink()
    assert compare_with_plan(MEASURED, params) is None
