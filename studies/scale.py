"""What a million to a billion images would take, by unit costs: `python -m studies.scale`.

Arithmetic, not a measurement: passes split evenly among nodes, and nothing waits for a disk.
"""

from dataclasses import dataclass
from itertools import product

from tabulate import tabulate

IMAGES = (10**6, 10**8, 10**9)
VIEWS = 10
NODES = 100
WIDTH, SIDE = 1280, 160


@dataclass(frozen=True)
class Unit:
    """What was measured on one node of two cores (docs/precision.md, docs/scale.md).

    Attributes:
        passes_a_second: Of `extract`, EfficientNet-Lite0 at 160 px, augmented views.
        feature_bytes: Of a stored number.
    """

    precision: str
    passes_a_second: float
    feature_bytes: int


UNITS = (Unit("float32", 500, 4), Unit("int8", 950, 4), Unit("int8, stored in float16", 950, 2))
DRIVER_BYTES = 460
"""Of the stage's memory on Ray, an image: digests, keys, plan and row numbers."""
PLAN_BYTES = 31
"""Of a row of a plan, where all geometry and the exposure vary."""
MD5_BYTES_A_SECOND = 0.5e9
"""By which DVC hashes what a stage wrote, on one core."""
HEADERS = (
    *("images", "precision", "node-hours", f"hours on {NODES} nodes"),
    *("features TB", "plans TB", "pixels TB", "DVC's hashing h", "the stage's memory GB"),
)


def main() -> None:
    rows = [_row(images, unit) for images, unit in product(IMAGES, UNITS)]
    print(f"{VIEWS} views of each image:\n")
    print(tabulate(rows, HEADERS, "github", floatfmt=",.3g", intfmt=","))


def _row(images: int, unit: Unit) -> tuple[str | float, ...]:
    passes = images * VIEWS
    hours = passes / unit.passes_a_second / 3600
    features = passes * WIDTH * unit.feature_bytes
    return (
        f"{images:,}",
        unit.precision,
        f"{hours:,.0f}",
        f"{hours / NODES:,.1f}",
        features / 1e12,
        passes * PLAN_BYTES / 1e12,
        images * SIDE * SIDE * 3 / 1e12,
        f"{features / MD5_BYTES_A_SECOND / 3600:,.1f}",
        f"{images * DRIVER_BYTES / 1e9:,.1f}",
    )


if __name__ == "__main__":
    main()
