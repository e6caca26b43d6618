"""What a plan says, for a person to read."""

from collections.abc import Sequence

import pandas as pd

from viewcache.costs.model import BreakEven, Prediction


def forecast(
    arms: dict[str, Prediction], points: Sequence[BreakEven], needed: int, free: int
) -> str:
    """A row an arm with its seconds by phase and its disk, and what follows from them.

    Args:
        needed: Bytes that images and features take.
        free: Bytes that are free on the disk.
    """
    return "\n".join([_table(arms), "", *map(str, points), _disk(needed, free)])


def _table(arms: dict[str, Prediction]) -> str:
    rows = [
        {
            "arm": name,
            "base passes": f"{arm.base_passes:,}",
            "augment s": f"{arm.augment_seconds:.1f}",
            "base s": f"{arm.base_seconds:.1f}",
            "head s": f"{arm.head_seconds:.1f}",
            "set-up s": f"{arm.setup_seconds:.1f}",
            "total s": f"{arm.seconds:.1f}",
            "each further s": f"{arm.again_seconds:.1f}",
            "features MB": f"{arm.feature_bytes / 1e6:.1f}",
        }
        for name, arm in arms.items()
    ]
    return pd.DataFrame(rows).to_markdown(index=False, disable_numparse=True)


def _disk(needed: int, free: int) -> str:
    fits = "it fits" if needed <= free else "it does not fit"
    return (
        f"Images and features take {needed / 1e6:,.0f} MB, DVC's copy included; "
        f"{free / 1e6:,.0f} MB are free: {fits}."
    )
