import hashlib
import io
import struct
import warnings
import zlib
from dataclasses import replace
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ExifTags, Image, ImageFile, TiffImagePlugin
from skimage import data

from viewcache.ground.errors import PipelineError
from viewcache.ground.quiet_tensorflow import keras
from viewcache.images.decoding import (
    Decoded,
    DecodingPolicy,
    Rejected,
    decode,
    decode_files,
)

PHOTOGRAPH = Image.fromarray(data.chelsea())
POLICY = DecodingPolicy(side=64, min_size=16, background=(10, 20, 30))
BACKGROUND = np.uint8([10, 20, 30])


def encoded(picture: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


JPEG, PNG = (encoded(PHOTOGRAPH.resize((64, 64)), kind) for kind in ("JPEG", "PNG"))


def decoded(content: bytes, name: str = "") -> Decoded:
    return decode(content, name, POLICY)


def png_chunk(kind: bytes, content: bytes) -> bytes:
    checksum = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + checksum


def colour_png(pixels: np.ndarray, *chunks: bytes, size: tuple[int, int] | None = None) -> bytes:
    """A PNG of red, green and blue; `size` states another one than there is."""
    height, width = pixels.shape[:2]
    header = struct.pack(">IIBBBBB", *(size or (width, height)), pixels.itemsize * 8, 2, 0, 0, 0)
    rows = b"".join(b"\0" + row.astype(pixels.dtype.newbyteorder(">")).tobytes() for row in pixels)
    body = png_chunk(b"IHDR", header), *chunks, png_chunk(b"IDAT", zlib.compress(rows))
    return b"\x89PNG\r\n\x1a\n" + b"".join(body) + png_chunk(b"IEND", b"")


def triangles(size: int, side: int) -> np.ndarray:
    """Weights of antialiased bilinear interpolation, by its definition: shape (side, size)."""
    scale = size / side
    distances = np.arange(size) + 0.5 - (np.arange(side)[:, None] + 0.5) * scale
    weights = np.maximum(0, 1 - np.abs(distances) / max(scale, 1))
    return weights / weights.sum(1, keepdims=True)


@pytest.mark.parametrize("rows", [slice(None), slice(100, 140)], ids=["smaller", "larger"])
def test_a_photograph_is_resized_by_antialiased_bilinear_interpolation(rows):
    photograph = data.chelsea()[rows, rows]
    height, width = photograph.shape[:2]
    result = decoded(encoded(Image.fromarray(photograph), "PNG"), "chelsea.png")
    wanted = triangles(height, 64) @ photograph.transpose(2, 0, 1) @ triangles(width, 64).T
    assert np.allclose(result.pixels, wanted.transpose(1, 2, 0), atol=1)
    assert (result.pixels.dtype, result.width, result.height) == (np.uint8, width, height)
    assert result.warnings == ()


def test_the_policy_is_what_the_parameters_say():
    data = SimpleNamespace(min_size=16, background=(10, 20, 30), fit="stretch")
    params = SimpleNamespace(side=64, detail_side=None, data=data)
    assert DecodingPolicy.of(params) == POLICY
    assert DecodingPolicy.of(params, 12) == replace(POLICY, bits=12)


def test_detail_is_the_image_decoded_larger_and_changes_nothing_else():
    large = encoded(PHOTOGRAPH, "JPEG")
    found = decode(large, "", replace(POLICY, detail=100))
    assert np.array_equal(found.detail, decode(large, "", replace(POLICY, side=100)).pixels)
    assert np.array_equal(found.pixels, decoded(large).pixels)
    assert decoded(large).detail is None


@pytest.mark.parametrize("fit", ["crop", "pad"])
@pytest.mark.parametrize("size", [(300, 150), (120, 320), (512, 96)])
def test_an_image_becomes_a_square_as_keras_makes_one(fit, size):
    photograph = PHOTOGRAPH.resize(size)
    found = decode(encoded(photograph, "PNG"), "", replace(POLICY, fit=fit, background=(9, 9, 9)))
    pixels, option = np.asarray(photograph, np.float32), {f"{fit}_to_aspect_ratio": True}
    wanted = keras.ops.image.resize(pixels, (64, 64), antialias=True, fill_value=9, **option)
    assert (found.width, found.height) == size
    assert np.abs(found.pixels - np.asarray(wanted)).mean() < 1


@given(side=st.integers(16, 90), seed=st.integers(0, 99))
def test_a_square_is_the_same_however_others_become_one(side, seed):
    pixels = np.random.default_rng(seed).integers(0, 256, (side, side, 3), np.uint8)
    content = encoded(Image.fromarray(pixels), "PNG")
    found = [decode(content, "", replace(POLICY, fit=fit)) for fit in ("stretch", "crop", "pad")]
    assert np.array_equal(found[0].pixels, found[1].pixels)
    assert np.array_equal(found[0].pixels, found[2].pixels)


def test_what_is_padded_stands_in_the_middle_of_the_background():
    content = encoded(Image.new("RGB", (100, 50), (200, 0, 0)), "PNG")
    pixels = decode(content, "", replace(POLICY, fit="pad")).pixels
    assert (pixels[16:48] == [200, 0, 0]).all()
    assert (pixels[:16] == BACKGROUND).all()
    assert (pixels[48:] == BACKGROUND).all()


def test_an_image_of_the_wanted_size_is_untouched():
    assert np.array_equal(decoded(PNG).pixels, np.asarray(PHOTOGRAPH.resize((64, 64))))


def test_a_jpeg_below_four_sides_is_decoded_whole():
    content = encoded(PHOTOGRAPH.resize((255, 900)), "JPEG")
    whole = Image.open(io.BytesIO(content)).resize((64, 64), Image.Resampling.BILINEAR)
    assert np.array_equal(decoded(content).pixels, np.asarray(whole))


@pytest.mark.parametrize(
    ("size", "reduced"),
    [
        ((1024, 1024), cv2.IMREAD_REDUCED_COLOR_8),
        ((1000, 2000), cv2.IMREAD_REDUCED_COLOR_4),
        ((2000, 1000), cv2.IMREAD_REDUCED_COLOR_4),
    ],
)
def test_a_jpeg_is_reduced_while_it_is_decoded_down_to_two_sides(size, reduced):
    content = encoded(PHOTOGRAPH.resize(size), "JPEG", quality=95)
    small = cv2.imdecode(np.frombuffer(content, np.uint8), reduced)[..., ::-1]
    wanted = Image.fromarray(small).resize((64, 64), Image.Resampling.BILINEAR)
    result = decoded(content)
    assert np.array_equal(result.pixels, np.asarray(wanted))
    assert (result.width, result.height) == size


def test_an_empty_file_is_rejected():
    with pytest.raises(Rejected, match="empty file"):
        decoded(b"")


@pytest.mark.parametrize("content", [b"<!DOCTYPE html><p>404", b"Not found", b"\0" * 1000])
def test_what_is_no_image_is_rejected_whatever_its_name(content):
    with pytest.raises(Rejected, match=r"^not an image$"):
        decoded(content, "photograph.jpg")


@pytest.mark.parametrize("kind", ["PCX", "TGA", "ICO"])
def test_a_format_that_pillow_could_open_is_rejected_where_we_do_not(kind):
    with pytest.raises(Rejected, match=r"^not an image$"):
        decoded(encoded(PHOTOGRAPH, kind))


@pytest.mark.parametrize("progressive", [False, True])
def test_a_truncated_jpeg_is_rejected_wherever_it_ends(progressive):
    content = encoded(PHOTOGRAPH, "JPEG", progressive=progressive)
    for length in (100, len(content) // 2, len(content) - 100, len(content) - 1):
        with pytest.raises(Rejected, match=r"^truncated$"):
            decoded(content[:length])


def test_a_truncated_png_is_rejected_wherever_it_ends():
    for length in (len(PNG) // 2, len(PNG) - 100, len(PNG) - 12, len(PNG) - 1):
        with pytest.raises(Rejected, match=r"^truncated$"):
            decoded(PNG[:length])


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "BMP"])
def test_bytes_after_the_end_are_warned_of_and_padding_is_not(kind):
    content = encoded(PHOTOGRAPH, kind)
    assert decoded(content).warnings == decoded(content + bytes(9)).warnings == ()
    result = decoded(content + b"\0and more")
    assert result.warnings == ("9 bytes after the end of the image",)
    assert np.array_equal(result.pixels, decoded(content).pixels)


def test_a_gif_that_lacks_its_last_byte_is_taken():
    assert decoded(encoded(Image.linear_gradient("L"), "GIF")[:-1]).warnings == ()


def test_pictures_inside_a_jpeg_are_not_taken_for_its_end():
    exif = Image.Exif()
    exif[0x010E] = JPEG.decode("latin-1")
    thumbnail = encoded(PHOTOGRAPH, "JPEG", exif=exif)
    several = encoded(PHOTOGRAPH, "MPO", save_all=True, append_images=[PHOTOGRAPH])
    assert decoded(thumbnail, "a.jpg").warnings == ()
    for name in ("a.jpg", "a.mpo"):
        assert decoded(several, name).warnings == ("several pictures, of which this is the first",)


def test_content_decides_where_the_extension_says_otherwise():
    assert decoded(PNG, "folder/a.JPG").warnings == ("named .jpg, but a PNG",)
    assert np.array_equal(decoded(PNG, "a.jpg").pixels, decoded(PNG, "a.png").pixels)


@pytest.mark.parametrize("name", ["a.jpg", "a.JPEG", "a.jfif", "a.jpe", "a"])
def test_every_name_of_a_format_fits_it(name):
    assert decoded(JPEG, name).warnings == ()


@pytest.mark.parametrize(
    ("kind", "mode"), [("PNG", "I;16"), ("TIFF", "I;16"), ("TIFF", "I;16B"), ("PPM", "I")]
)
def test_16_bits_of_grey_are_scaled_to_8(kind, mode):
    grey = np.arange(4096, dtype=np.int32).reshape(64, 64) * 16
    picture = Image.fromarray(grey.astype(">u2" if mode == "I;16B" else "<u2"))
    content = encoded(picture if mode != "I" else Image.fromarray(grey), kind)
    assert np.array_equal(decoded(content).pixels, np.stack([grey >> 8] * 3, -1))


def test_12_bits_of_grey_are_scaled_to_8():
    grey = np.arange(4096).reshape(64, 64)
    packed = bytes.fromhex("".join(f"{value:03x}" for value in grey.flat))
    sizes = {256: 64, 257: 64, 258: 12, 259: 1, 262: 1, 273: 122, 277: 1, 278: 64, 279: len(packed)}
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in sizes.items())
    content = struct.pack("<2sHIH", b"II", 42, 8, len(sizes)) + entries + bytes(4) + packed
    assert np.array_equal(decoded(content).pixels, np.stack([grey >> 4] * 3, -1))


