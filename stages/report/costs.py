"""What each arm cost, put together from what its stages measured."""

from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import mean
from typing import Any

Record = dict[str, Any]
"""What `stages.costs.Costs.save` wrote: seconds by phase, peak memory, machine, time."""


def cached_costs(
    budget: int,
    seeds: Sequence[int],
    images: int,
    load: Callable[[str], Record],
    feature_file: Callable[[int], Path],
) -> dict[str, Any]:
    """Cost of one training on `budget` cached views (0: on view 0), extraction included.

    Args:
        images: Number of training images.
        load: From the name of a stage to its record.
        feature_file: From a view to the file of its training features.

    Returns:
        `base_passes`, `augment_seconds`, `base_seconds`, `head_seconds`, `setup_seconds`,
        `total_seconds`, `feature_bytes`, `peak_rss_bytes` and `machine`. Passes and seconds are
        those of the training images: validation and test cost every arm the same.
    """
    views = range(1, budget + 1) if budget else [0]
    augment, training = load("augment"), load("train_head")
    extracts = [load(f"extract_{view}") for view in views]
    heads = [training["seconds"][f"cached_{budget} seed {seed}"] for seed in seeds]
    drawing = sum(augment["seconds"][f"view {view}"] for view in views)
    return _costs(
        [augment, training, *extracts],
        base_passes=images * len(views),
        augment=drawing + sum(record["seconds"]["train augment"] for record in extracts),
        base=sum(record["seconds"]["train base"] for record in extracts),
        head=mean(heads),
        feature_bytes=sum(feature_file(view).stat().st_size for view in views),
    )


def end_to_end_costs(
    epochs: int,
    seeds: Sequence[int],
    images: int,
    head_seconds: float,
    load: Callable[[str], Record],
) -> dict[str, Any]:
    """Cost of one end-to-end training, as `cached_costs` gives it.

    Base and head run in one graph. The head's share is what the same head took for as many steps
    by itself.

    Args:
        head_seconds: Seconds of one training of the head on cached features.
    """
    record = load("train_end_to_end")
    augment = mean(record["seconds"][f"seed {seed} augment"] for seed in seeds)
    fit = mean(record["seconds"][f"seed {seed} fit"] for seed in seeds)
    return _costs(
        [record, load("train_head")],
        base_passes=images * epochs,
        augment=augment,
        base=fit - augment - head_seconds,
        head=head_seconds,
        feature_bytes=0,
        setup=record["seconds"]["setup"],
    )


def _costs(
    records: list[Record],
    *,
    base_passes: int,
    augment: float,
    base: float,
    head: float,
    feature_bytes: int,
    setup: float | None = None,
) -> dict[str, Any]:
    if setup is None:
        setup = sum(record["seconds"]["setup"] for record in records)
    machines = {record["machine"]["id"] for record in records}
    return {
        "base_passes": base_passes,
        "augment_seconds": augment,
        "base_seconds": base,
        "head_seconds": head,
        "setup_seconds": setup,
        "total_seconds": augment + base + head + setup if len(machines) == 1 else None,
        "feature_bytes": feature_bytes,
        "peak_rss_bytes": max(record["peak_rss_bytes"] for record in records),
        "machine": " and ".join(sorted(machines)),
    }
