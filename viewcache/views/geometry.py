"""Operations that move pixels, and the one map that they are multiplied into."""

from collections.abc import Sequence
from functools import reduce

import cv2
import numpy as np

from viewcache.ground.params.policy import Policy
from viewcache.views.operation import FIRST, TRIES, Field, Geometry, rectangles, symmetric


class HorizontalFlip(Geometry):
    """Mirrors left and right, as `numpy.fliplr`, exactly."""

    parameters = ("horizontal_flip",)
    fields = (Field("horizontal_flip", "?", False),)
    streams = FIRST
    samples = False

    def draw(self, policy: Policy, chance: Sequence[np.ndarray]) -> Sequence[np.ndarray]:
        return [chance[0] < policy.horizontal_flip]

    def matrix(self, plan: np.ndarray, side: int) -> np.ndarray:
        return _matrix(len(plan), np.where(plan["horizontal_flip"], -1, 1), 0, 0, 1)


class VerticalFlip(Geometry):
    """Mirrors top and bottom, as `numpy.flipud`, exactly."""

    parameters = ("vertical_flip",)
    fields = (Field("vertical_flip", "?", False),)
    streams = FIRST
    samples = False

    def draw(self, policy: Policy, chance: Sequence[np.ndarray]) -> Sequence[np.ndarray]:
        return [chance[1] < policy.vertical_flip]

    def matrix(self, plan: np.ndarray, side: int) -> np.ndarray:
        return _matrix(len(plan), 1, 0, 0, np.where(plan["vertical_flip"], -1, 1))


class QuarterTurns(Geometry):
    """Turns by 0, 90, 180 or 270 degrees, as `numpy.rot90`, exactly."""

    parameters = ("quarter_turns",)
    fields = (Field("quarter_turns", "u1", 0),)
    streams = FIRST
    samples = False

    def draw(self, policy: Policy, chance: Sequence[np.ndarray]) -> Sequence[np.ndarray]:
        return [np.floor(4 * chance[2]) * policy.quarter_turns]

    def matrix(self, plan: np.ndarray, side: int) -> np.ndarray:
        return _turn(90 * plan["quarter_turns"].astype(np.float64))


class Rotation(Geometry):
    """Turns about the centre, as `scipy.ndimage.affine_transform` (to 0.52 levels of 255)."""

    parameters = ("rotation_degrees",)
    fields = (Field("rotation_degrees", "<f4", 0),)
    streams = FIRST

    def draw(self, policy: Policy, chance: Sequence[np.ndarray]) -> Sequence[np.ndarray]:
        return [symmetric(chance[3], policy.rotation_degrees)]

    def matrix(self, plan: np.ndarray, side: int) -> np.ndarray:
        return _turn(plan["rotation_degrees"].astype(np.float64))


class Shift(Geometry):
    """Moves in both directions, as `scipy.ndimage.affine_transform` (0.52)."""

    parameters = ("shift",)
    fields = (Field("shift_y", "<f4", 0), Field("shift_x", "<f4", 0))
    streams = FIRST

    def draw(self, policy: Policy, chance: Sequence[np.ndarray]) -> Sequence[np.ndarray]:
        return [symmetric(chance[4], policy.shift), symmetric(chance[5], policy.shift)]

    def matrix(self, plan: np.ndarray, side: int) -> np.ndarray:
        return _matrix(len(plan), 1, 0, 0, 1, -plan["shift_x"] * side, -plan["shift_y"] * side)


class Zoom(Geometry):
    """Enlarges about the centre, or reduces, as `scipy.ndimage.affine_transform` (0.52)."""

    parameters = ("zoom",)
    fields = (Field("zoom", "<f4", 1),)
    streams = FIRST

    def draw(self, policy: Policy, chance: Sequence[np.ndarray]) -> Sequence[np.ndarray]:
        return [1 + symmetric(chance[6], policy.zoom)]

    def matrix(self, plan: np.ndarray, side: int) -> np.ndarray:
        scale = 1 / plan["zoom"].astype(np.float64)
        return _matrix(len(plan), scale, 0, 0, scale)


class Shear(Geometry):
    """Shears horizontally, as `keras.layers.RandomShear(x_factor)`; pixels as SciPy's (0.52)."""

    parameters = ("shear",)
    fields = (Field("shear", "<f4", 0),)
    streams = FIRST

    def draw(self, policy: Policy, chance: Sequence[np.ndarray]) -> Sequence[np.ndarray]:
        return [symmetric(chance[7], policy.shear)]

    def matrix(self, plan: np.ndarray, side: int) -> np.ndarray:
        return _matrix(len(plan), 1, plan["shear"], 0, 1)


