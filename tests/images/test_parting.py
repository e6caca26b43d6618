import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.images.test_folds import FOLDS, SEEDS, digests, parted, table
from viewcache.ground.errors import PipelineError
from viewcache.images.folds import part_by_fold, part_by_fraction
from viewcache.images.parting import counts_by_class, refuse_missing_class

LETTERS = st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=30)


@given(names=LETTERS, kept=st.integers(0, 30), seed=SEEDS, folds=st.none() | FOLDS)
@pytest.mark.parametrize("column", ["digest", "group"])
def test_adding_images_moves_no_other(column, names, kept, seed, folds):
    index = table(**{"digest": digests(len(names)), column: names}).sample(frac=1, random_state=0)
    fewer = index.iloc[: max(kept, 1)]
    assert parted(fewer, folds, seed).equals(parted(index, folds, seed).loc[fewer.index])


@given(
    rows=st.lists(st.tuples(st.sampled_from("123456"), st.sampled_from("abcdefgh")), min_size=1),
    seed=SEEDS,
    folds=st.none() | FOLDS,
)
def test_equal_images_and_groups_cross_parts_in_no_rotation(rows, seed, folds):
    index = table(digest=[digest for digest, _ in rows], group=[group for _, group in rows])
    parts = parted(index, folds, seed).drop(columns="unit")
    assert len(parts.columns) == (folds or 1)
    for column in ("digest", "group"):
        assert (parts.groupby(index[column]).nunique() == 1).all(axis=None)


@given(names=LETTERS, seed=SEEDS, folds=FOLDS)
def test_equal_images_cross_parts_in_no_rotation(names, seed, folds):
    parts = parted(table(digest=names), folds, seed)
    assert (parts.groupby("unit").nunique() == 1).all(axis=None)
    assert parts["unit"].tolist() == names


def test_the_group_decides_where_there_is_one_and_the_digest_elsewhere():
    names = digests(30)
    of_digests = parted(table(digest=names))
    assert parted(table(digest=digests(60)[30:], group=names)).equals(of_digests)
    wanted = [part_by_fold(name, 0, 5) for name in names]
    assert of_digests.drop(columns="unit").to_numpy().tolist() == wanted


def test_groups_that_share_an_equal_image_are_one_under_the_first_of_their_names():
    index = table(digest=["1", "2", "2", "3", "3", "4"], group=["c", "c", "b", "b", "d", "a"])
    parts = parted(index)
    assert parts["unit"].tolist() == ["b", "b", "b", "b", "b", "a"]
    assert parts.loc[0, "rotation_0":"rotation_4"].tolist() == part_by_fold("b", 0, 5)


def test_without_folds_fractions_part_the_images():
    parts = parted(table(digest=digests(30)), None)
    assert parts.columns.tolist() == ["rotation_0", "unit"]
    wanted = [part_by_fraction(digest, 0, 0.3, 0.3) for digest in digests(30)]
    assert parts["rotation_0"].tolist() == wanted


def test_a_split_of_the_source_is_kept():
    index = table(digest=["1", "2", "3"], split=["test", "train", "validation"])
    assert parted(index, None)["rotation_0"].tolist() == ["test", "train", "validation"]


def test_a_split_of_the_source_and_folds_are_refused_together():
    index = table(digest=["1", "2", "3"], split=["train", "test", "train"])
    rule = "data.folds must be null where images come with a split of their own"
    with pytest.raises(PipelineError, match=rf"^{rule}\. Received: 5 folds, and 2 train, 1 test$"):
        parted(index)


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"digest": ["1", "1", "3"]}, "^equal images must be in one part"),
        ({"digest": ["1", "2", "3"], "group": ["g", "g", "h"]}, "^images of group 'g' must be in"),
    ],
)
def test_a_source_that_lets_them_cross_is_refused(columns, words):
    index = table(path=["a.png", "b.png", "c.png"], **columns, split=["test", "train", "train"])
    received = r".*Received: \{'a.png': 'test', 'b.png': 'train'\}$"
    with pytest.raises(PipelineError, match=words + received):
        parted(index, None)


OF_FOLD = "iab"
"""Names of groups whose folds of three are 0, 1 and 2."""


def labelled(*folds: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Images of a class for each argument, which has a digit an image: its fold of three."""
    rows = [(OF_FOLD[int(fold)], label) for label, each in enumerate(folds) for fold in each]
    index = table(digest=digests(len(rows)), group=[name for name, _ in rows])
    return index.assign(label=[label for _, label in rows]), parted(index, 3)


def test_a_class_that_a_part_lacks_is_refused_with_the_rotation_and_the_counts():
    refuse_missing_class(*labelled("012", "0012"), ["no", "yes"])
    rule = "every part needs images of every class, in rotation 0"
    received = r"{'train': {'yes': 0}, 'validation': {'yes': 1}, 'test': {'yes': 2}}"
    with pytest.raises(PipelineError, match=rf"^{rule}\. Received: {received}$"):
        refuse_missing_class(*labelled("012", "001"), ["no", "yes"])


def test_a_later_rotation_is_looked_at_too():
    index, parts = labelled("012", "012")
    parts.loc[index["label"] == 1, "rotation_2"] = "train"
    with pytest.raises(PipelineError, match=r"in rotation 2\. Received: .*'yes': 0"):
        refuse_missing_class(index, parts, ["no", "yes"])


@pytest.mark.parametrize("folds", [3, None])
@pytest.mark.parametrize("column", ["digest", "group"])
def test_no_image_at_all_is_a_class_that_lacks(folds, column):
    index = table(**{name: [] for name in ("digest", column, "label")})
    with pytest.raises(PipelineError, match=r"in rotation 0\. Received: .*'train': {'no': 0, "):
        refuse_missing_class(index, parted(index, folds), ["no", "yes"])


def test_counts_have_a_row_a_part_and_a_column_a_class():
    index = pd.DataFrame({"label": [1, 0, 1]})
    counts = counts_by_class(index, pd.Series(["train", "test", "train"]), ["no", "yes"])
    assert counts.to_dict("index") == {
        "train": {"no": 0, "yes": 2},
        "validation": {"no": 0, "yes": 0},
        "test": {"no": 1, "yes": 0},
    }
