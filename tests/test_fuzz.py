"""Whatever the bytes that come from outside, the answer is one of those that are documented.

`make test` tries the same few examples every time; `make fuzz` tries others, for ten minutes.
"""

import csv
import io
import json
import resource
import signal
import tempfile
import zipfile
from collections import OrderedDict
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import keras
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from keras import layers
from PIL import Image
from skimage import data

from tests.bases.test_torch_checkpoint import tensor, write
from tests.damage import damaged, damaged_json, damaged_yaml
from tests.features import numbered
from tests.images.pictures import save_noise
from tests.images.test_archives import FILES, KINDS, pack
from viewcache.bases import applications
from viewcache.bases.pins import check_pin
from viewcache.bases.torch_checkpoint import read_tensors
from viewcache.bases.user_model import load_user_model
from viewcache.features.shards import Shard
from viewcache.ground.errors import LONGEST_RECEIVED, LONGEST_RULE, PipelineError
from viewcache.ground.params.keras_file import input_side, read_config
from viewcache.ground.params.loading import load_params
from viewcache.ground.row_files import RowFile
from viewcache.images.archives import unpack
from viewcache.images.decoding import MAX_PIXELS, DecodingPolicy, Rejected, decode
from viewcache.images.sources import open_source

MOST_MEMORY = 8 * 4 * MAX_PIXELS
"""Bytes that an example may add to the process: WebP, the dearest format, holds five copies of the
largest picture that is decoded at all, of four bytes a pixel, and the others fewer."""
MOST_SECONDS = 30
"""What the largest picture takes is a tenth of it; a hang has no end."""
LONG = settings.get_current_profile_name() == "fuzz"

pytestmark = [
    pytest.mark.timeout(0),  # A run of ten minutes has its own, an example.
    pytest.mark.filterwarnings("ignore:Reading `.npy` or `.npz` file required"),
    pytest.mark.filterwarnings("ignore:invalid .* literal"),
    pytest.mark.filterwarnings("ignore:Duplicate name"),
]


