import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.images.test_folds import FOLDS, SEEDS, digests, parted, table
from viewcache.ground.errors import PipelineError
from viewcache.images.folds import fold_of, part_by_fraction, parts_of_fold
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
    wanted = [parts_of_fold(fold_of(name, 0, 5), 5) for name in names]
    assert of_digests.drop(columns="unit").to_numpy().tolist() == wanted


def test_groups_that_share_an_equal_image_are_one_under_the_first_of_their_names():
    index = table(digest=["1", "2", "2", "3", "3", "4"], group=["c", "c", "b", "b", "d", "a"])
    parts = parted(index)
    assert parts["unit"].tolist() == ["b", "b", "b", "b", "b", "a"]
    assert parts.loc[0, "rotation_0":"rotation_4"].tolist() == parts_of_fold(fold_of("b", 0, 5), 5)


def test_images_that_look_the_same_and_their_groups_are_one():
    index = table(digest=[*"4321"], near=[0, 1, 0, 2])
    assert parted(index)["unit"].tolist() == ["2", "3", "2", "1"]
    assert parted(index.assign(group=[*"aabc"]))["unit"].tolist() == ["a", "a", "a", "c"]


def test_a_source_that_lets_images_that_look_the_same_cross_is_refused():
    index = table(digest=[*"123"], near=[0, 0, 1], split=["train", "test", "validation"])
    with pytest.raises(PipelineError, match=r"^near duplicates .*'1' in train, '2' in test$"):
        parted(index, None)


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
        ({"digest": ["1", "2", "3"], "group": ["g", "g", "h"]}, "^images of one group, and equal"),
    ],
)
def test_a_source_that_lets_them_cross_is_refused(columns, words):
    index = table(path=["a.png", "b.png", "c.png"], **columns, split=["test", "train", "train"])
    received = r".*Received: 2 that are not: 'a.png' in test, 'b.png' in train$"
    with pytest.raises(PipelineError, match=words + received):
        parted(index, None)


def of_classes(*counts: int) -> pd.DataFrame:
    labels = [label for label, count in enumerate(counts) for _ in range(count)]
    return table(digest=digests(len(labels)), label=labels)


@pytest.mark.parametrize("folds", [3, 5, None])
def test_a_class_with_as_many_images_as_parts_has_one_in_each(folds):
    index = of_classes(100, folds or 3)
    parts = parted(index, folds)
    refuse_missing_class(index, parts, ["no", "yes"])
    large = index["label"] == 0
    assert parts[large].equals(parted(index[large], folds))


def test_of_a_thousand_classes_of_five_images_every_fold_has_every_class():
    index = of_classes(*[5] * 1000)
    parts = parted(index)
    for rotation in parts.columns.drop("unit"):
        tested = index["label"][parts[rotation] == "test"]
        assert sorted(tested) == list(range(1000))


@pytest.mark.parametrize(("folds", "least"), [(5, 5), (None, 3)])
def test_a_class_with_fewer_images_than_parts_is_named_with_their_number(folds, least):
    index = of_classes(100, least - 1)
    words = (
        rf"^every class needs {least} images, .*Received: 1 classes with fewer: 'yes' {least - 1}$"
    )
    with pytest.raises(PipelineError, match=words):
        refuse_missing_class(index, parted(index, folds), ["no", "yes"])


def test_equal_images_and_those_of_one_group_count_as_one():
    index = of_classes(9, 6).assign(group=[*"abcdefghi", *"jjkkll"])
    refuse_missing_class(index, parted(index, 3), ["no", "yes"])
    index["group"] = [*"abcdefghi", *"jjkkkk"]
    with pytest.raises(PipelineError, match=r"'yes' 2$"):
        refuse_missing_class(index, parted(index, 3), ["no", "yes"])


def test_a_part_of_a_given_split_that_lacks_a_class_is_named_with_the_counts():
    index = of_classes(3, 3).assign(split=["train", "validation", "test", "train", "test", "test"])
    received = r"{'train': {'yes': 1}, 'validation': {'yes': 0}, 'test': {'yes': 2}}"
    rule = "every part needs images of every class, in rotation 0"
    with pytest.raises(PipelineError, match=rf"^{rule}\. Received: {received}$"):
        refuse_missing_class(index, parted(index, None), ["no", "yes"])


def test_a_later_rotation_is_looked_at_too():
    index = of_classes(9, 9)
    parts = parted(index, 3)
    parts.loc[index["label"] == 1, "rotation_2"] = "train"
    with pytest.raises(PipelineError, match=r"in rotation 2\. Received: .*'yes': 0"):
        refuse_missing_class(index, parts, ["no", "yes"])


@pytest.mark.parametrize("folds", [3, None])
@pytest.mark.parametrize("column", ["digest", "group"])
def test_no_image_at_all_is_a_class_that_lacks(folds, column):
    index = table(**{name: [] for name in ("digest", column, "label")})
    with pytest.raises(PipelineError, match=r"Received: 2 classes with fewer: 'no' 0, 'yes' 0$"):
        refuse_missing_class(index, parted(index, folds), ["no", "yes"])


def test_counts_have_a_row_a_part_and_a_column_a_class():
    index = pd.DataFrame({"label": [1, 0, 1]})
    counts = counts_by_class(index, pd.Series(["train", "test", "train"]), ["no", "yes"])
    assert counts.to_dict("index") == {
        "train": {"no": 0, "yes": 2},
        "validation": {"no": 0, "yes": 0},
        "test": {"no": 1, "yes": 0},
    }
