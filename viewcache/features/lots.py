"""What a view costs from images, also where few of its rows were computed just now."""

from viewcache.features.reuse import Found
from viewcache.ground.stopwatch import Record, Stopwatch


def record_of_lot(costs: Stopwatch, rows: int, **so_far: float) -> Record:
    """The record of rows that were computed at once.

    Args:
        so_far: Seconds of a phase that has not ended.
    """
    record = costs.record()
    seconds = record["seconds"] | so_far
    return record | {"seconds": seconds, "rows": rows, "measured_rows": rows}


def record_of_view(found: Found, costs: Stopwatch) -> Record:
    """What all rows of a view cost, at the pace of the largest lot of them computed at once.

    A few rows by themselves tell nothing of a pace. So where rows are taken over, `seconds`,
    machine, memory and time are of when the most of them were computed; `spent` is what this
    process took, for the rows that it `computed`.
    """
    taken, computed = sum(len(lot.rows) for lot in found.lots), len(found.missing)
    rows = taken + computed
    own = [record_of_lot(costs, computed)] if computed else []
    lots = [*own, *(lot.kept.record for lot in found.lots)]
    lot = max(lots, key=lambda lot: lot["measured_rows"])
    seconds = {
        phase: spent if phase == "setup" else spent * rows / lot["rows"]
        for phase, spent in lot["seconds"].items()
    }
    told = {"seconds": seconds, "rows": rows, "reused": taken, "computed": computed}
    return lot | told | {"spent": dict(costs.seconds)}
