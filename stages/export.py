"""Train the recommended arm on all images that may be trained on, and write the model whole."""

import json
import platform
from importlib.metadata import version

import numpy as np

from viewcache.arms.arm import cached_arms
from viewcache.bases.artifact import load_layers_above_cut
from viewcache.features.store import FeatureView, digest_of_features, open_views
from viewcache.ground.entry import run
from viewcache.ground.machine import RUNTIMES
from viewcache.ground.manifests import digest_of_digests
from viewcache.ground.params.loading import load_params
from viewcache.ground.params.schema import Params
from viewcache.ground.paths import BASE, MODEL, PARTS, PREPARED, RECOMMENDATION
from viewcache.ground.quiet_tensorflow import keras
from viewcache.ground.stopwatch import Stopwatch
from viewcache.heads.answers import as_head
from viewcache.heads.cached_training import CachedTraining
from viewcache.heads.dense import Dense, of_every_class
from viewcache.heads.training import make_deterministic
from viewcache.images.decoding import DecodingPolicy
from viewcache.images.folds import open_rotations, rows_of
from viewcache.images.prepared import Prepared, open_prepared, read_classes
from viewcache.serving.folder import Description, write_model

USED = ("pillow", *RUNTIMES)


def main() -> None:
    params, costs = load_params(), Stopwatch()
    recommended, seed = json.loads(RECOMMENDATION.read_bytes()), params.arms.seeds[0]
    make_deterministic()
    with costs.phase("open"):
        images, rotations = open_prepared(PREPARED), open_rotations(PARTS)
        rows = rows_of(rotations, "train")
        [arm] = [arm for arm in cached_arms(params, rotations) if arm.name == recommended["arm"]]
        read = sorted({*arm.views(seed)})
        views, upper = open_views({0, *read}, images.digests), load_layers_above_cut(BASE)
    with costs.phase("train"):
        head = _train(params, images, rows, views, arm.views(seed), upper)
    description = Description(
        read_classes(PREPARED),
        DecodingPolicy.of(params, images.bits),
        params.seed,
        params.augment.model_dump(),
        str(views[0].rows.dtype),
        {
            **{name: recommended[name] for name in ("arm", "views", "sentence")},
            "epochs": arm.epochs,
            "seed": seed,
            "images": len(rows),
            "digest_of_images": digest_of_digests(images.of(rows)),
            "digest_of_features": digest_of_features(read),
        },
        {"python": platform.python_version()} | {name: version(name) for name in USED},
    )
    with costs.phase("write"), images.read() as pixels:
        write_model(MODEL, description, head, BASE, pixels.read(rows[:1])[0], upper)
    costs.save("export")


def _train(
    params: Params,
    images: Prepared,
    rows: np.ndarray,
    views: dict[int, FeatureView],
    read: list[int],
    upper: keras.Model | None,
) -> list[Dense]:
    """The dense layers of a head trained as those of the recommended arm.

    Args:
        read: The view that each epoch reads.
        upper: The layers above a cut, which are trained with them.
    """
    classes = len(read_classes(PREPARED))
    cached = CachedTraining(params.train, classes, images.labels, views, upper)
    # Nothing is held out: what is watched is only that training does not diverge.
    trained = cached.train(rows, rows, read, params.arms.seeds[0])
    *hidden, last = as_head(trained.weights, upper).layers
    return [*hidden, of_every_class(last)]


if __name__ == "__main__":
    run(main)
