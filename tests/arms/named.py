"""Arms that tests make by name."""

from dataclasses import replace

import numpy as np

from viewcache.arms.arm import BASELINE, Arm, cached, end_to_end
from viewcache.ground.params.loading import load_params
from viewcache.heads.course import course
from viewcache.images.folds import Rotation

COURSE = course(20, "every_second")
"""With ten random views, so that `cached_10` is the twin."""


def named(name, seeds=(), rotations=(), whole=COURSE, epochs="all") -> Arm:
    """An arm.

    Args:
        epochs: That are run, end to end.
    """
    kinds = {"end_to_end": "keras", "end_to_end_compiled": "compiled"}
    if name in kinds:
        return end_to_end(kinds[name], seeds, rotations, whole, epochs)
    if name.startswith("views_only"):
        whole = replace(whole, originals="never")
    budget = 0 if name == BASELINE else int(name.rpartition("_")[2])
    return replace(cached(budget, seeds, rotations, whole), name=name)


def rotation_of(test, number=0, train=(), validation=()) -> Rotation:
    parts = (np.array(part, np.int64) for part in (train, validation, test))
    return Rotation(number, *parts)


def params_with(**sections):
    """The default parameters with some of them changed, by section."""
    params = load_params()
    changed = {
        name: getattr(params, name).model_copy(update=values) for name, values in sections.items()
    }
    return params.model_copy(update=changed)
