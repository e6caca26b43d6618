from viewcache.report.tables import accuracy_against_seconds, markdown_table

ARM = {
    "budget": 1,
    "kind": "compiled",
    "seeds": 2,
    "test_accuracy": 0.8515,
    "test_accuracy_low": 0.831,
    "test_accuracy_high": 0.8712,
    "test_accuracy_augmented": 0.7,
    "test_accuracy_augmented_low": 0.68,
    "test_accuracy_augmented_high": 0.72,
    "base_passes": 12345,
    "augment_seconds": 1.0,
    "base_seconds": 2.0,
    "head_seconds": 3.0,
    "setup_seconds": 4.0,
    "seconds": 10.0,
    "further_seconds": 3.5,
    "unused_views": 0,
    "unused_seconds": 0.0,
    "machine": "here",
    "speedup": 4.04,
    "feature_bytes": 2_500_000,
}

END_TO_END = ARM | {"budget": None, "kind": "keras"}


def test_the_table_has_a_row_an_arm_with_its_figures():
    lines = markdown_table({"cached_1": ARM, "end_to_end": ARM | {"seconds": None}}).split("\n")
    cells = [cell.strip() for cell in lines[2].split("|")[1:-1]]
    assert cells[:3] == ["cached_1", "0.852 (0.831 to 0.871)", "0.700 (0.680 to 0.720)"]
    assert cells[4] == "12,345"
    assert cells[-3:] == ["10.0", "4.0 x", "2.5"]
    assert "two machines" in lines[3]


def test_accuracies_stand_in_rows_for_plots():
    table = accuracy_against_seconds({"cached_1": ARM})
    assert table["accuracy"].tolist() == [0.8515, 0.7]
    assert table["tested_on"].tolist()[0] == "test images as they are"
    assert set(table["seconds"]) == {10.0}
