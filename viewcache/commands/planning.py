"""Say what each arm will cost, before anything is run."""

import shutil
from pathlib import Path

import pandas as pd

from viewcache.arms.arm import cached_arms
from viewcache.commands.images import open_images
from viewcache.costs.calibration import calibrate
from viewcache.costs.model import Amounts, break_even, disk_bytes, predict
from viewcache.costs.paces import Work
from viewcache.costs.prediction import PREDICTION, write_prediction
from viewcache.costs.whole_run import Reading, seconds_of_run
from viewcache.ground.errors import PipelineError
from viewcache.ground.files import scratch
from viewcache.ground.params.schema import Params
from viewcache.ground.stopwatch import Stopwatch
from viewcache.images.decoding import DecodingPolicy
from viewcache.images.folds import rotations_of
from viewcache.images.index import index_images
from viewcache.images.parting import part_by_params
from viewcache.images.prepared import Prepared, open_prepared
from viewcache.images.preparing import write_prepared
from viewcache.report.forecast import Disk, forecast

SAMPLE = 128
"""Images that are decoded, to calibrate on."""


def plan(params: Params) -> None:
    costs = Stopwatch()
    with scratch(PREDICTION.with_suffix("")) as folder:
        with costs.phase("fetch"):
            source = open_images(params.data, folder / "source")
        with costs.phase("index"):
            index = index_images(source, params.data.limit)
        parts = part_by_params(index, source.classes, params).drop(columns="unit")
        amounts = amounts_of(parts)
        rotations = rotations_of(parts[name].tolist() for name in parts)
        train = index[parts["rotation_0"] == "train"]
        with costs.phase("decode"):
            sample = _decode(params, source.root, train, folder / "sample")
        work = Work(params, sample, amounts.training, len(source.classes))
        units = calibrate(work, folder / "base")
    cached = cached_arms(params, rotations)
    arms, whole = predict(units, cached, amounts), cached[-1].course
    points = [break_even(units, whole, amounts, kind) for kind in units.paces.end_to_end]
    decoding = costs.seconds["decode"] / len(sample.labels)
    reading = Reading(costs.seconds["fetch"], costs.seconds["index"], decoding)
    seconds = seconds_of_run(units, reading, params, rotations, amounts, arms)
    write_prediction(params, amounts, units, arms, points)
    disk = Disk(disk_bytes(units, params, whole, amounts), shutil.disk_usage(".").free)
    print(forecast(seconds, disk, arms, points))


def amounts_of(parts: pd.DataFrame) -> Amounts:
    """How many images there are to go through.

    Args:
        parts: One row an image, one column a rotation: the part that it plays.
    """
    trained, tested = (
        int(parts.isin(played).any(axis=1).sum()) for played in (["train"], ["validation", "test"])
    )
    training = int((parts["rotation_0"] == "train").sum())
    return Amounts(len(parts), training, trained, tested)


def _decode(params: Params, root: Path, train: pd.DataFrame, folder: Path) -> Prepared:
    """Some of the training images."""
    write_prepared(folder, root, train.head(SAMPLE), DecodingPolicy.of(params))
    sample = open_prepared(folder)
    if not sample.digests:
        first = train["path"].iloc[0]
        raise PipelineError("some of the first images must be readable", first)
    return sample
