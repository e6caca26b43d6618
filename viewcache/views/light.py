"""Operations on light and colour, in the order that a view goes through them."""

from collections.abc import Sequence

import cv2
import numpy as np

from viewcache.ground.params.policy import Policy
from viewcache.views.operation import FIRST, Field, Pixels, symmetric


class Exposure(Pixels):
    """Contrast about the mean of each channel, then brightness, a fraction of 255, in the terms of
    `keras.layers.RandomContrast` and `RandomBrightness`; rounded once, as in NumPy (0.52).
    """

    parameters = ("brightness", "contrast")
    fields = (Field("brightness", "<f4", 0), Field("contrast", "<f4", 1))
    streams = FIRST

    def draw(self, policy: Policy, chance: Sequence[np.ndarray]) -> Sequence[np.ndarray]:
        return [symmetric(chance[8], policy.brightness), 1 + symmetric(chance[9], policy.contrast)]

    def apply(self, view: np.ndarray, row: np.void) -> np.ndarray:
        brightness, contrast = float(row["brightness"]), float(row["contrast"])
        mean = np.array(cv2.mean(view)[:3])
        levels = np.arange(256.0)[:, None]
        return cv2.LUT(view, _levels((levels - mean) * contrast + mean + 255 * brightness)[None])


class Saturation(Pixels):
    """Multiplies the saturation of HSV, as `tf.image.adjust_saturation` of unit range (0.51)."""

    parameters = ("saturation",)
    fields = (Field("saturation", "<f4", 1),)
    streams = ("/saturation",)

    def draw(self, policy: Policy, chance: Sequence[np.ndarray]) -> Sequence[np.ndarray]:
        return [1 + symmetric(chance[0], policy.saturation)]

    def apply(self, view: np.ndarray, row: np.void) -> np.ndarray:
        pixels = view.astype(np.float32)
        value = pixels.max(axis=2, keepdims=True)
        spread = value - pixels.min(axis=2, keepdims=True)
        factor = np.minimum(row["saturation"], value / np.maximum(spread, 1))
        return _levels(value - (value - pixels) * factor)


class Hue(Pixels):
    """Turns the hue of HSV, as `tf.image.adjust_hue` of unit range (0.51)."""

    parameters = ("hue",)
    fields = (Field("hue", "<f4", 0),)
    streams = ("/hue",)

    def draw(self, policy: Policy, chance: Sequence[np.ndarray]) -> Sequence[np.ndarray]:
        return [symmetric(chance[0], policy.hue)]

    def apply(self, view: np.ndarray, row: np.void) -> np.ndarray:
        colours = cv2.cvtColor(view.astype(np.float32) / 255, cv2.COLOR_RGB2HSV)
        colours[..., 0] = (colours[..., 0] + 360 * row["hue"]) % 360
        return _levels(255 * cv2.cvtColor(colours, cv2.COLOR_HSV2RGB))


class Grey(Pixels):
    """Takes all colour away, as Pillow's `convert("L")` (1 level)."""

    parameters = ("grey",)
    fields = (Field("grey", "?", False),)
    streams = ("/grey",)

    def draw(self, policy: Policy, chance: Sequence[np.ndarray]) -> Sequence[np.ndarray]:
        return [chance[0] < policy.grey]

    def apply(self, view: np.ndarray, row: np.void) -> np.ndarray:
        return cv2.cvtColor(cv2.cvtColor(view, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)


LIGHT = (Exposure(), Saturation(), Hue(), Grey())


def _levels(values: np.ndarray) -> np.ndarray:
    """Rounded and clipped to 0..255: uint8."""
    return np.rint(values).clip(0, 255).astype(np.uint8)
