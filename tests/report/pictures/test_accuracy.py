from functools import partial

import numpy as np
import pytest
from matplotlib.figure import Figure

from tests.report.findings import CURVES
from tests.report.test_tables import ARM, END_TO_END
from viewcache.report.pictures.accuracy import against_views, learning_curves

ARMS = {
    "cached_0": ARM | {"budget": 0},
    "cached_4": ARM | {"budget": 4, "accuracy": 0.86},
    "end_to_end": END_TO_END | {"seconds": 90.0, "accuracy": 0.99},
}


def painted(paint):
    axes = Figure(layout="constrained").subplots()
    paint(axes)
    return axes


def test_both_metrics_are_drawn_on_one_scale():
    clean, robust = (
        painted(partial(against_views, arms=ARMS, metric=metric)).get_ylim()
        for metric in ("accuracy", "accuracy_augmented")
    )
    assert clean == robust
    assert clean[0] < ARM["accuracy_augmented_low"] < ARM["accuracy_high"] < clean[1]


def test_an_accuracy_stands_at_its_number_of_views_with_its_own_interval():
    axes = painted(partial(against_views, arms=ARMS, metric="accuracy"))
    assert axes.get_xticks().tolist() == [0, 4]
    line, *points = (mark.get_xydata().tolist() for mark in axes.lines)
    assert line == [[0, 0.8515], [4, 0.86]]
    assert points == [[[0, 0.8515]], [[4, 0.86]]]
    intervals = [bar.get_segments()[0].tolist() for bar in axes.collections]
    assert intervals == [[[views, 0.831], [views, 0.8712]] for views in (0, 4)]
    assert not axes.patches


def test_a_single_seed_is_drawn_without_an_interval():
    arms = {"cached_0": END_TO_END | {"budget": 0}, "cached_4": END_TO_END | {"budget": 4}}
    axes = painted(partial(against_views, arms=arms, metric="accuracy"))
    lengths = [np.ptp(bar.get_segments()[0][:, 1]) for bar in axes.collections]
    assert lengths == pytest.approx([0, 0])


def test_a_learning_curve_is_the_mean_over_trainings():
    axes = painted(partial(learning_curves, arms=ARMS, curves=CURVES))
    lines = {line.get_label(): line.get_ydata() for line in axes.lines}
    np.testing.assert_allclose(lines["cached_4"], [0.2, 0.8])
    np.testing.assert_allclose(lines["end_to_end"], [0.2, 0.4])
    assert [text.get_text() for text in axes.figure.legends[0].texts] == ["cached_4", "end_to_end"]
