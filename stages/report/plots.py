"""Pictures of the comparison."""

from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, ScalarFormatter

from stages.report.tables import TESTED_ON


def draw_accuracy_against_seconds(path: Path, arms: dict[str, dict[str, Any]]) -> None:
    """Draw each arm's accuracy, clean and under random views, against its seconds, into a PNG.

    Bars are intervals at the 95 % level. Arms whose parts were timed on different machines are
    left out.
    """
    arms = {name: arm for name, arm in arms.items() if arm["total_seconds"] is not None}
    figure = Figure(figsize=(8, 4.5), layout="constrained")
    axes = figure.subplots()
    seconds = [arm["total_seconds"] for arm in arms.values()]
    for (metric, label), marker in zip(TESTED_ON.items(), "os", strict=True):
        accuracies, lows, highs = (
            [arm[metric + end] for arm in arms.values()] for end in ("", "_low", "_high")
        )
        points = axes.scatter(seconds, accuracies, marker=marker, label=label)
        axes.vlines(seconds, lows, highs, points.get_facecolor())
    for name, arm in arms.items():
        _label(axes, name, arm)
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(ScalarFormatter())
    axes.xaxis.set_minor_formatter(ScalarFormatter())
    axes.tick_params(axis="x", which="both", labelsize=8)
    axes.margins(0.12)
    axes.set(xlabel="first training, from images to head (seconds, log scale)", ylabel="accuracy")
    axes.grid(alpha=0.3)
    axes.legend(title="tested on", loc="best")
    _save(figure, path)


def _label(axes: Axes, name: str, arm: dict[str, Any]) -> None:
    """Name an arm, end-to-end's above its points and the others below theirs."""
    above = name.startswith("end_to_end")
    sign, end, side = (1, max, "high") if above else (-1, min, "low")
    height = end(arm[f"{metric}_{side}"] for metric in TESTED_ON)
    axes.annotate(
        name.replace("_", " "),
        (arm["total_seconds"], height),
        (0, 8 * sign),
        textcoords="offset points",
        ha="center",
        va="bottom" if above else "top",
        fontsize=8,
    )


def draw_learning_curves(path: Path, curves: pd.DataFrame) -> None:
    """Draw validation accuracy by epoch, mean over seeds, one line an arm, into a PNG.

    Args:
        curves: One row an arm, seed and epoch.
    """
    figure = Figure(figsize=(8, 4.5), layout="constrained")
    axes = figure.subplots()
    for (arm, line), marker in zip(curves.groupby("arm", sort=False), _markers(), strict=False):
        means = line.groupby("epoch")["validation_accuracy"].mean()
        style = "--" if arm == "end_to_end" else "-"
        axes.plot(means, style, marker=marker, markersize=4, label=str(arm).replace("_", " "))
    axes.set(xlabel="epoch", ylabel="validation accuracy (mean over seeds)")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(alpha=0.3)
    axes.legend()
    _save(figure, path)


def _markers() -> list[str]:
    return list("osD^vP*X<>hd") * 10


def _save(figure: Figure, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=150, metadata={"Software": None})
