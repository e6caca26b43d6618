from itertools import combinations

from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

from viewcache.report.pictures.labels import label_bars


def labelled(bars):
    axes = Figure(layout="constrained").subplots()
    axes.set(xlim=(0, 10), ylim=(0, 1))
    label_bars(axes, bars, dict.fromkeys(bars, "black"))
    return axes, [text.get_window_extent() for text in axes.texts]


def test_names_of_points_at_one_place_do_not_cover_each_other():
    _, boxes = labelled({f"cached_{number}": (5, 0.4, 0.5) for number in range(4)})
    assert len(boxes) == 4
    assert not any(Bbox.intersection(*pair) for pair in combinations(boxes, 2))


def test_a_long_name_at_the_edge_stays_inside():
    axes, [box] = labelled({"end_to_end_compiled": (9.9, 0.9, 0.99)})
    assert box.x1 <= axes.bbox.x1
    assert box.y1 <= axes.bbox.y1
