"""The results as tables: CSV for machines, Markdown for people."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from viewcache.report.figures import Arms
from viewcache.report.words import with_interval

TESTED_ON = {
    "test_accuracy": "test images as they are",
    "test_accuracy_augmented": "random views of the test images",
}


def markdown_table(arms: Arms) -> str:
    """One row an arm: accuracies with their intervals, passes, seconds and disk."""
    rows = [
        {
            "arm": name,
            "test accuracy": _with_interval(arm, "test_accuracy"),
            "under random views": _with_interval(arm, "test_accuracy_augmented"),
            "seeds": arm["seeds"],
            "base passes": f"{arm['base_passes']:,}",
            "augment s": f"{arm['augment_seconds']:.1f}",
            "base s": f"{arm['base_seconds']:.1f}",
            "head s": f"{arm['head_seconds']:.1f}",
            "set-up s": f"{arm['setup_seconds']:.1f}",
            "total s": _seconds(arm["total_seconds"]),
            "speed-up": _factor(arm["speedup"]),
            "features MB": f"{arm['feature_bytes'] / 1e6:.1f}",
        }
        for name, arm in arms.items()
    ]
    return pd.DataFrame(rows).to_markdown(index=False, disable_numparse=True) + "\n"


def accuracy_against_seconds(arms: Arms) -> pd.DataFrame:
    """Columns `arm`, `tested_on`, `accuracy` and `total_seconds`."""
    return pd.DataFrame(
        {
            "arm": name,
            "tested_on": tested_on,
            "accuracy": arm[metric],
            "total_seconds": arm["total_seconds"],
        }
        for name, arm in arms.items()
        for metric, tested_on in TESTED_ON.items()
    )


def _with_interval(arm: Mapping[str, Any], metric: str) -> str:
    return with_interval(arm[metric], arm[f"{metric}_low"], arm[f"{metric}_high"], ".3f")


def _factor(factor: float | None) -> str:
    return "" if factor is None else f"{factor:.1f} x"


def _seconds(seconds: float | None) -> str:
    return "two machines" if seconds is None else f"{seconds:.1f}"
