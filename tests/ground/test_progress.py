import sys

import pytest

from viewcache.ground.progress import Progress, minutes_left


@pytest.mark.parametrize(
    ("done", "total", "seconds", "words"),
    [
        (0, 10, 5.0, ""),
        (1, 10, 60.0, "about 9 min left"),
        (9, 10, 60.0, "less than a minute left"),
    ],
)
def test_the_minutes_that_are_left_follow_from_the_mean_pace(done, total, seconds, words):
    assert minutes_left(done, total, seconds) == words


def test_without_a_terminal_there_is_no_bar(capfd):
    with Progress("extract", 2, "images") as bar:
        bar.update()
    assert capfd.readouterr().err == ""


def test_the_bar_tells_what_is_left(capsys, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with Progress("extract", 2_000, "images") as bar:
        bar.start_t -= 300
        bar.update(1_000)
        bar.refresh()
    assert "| 1000 of 2000 images, about 5 min left" in capsys.readouterr().err
