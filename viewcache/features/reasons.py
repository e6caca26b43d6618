"""Why rows of features are computed: what they have that no row before them had."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from viewcache.features.keys import first_bytes
from viewcache.features.reuse import Kept
from viewcache.features.wanted import Wanted


def reasons(wanted: Wanted, missing: np.ndarray, kept: Sequence[Kept]) -> Counter[str]:
    """Say of each missing row what differs from the newest row of its image and view.

    Args:
        missing: Of the wanted rows those that are in no kept file.

    Returns:
        How many rows there are of each reason.
    """
    images, found = first_bytes(wanted.keys["image"][missing]), Counter[str]()
    for file in kept:
        if file.manifest["view"] == wanted.origin.view:
            known = np.isin(images, first_bytes(file.keys["image"]))
            found[_difference(file, wanted)] += int(known.sum())
            images = images[~known]
    found["new to this view"] += len(images)
    return +found


def line(view: int, rows: int, found: Counter[str]) -> str:
    """How many rows of a view are taken over and how many are computed, and why."""
    computed = found.total()
    counts = f"view {view}: {rows:,} rows: {rows - computed:,} reused, {computed:,} computed"
    why = ", ".join(f"{reason}: {count:,}" for reason, count in found.most_common())
    return f"{counts} ({why})" if computed else counts


def _difference(kept: Kept, wanted: Wanted) -> str:
    made = _differing(kept.manifest.get("made_by", {}), wanted.origin.made_by)
    drawn = _differing(kept.manifest.get("drawn", {}), wanted.origin.drawn)
    if names := [*made, *drawn]:
        return f"other {', '.join(names)}"
    return "other pixels after decoding"


def _differing(before: dict[str, Any], now: dict[str, Any], prefix: str = "") -> Iterator[str]:
    """Names of the parts that differ, one in the other as `base.spec.pooling`."""
    for name in sorted(before.keys() | now.keys()):
        one, other = before.get(name), now.get(name)
        if isinstance(one, dict) and isinstance(other, dict):
            yield from _differing(one, other, f"{prefix}{name}.")
        elif one != other:
            yield prefix + name
