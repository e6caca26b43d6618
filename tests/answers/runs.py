"""Runs that tests make of answers at random: the files by which runs are compared."""

import contextlib
import json
from pathlib import Path

import numpy as np

from tests.arms.named import named, rotation_of
from viewcache.answers.head_answers import answers_of
from viewcache.answers.table import write_answers
from viewcache.ground.params.loading import load_params
from viewcache.ground.paths import ANSWERS
from viewcache.images.prepared import Prepared
from viewcache.report.results import CURVES, EVERYTHING, PARAMS, RUNS

ROTATIONS, VIEWS, ARMS = 3, (0, 1_000_000, 1_000_001), ("cached_0", "cached_1")
DEFAULT = load_params().model_dump()
COSTS = {"base_passes": 60, "augment_seconds": 0.1, "base_seconds": 0.5}
TIMES = {"seconds": 9.0, "further_seconds": 3.0}


def save_run(
    folder: Path,
    draw: int,
    images=range(60),
    seeds=(0, 1, 2),
    views=VIEWS,
    units=None,
    rotation=lambda image: image % ROTATIONS,
    label=lambda image: image % 2,
    right=1.0,
    machine="here",
    **params,
) -> None:
    """Write the files of a run into a folder.

    Args:
        draw: Seed of the answers.
        images: Numbers, of which digests are made.
        right: Logit of the right class, on average.
        params: By section, what differs from the default.
    """
    labels, rng = np.array([label(image) for image in images]), np.random.default_rng(draw)
    tested = np.array([rotation(image) for image in images])
    rotations = [rotation_of(np.flatnonzero(tested == one), one) for one in range(ROTATIONS)]
    heads = []
    for arm in (named(name, seeds, range(ROTATIONS)) for name in ARMS):
        for seed, number in arm.trainings:
            rows = rotations[number].test
            means = right * (2 * labels[rows] - 1)
            logits = rng.normal(means, size=(len(views), len(rows)))[..., None].astype(np.float32)
            heads.append(answers_of(arm, (seed, number), "test", rows, labels[rows], logits))
    figures = {name: {**COSTS, **TIMES, "machine": machine} for name in ARMS}
    with contextlib.chdir(folder):
        Path("plots").mkdir(exist_ok=True)
        index = [f"{image:064x},{image}.png" for image in images]
        Path("index.csv").write_text("\n".join(["digest,path", *index]) + "\n")
        prepared = Prepared(Path(), [f"{image:064x}" for image in images], labels)
        units = np.arange(len(images)) if units is None else units
        classes = ["cat", "dog"]
        write_answers(ANSWERS, heads, prepared, classes, rotations, views, units)
        recommended = {"recommendation": {"arm": "cached_1"}, "arms": figures}
        EVERYTHING.write_text(json.dumps(recommended))
        changed = {name: DEFAULT[name] | values for name, values in params.items()}
        PARAMS.write_text(json.dumps(DEFAULT | changed))
        for path in (RUNS, CURVES):
            path.write_text(f"draw\n{draw}\n")
