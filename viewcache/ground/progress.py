"""How far long work is, on a terminal."""

from typing import Any

from tqdm import tqdm


class Progress(tqdm):
    """A bar that tells the minutes that are left, by the mean pace so far; none without a terminal.

    Args:
        doing: What is done.
        total: How many units there are.
        unit: Their name, in the plural.
    """

    def __init__(self, doing: str, total: int, unit: str) -> None:
        form = "{desc}: {percentage:3.0f}%|{bar}| {n_fmt} of {total_fmt} {unit}, {left}"
        shown: dict[str, Any] = {"disable": None, "leave": False, "bar_format": form}
        super().__init__(desc=doing, total=total, unit=unit, **shown)

    @property
    def format_dict(self) -> dict[str, Any]:
        told = super().format_dict
        return {**told, "left": minutes_left(told["n"], told["total"], told["elapsed"])}


def minutes_left(done: int, total: int, seconds: float) -> str:
    """In words; nothing before anything is done.

    Args:
        done: Units that took the seconds.
        total: All units.
    """
    if not done:
        return ""
    minutes = (total - done) / done * seconds / 60
    return "less than a minute left" if minutes < 1 else f"about {minutes:.0f} min left"
