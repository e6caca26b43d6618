"""What pictures show, in words with figures, for those who do not see them."""

import pandas as pd

from viewcache.costs.break_even import seconds_of_trainings
from viewcache.report.figures import Arms, cached_arms
from viewcache.report.pictures.style import PHASES, timed
from viewcache.report.tables import TESTED_ON, accuracy_in_words


def of_accuracy_against_views(arms: Arms, metric: str) -> str:
    figures = [f"{name} {_accuracy(arms, name, metric)}" for name in cached_arms(arms)]
    return f"Accuracy on {TESTED_ON[metric]}, by number of cached views: {'; '.join(figures)}."


def of_learning_curves(curves: pd.DataFrame) -> str:
    means = curves.groupby(["arm", "epoch"], sort=False)["validation_accuracy"].mean()
    figures = [
        f"{arm!s} from {line.iloc[0]:.3f} to {line.iloc[-1]:.3f} in {len(line)} epochs"
        for arm, line in means.groupby("arm", sort=False)
    ]
    return f"Validation accuracy by epoch: {'; '.join(figures)}."


def of_cumulative_seconds(arms: Arms, trainings: int) -> str:
    figures = [
        f"{name} {arm['seconds']:.0f} seconds for one and "
        f"{seconds_of_trainings(arm, trainings):,.0f} for {trainings}"
        for name, arm in timed(arms).items()
    ]
    return f"Seconds altogether by number of trainings: {'; '.join(figures)}."


def of_seconds_by_phase(arms: Arms) -> str:
    figures = [
        f"{name} "
        + ", ".join(
            f"{label} {arm[f'{phase}_seconds']:.1f}" for phase, (label, *_) in PHASES.items()
        )
        for name, arm in timed(arms).items()
    ]
    return f"Seconds of the first training by phase: {'; '.join(figures)}."


def _accuracy(arms: Arms, name: str, metric: str) -> str:
    return accuracy_in_words(arms[name], metric)
