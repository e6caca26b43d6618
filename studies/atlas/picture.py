"""Accuracy against base passes: a panel a set, a line a base."""

from collections.abc import Mapping
from pathlib import Path

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from studies.atlas.cells import Cell
from studies.atlas.finished import Atlas, Finished
from viewcache.judge.correctness import Measured, metrics
from viewcache.report.pictures.style import INK, LOOK, plain_numbers
from viewcache.report.words import TESTED_ON

COLUMNS = 3
"""Panels side by side."""
PANEL = (3.4, 2.8)  # inches
LEAST = 0.04
"""Of accuracy, that a panel shows, so that differences of no weight look like none."""
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#000000", "#e69f00", "#56b4e9")
MARKERS = "osD^vPX"
BOOK, VIEWS_ONLY = "*", "random views only, as in the book"
Looks = Mapping[str, tuple[str, str]]
"""Colour and marker of a base."""


def draw(atlas: Atlas, folder: Path) -> None:
    """Draw PNGs into a folder: `accuracy`, on images as they are, and `accuracy_augmented`."""
    bases = sorted({cell.base for finished in atlas.values() for cell in finished})
    looks = dict(zip(bases, zip(COLOURS, MARKERS, strict=True), strict=False))
    for on, name in metrics("accuracy").items():
        with matplotlib.rc_context(LOOK):
            _figure(atlas, looks, on).savefig(folder / f"{name}.png", dpi=150)


def _figure(atlas: Atlas, looks: Looks, on: Measured) -> Figure:
    columns, rows = min(COLUMNS, len(atlas)), -(-len(atlas) // COLUMNS)
    size = max(columns, 2) * PANEL[0], rows * PANEL[1] + 0.8
    figure = Figure(figsize=size, layout="constrained")
    panels = figure.subplots(rows, columns, squeeze=False).ravel()
    for axes, (name, finished) in zip(panels, atlas.items(), strict=False):
        _panel(axes, finished, looks, on)
        axes.set_title(f"{name}: {_measure(finished)}")
    for axes in panels[len(atlas) :]:
        axes.set_axis_off()
    figure.supylabel(TESTED_ON[on], fontsize=10)
    _legend(figure, looks)
    return figure


def _panel(axes: Axes, finished: Mapping[Cell, Finished], looks: Looks, on: Measured) -> None:
    for cell, one in finished.items():
        metric = one.metrics[on]
        colour, marker = looks[cell.base]
        if not cell.variant:
            points = [(one.passes(arm), arm[metric]) for arm in one.cached.values()]
            axes.plot(*zip(*points, strict=True), color=colour, marker=marker, markersize=5)
        elif cell.variant == "book":
            book = one.arms[one.twin.arm]
            axes.plot(one.passes(book), book[metric], BOOK, color=colour, markersize=11)
    low, high = axes.get_ylim()
    room = max(0, LEAST - (high - low)) / 2
    axes.set(ylim=(low - room, high + room), xscale="log", xlabel="base passes an image")
    plain_numbers(axes.xaxis)


def _measure(finished: Mapping[Cell, Finished]) -> str:
    [measure] = {one.figures["measure"].replace("_", " ") for one in finished.values()}
    return measure


def _legend(figure: Figure, looks: Looks) -> None:
    lines = [
        Line2D([], [], color=colour, marker=marker, markersize=5, label=base)
        for base, (colour, marker) in looks.items()
    ]
    book = Line2D([], [], color=INK, marker=BOOK, markersize=11, linestyle="", label=VIEWS_ONLY)
    figure.legend(handles=[*lines, book], loc="outside lower center", ncols=4)
