"""From the bytes of an image file to pixels, by one policy."""

import hashlib
import io
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, NamedTuple, Self

import numpy as np
from PIL import ExifTags, Image, ImageFile, ImageOps, PngImagePlugin, UnidentifiedImageError

from viewcache.ground.errors import PipelineError
from viewcache.images.channels import UnknownRangeError, to_rgb
from viewcache.images.formats import bare_png, name_of
from viewcache.images.parallel import in_threads

if TYPE_CHECKING:
    from viewcache.ground.params.schema import Fit, Params

MAX_PIXELS = 89_478_485
MAX_SCANS = 100  # of a JPEG: every one goes over the whole image, however few its bytes
FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "PPM", "AVIF")
"""What is opened at all. Pillow knows more, some of it by running other programs."""

# A text may be as large as an image: it is the picture beside it that counts.
PngImagePlugin.MAX_TEXT_CHUNK = PngImagePlugin.MAX_TEXT_MEMORY = 3 * MAX_PIXELS

_EXTENSIONS = Image.registered_extensions() | {".mpo": "JPEG"}
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What turns a picture upright, by its orientation in EXIF."""
_LAST_BYTES = {"JPEG": b"\xff\xd9", "PNG": b"IEND\xaeB`\x82", "GIF": b"\0;"}


@dataclass(frozen=True)
class DecodingPolicy:
    """How every image of a source is decoded.

    Attributes:
        side: Width and height of the result.
        min_size: Smallest side, in pixels, that an image may have in its file.
        background: What transparent images are put on: red, green, blue, each 0..255.
        bits: Of 16 bits a channel, how many the source uses; the upper eight of them are kept.
        fit: How an image that is no square becomes one: `stretch` does not keep its aspect, `crop`
            takes its centre, `pad` puts the background around it.
        detail: Width and height of a larger result beside it; None: there is none.
    """

    side: int
    min_size: int
    background: Sequence[int]
    bits: int = 16
    fit: "Fit" = "stretch"
    detail: int | None = None

    @classmethod
    def of(cls, params: "Params", bits: int = 16) -> Self:
        """What the parameters say."""
        data = params.data
        return cls(params.side, data.min_size, data.background, bits, data.fit, params.detail_side)


class Decoded(NamedTuple):
    """A decoded image.

    Attributes:
        pixels: uint8, shape (side, side, 3), RGB.
        width: Of the image in its file, upright, in pixels.
        height: Of the same, in pixels.
        warnings: What is odd about the file, a few words each.
        used_bits: Of channels of 16 bits, how many the largest value takes; 0 of others.
        detail: The same picture larger, where the policy says so: uint8, shape (detail, detail, 3).
    """

    pixels: np.ndarray
    width: int
    height: int
    warnings: tuple[str, ...]
    used_bits: int
    detail: np.ndarray | None = None


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

    Grey images get three equal channels, 16 bits are reduced to the upper eight of those used. Of
    metadata only the orientation is read.

    Args:
        content: The bytes of the file, which alone say what format it has.
        name: The file's name, to warn of an extension that says otherwise.

    Raises:
        Rejected: the bytes are no image, or none that the policy allows.
    """
    decoded = _decode(content, name, policy)
    if policy.detail is None:
        return decoded
    larger = _decode(content, name, replace(policy, side=policy.detail))
    return decoded._replace(detail=larger.pixels)


def _decode(content: bytes, name: str, policy: DecodingPolicy) -> Decoded:
    if not content:
        raise Rejected("empty file")
    for whole in (content, *bare_png(content)):
        try:
            with Image.open(io.BytesIO(whole), formats=FORMATS) as picture:
                _check_header(picture, whole, policy.min_size)
                return _decode_picture(picture, whole, name, policy)
        except Rejected:
            raise
        except Exception as error:  # Damaged files make Pillow raise nearly anything.
            reason = _reason(error, content)
    raise Rejected(reason)


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
    picture.load()
    flat = to_rgb(picture, content, policy.bits, policy.background)
    upright = _upright(flat.picture, picture)
    if upright.size != reduced:
        width, height = height, width
    pixels = np.asarray(_fitted(upright, policy))
    oddities = (*flat.oddities, *_oddities(picture, content, name, pixels))
    return Decoded(pixels, width, height, oddities, flat.used_bits)


def _upright(pixels: Image.Image, picture: ImageFile.ImageFile) -> Image.Image:
    try:
        orientation = picture.getexif().get(ExifTags.Base.Orientation)
    except Exception:  # Damaged metadata make Pillow raise nearly anything.
        return pixels
    return pixels.transpose(_TURNS[orientation]) if orientation in _TURNS else pixels


def _fitted(picture: Image.Image, policy: DecodingPolicy) -> Image.Image:
    size, bilinear = (policy.side, policy.side), Image.Resampling.BILINEAR
    if policy.fit == "crop":
        return ImageOps.fit(picture, size, bilinear)
    if policy.fit == "pad":
        return ImageOps.pad(picture, size, bilinear, tuple(policy.background))
    return picture.resize(size, bilinear)


def _reason(error: Exception, content: bytes) -> str:
    if isinstance(error, Image.DecompressionBombError):
        return _too_large()
    if isinstance(error, UnknownRangeError):
        return f"the file does not state the range of its pixels: {error}"
    if isinstance(error, UnidentifiedImageError | KeyError):
        name = name_of(content)
        return f"{name} that cannot be decoded here" if name else "not an image"
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
