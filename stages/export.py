"""Train the recommended arm on all images that may be trained on, and write the model whole."""

import json
import platform
from importlib.metadata import version

import numpy as np

from viewcache.arms.arm import cached_arms
from viewcache.features.store import FeatureView, digest_of_features, open_views
from viewcache.ground.entry import run
from viewcache.ground.machine import RUNTIMES
from viewcache.ground.manifests import digest_of_digests
from viewcache.ground.params.loading import load_params
from viewcache.ground.params.schema import Params
from viewcache.ground.paths import BASE, MODEL, PARTS, PREPARED, RECOMMENDATION
from viewcache.heads.cached_training import CachedTraining
from viewcache.heads.dense import Dense, as_dense, of_every_class
from viewcache.heads.training import make_deterministic
from viewcache.images.decoding import DecodingPolicy
from viewcache.images.folds import open_rotations, rows_of
from viewcache.images.prepared import Prepared, open_prepared, read_classes
from viewcache.serving.folder import Description, write_model

USED = ("pillow", *RUNTIMES)


def main() -> None:
    params, recommended = load_params(), json.loads(RECOMMENDATION.read_bytes())
    make_deterministic()
    seed = params.arms.seeds[0]
    images, rotations = open_prepared(PREPARED), open_rotations(PARTS)
    rows = rows_of(rotations, "train")
    [arm] = [arm for arm in cached_arms(params, rotations) if arm.name == recommended["arm"]]
    read = sorted({*arm.views(seed)})
    views = open_views({0, *read}, images.digests)
    head = _train(params, images, rows, views, arm.views(seed))
    description = Description(
        read_classes(PREPARED),
        DecodingPolicy.of(params, images.bits),
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
    with images.read() as pixels:
        example = pixels.read(rows[:1])[0]
    write_model(MODEL, description, head, BASE, example)


def _train(
    params: Params,
    images: Prepared,
    rows: np.ndarray,
    views: dict[int, FeatureView],
    read: list[int],
) -> list[Dense]:
    """A head trained as those of the recommended arm.

    Args:
        read: The view that each epoch reads.
    """
    cached = CachedTraining(params.train, len(read_classes(PREPARED)), images.labels, views)
    # Nothing is held out: what is watched is only that training does not diverge.
    trained = cached.train(rows, rows, read, params.arms.seeds[0])
    *hidden, last = as_dense(trained.weights)
    return [*hidden, of_every_class(last)]


if __name__ == "__main__":
    run(main)
