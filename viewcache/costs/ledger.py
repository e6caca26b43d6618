"""What each arm cost, put together from what its stages measured."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import mean
from typing import Any

from viewcache.arms.arm import END_TO_END
from viewcache.features.store import feature_file
from viewcache.ground.params.schema import Train
from viewcache.ground.paths import FEATURES
from viewcache.heads.schedule import views_of_budget

Record = dict[str, Any]
"""What `Stopwatch.save` wrote: seconds by phase, peak memory, machine, time."""
Load = Callable[[str], Record]
"""From the name of a stage to its record."""


def costs_of_arms(
    settings: Train, images: int, epochs: Mapping[str, float], load: Load
) -> dict[str, dict[str, Any]]:
    """What every arm cost, by name, as `cached_costs` gives it.

    Args:
        images: Number of training images.
        epochs: That each arm ran, mean over its seeds.
    """
    costs = {
        f"cached_{budget}": cached_costs(
            budget, images, load, lambda view: feature_file(FEATURES / "train", view)
        )
        for budget in settings.budgets
    }
    for kind in settings.end_to_end_bases:
        arm = END_TO_END[kind]
        costs[arm] = end_to_end_costs(kind, epochs[arm], settings.end_to_end_seeds, images, load)
    return costs


def cached_costs(
    budget: int, images: int, load: Load, feature_file: Callable[[int], Path]
) -> dict[str, Any]:
    """Cost of one training on `budget` cached views (0: on view 0), extraction included.

    Rendering overlaps with the base: `augment_seconds` is the time that the process spent on
    drawing and rendering, `base_seconds` is the rest of the time that extraction took.

    Args:
        images: Number of training images.
        feature_file: From a view to the file of its training features.

    Returns:
        `base_passes`, `augment_seconds`, `base_seconds`, `head_seconds`, `setup_seconds`,
        `total_seconds`, `further_seconds`, `feature_bytes`, `peak_rss_bytes` and `machine`. Passes
        and seconds are those of the training images: validation and test cost every arm the same.
        `further_seconds` is what another training takes once the first is done.
    """
    views = views_of_budget(budget)
    augment = load("augment")
    extracts = [load(f"extract_{view}") for view in views]
    rendering = sum(record["seconds"]["augment"] for record in extracts)
    drawing = sum(augment["seconds"][f"view {view}"] for view in views)
    training = load("train_head")
    head = head_seconds(load)
    return _costs(
        [augment, load("compile_base"), training, *extracts],
        base_passes=images * len(views),
        augment=drawing + rendering,
        base=sum(record["seconds"]["extract"] for record in extracts) - rendering,
        head=head,
        further=head + training["seconds"]["setup"],
        feature_bytes=sum(feature_file(view).stat().st_size for view in views),
    )


def end_to_end_costs(
    kind: str, epochs: float, seeds: Sequence[int], images: int, load: Load
) -> dict[str, Any]:
    """Cost of one end-to-end training, as `cached_costs` gives it.

    The head's share is what the same head takes on cached features; `base_seconds` is the rest of
    the time that `fit` took.

    Args:
        kind: `keras` or `compiled`.
        epochs: That were run, mean over the seeds.
    """
    record = load(f"train_end_to_end_{kind}")
    augment = mean(record["seconds"][f"seed {seed} augment"] for seed in seeds)
    fit = mean(record["seconds"][f"seed {seed} fit"] for seed in seeds)
    head = head_seconds(load)
    return _costs(
        [record, load("compile_base")] if kind == "compiled" else [record],
        base_passes=round(images * epochs),
        augment=augment,
        base=fit - augment - head,
        head=head,
        further=fit + record["seconds"]["setup"],
        feature_bytes=0,
    )


def head_seconds(load: Load) -> float:
    """What one head takes that is trained on cached features by itself."""
    return load("train_head")["seconds"]["head alone"]


def _costs(
    records: list[Record],
    *,
    base_passes: int,
    augment: float,
    base: float,
    head: float,
    further: float,
    feature_bytes: int,
) -> dict[str, Any]:
    setup = sum(
        record["seconds"]["setup"] + record["seconds"].get("compile", 0) for record in records
    )
    machines = {record["machine"]["id"] for record in records}
    one_machine = len(machines) == 1
    return {
        "base_passes": base_passes,
        "augment_seconds": augment,
        "base_seconds": base,
        "head_seconds": head,
        "setup_seconds": setup,
        "total_seconds": augment + base + head + setup if one_machine else None,
        "further_seconds": further if one_machine else None,
        "feature_bytes": feature_bytes,
        "peak_rss_bytes": max(record["peak_rss_bytes"] for record in records),
        "machine": " and ".join(sorted(machines)),
    }
