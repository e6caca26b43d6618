from functools import partial

import pytest
from matplotlib.figure import Figure

from tests.report.findings import ARMS, HELP, OPEN, judged
from viewcache.report.pictures.differences import differences_in_words, to_end_to_end
from viewcache.report.pictures.style import styles


def painted(paint):
    axes = Figure(layout="constrained").subplots()
    paint(axes)
    return axes


def to_twin(**judgement):
    """Under random views: no augmentation and one view, less four."""
    differences = judged(**judgement).recommendation.to_twin
    return [one for one in differences if one.on == "robustness"]


def drawn(**judgement):
    paint = partial(to_end_to_end, on="robustness", looks=styles(ARMS))
    return painted(partial(paint, to_twin=to_twin(**judgement)))


def test_a_difference_stands_in_points_with_its_interval_and_its_figures():
    axes = drawn(one=OPEN)
    one = axes.lines[-1].get_xydata().tolist()
    assert one == [[-1, 1]]
    assert axes.collections[-1].get_segments()[0].tolist() == [[-5, 1], [3, 1]]
    names = [label.get_text() for label in axes.get_yticklabels()]
    one = "image and 1 view\n-1.0 (-5.0 to +3.0)"
    assert names == ["no augmentation\n-18.8 (-22.0 to -15.0)", one]


def test_the_margin_is_drawn_and_what_counts_as_no_loss_is_shaded():
    axes = drawn()
    zero, margin = (line.get_xdata()[0] for line in axes.lines[:2])
    assert (zero, margin) == (0, -1)
    assert axes.patches[0].get_x() == -1


def test_what_lies_far_away_is_an_arrow_at_the_edge_and_does_not_squeeze_the_rest():
    axes = drawn(robustness=HELP)
    low, high = axes.get_xlim()
    none = axes.lines[2]
    assert (none.get_xdata()[0], none.get_marker()) == (low, "<")
    assert (low, high) == pytest.approx((-3.3, 3.3))


def test_a_single_seed_is_drawn_without_an_interval():
    axes = drawn(interval=False)
    assert not axes.collections
    assert len(axes.lines) == 4


def test_differences_are_told_with_their_intervals_by_number_of_views():
    assert differences_in_words(to_twin(), "robustness") == (
        "Points less end to end, on random views of the test images: "
        "no augmentation -18.8 (-22.0 to -15.0); image and 1 view +0.2 (-0.4 to +0.8)."
    )
