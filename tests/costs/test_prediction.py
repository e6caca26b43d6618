import pytest

from viewcache.costs.prediction import (
    PREDICTION,
    Predicted,
    compare_with_plan,
    predicted_end_to_end,
    write_prediction,
)
from viewcache.ground.params.loading import load_params

MEASURED = {
    "cached_1": {"seconds": 20.0, "feature_bytes": 1000, "machine": "here"},
    "end_to_end": {"seconds": 80.0, "feature_bytes": 0, "machine": "here"},
}


def arm(seconds, size):
    return Predicted(
        seconds, seconds / 2, seconds / 4, "here",
        base_passes=1, views_seconds=2.0, head_seconds=3.0, feature_bytes=size,
    )  # fmt: skip


@pytest.fixture
def params(tmp_path, monkeypatch):
    """Parameters that there is a prediction for, in the working folder."""
    params = load_params()
    monkeypatch.chdir(tmp_path)
    PREDICTION.parent.mkdir()
    arms = {
        "cached_1": arm(22.0, 990),
        "end_to_end": arm(60.0, 0),
    }
    write_prediction(params, arms=arms)
    return params


def test_errors_are_relative_to_the_measurement(params):
    found = compare_with_plan(MEASURED, params)
    assert found["cached_1"] == {
        "seconds": 22.0,
        "feature_bytes": 990,
        "seconds_error": pytest.approx(0.1),
        "bytes_error": pytest.approx(-0.01),
    }
    assert found["end_to_end"]["seconds_error"] == pytest.approx(-0.25)
    assert found["end_to_end"]["bytes_error"] == 0


def test_an_arm_of_another_machine_is_not_compared(params):
    elsewhere = MEASURED["end_to_end"] | {"machine": "there"}
    assert list(compare_with_plan(MEASURED | {"end_to_end": elsewhere}, params)) == ["cached_1"]


def test_an_arm_that_was_not_predicted_is_not_compared(params):
    more = MEASURED | {"cached_2": MEASURED["cached_1"]}
    assert list(compare_with_plan(more, params)) == ["cached_1", "end_to_end"]


def test_a_prediction_for_other_parameters_is_not_compared(params, capsys):
    assert compare_with_plan(MEASURED, params.model_copy(update={"seed": 1})) is None
    assert capsys.readouterr().err == ""


def test_an_arm_that_did_not_run_costs_what_was_predicted(params):
    assert predicted_end_to_end(params) == {"keras": arm(60.0, 0)}


def test_of_other_parameters_or_without_a_plan_nothing_is_predicted(params):
    assert predicted_end_to_end(params.model_copy(update={"seed": 1})) == {}
    PREDICTION.unlink()
    assert predicted_end_to_end(params) == {}


def test_without_a_prediction_nothing_is_compared(params, capsys):
    PREDICTION.unlink()
    assert compare_with_plan(MEASURED, params) is None
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("content", [b"", b'{"machine"', b"[]", b"{}", b"\xff", b"null"])
def test_a_damaged_prediction_is_left_aside_in_one_line(params, capsys, content):
    PREDICTION.write_bytes(content)
    assert compare_with_plan(MEASURED, params) is None
    [line] = capsys.readouterr().err.splitlines()
    rule = f"viewcache: {PREDICTION} is damaged and left aside: `make plan` writes it anew"
    assert line.startswith(f"{rule}. Received: ")


def test_a_prediction_cut_off_anywhere_is_left_aside(params):
    whole = PREDICTION.read_bytes()
    for length in range(0, len(whole), 7):
        PREDICTION.write_bytes(whole[:length])
        assert compare_with_plan(MEASURED, params) is None


@pytest.mark.parametrize(
    ("section", "change", "holds"),
    [
        ("train", {"learning_rate": 0.5}, True),
        ("train", {"schedule": "constant"}, True),
        ("end_to_end", {"keras": 0, "compiled": 0}, True),
        ("evaluate", {"margin": 0.5}, True),
        ("train", {"epochs": 60}, False),
        ("train", {"originals": "never"}, False),
        ("base", {"batch_size": 3}, False),
    ],
)
def test_a_plan_holds_for_other_parameters_that_cost_nothing(params, section, change, holds):
    changed = getattr(params, section).model_copy(update=change)
    other = params.model_copy(update={section: changed})
    assert bool(predicted_end_to_end(other)) == holds
