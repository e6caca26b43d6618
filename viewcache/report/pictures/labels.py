"""Names at points, placed so that they cover neither each other nor what is drawn."""

from collections.abc import Mapping, Sequence
from itertools import product
from typing import cast

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Annotation
from matplotlib.transforms import Bbox

SIZE, CLEARANCE = 9, 4  # points; pixels
STEPS, STEP_COST = 8, 15
"""How many places off a name may stand, and how many covered pixels outweigh one place."""


def label_bars(
    axes: Axes, bars: Mapping[str, tuple[float, float, float]], colours: Mapping[str, str]
) -> None:
    """Name upright bars, each nearby where it covers least of what is there.

    Args:
        bars: From a name to the bar's x, its lower and its upper end.
    """
    cast(Figure, axes.figure).draw_without_rendering()
    taken = [_box(axes, bar) for bar in bars.values()]
    for name, bar in sorted(bars.items(), key=lambda item: item[1]):
        places = {
            _label(axes, name, bar, colours[name], step, side): step
            for step, side in product(range(STEPS), ("center", "right", "left"))
        }
        best = min(places, key=lambda label: _cover(axes, label, taken) + STEP_COST * places[label])
        for label in places:
            if label is not best:
                label.remove()
        taken.append(best.get_window_extent().padded(CLEARANCE))


def _box(axes: Axes, bar: tuple[float, float, float]) -> Bbox:
    x, low, high = bar
    corners = axes.transData.transform([(x, low), (x, high)])
    return Bbox(corners).padded(CLEARANCE)


def _label(
    axes: Axes, name: str, bar: tuple[float, float, float], colour: str, step: int, side: str
) -> Annotation:
    """Above the bar at even steps, below it at odd ones, the further the later.

    Args:
        side: Of the label that is at the bar: center, right or left.
    """
    x, low, high = bar
    above = step % 2 == 0
    distance = 5 + step // 2 * (SIZE + 3)
    label = axes.annotate(
        name,
        (x, high if above else low),
        (0, distance if above else -distance),
        textcoords="offset points",
        ha=side,
        va="bottom" if above else "top",
        fontsize=SIZE,
        color=colour,
    )
    label.set_in_layout(False)
    return label


def _cover(axes: Axes, label: Annotation, taken: Sequence[Bbox]) -> float:
    """How many pixels of what is there a label would cover, or stick out of the axes with."""
    box = label.get_window_extent()
    inside = Bbox.intersection(box, axes.bbox)
    outside = _area(box) - _area(inside)
    return outside + sum(_area(Bbox.intersection(box, other)) for other in taken)


def _area(box: Bbox | None) -> float:
    return box.width * box.height if box else 0.0
