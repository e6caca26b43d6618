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
            "first training s": seconds_in_words(arm, "seconds"),
            "set-up s": f"{arm['setup_seconds']:.1f}",
            "each further s": seconds_in_words(arm, "further_seconds"),
            "features MB": f"{arm['feature_bytes'] / 1e6:.1f}",
        }
        for name, arm in arms.items()
    ]
    table = pd.DataFrame(rows).to_markdown(index=False, disable_numparse=True)
    note = note_on_stars(arms)
    return f"{table}\n\n{note}\n" if note else f"{table}\n"


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
        if metric in arm
    )


def accuracy_in_words(arm: Mapping[str, Any], metric: str) -> str:
    """With its 95 % interval, where it has one; a dash, where its trainings were cut short."""
    if metric not in arm:
        return "-"
    if f"{metric}_low" not in arm:
        return f"{arm[metric]:.3f}"
    return with_interval(arm[metric], arm[f"{metric}_low"], arm[f"{metric}_high"], ".3f")


def seconds_in_words(arm: Mapping[str, Any], name: str) -> str:
    """Seconds of an arm; with a star where only some of its epochs were run and timed."""
    seconds = arm[name]
    if seconds is None:
        return "-"
    digits = f"{seconds:.1f}" if seconds < 100 else f"{seconds:,.0f}"
    return digits if arm["measured_epochs"] == arm["epochs"] else f"{digits}*"


def note_on_stars(arms: Arms) -> str:
    """What a star at seconds means; empty where there is none."""
    cut = [arm for arm in arms.values() if arm["measured_epochs"] != arm["epochs"]]
    if not cut:
        return ""
    pace = f"the pace of {cut[0]['measured_epochs']} epochs, times all {cut[0]['epochs']}"
    return f"* Cut short: {pace}, and no accuracy."
