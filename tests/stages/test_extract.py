import subprocess

import numpy as np

from benchmarks.stages_apart import extract_command, stage_environment
from benchmarks.workspace import generated
from tests.specs import spec
from viewcache.bases.compiling import compile_base
from viewcache.features.store import feature_file
from viewcache.ground.paths import BASE, FEATURES
from viewcache.ground.stopwatch import load_record


def peak_memory(images: int) -> int:
    with generated(images, 32):
        compile_base(BASE, spec(side=32), "openvino")
        subprocess.run(extract_command(1), check=True, env=stage_environment())
        features = np.load(feature_file(FEATURES / "train", 1), mmap_mode="r")
        assert features.shape == (images, 1280)
        return load_record("extract_1")["peak_rss_bytes"]


def test_memory_does_not_grow_with_the_number_of_images():
    few, many = peak_memory(500), peak_memory(10_000)
    assert many - few < 20e6  # the images are 31 MB, the features 51
