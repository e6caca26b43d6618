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


def draw_bases(path: Path, listed: Sequence[Listed]) -> None:
    """Write the picture: a panel for each measure, a point a base, with its name."""
    with matplotlib.rc_context(LOOK):
        figure = Figure(figsize=SIZE, layout="constrained")
        for axes, on in zip(figure.subplots(2, sharex=True), METRICS, strict=True):
            paint_bases(axes, listed, on)
        axes.set_xlabel("seconds to extract all images in all views (log scale)")
        write_whole(path, partial(figure.savefig, format="png", dpi=150))


def paint_bases(axes: Axes, listed: Sequence[Listed], on: Measured) -> None:
    """Draw accuracies with their intervals on one measure, against seconds of extraction."""
    axes.set(xscale="log", ylabel="accuracy of a linear head", title=TESTED_ON[METRICS[on]])
    for one in listed:
        standing, colour = one.standing, COLOURS.get(one.verdict, OTHERS)
        found, place = standing.interval(on), (one.seconds, standing.accuracy(on))
        if found:
            axes.vlines(one.seconds, found.low, found.high, colour)
        axes.plot(*place, "o", color=colour)
        axes.annotate(standing.name, place, (6, 4), textcoords="offset points", fontsize=8)
    axes.margins(x=0.3)
    plain_numbers(axes.xaxis)
