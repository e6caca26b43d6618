"""Decoding a folder of JPEGs against a plain Pillow loop."""

import contextlib
import hashlib
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image
from skimage import data

from benchmarks.measure import Row, Target, interleaved, middle, ratio, single
from benchmarks.stages_apart import stage_environment
from viewcache.ground.stopwatch import Stopwatch, load_record
from viewcache.images.decoding import DecodingPolicy, decode_files

IMAGES, FEWER, DISTINCT = 5_000, 500, 250
WIDTH, HEIGHT, SIDE = 640, 480, 160
POLICY = DecodingPolicy(SIDE, 16, (0, 0, 0))
PICTURES = Path("pictures")


def rows(runs: int) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        _write_pictures()
        plain, ours = interleaved([_plain_loop, lambda: decode_pictures(IMAGES)], runs)
        size = f"{WIDTH} x {HEIGHT} to {SIDE} px"
        yield ratio(
            f"decode_files, JPEGs of {size}, against a Pillow loop", plain, ours, Target(1.5)
        )
        speeds = [IMAGES / seconds for seconds in ours]
        yield middle("decode_files: images per second", speeds, Target(500))
        peaks = [_peak_apart(images) for images in (FEWER, IMAGES)]
        name = f"decode_files: peak memory, {IMAGES:,} images against {FEWER:,}"
        yield single(name, peaks[1] / peaks[0], Target(high=1.1))


def decode_pictures(images: int) -> None:
    paths = [f"{number}.jpg" for number in range(images)]
    digests = [_digest(number) for number in range(DISTINCT)]
    every = [digests[number % DISTINCT] for number in range(images)]
    for _ in decode_files(PICTURES, paths, every, POLICY):
        pass


def _plain_loop() -> None:
    for number in range(IMAGES):
        with Image.open(PICTURES / f"{number}.jpg") as picture:
            np.asarray(picture.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BILINEAR))


def _write_pictures() -> None:
    """Crops of photographs with a sensor's noise; further names link to the distinct ones."""
    PICTURES.mkdir()
    rng = np.random.default_rng(0)
    photographs = [data.astronaut(), data.coffee(), data.chelsea(), data.rocket()]
    for number in range(IMAGES):
        path = PICTURES / f"{number}.jpg"
        if number < DISTINCT:
            _picture(photographs[number % len(photographs)], rng).save(path, quality=90)
        else:
            path.hardlink_to(PICTURES / f"{number % DISTINCT}.jpg")


def _picture(photograph: np.ndarray, rng: np.random.Generator) -> Image.Image:
    height, width = photograph.shape[:2]
    left, top = rng.integers(0, width // 4), rng.integers(0, height // 4)
    crop = Image.fromarray(photograph[top:, left:]).resize((WIDTH, HEIGHT))
    noisy = np.asarray(crop) + rng.normal(0, 3, (HEIGHT, WIDTH, 3))
    return Image.fromarray(noisy.clip(0, 255).astype(np.uint8))


def _digest(number: int) -> str:
    return hashlib.sha256((PICTURES / f"{number}.jpg").read_bytes()).hexdigest()


def _peak_apart(images: int) -> int:
    """Peak memory, in bytes, of a process that does nothing else."""
    command = [sys.executable, "-m", "benchmarks.decoding", str(images)]
    subprocess.run(command, check=True, env=stage_environment())
    return load_record("decoding")["peak_rss_bytes"]


if __name__ == "__main__":
    decode_pictures(int(sys.argv[1]))
    Stopwatch().save("decoding")
