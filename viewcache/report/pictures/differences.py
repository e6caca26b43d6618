"""Pictures of how near each number of views comes to end-to-end."""

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes

from viewcache.report.figures import Arms
from viewcache.report.pictures.style import INK, styles
from viewcache.report.tables import TESTED_ON
from viewcache.report.words import difference, plain_name

COUNTS_AS_NONE = "#e3efe6"


def to_end_to_end(
    axes: Axes, arms: Arms, differences: Sequence[Mapping[str, Any]], metric: str, margin: float
) -> None:
    """Draw differences with their intervals, a row a number of views; the margin is shaded.

    A row that lies far away is an arrow at the edge, with its figures beside it.

    Args:
        differences: Records of comparisons on one measure, the fewest views first.
        margin: The loss of accuracy that counts as none.
    """
    looks, reach = styles(arms), _reach(differences, arms, margin)
    axes.axvspan(-100 * margin, reach, color=COUNTS_AS_NONE, zorder=0)
    axes.axvline(0, color=INK, linewidth=1)
    axes.axvline(-100 * margin, color=INK, linewidth=1, linestyle=(0, (4, 3)))
    for row, one in enumerate(differences):
        look, place = looks[one["arm"]], min(max(100 * one["difference"], -reach), reach)
        far = {-reach: "<", reach: ">"}.get(place)
        if one["low"] is not None:
            axes.hlines(row, 100 * one["low"], 100 * one["high"], look.colour)
        axes.plot(place, row, far or look.marker, color=look.colour, clip_on=False)
    names = [f"{plain_name(arms[one['arm']])}\n{difference(one)}" for one in differences]
    axes.set_yticks(range(len(names)), names)
    axes.set(xlim=(-reach, reach), ylim=(len(names) - 0.5, -0.5))
    axes.set(title=TESTED_ON[metric], xlabel="points of accuracy, less end to end")
    axes.grid(visible=False, axis="y")


def _reach(differences: Sequence[Mapping[str, Any]], arms: Arms, margin: float) -> float:
    """Of the axis, in points: to the ends of all augmented arms, and well past the margin."""
    ends = [
        abs(100 * end)
        for one in differences
        if arms[one["arm"]]["budget"]
        for end in (one["difference"], one["low"], one["high"])
        if end is not None
    ]
    return 1.1 * max([300 * margin, *ends])
