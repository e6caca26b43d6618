"""Pixels of a view: the parameters that `plan` drew, applied to an image."""

import cv2
import numpy as np

from viewcache.views.plan import PLAN_DTYPE, identity

VERSIONS = dict.fromkeys(PLAN_DTYPE.names or (), 1)
"""Of each operation its version: raised whenever the same parameter gives other pixels."""


def operations(plan: np.ndarray) -> list[bytes]:
    """Name, version and parameter of the operations that change something, for each image."""
    nothing, found = identity(1), [b""] * len(plan)
    for name, number in VERSIONS.items():
        for row in np.flatnonzero(plan[name] != nothing[name]):
            found[row] += f"{name} {number} ".encode() + plan[name][row].tobytes()
    return found


def versions() -> dict[str, str]:
    """Of the library that applies them."""
    return {"opencv": cv2.__version__}


def render(images: np.ndarray, plan: np.ndarray) -> np.ndarray:
    """Render a view of images.

    The geometry is one affine map (flips, turns, rotation, shear, zoom and shift multiplied out),
    sampled once, bilinearly, with the edge repeated outside. Turns and flips by themselves, and
    view 0, give the image's own pixels, permuted.

    Args:
        images: uint8, shape (images, side, side, 3).
        plan: Their rows of the view's plan.

    Returns:
        uint8, shape (images, side, side, 3).
    """
    views = np.empty_like(images)
    geometries = _affine(plan, images.shape[1])
    for image, view, geometry, row in zip(images, views, geometries, plan, strict=True):
        _warp(image, view, geometry)
        _expose(view, float(row["brightness"]), float(row["contrast"]))
    return views


def _warp(image: np.ndarray, view: np.ndarray, geometry: np.ndarray) -> None:
    if np.array_equal(geometry, np.eye(3)):
        view[:] = image
        return
    cv2.warpAffine(
        image,
        geometry[:2],
        image.shape[:2],
        dst=view,
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )


def _expose(view: np.ndarray, brightness: float, contrast: float) -> None:
    """Contrast about the mean of each channel, then brightness, rounded and clipped to 0..255."""
    if brightness == 0 and contrast == 1:
        return
    mean = np.array(cv2.mean(view)[:3])
    table = np.rint((_LEVELS - mean) * contrast + mean + 255 * brightness).clip(0, 255)
    cv2.LUT(view, table.astype(np.uint8)[None], dst=view)


_LEVELS = np.arange(256.0)[:, None]


def _affine(plan: np.ndarray, side: int) -> np.ndarray:
    """The maps from a pixel (x, y, 1) of a view to where it comes from: shape (images, 3, 3)."""
    centre = np.full(len(plan), (side - 1) / 2)
    scale = 1 / plan["zoom"].astype(np.float64)
    one, zero = np.ones(len(plan)), np.zeros(len(plan))
    flips = _matrix(
        np.where(plan["horizontal_flip"], -1, 1), zero, zero, np.where(plan["vertical_flip"], -1, 1)
    )
    shear = _matrix(one, plan["shear"], zero, one)
    shifted_x = -centre - plan["shift_x"] * side
    shifted_y = -centre - plan["shift_y"] * side
    return (
        _matrix(one, zero, zero, one, centre, centre)
        @ _turn(90 * plan["quarter_turns"].astype(np.float64))
        @ flips
        @ _turn(plan["rotation_degrees"].astype(np.float64))
        @ shear
        @ _matrix(scale, zero, zero, scale)
        @ _matrix(one, zero, zero, one, shifted_x, shifted_y)
    )


def _turn(degrees: np.ndarray) -> np.ndarray:
    cosine, sine = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
    exact = degrees % 90 == 0
    cosine, sine = np.where(exact, cosine.round(), cosine), np.where(exact, sine.round(), sine)
    return _matrix(cosine, -sine, sine, cosine)


def _matrix(
    xx: np.ndarray,
    xy: np.ndarray,
    yx: np.ndarray,
    yy: np.ndarray,
    x: np.ndarray | float = 0.0,
    y: np.ndarray | float = 0.0,
) -> np.ndarray:
    """Matrices [[xx, xy, x], [yx, yy, y], [0, 0, 1]]: float64, shape (images, 3, 3)."""
    matrices = np.zeros((len(xx), 3, 3))
    matrices[:, 0] = np.stack(np.broadcast_arrays(xx, xy, x), axis=1)
    matrices[:, 1] = np.stack(np.broadcast_arrays(yx, yy, y), axis=1)
    matrices[:, 2, 2] = 1
    return matrices
