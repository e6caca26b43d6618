"""Say which base suits the images, before the pipeline is run with one."""

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from viewcache.bases.artifact import open_base
from viewcache.bases.at_hand import PACKAGED, networks_at_hand, weights_folder
from viewcache.bases.compiling import compile_base
from viewcache.commands.images import open_images
from viewcache.commands.planning import amounts_of
from viewcache.costs.model import base_passes
from viewcache.ground.errors import PipelineError
from viewcache.ground.files import scratch, write_text
from viewcache.ground.params.candidates import with_base
from viewcache.ground.params.catalogue import DEFAULT_SIDES
from viewcache.ground.params.loading import load_params
from viewcache.ground.params.schema import Params
from viewcache.images.decoding import DecodingPolicy
from viewcache.images.index import index_images
from viewcache.images.parting import part_by_params
from viewcache.images.prepared import open_prepared
from viewcache.images.preparing import write_prepared
from viewcache.judge.contender import Contender
from viewcache.judge.rounds import Contest
from viewcache.report.pictures.bases import draw_bases
from viewcache.report.shortlist import (
    BASES,
    Listed,
    advise,
    frame_of_bases,
    how_to_take,
    list_bases,
    table_of_bases,
    what_it_rests_on,
)
from viewcache.report.terminal import wrapped
from viewcache.report.words import duration
from viewcache.views.calibration_views import CalibrationSample, draw_sample, render_sample

SCRATCH = Path("data/shortlist")
TABLE, PICTURE = Path("plots/shortlist.csv"), Path("plots/shortlist.png")


def shortlist(names: Sequence[str], seconds: float) -> None:
    """Hold bases to each other, and print and draw what is known of them.

    Args:
        names: As `with_base` takes them; none: every base whose weights are at hand.
        seconds: After which no round begins.

    Raises:
        PipelineError: a base, the images or a parameter is refused.
    """
    deadline, params = time.monotonic() + seconds, load_params()
    bases, notes = _named(params, names) if names else _at_hand(params)
    with scratch(SCRATCH) as folder:
        source = open_images(params.data, folder / "source")
        index = index_images(source, params.data.limit)
        parts = part_by_params(index, source.classes, params)
        kept = _kept_to_calibrate(params, bases, index)
        contenders = [_open(base, source.root, index[kept], folder) for base in bases]
        images = index.join(parts)[~kept]
        contest = Contest(params, source.root, images, contenders, folder)
        foreseen = contest.foresee()
        print(wrapped(_forecast(len(images), len(bases), foreseen, deadline - time.monotonic())))
        standings = contest.play(deadline)
    passes = base_passes(params, amounts_of(parts.drop(columns="unit")))
    listed = list_bases(standings, passes)
    _write(listed)
    _tell(params, listed)
    rests_on = what_it_rests_on(listed, len(images), contest.left_out)
    print("", *map(wrapped, [rests_on, *notes]), sep="\n")


def _write(listed: Sequence[Listed]) -> None:
    TABLE.parent.mkdir(exist_ok=True)
    write_text(TABLE, frame_of_bases(listed).to_csv(index=False))
    draw_bases(PICTURE, listed)


def _tell(params: Params, listed: Sequence[Listed]) -> None:
    taken, sentence = advise(listed)
    print("", table_of_bases(listed), "", wrapped(sentence), sep="\n")
    print(how_to_take(params, taken.params))


def _named(params: Params, names: Sequence[str]) -> tuple[list[Params], list[str]]:
    return [with_base(params, name) for name in dict.fromkeys(names)], []


def _at_hand(params: Params) -> tuple[list[Params], list[str]]:
    """Every base whose weights are at hand, that of `params.yaml` first; and what is not."""
    files = map(str, sorted(BASES.glob("*.keras")))
    bases: list[Params] = []
    notes: list[str] = []
    for name in [params.extract.base, PACKAGED, *networks_at_hand(), *files]:
        try:
            base = with_base(params, name)
        except PipelineError as error:
            notes.append(f"Left out: {error}")
            continue
        if base not in bases:
            bases.append(base)
    known = {base.extract.base for base in bases}
    others = ", ".join(name for name in DEFAULT_SIDES if name not in known)
    how = f"name one, and Keras downloads it; or put its file into {weights_folder()}"
    return bases, [*notes, f"Weights that are not at hand ({how}): {others}."]


def _kept_to_calibrate(params: Params, bases: Sequence[Params], index: pd.DataFrame) -> pd.Series:
    """Which images an int8 base is calibrated on: where there is one, no base is tested on them."""
    if all(base.extract.precision != "int8" for base in bases):
        return pd.Series(False, index.index)
    drawn = draw_sample(list(dict.fromkeys(index["digest"])), params.seed, params.augment)
    return index["digest"].isin(drawn.images)


def _open(params: Params, root: Path, calibrated_on: pd.DataFrame, folder: Path) -> Contender:
    extract = params.extract
    images = None
    if extract.precision == "int8":
        images = _calibration(params, root, calibrated_on, folder / "calibration")
    compiled = folder / "base"
    compile_base(compiled, params.base_spec, extract.runtime, extract.precision, images)
    return Contender(params, open_base(compiled, extract.batch_size))


def _calibration(params: Params, root: Path, index: pd.DataFrame, folder: Path) -> np.ndarray:
    """Views of images, every other one random: uint8, shape (views, side, side, 3)."""
    data = params.data
    policy = DecodingPolicy(params.side, data.min_size, data.background)
    write_prepared(folder, root, index, policy)
    images = open_prepared(folder)
    views = {digest: place % 2 for place, digest in enumerate(images.digests)}
    sample = CalibrationSample(seed=params.seed, augment=params.augment, images=views)
    return render_sample(images, sample)


def _forecast(images: int, bases: int, seconds: float, left: float) -> str:
    fits = "it fits" if seconds <= left else "growing samples are taken, until time is up"
    return (
        f"{images:,} images through {bases} base{'s' if bases > 1 else ''} will take about "
        f"{duration(seconds)}, and heads on them; {duration(max(left, 0))} are left: {fits}."
    )
