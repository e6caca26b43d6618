"""Pixels of a view: the parameters that `plan` drew, applied to an image."""

import cv2
import numpy as np

from viewcache.views.geometry import affine, warp
from viewcache.views.registry import OPERATIONS, PIXELS


def operations(plan: np.ndarray) -> list[bytes]:
    """Name, version and parameter of what changes something, for each image."""
    found = [b""] * len(plan)
    for operation in OPERATIONS:
        for field in operation.fields if operation.is_in(plan) else ():
            for row in np.flatnonzero(plan[field.name] != field.neutral):
                drawn = plan[field.name][row].tobytes()
                found[row] += f"{field.name} {operation.version} ".encode() + drawn
    return found


def versions() -> dict[str, str]:
    """Of the library that applies them."""
    return {"opencv": cv2.__version__}


def render(images: np.ndarray, plan: np.ndarray) -> np.ndarray:
    """Render a view of images.

    The geometry is one affine map, sampled once, bilinearly, with the edge repeated outside. Turns
    and flips by themselves, and view 0, give the image's own pixels, permuted. What changes pixels
    follows, in the order of `PIXELS`, rounded after each.

    Args:
        images: uint8, shape (images, side, side, 3).
        plan: Their rows of the view's plan.

    Returns:
        uint8, shape (images, side, side, 3).
    """
    views = np.empty_like(images)
    geometries = affine(plan, images.shape[1])
    pixels = [(one, one.changes(plan)) for one in PIXELS if one.is_in(plan)]
    for place, (image, view) in enumerate(zip(images, views, strict=True)):
        warp(image, view, geometries[place])
        for operation, changes in pixels:
            if changes[place]:
                view[:] = operation.apply(view, plan[place])
    return views
