"""Pixels of a view: the parameters that `plan` drew, applied to an image."""

from collections.abc import Sequence

import cv2
import numpy as np

from viewcache.images.decoding import Decoded
from viewcache.images.prepared import Detail
from viewcache.views.geometry import affine, is_sampled, warp, warp_detail
from viewcache.views.registry import OPERATIONS, PIXELS

DETAIL = b"detail 2 "
"""In keys of rows whose views are sampled from detail; another number whenever pixels change."""


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


def render(images: np.ndarray, plan: np.ndarray, detail: Detail | None = None) -> np.ndarray:
    """Render a view of images.

    The geometry is one affine map, sampled once, bilinearly, with the edge repeated outside. Turns
    and flips by themselves, and view 0, give the image's own pixels, permuted; all other geometry
    samples the detail, where there is one. What changes pixels follows, in the order of `PIXELS`,
    rounded after each.

    Args:
        images: uint8, shape (images, side, side, 3).
        plan: Their rows of the view's plan.
        detail: Of the same images, by their places.

    Returns:
        uint8, shape (images, side, side, 3).
    """
    views = np.empty_like(images)
    geometries, sampled = affine(plan, images.shape[1]), is_sampled(plan)
    pixels = [(one, one.changes(plan)) for one in PIXELS if one.is_in(plan)]
    for place, (image, view) in enumerate(zip(images, views, strict=True)):
        larger = detail[place] if detail is not None and sampled[place] else None
        if larger is None:
            warp(image, view, geometries[place])
        else:
            warp_detail(larger, view, geometries[place])
        for operation, changes in pixels:
            if changes[place]:
                view[:] = operation.apply(view, plan[place])
    return views


def render_decoded(images: Sequence[Decoded], plan: np.ndarray) -> np.ndarray:
    """The same of images that come from their files."""
    pixels = np.stack([image.pixels for image in images])
    return render(pixels, plan, [image.detail for image in images])