def test_16_bits_of_grey_whose_white_is_zero_are_turned_round():
    grey = np.arange(4096, dtype="<u2").reshape(64, 64) * 16
    content = encoded(Image.fromarray(grey), "TIFF", tiffinfo={262: 0})
    assert np.array_equal(decoded(content).pixels[..., 1], 255 - (grey >> 8))


@pytest.mark.parametrize("bits", [10, 12, 14, 16])
def test_of_16_bits_of_colour_the_upper_8_of_those_used_are_kept(bits):
    pixels = np.random.default_rng(0).integers(0, 2**bits, (64, 64, 3), np.uint16)
    result = decode(colour_png(pixels), "", replace(POLICY, bits=bits))
    assert np.array_equal(result.pixels, pixels >> (bits - 8))
    assert (result.used_bits, result.warnings) == (bits, ())


@pytest.mark.parametrize("channels", [3, 4])
def test_of_a_tiff_too(channels):
    pixels = np.random.default_rng(0).integers(0, 4096, (64, 64, channels), np.uint16)
    pixels[..., 3:] = 65535
    _, content = cv2.imencode(".tif", pixels[..., [2, 1, 0, 3][:channels]])
    result = decode(content.tobytes(), "", replace(POLICY, bits=12))
    assert np.array_equal(result.pixels, pixels[..., :3] >> 4)
    assert result.used_bits == 12


