"""Pictures of accuracy against the number of training images."""

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from viewcache.report.figures import Arms
from viewcache.report.pictures.style import styles
from viewcache.report.tables import MEASURED, TESTED_ON
from viewcache.report.words import plain_name


def against_images(
    axes: Axes,
    arms: Arms,
    sizes: Sequence[Mapping[str, Any]],
    twice_as_many: Sequence[Mapping[str, Any]],
    metric: str,
) -> None:
    """Draw accuracy by number of training images, and dashed what twice as many would bring.

    Args:
        sizes: Accuracies by arm and number of images.
        twice_as_many: What is extrapolated, by arm and measure; no gain where no trend is clear.
    """
    axes.set_xscale("log", base=2)
    for name in dict.fromkeys(size["arm"] for size in sizes):
        look = styles(arms)[name]
        own = [size for size in sizes if size["arm"] == name]
        line = [size["images"] for size in own], [size[metric] for size in own]
        axes.plot(*line, color=look.colour, marker=look.marker, label=plain_name(arms[name]))
        most = max(own, key=lambda size: size["images"])
        for one in twice_as_many:
            if (one["arm"], one["on"]) == (name, MEASURED[metric]) and one["gain"] is not None:
                ends = [most["images"], 2 * most["images"]]
                to = [most[metric], most[metric] + one["gain"]]
                axes.plot(ends, to, "--", color=look.colour)
                axes.plot(ends[1], to[1], look.marker, color=look.colour, markerfacecolor="white")
    _set_up(axes, sizes, metric)


def _set_up(axes: Axes, sizes: Sequence[Mapping[str, Any]], metric: str) -> None:
    numbers = sorted({size["images"] for size in sizes})
    axes.margins(y=0.1)
    axes.set_xlim(numbers[0] / 1.2, 2.4 * numbers[-1])
    axes.xaxis.set_major_locator(FixedLocator([*numbers, 2 * numbers[-1]]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda number, _: f"{number:,.0f}"))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set(title=TESTED_ON[metric], xlabel="training images (log scale)", ylabel="accuracy")
    axes.figure.legend(loc="outside lower center", ncols=2)
