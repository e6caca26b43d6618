"""What several trainings cost, one after another, where the first pays for what it caches."""

import math
from collections.abc import Mapping
from typing import Any


def seconds_of_trainings(arm: Mapping[str, Any], trainings: int) -> float:
    """Seconds of so many trainings of an arm, which was timed on one machine."""
    return arm["seconds"] + (trainings - 1) * arm["further_seconds"]


def pays_from(arm: Mapping[str, Any], reference: Mapping[str, Any]) -> int | None:
    """From which training on an arm costs no more than a reference, however many follow.

    None where it never does for good, and where the two were not timed on one machine.
    """
    if None in (arm["seconds"], reference["seconds"]):
        return None
    lead = arm["seconds"] - reference["seconds"]
    gain = reference["further_seconds"] - arm["further_seconds"]
    return training_of(lead, gain) if arm["machine"] == reference["machine"] else None


def training_of(lead: float, gain: float) -> int | None:
    """From which training on what was paid more for the first is saved, however many follow.

    Args:
        lead: Seconds by which the first training takes longer than the reference's.
        gain: Seconds that each further one saves.
    """
    return 1 + max(math.ceil(lead / gain), 0) if gain > 0 else None
