"""Workspaces of generated images, laid out as the stages expect them."""

import contextlib
import hashlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from viewcache.ground.manifests import save_array
from viewcache.ground.params.base_settings import BaseSpec
from viewcache.ground.params.loading import load_params
from viewcache.ground.paths import PREPARED, plan_file, rows_file
from viewcache.ground.row_files import write_rows
from viewcache.images.preparing import seal_prepared
from viewcache.views.plan import draw

BLOCK = 1000


@contextlib.contextmanager
def generated(images: int, side: int, views: int = 1) -> Iterator[Path]:
    """Enter a workspace of noise, all of it for training, with the plans of views 0, 1, ..."""
    params = Path("params.yaml").read_text()
    policy = load_params().augment
    digests = [hashlib.sha256(str(number).encode()).hexdigest() for number in range(images)]
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        Path("params.yaml").write_text(params)
        PREPARED.mkdir(parents=True)
        pixels = PREPARED / "images.npy"
        write_rows(pixels, _noise(images, side), (side, side, 3), np.dtype(np.uint8))
        index = pd.DataFrame({"digest": digests, "label": 0, "path": digests})
        index.to_csv(PREPARED / "index.csv", index=False)
        seal_prepared(PREPARED)
        save_array(rows_file(1), np.arange(images))
        for view in range(views + 1):
            save_array(plan_file(view), draw(policy, 0, view, digests))
        yield Path(folder)


def spec_of(name: str, side: int) -> BaseSpec:
    """A base as the benchmarks use it.

    Random weights where the real ones are a download: speed does not depend on them.
    """
    weights = "imagenet" if name == "efficientnet_lite0" else "random"
    return BaseSpec(
        name=name, weights=weights, preprocessing="own", layers=[], pooling="avg", side=side
    )


def _noise(images: int, side: int) -> Iterator[np.ndarray]:
    block = np.random.default_rng(0).integers(0, 256, (BLOCK, side, side, 3), np.uint8)
    for start in range(0, images, BLOCK):
        yield block[: min(BLOCK, images - start)]
