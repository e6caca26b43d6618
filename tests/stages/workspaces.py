"""A workspace that heads can be trained in, without a base."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

from benchmarks.workspace import generated
from viewcache.features.keys import KEYS
from viewcache.features.store import FeatureWriter, Origin
from viewcache.ground.manifests import digest_of_digests
from viewcache.ground.paths import PARTS, PREPARED, feature_file
from viewcache.images.parting import write_parts
from viewcache.images.prepared import open_prepared
from viewcache.images.preparing import write_classes

TRAIN = {"epochs": 2, "budgets": [0, 1, 2], "seeds": [0, 1], "end_to_end_seeds": [0]}


@contextmanager
def trainable() -> Iterator[Path]:
    """Images and their features, which have no meaning."""
    with generated(40, 32) as folder:
        params = yaml.safe_load((folder / "params.yaml").read_text())
        params["train"] |= TRAIN
        params["extract"]["views"] = [0, 1, 2, 3, 4]
        (folder / "params.yaml").write_text(yaml.safe_dump(params))
        write_classes(PREPARED, ["functional", "defective"])
        parts = pd.DataFrame({"unit": range(40)})
        for rotation in (0, 1):
            fold = (parts.index + rotation) % 4
            parts[f"rotation_{rotation}"] = fold.map({0: "test", 1: "validation"}).fillna("train")
        write_parts(PARTS, parts)
        for view in range(5):
            write_features(view)
        yield folder


def write_features(view):
    images = digest_of_digests(open_prepared(PREPARED).digests)
    features = np.random.default_rng(view).random((40, 1280), np.float32)
    origin, keys = Origin(view, images, f"plan {view}", "base"), np.zeros(40, KEYS)
    with FeatureWriter(feature_file(view), keys, (1280,), features.dtype, origin) as writer:
        writer.write(np.arange(40), features)
