"""From the channels of a picture to red, green and blue, of eight bits each."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import cv2
import numpy as np
from PIL import ExifTags, Image, ImageFile, TiffImagePlugin

from viewcache.images.formats import tiff_layout

DEPTHS = (10, 12, 14, 16)
"""Of the 16 bits that a channel may have, how many cameras use."""
_ALPHA = {1, 2, 999}
"""Kinds of extra channels that are alpha; the last one is Corel Draw's."""


def depth(used_bits: int) -> int:
    """The least of the depths that holds values of as many bits."""
    return next(each for each in DEPTHS if used_bits <= each)


class Flat(NamedTuple):
    """A picture in eight bits.

    Attributes:
        picture: Of mode RGB.
        oddities: What is odd about the channels, a few words each.
        used_bits: Of channels of 16 bits, how many the largest value takes; 0 of others.
    """

    picture: Image.Image
    oddities: list[str]
    used_bits: int


class UnknownRangeError(ValueError):
    """Values of which the file does not say how large they may be."""


def to_rgb(
    picture: ImageFile.ImageFile, content: bytes, bits: int, background: Sequence[int]
) -> Flat:
    """Of 16 bits a channel, keep the upper eight of those that are used.

    Args:
        content: The bytes of the picture's file.
        bits: How many of 16 are used.
        background: What is seen through transparent pixels: red, green, blue.

    Raises:
        UnknownRangeError: of integers of 32 bits, and floats.
    """
    values, stated = _of_16_bits(picture, content), _stated_bits(picture)
    if values is None:
        return Flat(*_opaque(picture, picture, background), 0)
    used = int(values[..., :3].max()).bit_length() if stated == 16 else 0
    eight = _upper_eight(picture, values, bits if stated == 16 else stated)
    flat, oddities = _opaque(eight, picture, background)
    if used > bits:
        oddities.append(f"brighter than {bits} bits, and clipped to them")
    return Flat(flat, oddities, used)


def _of_16_bits(picture: ImageFile.ImageFile, content: bytes) -> np.ndarray | None:
    """uint16, shape (height, width) or (height, width, 3 or 4); None of a picture of other bits."""
    if picture.mode.startswith("I;16") or (picture.format, picture.mode) == ("PPM", "I"):
        return np.asarray(picture).astype(np.uint16)
    if picture.mode.startswith(("I", "F")):
        raise UnknownRangeError(tiff_layout(content) or f"mode {picture.mode}")
    deep = content[24] == 16 if picture.format == "PNG" else _stated_bits(picture) == 16
    if not deep or picture.mode not in ("RGB", "RGBA"):
        return None
    # Pillow keeps eight bits of colours.
    values = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED)
    if values is None or values.dtype != np.uint16 or values.shape[2:] not in ((3,), (4,)):
        return None
    return values[..., [2, 1, 0, 3][: values.shape[2]]]


def _stated_bits(picture: ImageFile.ImageFile) -> int:
    """Of a channel, as the tags of a TIFF say; 16 where nothing says so."""
    return _tags(picture).get(ExifTags.Base.BitsPerSample, (16,))[0]


def _upper_eight(picture: ImageFile.ImageFile, values: np.ndarray, bits: int) -> Image.Image:
    if values.ndim == 3 and bits == 16:
        return picture
    eight = np.minimum(values >> (bits - 8), 255).astype(np.uint8)
    white_is_zero = _tags(picture).get(ExifTags.Base.PhotometricInterpretation) == 0
    return Image.fromarray(255 - eight if white_is_zero else eight)


def _opaque(
    picture: Image.Image, file: ImageFile.ImageFile, background: Sequence[int]
) -> tuple[Image.Image, list[str]]:
    """A picture without alpha, and what is odd about that."""
    if oddity := _unnamed_channels(file):
        return picture.convert("RGB"), [oddity]
    if not picture.has_transparency_data:
        return picture.convert("RGB"), []
    layer = picture.convert("RGBA")
    if not layer.getchannel("A").getbbox():
        return layer.convert("RGB"), ["alpha is 0 everywhere, and ignored"]
    canvas = Image.new("RGB", picture.size, tuple(background))
    canvas.paste(layer, mask=layer)
    return canvas, []


def _unnamed_channels(picture: ImageFile.ImageFile) -> str:
    """What to say of a TIFF with channels of which it does not say what they are, such as infrared;
    empty of others."""
    tags = _tags(picture)
    channels = tags.get(ExifTags.Base.SamplesPerPixel, 1)
    colours = len(picture.getbands()) - (picture.mode in ("LA", "La", "PA", "RGBA", "RGBa"))
    if channels <= colours or _ALPHA & {*tags.get(TiffImagePlugin.EXTRASAMPLES, ())}:
        return ""
    return f"{channels} channels, of which {colours} are known to be colours: the others are left"


def _tags(picture: ImageFile.ImageFile) -> Mapping[int, Any]:
    """Of a TIFF; empty of other files."""
    return getattr(picture, "tag_v2", {})
