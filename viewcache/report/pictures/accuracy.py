"""Pictures of accuracy: against seconds, against the number of cached views, and by epoch."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, MaxNLocator, NullLocator, ScalarFormatter

from viewcache.report.figures import Arms, cached_arms, end_to_end_arms
from viewcache.report.pictures.style import ArmStyle, plain_numbers, styles, timed
from viewcache.report.tables import TESTED_ON


def against_seconds(axes: Axes, arms: Arms, metric: str) -> None:
    """Draw each arm's accuracy against the seconds of its first training, on a log axis.

    Bars are intervals at the 95 % level. Arms that were timed on another machine are left out.
    """
    shown, looks = timed(arms), styles(arms)
    seconds = [arm["total_seconds"] for arm in shown.values()]
    axes.set_xscale("log")
    axes.set_xlim(min(seconds, default=1) / 1.35, max(seconds, default=1) * 1.35)
    for name, arm in shown.items():
        _draw_point(axes, arm["total_seconds"], arm, metric, looks[name], name)
    _set_up_accuracy(axes, arms, metric)
    axes.set(xlabel="first training, images to head (seconds, log scale)")
    plain_numbers(axes.xaxis)
    axes.figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=3)


def against_views(axes: Axes, arms: Arms, metric: str) -> None:
    """Draw accuracy against the number of cached views, with the band of end-to-end."""
    looks = styles(arms)
    axes.set_xscale("symlog", base=2, linthresh=1)
    axes.margins(x=0.08)
    name = end_to_end_arms(arms)[0]
    reference, colour = arms[name], looks[name].colour
    axes.axhspan(reference[f"{metric}_low"], reference[f"{metric}_high"], color=colour, alpha=0.15)
    axes.axhline(reference[metric], color=colour, linestyle="--", label=name)
    cached = {name: arms[name] for name in cached_arms(arms)}
    budgets = [arm["budget"] for arm in cached.values()]
    axes.plot(budgets, [arm[metric] for arm in cached.values()], color="#8a8a8a", zorder=1)
    for name, arm in cached.items():
        _draw_point(axes, arm["budget"], arm, metric, looks[name])
    _set_up_accuracy(axes, arms, metric)
    axes.xaxis.set_major_locator(FixedLocator(budgets))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(ScalarFormatter())
    axes.set(xlabel="cached views K (0: images as they are)")
    axes.legend(loc="best")


def learning_curves(axes: Axes, arms: Arms, curves: pd.DataFrame) -> None:
    """Draw validation accuracy by epoch, mean over the seeds that got so far, one line an arm.

    Args:
        curves: One row an arm, seed and epoch.
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


def _draw_point(
    axes: Axes, x: float, arm: Mapping[str, Any], metric: str, look: ArmStyle, label: str = ""
) -> None:
    axes.vlines(x, arm[f"{metric}_low"], arm[f"{metric}_high"], look.colour)
    axes.plot(x, arm[metric], color=look.colour, marker=look.marker, linestyle="", label=label)


def _set_up_accuracy(axes: Axes, arms: Arms, metric: str) -> None:
    """One scale for both metrics, so that their pictures can be compared."""
    low = min(arm[f"{name}_low"] for arm in arms.values() for name in TESTED_ON)
    high = max(arm[f"{name}_high"] for arm in arms.values() for name in TESTED_ON)
    room = 0.15 * (high - low)
    axes.set_ylim(low - room, high + room)
    axes.set_title(TESTED_ON[metric])
    axes.set_ylabel("accuracy")
