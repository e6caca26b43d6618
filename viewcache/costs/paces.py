"""How fast this machine works: as a run measured it, or else a trial of a moment."""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import NamedTuple

from viewcache.arms.arm import course_of
from viewcache.ground.machine import machine
from viewcache.ground.params.schema import Params
from viewcache.ground.stopwatch import Stopwatch, load_record, record_file
from viewcache.images.decoding import Decoded
from viewcache.images.folds import Rotation

END_TO_END = ("train_end_to_end_keras", "train_end_to_end_compiled")
STAGES = ("augment", "compile_base", "extract", "train_head", *END_TO_END)
"""That leave a record which arms are reckoned by."""


class Pace(NamedTuple):
    """Seconds that a stage takes.

    Attributes:
        start: Of its process, until its first images are through.
        image, view: Of an image as it is, and of one in a random view.
        row_bytes: Of an image's features, where it makes them.
    """

    start: float
    image: float = 0.0
    view: float = 0.0
    row_bytes: int = 0

    def of(self, view: int) -> float:
        return self.view if view else self.image


def paces_of(
    params: Params,
    images: Sequence[Decoded],
    rotations: Sequence[Rotation],
    classes: int,
    folder: Path,
    costs: Stopwatch,
) -> dict[str, Pace]:
    """Of every stage of `STAGES`; by hand in Keras, where Keras has the base.

    Args:
        images: Some of them.
        folder: Where the base may be compiled.
        costs: Of this process, from its start.
    """
    ways = END_TO_END if params.base.in_keras else END_TO_END[1:]
    stages = [stage for stage in STAGES if stage in ways or stage not in END_TO_END]
    known = {stage: pace for stage in stages if (pace := measured(stage, params))}
    if len(known) == len(stages):
        return known
    with costs.phase("import"):
        from viewcache.costs.trials import try_bases, try_head
    tried = try_bases(params, images, folder, costs)
    training = classes, len(rotations[0].train), course_of(params, rotations).epochs
    with ProcessPoolExecutor(1, get_context("spawn")) as process:
        trial = process.submit(try_head, params, folder, *training)
    tried["train_head"] = head = trial.result()
    for stage in ways:
        start, image, view, _ = tried[stage]
        tried[stage] = Pace(start, image + head.image, view + head.view)
    return tried | known


def measured(stage: str, params: Params) -> Pace | None:
    """What a run measured here, of the same base and head; None where none did."""
    record, here = load_record(stage) if record_file(stage).exists() else {}, machine()["id"]
    if record.get("work") != params.work or record["machine"]["id"] != here:
        return None
    seconds, views = record["seconds"], [*record.get("views", {}).values()]
    start = sum(seconds.get(phase, 0.0) for phase in ("setup", "open", "compile"))
    if stage in ("augment", "compile_base"):
        return Pace(start)
    if stage == "extract":
        if any(view["machines"] != [here] for view in views):
            return None
        image, view, *_ = (one["seconds"]["extract"] / one["rows"] for one in views)
        return Pace(seconds["setup"] + views[0]["open"], image, view, views[0]["row_bytes"])
    if not record["passes"]:
        return None
    fits = [took for name, took in seconds.items() if name.endswith(" fit")]
    usual = median(fits or record["parts"].values())
    tracing = seconds.get("head alone", usual) - usual
    return Pace(start + tracing, *2 * [usual / record["passes"]])
