"""Pixels of a view: the parameters that `plan` drew, applied to an image."""

import cv2
import numpy as np


def render(image: np.ndarray, parameters: np.void) -> np.ndarray:
    """Render one view of an image.

    The geometry is one affine map (flips, turns, rotation, shear, zoom and shift multiplied out),
    sampled once, bilinearly, with the edge repeated outside. Turns and flips by themselves, and
    view 0, give the image's own pixels, permuted.

    Args:
        image: uint8, shape (side, side, 3).
        parameters: One row of a plan.

    Returns:
        uint8, shape (side, side, 3).
    """
    geometry = _affine(parameters, image.shape[0])
    if not np.array_equal(geometry, np.eye(3)):
        image = cv2.warpAffine(
            image,
            geometry[:2],
            image.shape[:2],
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
    return _expose(image, float(parameters["brightness"]), float(parameters["contrast"]))


def render_all(images: np.ndarray, plan: np.ndarray) -> np.ndarray:
    """Render a batch: uint8 (images, side, side, 3) and its rows of the plan, to the same shape."""
    return np.stack([render(image, row) for image, row in zip(images, plan, strict=True)])


def _affine(parameters: np.void, side: int) -> np.ndarray:
    """The map from a pixel (x, y, 1) of the view to where it comes from in the image."""
    centre = (side - 1) / 2
    scale = 1 / float(parameters["zoom"])
    return (
        _translation(centre, centre)
        @ _turn(90 * int(parameters["quarter_turns"]))
        @ np.diag([_sign(parameters["horizontal_flip"]), _sign(parameters["vertical_flip"]), 1])
        @ _turn(float(parameters["rotation_degrees"]))
        @ np.array([[1, float(parameters["shear"]), 0], [0, 1, 0], [0, 0, 1]])
        @ np.diag([scale, scale, 1])
        @ _translation(
            -centre - float(parameters["shift_x"]) * side,
            -centre - float(parameters["shift_y"]) * side,
        )
    )


def _turn(degrees: float) -> np.ndarray:
    cosine, sine = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
    if degrees % 90 == 0:
        cosine, sine = np.round(cosine), np.round(sine)
    return np.array([[cosine, -sine, 0], [sine, cosine, 0], [0, 0, 1]])


def _translation(x: float, y: float) -> np.ndarray:
    return np.array([[1, 0, x], [0, 1, y], [0, 0, 1]])


def _sign(flipped: bool) -> int:
    return -1 if flipped else 1


def _expose(image: np.ndarray, brightness: float, contrast: float) -> np.ndarray:
    """Contrast about the mean of each channel, then brightness, rounded and clipped to 0..255."""
    if brightness == 0 and contrast == 1:
        return image
    mean = np.array(cv2.mean(image)[:3])
    levels = np.arange(256)[:, None]
    table = np.rint((levels - mean) * contrast + mean + 255 * brightness).clip(0, 255)
    return cv2.LUT(image, table.astype(np.uint8)[None])
