"""The picture of how training goes on."""

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from viewcache.report.figures import Arms
from viewcache.report.pictures.style import styles
from viewcache.report.words import plain_name


def validation_losses(axes: Axes, arms: Arms, curves: pd.DataFrame, shown: Sequence[str]) -> None:
    """Draw the validation loss by epoch, mean over trainings that got so far, one line an arm.

    Args:
        curves: One row a head and epoch.
        shown: Names of arms.
    """
    for name in shown:
        look, own = styles(arms)[name], curves[curves["arm"] == name]
        axes.plot(
            own.groupby("epoch")["validation_loss"].mean(),
            color=look.colour,
            marker=look.marker,
            markersize=4,
            label=plain_name(arms[name]),
        )
    axes.set(xlabel="epoch", ylabel="loss on validation images")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.figure.legend(loc="outside lower center", ncols=3)
