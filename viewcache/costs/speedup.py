"""How many times faster than end-to-end arms are, and what of it is due to what."""

from collections.abc import Mapping
from dataclasses import dataclass

from viewcache.arms.arm import Arm
from viewcache.costs.ledger import ArmCosts


@dataclass(frozen=True)
class Speedup:
    """Of a first training over `end_to_end`; None where times are of two machines.

    Attributes:
        speedup: The product of the others.
        speedup_by_views: By fewer base passes.
        speedup_by_runtime: By the compiled base; None unless end-to-end was trained on it too.
        speedup_by_rest: By heads, set-up, and overlap.
    """

    speedup: float | None
    speedup_by_views: float
    speedup_by_runtime: float | None
    speedup_by_rest: float | None


def speedups(costs: Mapping[Arm, ArmCosts]) -> dict[Arm, Speedup]:
    by_kind = {arm.kind: cost for arm, cost in costs.items() if arm.budget is None}
    reference = by_kind["keras"]
    compiled = by_kind.get("compiled")
    by_runtime = _ratio(compiled, reference) if compiled else None
    return {
        arm: _factors(cost, reference, 1.0 if cost is reference else by_runtime)
        for arm, cost in costs.items()
    }


def _factors(cost: ArmCosts, reference: ArmCosts, runtime: float | None) -> Speedup:
    total = _ratio(cost, reference)
    views = reference.base_passes / cost.base_passes
    return Speedup(total, views, runtime, total / views / runtime if total and runtime else None)


def _ratio(cost: ArmCosts, reference: ArmCosts) -> float | None:
    if cost.machine != reference.machine:
        return None
    if cost.total_seconds is None or reference.total_seconds is None:
        return None
    return reference.total_seconds / cost.total_seconds
