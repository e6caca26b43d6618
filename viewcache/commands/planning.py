"""Say what a run will cost, before anything is run."""

import shutil
from collections.abc import Mapping

import numpy as np

from viewcache.bases.openvino_base import FILES
from viewcache.commands.images import open_images
from viewcache.commands.recipes import params_of
from viewcache.costs.break_even import pays_from
from viewcache.costs.paces import paces_of
from viewcache.costs.plan import Plan
from viewcache.costs.precisions import try_precisions
from viewcache.costs.prediction import PLANNED, PREDICTION, Predicted, write_prediction
from viewcache.ground.errors import PipelineError
from viewcache.ground.files import scratch
from viewcache.ground.params.base_settings import Precision
from viewcache.ground.params.loading import load_params
from viewcache.ground.paths import BASE
from viewcache.ground.stopwatch import Stopwatch
from viewcache.images.decoding import Decoded, DecodingPolicy, decode_files
from viewcache.images.folds import rotations_of
from viewcache.images.index import index_used
from viewcache.images.parting import part_by_params
from viewcache.report.terminal import table, wrapped
from viewcache.report.words import duration

SAMPLE = 128
"""Images that are decoded, and that the base is tried on."""
COLUMNS = (
    *("\narm", "base\npasses", "set-up\ns", "views\ns", "head\ns"),
    *("first\ntraining s", "each\nfurther s", "features\nMB"),
)

PRECISIONS = ("base.precision", "images\na second", "times\nfloat32", "a run's\nbase passes")


def plan(recipe: str | None) -> None:
    """Print what `make run` will cost, and write it to `PREDICTION`.

    Args:
        recipe: Its name; None: of `params.yaml`.
    """
    params = params_of(recipe) if recipe else load_params()
    costs = Stopwatch()
    with scratch(PREDICTION.with_suffix("")) as folder:
        with costs.phase("read"):
            source = open_images(params.data, folder / "source")
            index, _ = index_used(source, params.data)
        parts = part_by_params(index, source.classes, params).drop(columns="unit")
        rotations = rotations_of(parts[name].tolist() for name in parts)
        paths, digests = (index[name][:SAMPLE].tolist() for name in ("path", "digest"))
        with costs.phase("decode"):
            found = [*decode_files(source.root, paths, digests, DecodingPolicy.of(params))]
        images = [one for one in found if isinstance(one, Decoded)]
        if not images:
            raise PipelineError("some of the first images must be readable", paths[0])
        classes = len(source.classes)
        paces = paces_of(params, images, rotations, classes, folder / "base", costs)
        compiled = folder / "base" if (folder / "base").exists() else BASE
        some = np.stack([one.pixels for one in images])
        # A base on TensorFlow has no such file, and what was measured may be there without a base.
        has_network = (compiled / FILES["float32"]).exists()
        precisions = try_precisions(compiled, some, params.base.batch_size) if has_network else {}
    planned, reading = Plan(params, rotations, paces), costs.seconds["decode"] / len(paths)
    seconds = costs.seconds["read"] + len(index) * reading + planned.seconds
    size, arms = planned.bytes, planned.arms
    write_prediction(params, arms, seconds=seconds, bytes=size, paces=paces)
    print(told(seconds, size, shutil.disk_usage(".").free, arms))
    if precisions:
        print(told_precisions(precisions, params.base.precision, planned.rows(planned.views)))


def told(seconds: float, size: int, free: int, arms: Mapping[str, Predicted]) -> str:
    """What a run takes, a row an arm, and from which training on caching costs less."""
    fits = "it fits" if size <= free else "it does not fit"
    takes = (
        f"`make run` will take about {duration(seconds)} and {size / 1e6:,.0f} MB of disk; "
        f"{free / 1e6:,.0f} MB are free: {fits}."
    )
    rows = []
    for name, arm in arms.items():
        phases = arm.setup_seconds, arm.views_seconds, arm.head_seconds, arm.seconds
        figures = *phases, arm.further_seconds, arm.feature_bytes / 1e6
        rows.append([name, f"{arm.base_passes:,}", *(f"{figure:,.1f}" for figure in figures)])
    costs = table(rows, COLUMNS, words=1)
    ways = [PLANNED[kind] for kind in ("keras", "compiled")]
    pays = [_pays(arms, way) for way in ways if way in arms]
    return "\n".join([wrapped(takes), "", costs, "", *map(wrapped, pays)])


def told_precisions(paces: Mapping[Precision, float], stated: Precision, rows: int) -> str:
    """What each precision would bring to the base passes of a run.

    Args:
        paces: Images a second of each.
        rows: Base passes.
    """
    usual = paces["float32"]
    rows_of = [
        (name, f"{pace:,.0f}", f"{pace / usual:.2f}", duration(rows / pace))
        for name, pace in paces.items()
    ]
    told = ["", table(rows_of, PRECISIONS, words=1)]
    if paces[stated] < usual:
        told += [
            "",
            wrapped(f"On this processor {stated} is slower than float32 (base.precision)."),
        ]
    return "\n".join(told)


def _pays(arms: Mapping[str, Predicted], reference: str) -> str:
    cached = [name for name in arms if name.startswith("cached_")]
    starts = {name: pays_from(arms[name], arms[reference]) for name in cached}
    since = {first: [name for name in cached if starts[name] == first] for first in starts.values()}
    pays = [
        f"{', '.join(names)} from training {first} on" for first, names in since.items() if first
    ]
    return f"Cheaper than {reference}: {'; '.join(pays) or 'none'}."
