"""What a plan says, for a person to read, in 100 characters."""

from collections.abc import Sequence
from dataclasses import dataclass

from viewcache.costs.model import BreakEven, Prediction
from viewcache.report.terminal import table, wrapped
from viewcache.report.words import duration

COLUMNS = (
    "\narm",
    "base\npasses",
    "set-up\ns",
    "views\ns",
    "head\ns",
    "first\ntraining s",
    "each\nfurther s",
    "features\nMB",
)


@dataclass(frozen=True)
class Disk:
    """Bytes that images and features take, DVC's copy included, and bytes that are free."""

    needed: int
    free: int


def forecast(
    seconds: float, disk: Disk, arms: dict[str, Prediction], points: Sequence[BreakEven]
) -> str:
    """What the whole run takes, a row an arm, and what follows from them.

    Args:
        seconds: Of the whole run.
    """
    against = [wrapped(str(point)) for point in points]
    return "\n".join([wrapped(_run(seconds, disk)), "", _table(arms), "", *against])


def _run(seconds: float, disk: Disk) -> str:
    fits = "it fits" if disk.needed <= disk.free else "it does not fit"
    return (
        f"`make run` will take about {duration(seconds)} and {disk.needed / 1e6:,.0f} MB of disk; "
        f"{disk.free / 1e6:,.0f} MB are free: {fits}."
    )


def _table(arms: dict[str, Prediction]) -> str:
    rows = [
        (
            name,
            f"{arm.base_passes:,}",
            f"{arm.setup_seconds:.1f}",
            f"{arm.augment_seconds + arm.base_seconds:.1f}",
            f"{arm.head_seconds:.1f}",
            f"{arm.seconds:.1f}",
            f"{arm.again_seconds:.1f}",
            f"{arm.feature_bytes / 1e6:.1f}",
        )
        for name, arm in arms.items()
    ]
    return table(rows, COLUMNS, words=1)
