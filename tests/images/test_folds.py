import hashlib
from collections import Counter
from itertools import cycle

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from viewcache.images.splits import assign_splits, split_of

from viewcache.ground.errors import PipelineError
from viewcache.images import splits


def digests(count: int) -> list[str]:
    return [hashlib.sha256(str(number).encode()).hexdigest() for number in range(count)]


def test_fractions_hold_on_average():
    counts = Counter(split_of(digest, 0, 0.15, 0.25) for digest in digests(20_000))
    assert abs(counts["validation"] / 20_000 - 0.15) < 0.01
    assert abs(counts["test"] / 20_000 - 0.25) < 0.01


def test_splits_stay_what_they_were():
    found = "".join(split_of(digest, 0, 0.15, 0.25)[0] for digest in digests(40))
    assert found == "ttttttvtvvttvtttvtvtttvttttttvvtttttvttt"


def test_another_seed_splits_differently():
    ours = [split_of(digest, 0, 0.2, 0.2) for digest in digests(100)]
    theirs = [split_of(digest, 1, 0.2, 0.2) for digest in digests(100)]
    assert ours != theirs


def test_a_larger_validation_moves_no_test_image():
    for digest in digests(500):
        small, large = (split_of(digest, 0, validation, 0.25) for validation in (0.1, 0.3))
        assert (small == "test") == (large == "test")


def assigned(**columns):
    table = pd.DataFrame({"path": columns["digest"]} | columns)
    return assign_splits(table, seed=0, validation=0.3, test=0.3).tolist()


def test_the_group_decides_where_there_is_one_and_the_digest_elsewhere():
    names = digests(30)
    wanted = [split_of(name, 0, 0.3, 0.3) for name in names]
    assert assigned(digest=names) == assigned(digest=digests(60)[30:], group=names) == wanted


@given(
    groups=st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=30), seed=st.integers(0, 9)
)
def test_a_group_is_in_one_split(groups, seed):
    digests = [f"{seed}-{number}" for number in range(len(groups))]
    splits = assigned(digest=digests, group=groups)
    assert len(set(zip(groups, splits, strict=True))) == len(set(groups))


def test_groups_that_share_an_equal_image_share_a_split():
    for number in range(30):
        groups = [f"a{number}", f"a{number}", f"b{number}", f"b{number}"]
        assert len(set(assigned(digest=["1", "2", "2", "3"], group=groups))) == 1


@pytest.mark.parametrize("together", [{"digest": "aab"}, {"digest": "abc", "group": "xxy"}])
def test_splits_drawn_by_anything_but_digest_and_group_are_refused(monkeypatch, together):
    by_turns = cycle(["train", "test"])
    monkeypatch.setattr(splits, "split_of", lambda *_: next(by_turns))
    monkeypatch.setattr(splits, "_joined_groups", lambda index: index["digest"])
    with pytest.raises(PipelineError, match="must be in one split"):
        assigned(**{column: list(values) for column, values in together.items()})


def test_splits_of_the_source_are_kept():
    assert assigned(digest=["1", "2"], split=["test", "train"]) == ["test", "train"]


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"digest": ["1", "1", "3"]}, "^equal images must be in one split"),
        ({"digest": ["1", "2", "3"], "group": ["g", "g", "h"]}, "^images of group 'g' must be in"),
    ],
)
def test_a_source_that_lets_them_cross_is_refused(columns, words):
    path = ["a.png", "b.png", "c.png"]
    received = r".*Received: \{'a.png': 'test', 'b.png': 'train'\}"
    with pytest.raises(PipelineError, match=words + received):
        assigned(path=path, **columns, split=["test", "train", "train"])
