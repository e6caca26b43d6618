import shutil

import pytest

from tests.photographs import save_crops
from viewcache.ground.errors import PipelineError
from viewcache.images.survey import groups_of, look_at


@pytest.fixture
def photos(tmp_path):
    save_crops(tmp_path / "photos", {"cat": 40, "coffee": 30})
    return tmp_path / "photos"


def test_images_are_counted_measured_and_read(photos):
    broken = photos / "cat/0.jpg"
    broken.write_bytes(broken.read_bytes()[:500])
    survey = look_at(photos, None)
    assert survey.counts == {"cat": 40, "coffee": 30}
    assert survey.imbalance == pytest.approx(40 / 30)
    assert len(survey.sizes) == 69
    assert (survey.sizes == 96).all(axis=None)
    assert survey.broken == {"cat/0.jpg": "truncated"}
    assert (survey.folds, survey.suggested) == (5, 0)


def test_few_images_get_fewer_folds_and_too_few_are_refused_with_the_counts(photos):
    for number in range(4, 40):
        (photos / f"cat/{number}.jpg").unlink()
    assert look_at(photos, None).folds in (3, 4)
    for number in range(2, 4):
        (photos / f"cat/{number}.jpg").unlink()
    with pytest.raises(PipelineError, match="every class needs 3 images"):
        look_at(photos, None)


def test_a_split_that_tests_many_images_is_kept_and_any_other_ignored(photos, monkeypatch):
    for part in ("validation", "test"):
        save_crops(photos.parent / part, {"cat": 2, "coffee": 2})
        shutil.move(photos.parent / part, photos.parent / f"all/{part}")
    shutil.move(photos, photos.parent / "all/train")
    for file in (photos.parent / "all").rglob("*.jpg"):
        file.write_bytes(file.read_bytes() + file.parts[-3].encode())  # another digest
    survey = look_at(photos.parent / "all", None)
    assert survey.split == {"train": 70, "validation": 4, "test": 4}
    assert (survey.use_split, survey.folds) == ("ignore", 5)
    monkeypatch.setattr("viewcache.images.survey.ENOUGH_TESTED", 4)
    survey = look_at(photos.parent / "all", None)
    assert (survey.use_split, survey.folds) == ("as_test", None)
    (photos.parent / "all/test/cat/0.jpg").unlink()
    assert look_at(photos.parent / "all", None).use_split == "ignore"
    shutil.copy(photos.parent / "all/test/coffee/0.jpg", photos.parent / "all/test/coffee/9.jpg")
    shutil.rmtree(photos.parent / "all/test/cat")
    assert look_at(photos.parent / "all", None).use_split == "ignore"


def test_what_contradicts_an_equal_image_is_told_apart_from_what_is_broken(photos):
    shutil.copy(photos / "cat/0.jpg", photos / "coffee/copy.jpg")
    (photos / "cat/1.jpg").write_bytes(b"")
    (photos / "coffee/1.jpg").write_bytes(b"")
    (photos / "cat/2.jpg").write_bytes(b"none")
    survey = look_at(photos, None)
    equal = {"cat/0.jpg", "coffee/copy.jpg", "cat/1.jpg", "coffee/1.jpg"}
    assert survey.conflicts.keys() == equal
    assert survey.conflicts["cat/0.jpg"] == "equal to coffee/copy.jpg of class coffee"
    assert survey.broken == {"cat/2.jpg": "not an image"}


def test_names_with_two_numbers_suggest_groups_and_asked_for_they_are_none_to_suggest(photos):
    for file in photos.rglob("*.jpg"):
        file.rename(file.with_name(f"house{int(file.stem) // 2}_{file.stem}.jpg"))
    assert look_at(photos, None).suggested == 20 + 15
    assert look_at(photos, r"house\d+").suggested == 0


def test_numbers_in_names_of_folders_suggest_no_groups(photos):
    photos.rename(photos.with_name("set 1"))
    folder = photos.with_name("set 1")
    (folder / "cat").rename(folder / "class 2")
    assert look_at(folder, None).suggested == 0


def test_a_group_is_what_the_expression_s_own_finds_or_all_of_it():
    paths = ["cat/house1_a.jpg", "dog/house22_b.jpg"]
    assert groups_of(paths, r"house\d+") == ["house1", "house22"]
    assert groups_of(paths, r"house(\d+)") == ["1", "22"]


@pytest.mark.parametrize(
    ("pattern", "received"),
    [("(", r"regular expression .* Received: \($"), ("house", r"Received: dog/2\.jpg$")],
)
def test_an_expression_that_is_none_or_finds_nothing_is_refused(pattern, received):
    with pytest.raises(PipelineError, match=received):
        groups_of(["cat/house1.jpg", "dog/2.jpg"], pattern)
