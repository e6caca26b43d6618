import os
import subprocess
import sys

import pytest

from viewcache.ground.quiet_tensorflow import STDERR, as_if_missing, quiet_unless_it_fails

USE = """\
from viewcache.ground.quiet_tensorflow import tf
print(float(tf.reduce_sum(tf.ones(3))))
"""


def test_tensorflow_is_imported_and_first_used_in_silence():
    command = [sys.executable, "-c", USE]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    assert (done.stdout, done.stderr) == ("3.0\n", "")


def test_what_succeeds_is_silent_and_what_follows_is_not(capfd):
    with quiet_unless_it_fails():
        os.write(STDERR, b"written by C++\n")
    print("later", file=sys.stderr)
    assert capfd.readouterr().err == "later\n"


def test_what_fails_shows_what_was_kept_back(capfd):
    def fail() -> None:
        with quiet_unless_it_fails():
            os.write(STDERR, b"written by C++\n")
            raise ImportError

    with pytest.raises(ImportError):
        fail()
    assert capfd.readouterr().err == "written by C++\n"


def test_a_package_is_missing_for_a_while_only():
    with as_if_missing(["wave"]), pytest.raises(ImportError):
        import wave
    import wave

    with as_if_missing(["wave"]):
        assert sys.modules["wave"] is wave
