"""Workspaces without a base: of heads that can be trained, and of `extract` as a process."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

from benchmarks.workspace import generated
from viewcache.features.keys import first_halves
from viewcache.features.shards import ShardWriter
from viewcache.features.store import save_keys
from viewcache.ground.files import write_text
from viewcache.ground.paths import BASE, PARTS, PREPARED, ROWS
from viewcache.ground.stopwatch import Stopwatch
from viewcache.heads.course import course
from viewcache.images.parting import write_parts
from viewcache.images.prepared import open_prepared
from viewcache.images.preparing import seal_prepared, write_classes

COURSE = course(6, "every_second")
STATED = {"train": {"epochs": 6}, "arms": {"budgets": [0, 1, "twin"], "seeds": [0, 1]}}
"""The twin has three random views."""


@contextmanager
def trainable() -> Iterator[Path]:
    """Images and their features, which have no meaning, in two rotations."""
    with generated(40, 32) as folder:
        params = yaml.safe_load((folder / "params.yaml").read_text())
        for section, values in STATED.items():
            params[section] |= values
        (folder / "params.yaml").write_text(yaml.safe_dump(params))
        save_images(np.load(PREPARED / "images.npy"), label=np.arange(40) % 2)
        write_classes(PREPARED, ["functional", "defective"])
        parts = pd.DataFrame({"unit": range(40)})
        for rotation in (0, 1):
            fold = (parts.index // 2 + rotation) % 4
            parts[f"rotation_{rotation}"] = fold.map({0: "test", 1: "validation"}).fillna("train")
        write_parts(PARTS, parts)
        for view in (0, *COURSE.ids):
            write_features(view)
        BASE.mkdir()
        write_text(BASE / "base.json", json.dumps({"spec": {}, "files": {}}))
        yield folder


def save_images(pixels, **columns):
    """Prepared images with other pixels, or other columns of their index."""
    index = pd.read_csv(PREPARED / "index.csv").assign(**columns)
    np.save(PREPARED / "images.npy", pixels)
    index.to_csv(PREPARED / "index.csv", index=False)
    seal_prepared(PREPARED)


def write_features(view):
    random, images = np.random.default_rng(view), first_halves(open_prepared(PREPARED).digests)
    features = random.random((40, 1280), np.float32)
    keys = random.integers(0, 256, images.shape, np.uint8)
    with ShardWriter(ROWS, features.dtype, {}, Stopwatch()) as writer:
        writer.write(view, images, keys, features)
    save_keys(view, keys)


EXTRACT = [sys.executable, "-m", "stages.extract"]
