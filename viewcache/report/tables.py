"""The results as tables: CSV for machines, Markdown for people."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from viewcache.judge.correctness import METRICS
from viewcache.report.figures import Arms
from viewcache.report.words import with_interval

TESTED_ON = {
    "accuracy": "test images as they are",
    "accuracy_augmented": "random views of the test images",
}
MEASURED = {metric: on for on, metric in METRICS.items()}
"""What each metric is the mean of."""


def markdown_table(arms: Arms) -> str:
    """One row an arm: accuracies, with intervals where they are its own, passes, seconds, disk."""
    rows = [
        {
            "arm": name,
            "accuracy": accuracy_in_words(arm, "accuracy"),
            "under random views": accuracy_in_words(arm, "accuracy_augmented"),
            "trainings": arm["seeds"] * arm["rotations"],
            "base passes": f"{arm['base_passes']:,}",
            "first training s": _seconds(arm["seconds"]),
            "set-up s": f"{arm['setup_seconds']:.1f}",
            "each further s": _seconds(arm["further_seconds"]),
            "features MB": f"{arm['feature_bytes'] / 1e6:.1f}",
        }
        for name, arm in arms.items()
    ]
    return pd.DataFrame(rows).to_markdown(index=False, disable_numparse=True) + "\n"


def accuracy_against_seconds(arms: Arms) -> pd.DataFrame:
    """Columns `arm`, `tested_on`, `accuracy` and `seconds`."""
    return pd.DataFrame(
        {
            "arm": name,
            "tested_on": tested_on,
            "accuracy": arm[metric],
            "seconds": arm["seconds"],
        }
        for name, arm in arms.items()
        for metric, tested_on in TESTED_ON.items()
    )


def accuracy_in_words(arm: Mapping[str, Any], metric: str) -> str:
    """With its own interval, or beside the twin's accuracy on the same trainings."""
    if f"{metric}_of_twin" in arm:
        return f"{arm[metric]:.3f} (cached: {arm[f'{metric}_of_twin']:.3f})"
    return _own_accuracy(arm, metric)


def _own_accuracy(arm: Mapping[str, Any], metric: str) -> str:
    """With its 95 % interval, where it has one of its own."""
    if f"{metric}_low" not in arm:
        return f"{arm[metric]:.3f}"
    return with_interval(arm[metric], arm[f"{metric}_low"], arm[f"{metric}_high"], ".3f")


def _seconds(seconds: float | None) -> str:
    return "two machines" if seconds is None else f"{seconds:.1f}"
