import shutil
import subprocess

import numpy as np

from benchmarks.stages_apart import extract_command, stage_environment
from benchmarks.workspace import generated
from tests.specs import spec
from viewcache.bases.compiling import compile_base
from viewcache.features.store import feature_file
from viewcache.ground.paths import BASE, FEATURES
from viewcache.ground.stopwatch import load_record


def peak_memory(images, base):
    with generated(images, 32):
        shutil.copytree(base, BASE)
        subprocess.run(extract_command(1), check=True, env=stage_environment())
        features = np.load(feature_file(FEATURES / "train", 1), mmap_mode="r")
        assert features.shape == (images, 1280)
        return load_record("extract_1")["peak_rss_bytes"]


def test_memory_does_not_grow_with_the_number_of_images(tmp_path):
    compile_base(tmp_path, spec(side=32), "openvino")
    few, many = peak_memory(300, tmp_path), peak_memory(7_000, tmp_path)
    assert many - few < 20e6  # a window of a file is 17 MB, the images are 21, the features 36