def test_a_picture_brighter_than_its_source_is_clipped_with_a_warning():
    grey = np.repeat(np.uint16([4095, 4096]), 2048).reshape(64, 64)
    result = decode(encoded(Image.fromarray(grey), "PNG"), "", replace(POLICY, bits=10))
    assert result.pixels.min() == 255
    assert result.warnings[0] == "brighter than 10 bits, and clipped to them"


def test_a_transparent_colour_of_16_bits_is_rejected():
    content = colour_png(np.zeros((64, 64, 3), np.uint16), png_chunk(b"tRNS", bytes(6)))
    with pytest.raises(Rejected, match="transparent colour among colours of 16 bits"):
        decoded(content)


def test_pixels_without_a_stated_range_are_rejected():
    content = encoded(Image.fromarray(np.ones((64, 64), np.float32)), "TIFF")
    reason = r"range of its pixels: 1 channel of 32 bits \(floats\)$"
    with pytest.raises(Rejected, match=reason):
        decoded(content)


def tiff(pixels: np.ndarray, **tags: int) -> bytes:
    """An unpacked TIFF of as many channels as the pixels have; tags by name."""
    height, width, channels = pixels.shape
    start, bits = 200, 8 * pixels.itemsize
    numbers = {"u": 1, "i": 2, "f": 3}[pixels.dtype.kind]
    values = {
        **{256: width, 257: height, 258: bits, 259: 1, 262: 1, 273: start, 277: channels},
        **{278: height, 279: pixels.nbytes, 339: numbers},
        **{getattr(ExifTags.Base, name).value: value for name, value in tags.items()},
    }
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, values[tag]) for tag in sorted(values))
    head = struct.pack("<2sHIH", b"II", 42, 8, len(values)) + entries + bytes(4)
    return head.ljust(start, b"\0") + pixels.tobytes()


