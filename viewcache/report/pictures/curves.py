"""The picture of how training goes on."""

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from viewcache.arms.arm import Arm
from viewcache.report.pictures.style import ArmStyle
from viewcache.report.words import plain_name


def validation_losses(
    axes: Axes, curves: pd.DataFrame, shown: Sequence[Arm], looks: dict[Arm, ArmStyle]
) -> None:
    """Draw the validation loss by epoch, mean over trainings that got so far, one line an arm.

    Args:
        curves: One row a head and epoch.
    """
    for arm in shown:
        axes.plot(
            _losses(curves, arm),
            color=looks[arm].colour,
            marker=looks[arm].marker,
            markersize=4,
            label=plain_name(arm),
        )
    axes.set(xlabel="epoch", ylabel="loss on validation images")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.figure.legend(loc="outside lower center", ncols=3)


def losses_in_words(curves: pd.DataFrame, shown: Sequence[Arm]) -> str:
    means = {arm: _losses(curves, arm) for arm in shown}
    ends = [
        f"{plain_name(arm)} from {mean.iloc[0]:.3f} to {mean.iloc[-1]:.3f}"
        for arm, mean in means.items()
    ]
    return f"Loss on validation images from the first to the last epoch: {'; '.join(ends)}."


def _losses(curves: pd.DataFrame, arm: Arm) -> pd.Series:
    """Means by epoch."""
    return curves[curves["arm"] == arm.name].groupby("epoch")["validation_loss"].mean()
