"""The picture of which base suits: accuracy against seconds."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import matplotlib
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from viewcache.ground.files import write_whole
from viewcache.judge.correctness import METRICS, Measured
from viewcache.report.pictures.style import CACHED, LOOK, plain_numbers
from viewcache.report.shortlist import Listed
from viewcache.report.tables import TESTED_ON

SIZE = (6.4, 7.2)  # inches
COLOURS = {"best": to_hex(CACHED(1.0)), "dropped": "#8a8a8a"}
OTHERS = to_hex(CACHED(0.0))
"""Colours of verdicts."""
MARKERS = "osD^vPX<>dhp"


def draw_bases(path: Path, listed: Sequence[Listed]) -> None:
    """Write the picture: a panel for each measure, a numbered point a base, names below."""
    with matplotlib.rc_context(LOOK):
        figure = Figure(figsize=SIZE, layout="constrained")
        for axes, on in zip(figure.subplots(2, sharex=True), METRICS, strict=True):
            paint_bases(axes, listed, on)
        axes.set_xlabel("seconds to extract all images in all views (log scale)")
        figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center")
        write_whole(path, partial(figure.savefig, format="png", dpi=150))


def paint_bases(axes: Axes, listed: Sequence[Listed], on: Measured) -> None:
    """Draw accuracies with their intervals on one measure, against seconds of extraction."""
    axes.set(xscale="log", ylabel="accuracy of a linear head", title=TESTED_ON[METRICS[on]])
    for number, one in enumerate(listed, 1):
        standing, colour = one.standing, COLOURS.get(one.verdict, OTHERS)
        found, place = standing.interval(on), (one.seconds, standing.accuracy(on))
        if found:
            axes.vlines(one.seconds, found.low, found.high, colour)
        name, marker = f"{number} {standing.name}", MARKERS[number % len(MARKERS)]
        axes.plot(*place, marker, linestyle="none", color=colour, label=name)
        axes.annotate(str(number), place, (6, 4), textcoords="offset points")
    plain_numbers(axes.xaxis)
