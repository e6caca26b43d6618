"""Arms and heads that tests make by name."""

import numpy as np

from viewcache.arms.arm import Arm, cached, end_to_end
from viewcache.arms.trained import TestedHead, TrainedHead
from viewcache.heads.saved import SavedHead
from viewcache.images.folds import Rotation


def named(name, seeds=(), rotations=()) -> Arm:
    kinds = {"end_to_end": "keras", "end_to_end_compiled": "compiled"}
    if name in kinds:
        return end_to_end(kinds[name], seeds, rotations)
    return cached(int(name.removeprefix("cached_")), seeds, rotations)


def rotation_of(test, number=0, train=(), validation=()) -> Rotation:
    parts = (np.array(part, np.int64) for part in (train, validation, test))
    return Rotation(number, *parts)


def head_of(
    name, seed, logits, weights=(), seeds=(), rotation=None, rotations=(0,), history=()
) -> TestedHead:
    """A head with these answers, on all images unless a rotation is given."""
    saved = SavedHead(list(weights), "start", "images", "validation images", list(history))
    rotation = rotation or rotation_of(range(logits.shape[1]))
    return TestedHead(TrainedHead(named(name, seeds, rotations), seed, rotation, saved), logits)
