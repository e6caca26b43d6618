"""Say what each arm will cost, before anything is run: `python -m stages.plan`, or `make plan`."""

import json
import shutil
from dataclasses import asdict
from pathlib import Path

import pandas as pd

from stages.calibration.calibrate import calibrate
from stages.costs import machine
from stages.errors import PipelineError, run
from stages.files import scratch
from stages.images.decoding import DecodingPolicy
from stages.images.fetching import fetch_elpv
from stages.images.index import index_images, refuse_missing_class
from stages.images.prepared import SPLITS, open_prepared
from stages.images.preparing import write_prepared
from stages.images.sources import Source, open_source
from stages.params import Data, Params, load_params
from stages.report.cost_model import (
    BreakEven,
    Prediction,
    UnitCosts,
    break_even,
    disk_bytes,
    predict,
)
from stages.report.forecast import forecast
from stages.report.prediction import PLAN, params_digest

SAMPLE = 64
"""Images that are decoded, to calibrate on."""


def main() -> None:
    params = load_params()
    with scratch(PLAN.with_suffix("")) as folder:
        source = _open(params.data, folder / "source")
        data = params.data
        index = index_images(source, params.seed, data.validation, data.test, data.limit)
        refuse_missing_class(index, source.classes)
        images = {split: int((index["split"] == split).sum()) for split in SPLITS}
        costs = _calibrate(params, source, index[index["split"] == "train"], folder)
    arms = predict(costs, params.train, images["train"])
    points = [
        break_even(costs, params.train, images["train"], kind)
        for kind in params.train.end_to_end_bases
    ]
    _write(params, images, costs, arms, points)
    print(forecast(arms, points, disk_bytes(costs, params, images), shutil.disk_usage(".").free))


def _open(data: Data, folder: Path) -> Source:
    """The images, before `fetch` put them where the pipeline reads them."""
    if data.source == "elpv":
        fetch_elpv(folder)
        return open_source(folder, data.manifest, data.classes)
    if not Path(data.path).is_dir():
        rule = "the archive must be fetched before it can be planned for: run `dvc repro fetch`"
        raise PipelineError(f"{rule}. Received: no {data.path}")
    return open_source(Path(data.path), data.manifest, data.classes)


def _calibrate(params: Params, source: Source, train: pd.DataFrame, folder: Path) -> UnitCosts:
    policy = DecodingPolicy(params.side, params.data.min_size, params.data.background)
    write_prepared(folder / "sample", source.root, train.head(SAMPLE), policy)
    sample = open_prepared(folder / "sample")
    if not sample.digests:
        first = train["path"].iloc[0]
        raise PipelineError(f"some of the first images must be readable. Received: {first}")
    return calibrate(params, sample, len(source.classes), len(train), folder / "base")


def _write(
    params: Params,
    images: dict[str, int],
    costs: UnitCosts,
    arms: dict[str, Prediction],
    points: list[BreakEven],
) -> None:
    plan = {
        "machine": machine(),
        "params": params_digest(params),
        "images": images,
        "unit_costs": asdict(costs),
        "arms": {
            name: {**asdict(arm), "total_seconds": arm.total_seconds} for name, arm in arms.items()
        },
        "break_even": [asdict(point) for point in points],
    }
    PLAN.write_text(json.dumps(plan, indent=2) + "\n")


if __name__ == "__main__":
    run(main)
