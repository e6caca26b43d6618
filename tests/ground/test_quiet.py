import os
import sys

import pytest

from viewcache.ground.quiet import STDERR, quiet_unless_it_fails


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


def test_what_was_kept_back_can_be_shown(capfd):
    with quiet_unless_it_fails() as show:
        os.write(STDERR, b"shown\n")
        show()
        os.write(STDERR, b"not shown\n")
    assert capfd.readouterr().err == "shown\n"
