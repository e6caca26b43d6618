from stages.images.sources import elpv


def test_elpv_has_the_published_images_and_labels():
    source = elpv()
    assert len(source.table) == 2624
    counts = source.table["defect_probability"].round(2).value_counts().to_dict()
    assert counts == {0.0: 1508, 1.0: 715, 0.33: 295, 0.67: 106}
    assert source.table["label"].sum() == 715 + 106
    assert set(source.table["cell_type"]) == {"mono", "poly"}
    assert (source.root / source.table["path"][0]).is_file()
