"""Views of photographs, by fields of the plan."""

import numpy as np
from skimage import data

from viewcache.views.plan import identity
from viewcache.views.render import render

CAT = np.ascontiguousarray(data.chelsea()[40:200, 60:220])
FACE = np.ascontiguousarray(data.astronaut()[:160, 150:310])
NOISE = np.random.default_rng(0).integers(0, 256, (160, 160, 3), np.uint8)
PICTURES = (CAT, FACE, NOISE)


def plan_of(**fields):
    plan = identity(1)
    for name, value in fields.items():
        plan[name] = value
    return plan


def rendered(image=CAT, **fields):
    return render(image[None], plan_of(**fields))[0]


def largest_difference(library, **fields):
    """Of views from what a library gives for the same pictures, in levels."""
    return max(
        np.abs(rendered(image, **fields) - np.asarray(library(image), float)).max()
        for image in PICTURES
    )
