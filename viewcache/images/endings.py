"""Where an image ends in its file."""

import re
from collections.abc import Callable

_NEXT_JPEG = re.compile(rb"\0*\xff\xd8")
_JPEG_MARKER = re.compile(rb"\xff[\x02-\xcf\xd9-\xfe]")


def end_of_image(content: bytes, kind: str) -> int:
    """Number of bytes up to the end of the last picture in a file that has been decoded.

    Args:
        kind: The format's name, as Pillow has it.

    Raises:
        ValueError: a PNG breaks off before its end, which Pillow does not mind.
    """
    return _ENDS.get(kind, len)(content)


def _end_of_jpeg(content: bytes) -> int:
    """Where the last of the pictures ends, of which cameras put several into one file."""
    end = _end_of_one_jpeg(content, 0)
    while following := _NEXT_JPEG.match(content, end):
        end = _end_of_one_jpeg(content, following.end())
    return end


def _end_of_one_jpeg(content: bytes, place: int) -> int:
    """Skip segments whole: the thumbnail in one of them has an end of its own."""
    while found := _JPEG_MARKER.search(content, place):
        place = found.end()
        if found[0] == b"\xff\xd9":
            return place
        place += int.from_bytes(content[place : place + 2])
    return len(content)


def _end_of_png(content: bytes) -> int:
    last = b"IEND\xaeB`\x82"
    if last not in content:
        raise ValueError("truncated")
    return content.index(last) + len(last)


def _end_of_gif(content: bytes) -> int:
    try:
        place = 13 + _bytes_of_colours(content[10])
        while content[place] != ord(";"):
            picture = content[place] == ord(",")
            place += 11 + _bytes_of_colours(content[place + 9]) if picture else 2
            while content[place]:
                place += 1 + content[place]
            place += 1
        return place + 1
    except IndexError:
        return len(content)


def _bytes_of_colours(flags: int) -> int:
    """Length of the table of colours that the flags of a GIF or of its picture announce."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _end_of_webp(content: bytes) -> int:
    length = int.from_bytes(content[4:8], "little")
    return 8 + length + length % 2


def _end_of_bmp(content: bytes) -> int:
    """The stated size, which some writers leave zero."""
    return int.from_bytes(content[2:6], "little") or len(content)


_ENDS: dict[str, Callable[[bytes], int]] = {
    "JPEG": _end_of_jpeg,
    "PNG": _end_of_png,
    "GIF": _end_of_gif,
    "WEBP": _end_of_webp,
    "BMP": _end_of_bmp,
}
