"""What a file is that cannot be opened, and what of it need not be read."""

import io
import zlib
from collections.abc import Iterator

from PIL import ExifTags, TiffImagePlugin

_SIGNATURES = (
    (4, b"ftyp", "HEIC or AVIF"),
    (0, b"\0\0\0\x0cJXL ", "JPEG XL"),
    (0, b"\xff\x0a", "JPEG XL"),
    (0, b"\0\0\0\x0cjP  ", "JPEG 2000"),
    (0, b"\xffO\xffQ", "JPEG 2000"),
    (0, b"8BPS", "Photoshop"),
    (0, b"%!PS", "PostScript"),
    (0, b"%PDF", "PDF"),
    (128, b"DICM", "DICOM"),
    (8, b"WEBP", "WebP"),
    (0, b"\xff\xd8\xff", "JPEG"),
    (0, b"\x89PNG", "PNG"),
)
"""Offset, signature and name of formats."""
_PNG = b"\x89PNG\r\n\x1a\n"
_OF_PIXELS = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"acTL", b"fcTL", b"fdAT", b"IEND"}
_NUMBERS = {2: " (signed)", 3: " (floats)", 5: " (complex)", 6: " (complex floats)"}


def name_of(content: bytes) -> str:
    """The name of a file's format, and of a TIFF what it holds; empty where none is known."""
    if layout := tiff_layout(content):
        return f"TIFF of {layout}"
    names = (name for offset, sign, name in _SIGNATURES if content.startswith(sign, offset))
    return next(names, "")


def tiff_layout(content: bytes) -> str:
    """Channels of a TIFF, their bits and kind of numbers, by its tags; empty of other files."""
    if not content.startswith(tuple(TiffImagePlugin.PREFIXES)):
        return ""
    try:
        tags = TiffImagePlugin.ImageFileDirectory_v2(content[: 16 if content[2] == 43 else 8])
        file = io.BytesIO(content)
        file.seek(tags.next)
        tags.load(file)
        channels = tags.get(ExifTags.Base.SamplesPerPixel, 1)
        [bits, *_] = tags.get(ExifTags.Base.BitsPerSample, (1,))
        [numbers, *_] = tags.get(TiffImagePlugin.SAMPLEFORMAT, (1,))
        packed = tags.get(ExifTags.Base.Compression, 1)
    except Exception:  # Damaged tags make Pillow raise nearly anything.
        return "tags that cannot be read"
    known = packed in TiffImagePlugin.COMPRESSION_INFO
    compression = "" if known else f", of compression {packed}"
    plural = "" if channels == 1 else "s"
    return f"{channels} channel{plural} of {bits} bits{_NUMBERS.get(numbers, '')}{compression}"


def bare_png(content: bytes) -> Iterator[bytes]:
    """A PNG without the chunks that say nothing of its pixels, but for an orientation that is
    whole; nothing where it has no others."""
    if not content.startswith(_PNG):
        return
    kept = [_PNG, *(chunk for chunk in _chunks(content) if _counts(chunk))]
    if sum(map(len, kept)) < len(content):
        yield b"".join(kept)


def _chunks(content: bytes) -> Iterator[bytes]:
    place = len(_PNG)
    while place < len(content):
        length = 12 + int.from_bytes(content[place : place + 4])
        if content[place + 4 : place + 8] == b"IEND":
            length = len(content)
        yield content[place : place + length]
        place += length


def _counts(chunk: bytes) -> bool:
    kind = chunk[4:8]
    if kind == b"eXIf":
        return zlib.crc32(chunk[4:-4]) == int.from_bytes(chunk[-4:])
    return kind in _OF_PIXELS
