"""From the bytes of an image file to pixels, by one policy."""

import hashlib
import io
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, NamedTuple, Self

import numpy as np
from PIL import ExifTags, Image, ImageFile, ImageOps, UnidentifiedImageError

from viewcache.ground.errors import PipelineError
from viewcache.images.parallel import in_threads

if TYPE_CHECKING:
    from viewcache.ground.params.schema import Params

MAX_PIXELS = 89_478_485
MAX_SCANS = 100  # of a JPEG: every one goes over the whole image, however few its bytes
FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "PPM", "AVIF")
"""What is opened at all. Pillow knows more, some of it by running other programs."""

_EXTENSIONS = Image.registered_extensions() | {".mpo": "JPEG"}
_OTHERS = (
    (4, b"ftyp", "HEIC or AVIF"),
    (0, b"\0\0\0\x0cJXL ", "JPEG XL"),
    (0, b"\xff\x0a", "JPEG XL"),
    (0, b"\0\0\0\x0cjP  ", "JPEG 2000"),
    (0, b"8BPS", "Photoshop"),
    (0, b"%!PS", "PostScript"),
    (0, b"%PDF", "PDF"),
    (8, b"WEBP", "WebP"),
    (0, b"\xff\xd8\xff", "JPEG"),
    (0, b"\x89PNG", "PNG"),
)
"""Offset, signature and name of formats, to say what it was that could not be opened."""
_LAST_BYTES = {"JPEG": b"\xff\xd9", "PNG": b"IEND\xaeB`\x82", "GIF": b"\0;"}


@dataclass(frozen=True)
class DecodingPolicy:
    """How every image of a source is decoded.

    Attributes:
        side: Width and height of the result; the aspect is not kept.
        min_size: Smallest side, in pixels, that an image may have in its file.
        background: What transparent images are put on: red, green, blue, each 0..255.
    """

    side: int
    min_size: int
    background: Sequence[int]

    @classmethod
    def of(cls, params: "Params") -> Self:
        """What the parameters say."""
        return cls(params.side, params.data.min_size, params.data.background)


class Decoded(NamedTuple):
    """A decoded image.

    Attributes:
        pixels: uint8, shape (side, side, 3), RGB.
        width: Of the image in its file, upright, in pixels.
        height: Likewise.
        warnings: What is odd about the file, a few words each.
    """

    pixels: np.ndarray
    width: int
    height: int
    warnings: tuple[str, ...]


class Rejected(Exception):  # noqa: N818 (an answer more than an error)
    """An image that must be left out; the message is the reason, a few words."""


def decode_files(
    root: Path, paths: Sequence[str], digests: Sequence[str], policy: DecodingPolicy
) -> Iterator[Decoded | Rejected]:
    """Decode files in parallel; memory does not grow with their number.

    Pillow's own warnings are silenced, in the whole process.

    Args:
        paths: Files below `root`.
        digests: SHA-256 that the bytes of each file must have, in hexadecimal.

    Returns:
        One result a path, in the order of the paths.

    Raises:
        PipelineError: a file cannot be read, or its digest is another one.
    """
    # Not `warnings.catch_warnings`, which threads would undo for each other.
    warnings.filterwarnings("ignore", module=r"PIL\.")
    files = zip(paths, digests, strict=True)
    return in_threads(lambda file: _decode_file(root, *file, policy), files)


def decode(content: bytes, name: str, policy: DecodingPolicy) -> Decoded:
    """Decode the first picture of an image file, turn it upright, and resize it, antialiased.

    Grey images get three equal channels, 16 bits are reduced to their upper eight.

    Args:
        content: The bytes of the file, which alone say what format it has.
        name: The file's name, to warn of an extension that says otherwise.

    Raises:
        Rejected: the bytes are no image, or none that the policy allows.
    """
    if not content:
        raise Rejected("empty file")
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
            _check_header(picture, content, policy.min_size)
            return _decode_picture(picture, content, name, policy)
    except Rejected:
        raise
    except Exception as error:  # Damaged files make Pillow raise nearly anything.
        raise Rejected(_reason(error, content)) from error


def _decode_file(root: Path, path: str, digest: str, policy: DecodingPolicy) -> Decoded | Rejected:
    try:
        content = (root / path).read_bytes()
    except OSError as error:
        reason = f"every file of the source must be readable ({error.strerror})"
        raise PipelineError(reason, path) from error
    if hashlib.sha256(content).hexdigest() != digest:
        raise PipelineError("the source changed while it was read", path)
    try:
        return decode(content, path, policy)
    except Rejected as rejected:
        # A new one: the traceback of that which was raised keeps the file and its pixels alive.
        return Rejected(*rejected.args)


