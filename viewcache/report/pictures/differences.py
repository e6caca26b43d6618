"""Pictures of how near each number of views comes to end-to-end."""

from collections.abc import Sequence

from matplotlib.axes import Axes

from viewcache.arms.arm import Arm
from viewcache.judge.correctness import Measured
from viewcache.judge.decisions import Comparison
from viewcache.report.pictures.style import INK, ArmStyle
from viewcache.report.words import TESTED_ON, difference, plain_name

COUNTS_AS_NONE = "#e3efe6"


def to_end_to_end(
    axes: Axes, to_twin: Sequence[Comparison], on: Measured, looks: dict[Arm, ArmStyle]
) -> None:
    """Draw differences with their intervals, a row a number of views; the margin is shaded.

    A row that lies far away is an arrow at the edge, with its figures beside it.

    Args:
        to_twin: On one measure, the fewest views first.
    """
    margin, reach = 100 * to_twin[0].margin, _reach(to_twin)
    axes.axvspan(-margin, reach, color=COUNTS_AS_NONE, zorder=0)
    axes.axvline(0, color=INK, linewidth=1)
    axes.axvline(-margin, color=INK, linewidth=1, linestyle=(0, (4, 3)))
    for row, one in enumerate(to_twin):
        look, place = looks[one.arm], min(max(100 * one.difference, -reach), reach)
        far = {-reach: "<", reach: ">"}.get(place)
        if one.interval is not None:
            axes.hlines(row, 100 * one.interval.low, 100 * one.interval.high, look.colour)
        axes.plot(place, row, far or look.marker, color=look.colour, clip_on=False)
    names = [f"{plain_name(one.arm)}\n{_difference(one)}" for one in to_twin]
    axes.set_yticks(range(len(names)), names)
    axes.set(xlim=(-reach, reach), ylim=(len(names) - 0.5, -0.5))
    axes.set(title=TESTED_ON[on], xlabel="points of accuracy, less end to end")
    axes.grid(visible=False, axis="y")


def differences_in_words(to_twin: Sequence[Comparison], on: Measured) -> str:
    each = [f"{plain_name(one.arm)} {_difference(one)}" for one in to_twin]
    return f"Points less end to end, on {TESTED_ON[on]}: {'; '.join(each)}."


def _difference(one: Comparison) -> str:
    return difference(one.difference, one.interval)


def _reach(to_twin: Sequence[Comparison]) -> float:
    """Of the axis, in points: to the ends of all augmented arms, and well past the margin."""
    ends = [300 * to_twin[0].margin]
    for one in to_twin:
        if one.arm.random_views:
            low, high = (one.interval.low, one.interval.high) if one.interval else (0, 0)
            ends += [abs(100 * end) for end in (one.difference, low, high)]
    return 1.1 * max(ends)
