import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewcache.ground.errors import PipelineError
from viewcache.images.conflicts import conflicts_of, without_conflicts
from viewcache.images.folds import PARTS

CLASSES = ["no", "yes"]


def table(*rows: tuple) -> pd.DataFrame:
    """Images named by their places, from digest, label and maybe split."""
    index = pd.DataFrame(rows, columns=["digest", "label", "split"][: len(rows[0])])
    return index.assign(path=[f"{number}.png" for number in range(len(rows))])


def test_of_equal_files_under_two_labels_all_are_left_out_with_the_reason():
    conflicts = conflicts_of(table(("a", 0), ("b", 0), ("a", 1), ("b", 0), ("a", 0)), CLASSES)
    assert conflicts["reason"].to_dict() == {
        0: "equal to 2.png of class yes",
        2: "equal to 0.png of class no",
        4: "equal to 2.png of class yes",
    }
    assert conflicts.columns.tolist() == ["path", "digest", "reason"]


def test_of_equal_files_in_two_parts_training_loses_its_copy_and_the_test_none():
    index = table(("a", 0, "train"), ("a", 0, "test"), ("b", 1, "test"), ("b", 1, "validation"))
    assert conflicts_of(index, CLASSES)["reason"].to_dict() == {
        0: "equal to 1.png of part test",
        3: "equal to 2.png of part test",
    }


@given(
    st.lists(
        st.tuples(st.sampled_from("abcde"), st.integers(0, 1), st.sampled_from(PARTS)), min_size=1
    )
)
def test_what_is_kept_has_one_label_and_one_part_and_nothing_else_is_lost(rows):
    index = table(*rows)
    kept = without_conflicts(index, conflicts_of(index, CLASSES), "leave_out")
    assert (kept.groupby("digest")[["label", "split"]].nunique() == 1).all(axis=None)
    for digest, copies in index.groupby("digest"):
        last = copies["split"].map(PARTS.index).max()
        wanted = [] if copies["label"].nunique() > 1 else [PARTS[last]]
        assert kept.loc[kept["digest"] == digest, "split"].unique().tolist() == wanted


def test_all_are_counted_and_ten_are_named_where_conflicts_fail():
    index = table(*(pair for digest in range(8) for pair in ((digest, 0), (digest, 1))))
    conflicts = conflicts_of(index, CLASSES)
    with pytest.raises(PipelineError, match=r"Received: 16: '0\.png': equal to .* and 6 more,"):
        without_conflicts(index, conflicts, "fail")
    assert without_conflicts(index, conflicts, "leave_out").empty


def test_without_conflicts_nothing_changes():
    index = table(("a", 0), ("b", 1), ("a", 0))
    assert conflicts_of(index, CLASSES).empty
    assert without_conflicts(index, conflicts_of(index, CLASSES), "fail").equals(index)
