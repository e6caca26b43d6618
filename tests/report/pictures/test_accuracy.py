from functools import partial

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from tests.report.test_tables import ARM, END_TO_END
from viewcache.report.pictures.accuracy import against_seconds, against_views, learning_curves

METRIC = "test_accuracy"
ARMS = {
    "cached_0": ARM | {"budget": 0},
    "cached_2": ARM | {"budget": 2},
    "end_to_end": END_TO_END | {"seconds": 90.0},
}
CURVES = pd.DataFrame(
    {
        "arm": ["cached_2"] * 4 + ["end_to_end"] * 2,
        "seed": [0, 0, 1, 1, 0, 0],
        "epoch": [1, 2] * 3,
        "validation_accuracy": [0.1, 0.9, 0.3, 0.7, 0.2, 0.4],
    }
)


def painted(paint):
    axes = Figure(layout="constrained").subplots()
    paint(axes)
    return axes


def names(axes):
    return [text.get_text() for legend in axes.figure.legends for text in legend.texts]


def test_every_arm_is_named_at_its_point_on_a_log_axis():
    axes = painted(partial(against_seconds, arms=ARMS, metric=METRIC))
    assert sorted(names(axes)) == sorted(ARMS)
    assert axes.get_xscale() == "log"
    assert "seconds" in axes.get_xlabel()


def test_an_arm_that_was_timed_elsewhere_is_left_out():
    arms = ARMS | {"cached_2": ARM | {"budget": 2, "speedup": None}}
    assert "cached_2" not in names(painted(partial(against_seconds, arms=arms, metric=METRIC)))


def test_no_time_at_all_leaves_an_empty_picture():
    arms = {"end_to_end": END_TO_END | {"speedup": None}}
    assert names(painted(partial(against_seconds, arms=arms, metric=METRIC))) == []


@pytest.mark.parametrize("paint", [against_seconds, against_views])
def test_both_metrics_are_drawn_on_one_scale(paint):
    clean, robust = (
        painted(partial(paint, arms=ARMS, metric=metric)).get_ylim()
        for metric in (METRIC, f"{METRIC}_augmented")
    )
    assert clean == robust
    assert clean[0] < ARM["test_accuracy_augmented_low"] < ARM["test_accuracy_high"] < clean[1]


def test_accuracy_stands_at_its_number_of_views_within_the_band_of_end_to_end():
    axes = painted(partial(against_views, arms=ARMS, metric=METRIC))
    assert axes.get_xticks().tolist() == [0, 2]
    [band] = [patch.get_bbox() for patch in axes.patches]
    assert (band.y0, band.y1) == (ARM["test_accuracy_low"], ARM["test_accuracy_high"])


def test_a_learning_curve_is_the_mean_over_seeds():
    axes = painted(partial(learning_curves, arms=ARMS, curves=CURVES))
    lines = {line.get_label(): line.get_ydata() for line in axes.lines}
    np.testing.assert_allclose(lines["cached_2"], [0.2, 0.8])
    assert list(lines) == ["cached_2", "end_to_end"]