@pytest.mark.parametrize(
    ("pixels", "what"),
    [
        (np.zeros((64, 64, 13), np.uint16), "13 channels of 16 bits"),
        (np.zeros((64, 64, 3), np.float32), r"3 channels of 32 bits \(floats\)"),
        (np.zeros((64, 64, 2), np.uint16), "2 channels of 16 bits"),
        (np.zeros((64, 64, 3), np.int16), r"3 channels of 16 bits \(signed\)"),
    ],
)
def test_a_tiff_that_cannot_be_decoded_is_rejected_with_what_it_holds(pixels, what):
    with pytest.raises(Rejected, match=f"^TIFF of {what} that cannot be decoded here$"):
        decoded(tiff(pixels))


def test_of_an_unknown_compression_its_number_is_told():
    content = tiff(np.zeros((64, 64, 1), np.uint8), Compression=34712)
    with pytest.raises(Rejected, match=r"^TIFF of .* of compression 34712 that cannot be"):
        decoded(content)


def test_a_tiff_whose_tags_are_gone_is_rejected():
    with pytest.raises(Rejected, match=r"^TIFF of tags that cannot be read that cannot"):
        decoded(b"II*\0" + bytes(3))


CHELSEA = data.chelsea()[:64, :64]


@pytest.mark.parametrize("extra", [{}, {"ExtraSamples": 0}])
def test_of_colours_and_infrared_the_colours_are_taken_with_a_warning(extra):
    pixels = np.dstack([CHELSEA, CHELSEA[..., 0] // 2])
    result = decoded(tiff(pixels, PhotometricInterpretation=2, **extra))
    assert np.array_equal(result.pixels, CHELSEA)
    [warning] = result.warnings
    assert warning.startswith("4 channels, of which 3 are known to be colours")


def test_a_channel_that_is_named_alpha_is_alpha():
    pixels = np.dstack([CHELSEA, np.zeros((64, 64), np.uint8)])
    pixels[:32, :, 3] = 255
    result = decoded(tiff(pixels, PhotometricInterpretation=2, ExtraSamples=2))
    assert np.array_equal(result.pixels[:32], CHELSEA[:32])
    assert (result.pixels[32:] == BACKGROUND).all()
    assert result.warnings == ()


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_alpha_that_is_0_everywhere_is_ignored_with_a_warning(mode):
    picture = Image.fromarray(CHELSEA).convert(mode)
    picture.putalpha(0)
    result = decoded(encoded(picture, "PNG"))
    assert np.array_equal(result.pixels, np.asarray(picture.convert("RGB")))
    assert result.warnings == ("alpha is 0 everywhere, and ignored",)


def test_exif_that_divides_by_zero_costs_neither_the_picture_nor_its_orientation():
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x011A] = TiffImagePlugin.IFDRational(72, 1)
    content = exif.tobytes()
    damaged = content.replace(struct.pack(">II", 72, 1), struct.pack(">II", 72, 0))
    assert damaged != content
    stored = Image.fromarray(TAKEN[6](CHELSEA).copy())
    assert np.array_equal(decoded(encoded(stored, "PNG", exif=damaged)).pixels, CHELSEA)


@pytest.mark.parametrize(
    "text",
    [
        png_chunk(b"tEXt", b"Description\0" + b"x" * 2**21),
        png_chunk(b"zTXt", b"Description\0\0" + zlib.compress(b"x" * 2**21)),
        png_chunk(b"iCCP", b"profile\0\0" + zlib.compress(b"x" * 2**21)),
        png_chunk(b"iCCP", b"profile\0\1"),
        png_chunk(b"gAMA", b"\0"),
        png_chunk(b"tEXt", b"key\0value")[:-1] + b"x",
        png_chunk(b"eXIf", b"MM\0*")[:-1] + b"x",
        png_chunk(b"eXIf", b"no EXIF"),
    ],
    ids=["text", "packed text", "profile", "packing", "gamma", "checksum", "EXIF's", "EXIF"],
)
def test_metadata_of_any_size_or_that_cannot_be_read_cost_no_picture(text):
    result = decoded(colour_png(CHELSEA, text))
    assert np.array_equal(result.pixels, CHELSEA)
    assert result.warnings == ()


def test_the_orientation_is_read_beside_metadata_that_cannot_be_read():
    exif = Image.Exif()
    exif[0x0112] = 6
    chunks = png_chunk(b"eXIf", exif.tobytes()[6:]), png_chunk(b"gAMA", b"\0")
    content = colour_png(np.rot90(CHELSEA), *chunks)
    assert np.array_equal(decoded(content).pixels, CHELSEA)


def test_a_text_of_a_megabyte_may_hold_the_orientation():
    xmp = b'<a tiff:Orientation="6"/>'.ljust(2**21)
    chunk = png_chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp)
    assert np.array_equal(decoded(colour_png(np.rot90(CHELSEA), chunk)).pixels, CHELSEA)


