import pytest

from viewcache.costs.model import BreakEven, Prediction
from viewcache.report.forecast import Disk, forecast

ARMS = {
    name: Prediction(
        base_passes=10**7, augment_seconds=1.0, base_seconds=2.0, head_seconds=3.0,
        setup_seconds=4.0, again_seconds=5.0, feature_bytes=2_500_000,
    )
    for name in ("cached_10", "end_to_end_compiled")
}  # fmt: skip
POINTS = [BreakEven("end_to_end_compiled", 9, 10, 2)]


def lines(seconds=55.0, needed=10**9, free=10**12) -> list[str]:
    return forecast(seconds, Disk(needed, free), ARMS, POINTS).splitlines()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(55.4, "55 seconds"), (240.0, "4 minutes"), (7200.0, "2.0 hours")],
)
def test_it_says_first_how_long_the_run_takes(seconds, words):
    assert lines(seconds)[0].startswith(f"`make run` will take about {words} and 1,000 MB of disk")


@pytest.mark.parametrize(("free", "words"), [(10**9, "it fits"), (10**9 - 1, "it does not fit")])
def test_it_says_whether_the_disk_suffices(free, words):
    assert " ".join(lines(free=free)).split(" MB are free: ")[1].startswith(f"{words}.")


def test_every_arm_has_a_row_in_100_characters():
    rows = {line.split()[0]: line.split()[1:] for line in lines() if line.startswith(tuple(ARMS))}
    assert rows == {
        name: ["10,000,000", "4.0", "3.0", "3.0", "10.0", "5.0", "2.5"] for name in ARMS
    }
    assert max(map(len, lines())) <= 100


def test_it_ends_with_what_breaks_even():
    assert " ".join(lines()[-2:]) == str(POINTS[0])
