import hashlib
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from stages.images.splits import split_of


def digests(count: int) -> list[str]:
    return [hashlib.sha256(str(number).encode()).hexdigest() for number in range(count)]


def test_fractions_hold_on_average():
    counts = Counter(split_of(digest, 0, 0.15, 0.25) for digest in digests(20_000))
    assert abs(counts["validation"] / 20_000 - 0.15) < 0.01
    assert abs(counts["test"] / 20_000 - 0.25) < 0.01


@given(seed=st.integers(), digest=st.text("0123456789abcdef", min_size=64, max_size=64))
def test_a_split_depends_on_seed_and_digest_alone(seed, digest):
    assert split_of(digest, seed, 0.15, 0.25) == split_of(digest, seed, 0.15, 0.25)


def test_another_seed_splits_differently():
    ours = [split_of(digest, 0, 0.2, 0.2) for digest in digests(100)]
    theirs = [split_of(digest, 1, 0.2, 0.2) for digest in digests(100)]
    assert ours != theirs


def test_a_larger_validation_moves_no_test_image():
    for digest in digests(500):
        small, large = (split_of(digest, 0, validation, 0.25) for validation in (0.1, 0.3))
        assert (small == "test") == (large == "test")
