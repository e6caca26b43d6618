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


def test_a_package_is_missing_for_a_while_only():
    with as_if_missing(["wave"]), pytest.raises(ImportError):
        import wave
    import wave

    with as_if_missing(["wave"]):
        assert sys.modules["wave"] is wave