def _check_header(picture: ImageFile.ImageFile, content: bytes, min_size: int) -> None:
    """Reject what need not be decoded to know that it cannot be used."""
    width, height = picture.size
    if width * height > MAX_PIXELS:
        raise Rejected(_too_large())
    if min(width, height) < min_size:
        raise Rejected(f"smaller than {min_size} pixels: {width} x {height}")
    if picture.format == "PNG" and _LAST_BYTES["PNG"] not in content:
        raise Rejected("truncated")  # Pillow does not mind.
    if picture.format in ("JPEG", "MPO"):
        scans = content.count(b"\xff\xda", 0, _end_of_image(content, "JPEG"))
        if scans > MAX_SCANS:
            raise Rejected(f"over {MAX_SCANS} scans: {scans}")
    sixteen_bits = picture.format == "PNG" and content[24] == 16
    if sixteen_bits and "transparency" in picture.info:
        raise Rejected("one transparent colour among colours of 16 bits")


def _too_large() -> str:
    return f"over {MAX_PIXELS / 1e6:.1f} megapixels"


def _decode_picture(
    picture: ImageFile.ImageFile, content: bytes, name: str, policy: DecodingPolicy
) -> Decoded:
    width, height = picture.size
    # JPEGs are reduced while they are decoded; what is left for the resize stays antialiased.
    picture.draft(None, (2 * policy.side, 2 * policy.side))
    reduced = picture.size
    ImageOps.exif_transpose(picture, in_place=True)
    if picture.size != reduced:
        width, height = height, width
    upright = _to_rgb(picture, policy.background)
    resized = upright.resize((policy.side, policy.side), Image.Resampling.BILINEAR)
    pixels = np.asarray(resized)
    return Decoded(pixels, width, height, tuple(_oddities(picture, content, name, pixels)))


def _to_rgb(picture: ImageFile.ImageFile, background: Sequence[int]) -> Image.Image:
    if picture.mode.startswith(("I", "F")):
        return _to_eight_bits(picture).convert("RGB")
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    canvas = Image.new("RGB", picture.size, tuple(background))
    layer = picture.convert("RGBA")
    canvas.paste(layer, mask=layer)
    return canvas


def _to_eight_bits(picture: ImageFile.ImageFile) -> Image.Image:
    """The upper eight bits of grey values."""
    sixteen_bits = picture.mode.startswith("I;16") or (picture.format, picture.mode) == ("PPM", "I")
    if not sixteen_bits:
        raise Rejected(f"the file does not state the range of its pixels: mode {picture.mode}")
    tags = getattr(picture, "tag_v2", {})
    bits = tags.get(ExifTags.Base.BitsPerSample, (16,))[0]
    values = (np.asarray(picture) >> (bits - 8)).astype(np.uint8)
    is_negative = tags.get(ExifTags.Base.PhotometricInterpretation) == 0  # white is zero
    return Image.fromarray(255 - values if is_negative else values)


def _reason(error: Exception, content: bytes) -> str:
    if isinstance(error, Image.DecompressionBombError):
        return _too_large()
    if isinstance(error, UnidentifiedImageError):
        names = [name for offset, sign, name in _OTHERS if content.startswith(sign, offset)]
        return f"{names[0]} that cannot be decoded here" if names else "not an image"
    if "truncated" in str(error).lower():
        return "truncated"
    return f"cannot be decoded: {error!r:.200}"


def _oddities(
    picture: ImageFile.ImageFile, content: bytes, name: str, pixels: np.ndarray
) -> Iterator[str]:
    extension = PurePath(name).suffix.lower()
    kind = "JPEG" if picture.format == "MPO" else str(picture.format)
    if extension and _EXTENSIONS.get(extension) != kind:
        yield f"named {extension}, but a {kind}"
    if getattr(picture, "is_animated", False):
        yield "several pictures, of which this is the first"
    end = _end_of_image(content, kind)
    # Zeros are padding, which cameras and disks leave behind.
    if content[end:].strip(b"\0"):
        yield f"{len(content) - end} bytes after the end of the image"
    if (pixels == pixels[0, 0]).all():
        yield "constant: all pixels are equal"


def _end_of_image(content: bytes, kind: str) -> int:
    """Number of bytes up to the end of the last picture in a file; all where no rule is known."""
    if kind == "WEBP":
        return 8 + int.from_bytes(content[4:8], "little")
    if kind == "BMP":
        return int.from_bytes(content[2:6], "little") or len(content)
    last = _LAST_BYTES.get(kind, b"")
    place = content.rfind(last)
    return len(content) if place < 0 else place + len(last)