class Crop(Geometry):
    """A part of the image, stretched to all of it: drawn as torchvision's `RandomResizedCrop` does
    (`scale=(crop_area, 1)`, `ratio=(1 / crop_aspect, crop_aspect)`) but to a fraction of a pixel;
    pixels as those of `tf.image.crop_and_resize` (0.52).
    """

    parameters = ("crop_area", "crop_aspect")
    fields = (
        Field("crop_y", "<f4", 0),
        Field("crop_x", "<f4", 0),
        Field("crop_height", "<f4", 1),
        Field("crop_width", "<f4", 1),
    )
    streams = ("/crop", "/crop/more")

    def draw(self, policy: Policy, chance: Sequence[np.ndarray]) -> Sequence[np.ndarray]:
        aspects = (1 / policy.crop_aspect, policy.crop_aspect)
        fits, width, height = rectangles(chance, (policy.crop_area, 1), aspects)
        width, height = np.where(fits, width, 1), np.where(fits, height, 1)
        y, x = chance[2 * TRIES : 2 * TRIES + 2]
        return [(y - 0.5) * (1 - height), (x - 0.5) * (1 - width), height, width]

    def matrix(self, plan: np.ndarray, side: int) -> np.ndarray:
        x, y = plan["crop_x"] * side, plan["crop_y"] * side
        return _matrix(len(plan), plan["crop_width"], 0, 0, plan["crop_height"], x, y)


_HORIZONTAL, _VERTICAL, _TURNS = HorizontalFlip(), VerticalFlip(), QuarterTurns()
_ROTATION, _SHIFT, _ZOOM, _SHEAR, _CROP = Rotation(), Shift(), Zoom(), Shear(), Crop()

GEOMETRY = (_HORIZONTAL, _VERTICAL, _TURNS, _ROTATION, _SHIFT, _ZOOM, _SHEAR, _CROP)
"""In the order of plans and keys."""
_BEFORE_SHIFT = (_CROP, _TURNS, _HORIZONTAL, _VERTICAL, _ROTATION, _SHEAR, _ZOOM)
"""In the order that an image goes through them; it is shifted last."""
APART, MOST_POINTS = 1.25, 8
"""Pixels between two points of detail, and points of a pixel in each direction, at most."""


def affine(plan: np.ndarray, side: int) -> np.ndarray:
    """The maps from a pixel (x, y, 1) of a view to where it comes from: shape (images, 3, 3)."""
    centre = (side - 1) / 2
    back = _matrix(len(plan), 1, 0, 0, 1, -centre, -centre)
    moved = _SHIFT.matrix(plan, side) @ back if _SHIFT.is_in(plan) else back
    maps = [one.matrix(plan, side) for one in _BEFORE_SHIFT if one.is_in(plan)]
    return reduce(np.matmul, [_matrix(len(plan), 1, 0, 0, 1, centre, centre), *maps, moved])


def warp(image: np.ndarray, view: np.ndarray, geometry: np.ndarray) -> None:
    """Fill a view with what a map takes from an image, bilinearly, its edge repeated outside."""
    if np.array_equal(geometry, np.eye(3)):
        view[:] = image
    else:
        _sample(image, view, geometry)


def is_sampled(plan: np.ndarray) -> np.ndarray:
    """Which images' pixels are more than permuted: bool, shape (images,)."""
    sampled = np.zeros(len(plan), bool)
    for one in GEOMETRY:
        if one.samples and one.is_in(plan):
            sampled |= one.changes(plan)
    return sampled


def warp_detail(detail: np.ndarray, view: np.ndarray, geometry: np.ndarray) -> None:
    """Fill a view with what a map takes from larger pixels of the image, antialiased.

    Where a pixel of the view covers several, it is the mean of points no farther than `APART`.

    Args:
        geometry: From a pixel of the view to one of the image as large as the view.
    """
    side = len(view)
    into_detail = _scaled(len(detail) / side) @ geometry
    step = np.linalg.norm(into_detail[:2, :2], axis=0).max()
    points = int(np.clip(np.ceil((step / APART).round(3)), 1, MOST_POINTS))
    larger = np.empty((points * side, points * side, 3), np.uint8)
    _sample(detail, larger, into_detail @ _scaled(1 / points))
    cv2.resize(larger, (side, side), dst=view, interpolation=cv2.INTER_AREA)


def _sample(image: np.ndarray, view: np.ndarray, geometry: np.ndarray) -> None:
    cv2.warpAffine(
        image,
        geometry[:2],
        view.shape[:2],
        dst=view,
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )


def _scaled(factor: float) -> np.ndarray:
    """From pixels of a picture to those of one so many times as large."""
    half = (factor - 1) / 2
    return np.array([[factor, 0, half], [0, factor, half], [0, 0, 1]])


def _turn(degrees: np.ndarray) -> np.ndarray:
    cosine, sine = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
    exact = degrees % 90 == 0
    cosine, sine = np.where(exact, cosine.round(), cosine), np.where(exact, sine.round(), sine)
    return _matrix(len(degrees), cosine, -sine, sine, cosine)


Number = np.ndarray | float


def _matrix(
    images: int, xx: Number, xy: Number, yx: Number, yy: Number, x: Number = 0.0, y: Number = 0.0
) -> np.ndarray:
    """Matrices [[xx, xy, x], [yx, yy, y], [0, 0, 1]]: float64, shape (images, 3, 3)."""
    matrices = np.zeros((images, 3, 3))
    for place, values in {(0, 0): xx, (0, 1): xy, (0, 2): x}.items():
        matrices[:, *place] = values
    for place, values in {(1, 0): yx, (1, 1): yy, (1, 2): y}.items():
        matrices[:, *place] = values
    matrices[:, 2, 2] = 1
    return matrices
