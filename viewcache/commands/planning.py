"""Say what each arm will cost, before anything is run."""

import shutil
from pathlib import Path

import pandas as pd

from viewcache.costs.calibration import calibrate
from viewcache.costs.model import break_even, disk_bytes, predict
from viewcache.costs.paces import Work
from viewcache.costs.prediction import PREDICTION, write_prediction
from viewcache.ground.errors import PipelineError
from viewcache.ground.files import scratch
from viewcache.ground.params.loading import load_params
from viewcache.ground.params.schema import Data, Params
from viewcache.ground.stopwatch import Stopwatch
from viewcache.images.decoding import DecodingPolicy
from viewcache.images.fetching import fetch_elpv
from viewcache.images.index import index_images, refuse_missing_class
from viewcache.images.prepared import SPLITS, Prepared, open_prepared
from viewcache.images.preparing import write_prepared
from viewcache.images.sources import Source, open_source
from viewcache.report.forecast import forecast

SAMPLE = 128
"""Images that are decoded, to calibrate on."""


def plan() -> None:
    start = Stopwatch().seconds["setup"]
    params = load_params()
    with scratch(PREDICTION.with_suffix("")) as folder:
        source = _open(params.data, folder / "source")
        data = params.data
        index = index_images(source, params.seed, data.validation, data.test, data.limit)
        refuse_missing_class(index, source.classes)
        images = {split: int((index["split"] == split).sum()) for split in SPLITS}
        sample = _decode(params, source.root, index[index["split"] == "train"], folder / "sample")
        work = Work(params, sample, images["train"], len(source.classes))
        costs = calibrate(work, folder / "base", start)
    arms = predict(costs, params.train, images["train"])
    points = [
        break_even(costs, params.train, images["train"], kind)
        for kind in params.train.end_to_end_bases
    ]
    write_prediction(params, images, costs, arms, points)
    print(forecast(arms, points, disk_bytes(costs, params, images), shutil.disk_usage(".").free))


def _open(data: Data, folder: Path) -> Source:
    """The images, before `fetch` put them where the pipeline reads them."""
    if data.source == "elpv":
        fetch_elpv(folder)
        return open_source(folder, data.manifest, data.classes)
    if not Path(data.path).is_dir():
        rule = "the archive must be fetched before it can be planned for: run `dvc repro fetch`"
        raise PipelineError(rule, f"no {data.path}")
    return open_source(Path(data.path), data.manifest, data.classes)


def _decode(params: Params, root: Path, train: pd.DataFrame, folder: Path) -> Prepared:
    """Some of the training images."""
    policy = DecodingPolicy(params.side, params.data.min_size, params.data.background)
    write_prepared(folder, root, train.head(SAMPLE), policy)
    sample = open_prepared(folder)
    if not sample.digests:
        first = train["path"].iloc[0]
        raise PipelineError("some of the first images must be readable", first)
    return sample
