import subprocess
import sys

import pytest

from viewcache.ground import machine
from viewcache.ground.quiet_tensorflow import as_if_missing, gpu_is_wanted

USE = """\
from viewcache.ground.quiet_tensorflow import tf
print(float(tf.reduce_sum(tf.ones(3))), tf.config.experimental.tensor_float_32_execution_enabled())
"""


def test_tensorflow_is_imported_and_first_used_in_silence_and_multiplies_in_full_float32():
    command = [sys.executable, "-c", USE]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    assert (done.stdout, done.stderr) == ("3.0 False\n", "")


@pytest.fixture
def a_gpu(tmp_path):
    """Where a driver tells of one."""
    (tmp_path / "0000").mkdir()
    (tmp_path / "0000/information").write_text("Model: NVIDIA H200\n")
    return tmp_path


def test_why_a_gpu_that_is_there_cannot_be_used_is_shown(a_gpu):
    there = "from pathlib import Path\nfrom viewcache.ground import machine\n"
    there += f"machine.GPUS = Path({str(a_gpu)!r})\n"
    command = [sys.executable, "-c", there + USE]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    assert "failed call to cuInit" in done.stderr


@pytest.mark.parametrize(("seen", "wanted"), [(None, True), ("0", True), ("-1", False)])
def test_a_gpu_that_is_hidden_is_not_wanted(a_gpu, monkeypatch, seen, wanted):
    monkeypatch.setattr(machine, "GPUS", a_gpu)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if seen is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", seen)
    assert gpu_is_wanted() == wanted


def test_a_package_is_missing_for_a_while_only():
    with as_if_missing(["wave"]), pytest.raises(ImportError):
        import wave
    import wave

    with as_if_missing(["wave"]):
        assert sys.modules["wave"] is wave
