import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from benchmarks.workspace import generated
from stages.bases.artifact import compile_base
from stages.costs import load_costs
from stages.paths import BASE, feature_file
from tests.specs import spec

ROOT = Path(__file__).parents[1]


def peak_memory(images: int) -> int:
    with generated(images, 32):
        compile_base(BASE, spec(side=32), "openvino")
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "stages.extract", "1"]
        subprocess.run(command, check=True, env=environment)
        features = np.load(feature_file(1, "train"), mmap_mode="r")
        assert features.shape == (images, 1280)
        return load_costs("extract_1")["peak_rss_bytes"]


def test_memory_does_not_grow_with_the_number_of_images():
    few, many = peak_memory(500), peak_memory(10_000)
    assert many - few < 20e6  # the images are 31 MB, the features 51
