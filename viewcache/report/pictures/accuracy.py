"""Pictures of accuracy: against the number of cached views, and by epoch."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, MaxNLocator, NullLocator, ScalarFormatter

from viewcache.report.figures import Arms, cached_arms
from viewcache.report.pictures.style import ArmStyle, styles
from viewcache.report.tables import TESTED_ON


def against_views(axes: Axes, arms: Arms, metric: str) -> None:
    """Draw accuracy against the number of cached views, with intervals at the 95 % level."""
    looks = styles(arms)
    axes.set_xscale("symlog", base=2, linthresh=1)
    axes.margins(x=0.08)
    cached = {name: arms[name] for name in cached_arms(arms)}
    budgets = [arm["budget"] for arm in cached.values()]
    axes.plot(budgets, [arm[metric] for arm in cached.values()], color="#8a8a8a", zorder=1)
    for name, arm in cached.items():
        _draw_point(axes, arm["budget"], arm, metric, looks[name])
    _set_up_accuracy(axes, cached, metric)
    axes.xaxis.set_major_locator(FixedLocator(budgets))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(ScalarFormatter())
    axes.set(xlabel="cached views K (0: images as they are)")


def learning_curves(axes: Axes, arms: Arms, curves: pd.DataFrame) -> None:
    """Draw validation accuracy by epoch, mean over trainings that got so far, one line an arm.

    Args:
        curves: One row a head and epoch.
    """
    looks = styles(arms)
    for arm, line in curves.groupby("arm", sort=False):
        look = looks[str(arm)]
        axes.plot(
            line.groupby("epoch")["validation_accuracy"].mean(),
            look.line,
            color=look.colour,
            marker=look.marker,
            markersize=4,
            linewidth=1.2,
            label=str(arm),
        )
    axes.set(xlabel="epoch", ylabel="validation accuracy")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.figure.legend(loc="outside lower center", ncols=3)


def _draw_point(axes: Axes, x: float, arm: Mapping[str, Any], metric: str, look: ArmStyle) -> None:
    axes.vlines(x, *_limits(arm, metric), look.colour)
    axes.plot(x, arm[metric], color=look.colour, marker=look.marker)


def _set_up_accuracy(axes: Axes, arms: Arms, metric: str) -> None:
    """One scale for both metrics, so that their pictures can be compared."""
    limits = [_limits(arm, name) for arm in arms.values() for name in TESTED_ON]
    low, high = min(low for low, _ in limits), max(high for _, high in limits)
    room = 0.15 * (high - low)
    axes.set_ylim(low - room, high + room)
    axes.set_title(TESTED_ON[metric])
    axes.set_ylabel("accuracy")


def _limits(arm: Mapping[str, Any], metric: str) -> tuple[float, float]:
    """Of the interval; the estimate itself where there is none."""
    estimate = arm[metric]
    return arm.get(f"{metric}_low", estimate), arm.get(f"{metric}_high", estimate)
