import numpy as np
import pandas as pd
from PIL import Image

from stages.report.plots import draw_accuracy_against_seconds, draw_learning_curves
from tests.report.test_tables import ARM


def ink(path):
    """Share of the picture that is not background."""
    with Image.open(path) as picture:
        return float((np.asarray(picture.convert("L")) < 128).mean())


def test_every_arm_is_drawn(tmp_path):
    one, two = tmp_path / "one.png", tmp_path / "two.png"
    draw_accuracy_against_seconds(one, {"cached_1": ARM})
    draw_accuracy_against_seconds(
        two, {"cached_1": ARM, "end_to_end": ARM | {"total_seconds": 90.0}}
    )
    assert min(ink(one), ink(two)) > 0
    assert one.read_bytes() != two.read_bytes()


def test_an_arm_without_a_comparable_time_is_left_out(tmp_path):
    one, two = tmp_path / "one.png", tmp_path / "two.png"
    draw_accuracy_against_seconds(one, {"cached_1": ARM})
    draw_accuracy_against_seconds(
        two, {"cached_1": ARM, "end_to_end": ARM | {"total_seconds": None}}
    )
    assert one.read_bytes() == two.read_bytes()


def test_a_wider_interval_is_a_longer_bar(tmp_path):
    one, two = tmp_path / "one.png", tmp_path / "two.png"
    draw_accuracy_against_seconds(one, {"cached_1": ARM})
    draw_accuracy_against_seconds(two, {"cached_1": ARM | {"test_accuracy_low": 0.5}})
    assert one.read_bytes() != two.read_bytes()


def test_learning_curves_are_drawn_for_every_arm(tmp_path):
    curves = pd.DataFrame(
        {
            "arm": ["a", "a", "b", "b"],
            "epoch": [1, 2, 1, 2],
            "validation_accuracy": [0.1, 0.9, 0.9, 0.1],
        }
    )
    draw_learning_curves(tmp_path / "one.png", curves[:2])
    draw_learning_curves(tmp_path / "two.png", curves)
    assert ink(tmp_path / "one.png") < ink(tmp_path / "two.png")
