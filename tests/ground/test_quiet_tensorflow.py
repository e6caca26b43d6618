import os
import subprocess
import sys

import pytest

from viewcache.ground.quiet_tensorflow import as_if_missing

USE = """\
from viewcache.ground.quiet_tensorflow import tf
print(float(tf.reduce_sum(tf.ones(3))), tf.config.experimental.tensor_float_32_execution_enabled())
"""


def test_tensorflow_is_imported_and_first_used_in_silence_and_multiplies_in_full_float32():
    command = [sys.executable, "-c", USE]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    assert (done.stdout, done.stderr) == ("3.0 False\n", "")


@pytest.mark.parametrize(("hidden", "shown"), [({}, True), ({"CUDA_VISIBLE_DEVICES": ""}, False)])
def test_why_a_gpu_that_is_there_cannot_be_used_is_shown(tmp_path, hidden, shown):
    (tmp_path / "0000").mkdir()
    (tmp_path / "0000/information").write_text("Model: NVIDIA H200\n")
    there = "from pathlib import Path\nfrom viewcache.ground import machine\n"
    there += f"machine.GPUS = Path({str(tmp_path)!r})\n"
    command = [sys.executable, "-c", there + USE]
    environment = os.environ | hidden
    done = subprocess.run(command, capture_output=True, check=True, text=True, env=environment)
    assert ("failed call to cuInit" in done.stderr) == shown


def test_a_package_is_missing_for_a_while_only():
    with as_if_missing(["wave"]), pytest.raises(ImportError):
        import wave
    import wave

    with as_if_missing(["wave"]):
        assert sys.modules["wave"] is wave
