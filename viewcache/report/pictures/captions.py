"""What pictures show, in words with figures, for those who do not see them."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from viewcache.costs.break_even import seconds_of_trainings
from viewcache.report.figures import Arms
from viewcache.report.pictures.style import PHASES, timed
from viewcache.report.tables import TESTED_ON
from viewcache.report.words import difference, plain_name


def of_differences(arms: Arms, differences: Sequence[Mapping[str, Any]], metric: str) -> str:
    figures = [f"{plain_name(arms[one['arm']])} {difference(one)}" for one in differences]
    return f"Points less end to end, on {TESTED_ON[metric]}: {'; '.join(figures)}."


def of_learning_curves(arms: Arms, curves: pd.DataFrame, shown: Sequence[str]) -> str:
    means = curves.groupby(["arm", "epoch"])["validation_loss"].mean()
    figures = [
        f"{plain_name(arms[name])} from {means[name].iloc[0]:.3f} to {means[name].iloc[-1]:.3f}"
        for name in shown
    ]
    return f"Loss on validation images from the first to the last epoch: {'; '.join(figures)}."


def of_cumulative_seconds(arms: Arms, shown: Sequence[str], trainings: int) -> str:
    figures = [
        f"{plain_name(arm)} {arm['seconds']:.0f} seconds for one and "
        f"{seconds_of_trainings(arm, trainings):,.0f} for {trainings}"
        for name, arm in timed(arms).items()
        if name in shown
    ]
    return f"Seconds altogether by number of trainings: {'; '.join(figures)}."


def of_seconds_by_phase(arms: Arms) -> str:
    figures = [
        f"{plain_name(arm)} "
        + ", ".join(
            f"{label} {arm[f'{phase}_seconds']:.1f}" for phase, (label, *_) in PHASES.items()
        )
        for arm in timed(arms).values()
    ]
    return f"Seconds of the first training by phase: {'; '.join(figures)}."