def test_cmyk_becomes_rgb():
    result = decoded(encoded(PHOTOGRAPH.convert("CMYK"), "JPEG", quality=95))
    assert np.abs(result.pixels - decoded(encoded(PHOTOGRAPH, "PNG")).pixels.astype(int)).mean() < 3


TAKEN = {
    1: lambda upright: upright,
    2: np.fliplr,
    3: lambda upright: np.rot90(upright, 2),
    4: np.flipud,
    5: lambda upright: upright.swapaxes(0, 1),
    6: np.rot90,
    7: lambda upright: np.rot90(upright, 2).swapaxes(0, 1),
    8: lambda upright: np.rot90(upright, -1),
}
"""How a camera that was held in another way stores the picture, for each EXIF orientation."""


@pytest.mark.parametrize(
    ("kind", "orientation"), [*[("PNG", each) for each in TAKEN], ("WEBP", 6), ("TIFF", 6)]
)
def test_a_picture_taken_sideways_is_turned_upright(kind, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = Image.fromarray(TAKEN[orientation](data.chelsea()).copy())
    options = {"lossless": True} if kind == "WEBP" else {}
    result = decoded(encoded(stored, kind, exif=exif, **options))
    assert np.array_equal(result.pixels, decoded(encoded(PHOTOGRAPH, "PNG")).pixels)
    assert (result.width, result.height) == PHOTOGRAPH.size


def test_a_reduced_jpeg_taken_sideways_is_turned_upright():
    exif, upright = Image.Exif(), PHOTOGRAPH.resize((1600, 1200))
    exif[0x0112] = 8
    stored = upright.transpose(Image.Transpose.ROTATE_270)
    result = decoded(encoded(stored, "JPEG", exif=exif, quality=95))
    difference = result.pixels - decoded(encoded(upright, "JPEG")).pixels.astype(int)
    assert np.abs(difference).mean() < 1
    assert (result.width, result.height) == (1600, 1200)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF", "AVIF"])
def test_the_first_picture_of_several_is_taken(kind):
    grey = Image.new("L", (64, 64), 99)
    grey.paste(0, (0, 0, 32, 32))
    content = encoded(grey, kind, save_all=True, append_images=[Image.new("L", (64, 64), 200)])
    result = decoded(content)
    assert abs(int(result.pixels[50, 50, 0]) - 99) < 3
    assert result.warnings == ("several pictures, of which this is the first",)


@pytest.mark.parametrize(
    ("start", "name"),
    [
        (b"\0\0\0\x18ftypheic", "HEIC or AVIF"),
        (b"\0\0\0\x18ftypmif1", "HEIC or AVIF"),
        (b"\0\0\0\x0cJXL ", "JPEG XL"),
        (b"\xff\x0a", "JPEG XL"),
        (b"\0\0\0\x0cjP  ", "JPEG 2000"),
        (b"\xffO\xffQ", "JPEG 2000"),
        (128 * b"\0" + b"DICM", "DICOM"),
        (b"%!PS-Adobe-3.0 EPSF-3.0", "PostScript"),
        (b"%PDF-1.7", "PDF"),
        (b"8BPS", "Photoshop"),
        (b"RIFF\0\0\0\0WEBP", "WebP"),
        (b"\xff\xd8\xff", "JPEG"),
        (b"\x89PNG", "PNG"),
    ],
)
def test_a_format_that_cannot_be_decoded_is_rejected_by_name(start, name):
    with pytest.raises(Rejected, match=f"^{name} that cannot be decoded here$"):
        decoded(start + bytes(1000))


def test_a_transparent_palette_shows_the_background():
    picture = Image.fromarray(np.repeat(np.uint8([0, 1]), 2048).reshape(64, 64))
    picture.putpalette([255, 0, 0, 0, 0, 255])
    for transparency in (0, bytes([0, 255])):
        pixels = decoded(encoded(picture, "PNG", transparency=transparency)).pixels
        assert (pixels[:32] == BACKGROUND).all()
        assert (pixels[32:] == [0, 0, 255]).all()


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_hidden_colours_give_way_to_the_background(mode):
    picture = PHOTOGRAPH.resize((64, 64)).convert(mode)
    alpha = Image.fromarray(np.repeat(np.uint8([0, 255]), 2048).reshape(64, 64))
    picture.putalpha(alpha)
    pixels = decoded(encoded(picture, "PNG")).pixels
    assert (pixels[:32] == BACKGROUND).all()
    assert np.array_equal(pixels[32:], np.asarray(picture.convert("RGB"))[32:])


def test_grey_becomes_three_equal_channels():
    pixels = decoded(encoded(Image.fromarray(data.camera()), "PNG")).pixels
    assert np.array_equal(pixels[..., 0], pixels[..., 1])
    assert np.array_equal(pixels[..., 0], pixels[..., 2])


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("size", [(9500, 9500), (50_000, 50_000)])
def test_a_decompression_bomb_is_rejected_by_its_header(size):
    content = colour_png(np.zeros((1, 1, 3), np.uint8), size=size)
    with pytest.raises(Rejected, match=r"over 89\.5 megapixels"):
        decoded(content)


@pytest.mark.parametrize("size", [(1, 1), (15, 4000), (4000, 15)])
def test_an_image_with_too_small_a_side_is_rejected(size):
    content = encoded(Image.new("RGB", size), "PNG")
    with pytest.raises(Rejected, match=f"smaller than 16 pixels: {size[0]} x {size[1]}"):
        decoded(content)
    assert decoded(encoded(PHOTOGRAPH.resize((16, 4000)), "PNG")).height == 4000


def test_a_constant_image_is_warned_of():
    result = decoded(encoded(Image.new("RGB", (64, 64), "teal"), "PNG"))
    assert result.warnings == ("constant: all pixels are equal",)


def test_warnings_of_pillow_do_not_leak(tmp_path):
    exif = Image.Exif()
    exif[0x010E] = "a description that is cut off"
    (tmp_path / "a.jpg").write_bytes(encoded(PHOTOGRAPH, "JPEG", exif=exif.tobytes()[:-20]))
    with pytest.warns(UserWarning, match="Truncated"), Image.open(tmp_path / "a.jpg") as picture:
        picture.getexif()
    assert next(results(tmp_path)).warnings == ()
    with pytest.raises(UserWarning, match="somebody else's"):
        warnings.warn("somebody else's", stacklevel=1)


def test_truncated_images_stay_an_error_for_pillow():
    assert not ImageFile.LOAD_TRUNCATED_IMAGES


@pytest.fixture
def folder(tmp_path):
    """40 images of one colour each, and an empty file in the middle."""
    for number in range(40):
        Image.new("L", (16, 16), number).save(tmp_path / f"{number:02}.png")
    (tmp_path / "20.png").write_bytes(b"")
    return tmp_path


def results(folder):
    paths = sorted(path.name for path in folder.iterdir())
    digests = [hashlib.sha256((folder / path).read_bytes()).hexdigest() for path in paths]
    return decode_files(folder, paths, digests, POLICY)


def test_files_come_back_in_order_and_rejects_in_their_place(folder):
    answers = list(results(folder))
    values = [-1 if isinstance(one, Rejected) else one.pixels[0, 0, 0] for one in answers]
    assert values == [*range(20), -1, *range(21, 40)]
    assert str(answers[20]) == "empty file"
    assert answers[20].__traceback__ is None


def test_a_source_that_changes_while_it_is_read_is_refused(folder):
    answers = results(folder)
    next(answers)
    (folder / "39.png").write_bytes(PNG)
    with pytest.raises(PipelineError, match=r"source changed.* Received: 39\.png"):
        list(answers)


def test_a_file_that_cannot_be_read_is_named(folder):
    answers = results(folder)
    (folder / "05.png").unlink()
    with pytest.raises(PipelineError, match=r"readable \(No such file.* Received: 05\.png"):
        list(answers)


@pytest.mark.parametrize("several", [{}, {"save_all": True, "append_images": [PHOTOGRAPH]}])
def test_a_jpeg_of_more_scans_than_any_encoder_makes_is_rejected(several):
    content = encoded(PHOTOGRAPH, "MPO" if several else "JPEG", progressive=True, **several)
    scan, scans = content[content.rindex(b"\xff\xda") : -2], content.count(b"\xff\xda")
    allowed = content[:-2] + (100 - scans) * scan + content[-2:]
    assert decoded(allowed + 200 * b"\xff\xda").warnings
    with pytest.raises(Rejected, match=r"^over 100 scans: 101$"):
        decoded(allowed[:-2] + scan + allowed[-2:])


def test_bytes_that_look_like_scans_are_none_in_another_format():
    chunk = png_chunk(b"teSt", 200 * b"\xff\xda")
    assert decoded(colour_png(data.chelsea()[:64, :64], chunk)).warnings == ()


def test_damage_that_pillow_finds_is_told():
    with pytest.raises(Rejected, match=r"^cannot be decoded: OSError\(.unrecognized data stream"):
        decoded(PNG[:500] + bytes(100) + PNG[600:])
