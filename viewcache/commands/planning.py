"""Say what each arm will cost, before anything is run."""

import shutil
from pathlib import Path

import pandas as pd

from viewcache.commands.images import open_images, part
from viewcache.costs.calibration import calibrate
from viewcache.costs.model import Amounts, break_even, disk_bytes, predict
from viewcache.costs.paces import Work
from viewcache.costs.prediction import PREDICTION, write_prediction
from viewcache.ground.errors import PipelineError
from viewcache.ground.files import scratch
from viewcache.ground.params.loading import load_params
from viewcache.ground.params.schema import Params
from viewcache.ground.stopwatch import Stopwatch
from viewcache.images.decoding import DecodingPolicy
from viewcache.images.index import index_images
from viewcache.images.prepared import Prepared, open_prepared
from viewcache.images.preparing import write_prepared
from viewcache.report.forecast import forecast

SAMPLE = 128
"""Images that are decoded, to calibrate on."""


def plan() -> None:
    start = Stopwatch().seconds["setup"]
    params = load_params()
    with scratch(PREDICTION.with_suffix("")) as folder:
        source = open_images(params.data, folder / "source")
        index = index_images(source, params.data.limit)
        parts = part(params, index, source.classes)
        amounts = amounts_of(parts)
        train = index[parts["rotation_0"] == "train"]
        sample = _decode(params, source.root, train, folder / "sample")
        work = Work(params, sample, amounts.training, len(source.classes))
        costs = calibrate(work, folder / "base", start)
    arms = predict(costs, params.train, amounts)
    kinds = costs.paces.end_to_end
    points = [break_even(costs, params.train, amounts, kind) for kind in kinds]
    write_prediction(params, amounts, costs, arms, points)
    free = shutil.disk_usage(".").free
    print(forecast(arms, points, disk_bytes(costs, params, amounts), free))


def amounts_of(parts: pd.DataFrame) -> Amounts:
    """How many images there are to go through.

    Args:
        parts: One row an image, one column a rotation: the part that it plays.
    """
    trained, tested = (int((parts == part).any(axis=1).sum()) for part in ("train", "test"))
    training = int((parts["rotation_0"] == "train").sum())
    return Amounts(len(parts), training, trained, tested)


def _decode(params: Params, root: Path, train: pd.DataFrame, folder: Path) -> Prepared:
    """Some of the training images."""
    policy = DecodingPolicy(params.side, params.data.min_size, params.data.background)
    write_prepared(folder, root, train.head(SAMPLE), policy)
    sample = open_prepared(folder)
    if not sample.digests:
        first = train["path"].iloc[0]
        raise PipelineError("some of the first images must be readable", first)
    return sample