def examples(quick: int, long: int):
    """How many examples a target gets: always the same few, or many others."""
    return settings(
        max_examples=long if LONG else quick,
        derandomize=not LONG,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


@contextmanager
def limited():
    """Fail where an example takes more time or memory than any may take."""

    def expire(*_: object) -> None:
        raise TimeoutError

    before = memory("VmSize")
    limits = resource.getrlimit(resource.RLIMIT_AS)
    signal.signal(signal.SIGALRM, expire)
    signal.alarm(MOST_SECONDS)
    resource.setrlimit(resource.RLIMIT_AS, (before + MOST_MEMORY, limits[1]))
    try:
        yield
    finally:
        left = signal.alarm(0)
        resource.setrlimit(resource.RLIMIT_AS, limits)
    assert left > 0


def memory(name: str) -> int:
    """Bytes that the system states of this process."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith(name))


@pytest.fixture(autouse=True)
def peak():
    """Fail where the process grew beyond what any example may take."""
    Path("/proc/self/clear_refs").write_text("5")  # the peak from here on
    before = memory("VmRSS")
    yield
    grown = memory("VmHWM") - before
    print(f"peak: {grown / 1e6:.0f} MB more")
    assert grown < MOST_MEMORY


def answer(call):
    """What the call returns, if it ends in no error, or in one that is documented."""
    try:
        with limited():
            return call()
    except (Rejected, PipelineError) as error:
        complaint = error
    check_message(str(complaint), isinstance(complaint, PipelineError))
    return None


def check_message(message: str, is_final: bool) -> None:
    assert message.isprintable()
    assert not is_final or "Received: " in message
    assert 0 < len(message) < (LONGEST_RULE + LONGEST_RECEIVED + 100 if is_final else 300)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzz")


def pictures() -> list[bytes]:
    photograph = Image.fromarray(data.chelsea()).resize((48, 40))
    alpha = photograph.convert("RGBA")
    alpha.putalpha(photograph.convert("L"))
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "sideways"
    animated = {"save_all": True, "append_images": [photograph.rotate(90)]}
    deep = Image.fromarray(np.arange(48 * 40, dtype="<u2").reshape(40, 48) * 30)
    plain = b"P3 20 16 255 " + b" ".join(b"%d" % (value % 256) for value in range(960))
    saved = [
        *[(photograph, kind, {}) for kind in ("JPEG", "PNG", "GIF", "WEBP", "BMP", "PPM", "AVIF")],
        *[(photograph, kind, animated) for kind in ("GIF", "WEBP", "PNG", "TIFF", "MPO", "AVIF")],
        *[(photograph, kind, {"exif": exif}) for kind in ("JPEG", "PNG", "WEBP", "TIFF")],
        *[(alpha, kind, {}) for kind in ("PNG", "WEBP", "TIFF", "AVIF")],
        *[(deep, kind, {}) for kind in ("PNG", "TIFF", "PPM")],
        *[(photograph.convert("P"), kind, {}) for kind in ("PNG", "TIFF", "BMP")],
        *[
            (photograph, "TIFF", {"compression": each, "tiffinfo": {278: 8}})
            for each in ("raw", "tiff_lzw", "tiff_adobe_deflate", "jpeg", "packbits", "zstd")
        ],
        (photograph, "TIFF", {"compression": "tiff_lzw", "tiffinfo": {317: 2}}),
        (photograph, "JPEG", {"progressive": True}),
        (photograph.convert("CMYK"), "JPEG", {}),
        (photograph.convert("1"), "TIFF", {"compression": "group4"}),
        (photograph.convert("L"), "PNG", {"bits": 4, "transparency": 3}),
    ]
    return [encoded(*each) for each in saved] + [plain]


def encoded(picture: Image.Image, kind: str, options: dict[str, object]) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


@examples(300, 30_000)
@given(content=damaged(pictures()), name=st.sampled_from(["a.jpg", "a.png", "a"]))
def test_any_picture_is_decoded_or_rejected(content, name):
    policy = DecodingPolicy(side=32, min_size=16, background=(1, 2, 3))
    result = answer(lambda: decode(content, name, policy))
    assert result is None or (result.pixels.shape, result.pixels.dtype) == ((32, 32, 3), "uint8")


PATHS = ["a.png", "b.png", "sub/c, d.png", "./a.png"]
MANIFESTS = [
    "path,label\na.png,x\nb.png,y\n",
    "\ufeffpath,label,group,split\na.png,x,g,train\nb.png,y,h,val\n",
    'camera,path,label\n1,"sub/c, d.png",x\r\n2,b.png,"y\nz"\r\n',
]
FIELDS = st.sampled_from([*PATHS, "path", "label", "group", "split", "train"]) | st.one_of(
    st.text(max_size=10), st.sampled_from(["", "..", "/", "a" * 300, "a/" * 5000, "x" * 140_000])
)


def written(rows: list[list[str]]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue().encode(errors="surrogatepass")


def odd_manifests() -> st.SearchStrategy[bytes]:
    rows = st.lists(st.lists(FIELDS, min_size=1, max_size=4), max_size=4)
    header = [["path", "label", "group"]]
    return (rows | rows.map(lambda more: header + more)).map(written)


@examples(150, 8_000)
@given(content=damaged([text.encode() for text in MANIFESTS]) | odd_manifests())
def test_any_manifest_is_read_or_refused(folder, content):
    root = folder / "images"
    if not root.exists():
        for seed, path in enumerate(PATHS[:3]):
            save_noise(root / path, seed)
    (root / "list.csv").write_bytes(content)
    answer(lambda: open_source(root, "list.csv", None))


PARAMS = [path.read_text() for path in [Path("params.yaml"), *Path("recipes").glob("*.yaml")]]


@examples(60, 5_000)
@given(content=damaged_yaml(PARAMS))
def test_any_parameters_are_valid_or_refused(folder, content):
    path = folder / "params.yaml"
    path.write_bytes(content)
    answer(lambda: load_params(path))


def archives() -> list[bytes]:
    with tempfile.TemporaryDirectory() as name:
        return [pack(Path(name) / "archive", kind, FILES).read_bytes() for kind in KINDS]


@examples(120, 5_000)
@given(content=damaged(archives()))
def test_any_archive_is_unpacked_or_refused(folder, content):
    archive = folder / "archive"
    archive.write_bytes(content)
    with tempfile.TemporaryDirectory(dir=folder) as name:
        (Path(name) / "in").mkdir()
        answer(lambda: unpack(archive, Path(name) / "in"))
        assert [path.name for path in Path(name).iterdir()] == ["in"]


def checkpoints() -> list[bytes]:
    weight, bias = tensor("0", 12, 0, (3, 4), (1, 3)), tensor("0", 12, 3, (4,), (1,))
    steps = OrderedDict(steps=tensor("0", 1, 0, (), (), "LongStorage"))
    with tempfile.TemporaryDirectory() as name:
        path, values = Path(name) / "a.pth", np.arange(12, dtype="<f4")
        first = write(path, {"weight": weight, "bias": bias}, {"0": values}).read_bytes()
        return [first, write(path, steps, {"0": np.array([9], "<i8")}).read_bytes()]


@examples(200, 10_000)
@given(content=damaged(checkpoints()))
def test_any_checkpoint_is_read_or_refused(folder, content):
    path = folder / "a.pth"
    path.write_bytes(content)
    answer(lambda: read_tensors(path))


def small_network(*more: layers.Layer) -> keras.Sequential:
    convolution = layers.Conv2D(2, 3, name="convolution")
    return keras.Sequential(
        [keras.Input((32, 32, 3), name="images"), convolution, layers.ReLU(name="relu"), *more]
    )


def saved(name: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        network = small_network()
        (network.save if name.endswith(".keras") else network.save_weights)(path)
        return path.read_bytes()


MODEL, WEIGHTS = saved("model.keras"), saved("a.weights.h5")
with zipfile.ZipFile(io.BytesIO(MODEL)) as _archive:
    PARTS = {name: _archive.read(name) for name in _archive.namelist()}


def repacked(config: bytes, weights: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in (PARTS | {"config.json": config}).items():
            archive.writestr(name, weights if name == "model.weights.h5" else content)
    return buffer.getvalue()


def damaged_models() -> st.SearchStrategy[bytes]:
    config, weights = PARTS["config.json"], PARTS["model.weights.h5"]
    return st.one_of(
        damaged([MODEL]),
        st.builds(repacked, damaged_json([json.loads(config)]), st.just(weights)),
        st.builds(repacked, st.just(config), damaged([weights])),
    )


@examples(60, 5_000)
@given(content=damaged_models())
def test_any_model_file_is_loaded_or_refused(folder, content):
    path = folder / "model.keras"
    path.write_bytes(content)
    answer(lambda: read_config(path))
    side = answer(lambda: input_side(path))
    assert side is None or type(side) is int
    answer(lambda: load_user_model(path, 32))


@pytest.fixture(scope="module")
def network():
    return small_network()


@examples(100, 3_000)
@given(content=damaged([WEIGHTS]))
def test_any_file_of_weights_is_loaded_or_refused(folder, network, content):
    path = folder / "a.weights.h5"
    path.write_bytes(content)
    whole = small_network(layers.Dense(2, name="classifier"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(applications, "_build", lambda *_: whole)
        specification = SimpleNamespace(file=path, name="MobileNetV2")
        answer(lambda: applications._load_file(network, specification))


@examples(150, 5_000)
@given(content=damaged_json([{"VGG16": "a" * 64, "other": "b" * 64}]))
def test_any_lock_is_held_to_or_refused(folder, content):
    lock = folder / "weights.lock"
    lock.write_bytes(content)
    answer(lambda: check_pin(lock, "VGG16", "a" * 64))


def arrays() -> list[bytes]:
    buffers = []
    for rows in (np.arange(24, dtype="u1").reshape(4, 2, 3), np.ones((5, 2), "<f4")):
        buffers.append(io.BytesIO())
        np.save(buffers[-1], rows)
    return [buffer.getvalue() for buffer in buffers]


@examples(200, 10_000)
@given(content=damaged(arrays()))
def test_any_file_of_rows_is_read_or_refused(folder, content):
    path = folder / "rows.npy"
    path.write_bytes(content)

    def read_all():
        with RowFile(path) as rows:
            return rows.read(range(rows.shape[0]))

    answer(read_all)


def shards() -> list[bytes]:
    with tempfile.TemporaryDirectory() as name:
        return [
            numbered.write([101, 102], folder=Path(name), dtype=dtype)[0].path.read_bytes()
            for dtype in ("float32", "float16")
        ]


@examples(200, 10_000)
@given(content=damaged(shards()))
def test_any_shard_is_opened_or_refused(folder, content):
    path = folder / "shard.arrow"
    path.write_bytes(content)
    shard = answer(lambda: Shard(path))
    if shard:
        assert len(shard.keys) == len(shard.images) == len(shard.views) == len(shard)
        answer(shard.verify)
