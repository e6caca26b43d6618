"""`viewcache init`, in a git repository of its own."""

import csv
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.images.pictures import save_noise
from tests.photographs import save_crops
from viewcache.commands.own_images import init
from viewcache.ground.errors import PipelineError
from viewcache.ground.params.loading import load_params

ROOT = Path(__file__).parents[2]
PHOTOS = Path("photos")


@pytest.fixture(autouse=True)
def repository(tmp_path, monkeypatch):
    """Recipes, and photographs of two classes, one with twice as many as the other."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(ROOT / "recipes", "recipes")
    save_crops(PHOTOS, {"cat": 40, "coffee": 20})
    subprocess.run(["git", "init", "--quiet"], check=True)


def test_parameters_are_valid_and_fit_the_folder(capsys):
    init(PHOTOS, None)
    params = load_params()
    assert (params.data.source, params.data.path, params.data.image_size) == (
        "folder",
        str(PHOTOS.resolve()),
        96,
    )
    assert (params.data.folds, params.evaluate.measure) == (5, "balanced_accuracy")
    assert params.train.class_weights == "balanced"
    assert Path("params.yaml").read_text().startswith("# 60 images in 2 classes: 40 cat, 20 coffee")
    said = capsys.readouterr().out
    assert "The largest class is 2.0 times the smallest" in said
    assert "viewcache plan" in said


def test_git_sees_no_photograph_and_is_told_so_once():
    for _ in range(2):
        init(PHOTOS, None)
    assert Path(".gitignore").read_text() == "/photos\n"
    status = ["git", "status", "--porcelain", "--", "photos"]
    assert subprocess.run(status, check=True, capture_output=True).stdout == b""


def test_photographs_elsewhere_are_none_of_git_s_business(tmp_path_factory):
    elsewhere = shutil.move(PHOTOS, tmp_path_factory.mktemp("elsewhere"))
    init(Path(elsewhere), None)
    assert not Path(".gitignore").exists()
    assert load_params().data.path == elsewhere


def test_a_few_broken_and_contradicting_files_are_left_out_and_named(capsys):
    (PHOTOS / "cat/0.jpg").write_text("no image")
    shutil.copy(PHOTOS / "cat/1.jpg", PHOTOS / "coffee/copy.jpg")
    init(PHOTOS, None)
    said = capsys.readouterr().out
    assert (
        "Left out by data.max_rejected: 1 files that cannot be used.\n  cat/0.jpg: not an" in said
    )
    assert "Left out by data.conflicts: 2 images that contradict an equal one.\n  c" in said
    data = load_params().data
    assert (data.max_rejected, data.conflicts) == (1, "leave_out")


def test_more_than_a_few_are_to_be_mended(capsys):
    for number in range(5):
        (PHOTOS / f"cat/{number}.jpg").write_text(f"no image {number}")
        shutil.copy(PHOTOS / f"cat/{number + 9}.jpg", PHOTOS / f"coffee/copy {number}.jpg")
    init(PHOTOS, None)
    said = capsys.readouterr().out
    assert "To mend, to remove, or to leave out by data.max_rejected: 5 files" in said
    assert "To mend, to remove, or to leave out by data.conflicts: 10 images" in said
    data = load_params().data
    assert (data.max_rejected, data.conflicts) == (0, "fail")


def test_the_layout_is_said_in_a_line_and_written(capsys):
    init(PHOTOS, None)
    said = "Taken for a folder for each class: data.layout class_folders.\n"
    assert said in capsys.readouterr().out
    assert (load_params().data.layout, load_params().data.manifest) == ("class_folders", None)


def test_a_folder_that_can_be_read_in_two_ways_is_read_as_asked(capsys):
    files = sorted(path.relative_to(PHOTOS) for path in PHOTOS.rglob("*.jpg"))
    rows = [f"{file},{'xy'[number % 2]}" for number, file in enumerate(files)]
    (PHOTOS / "list.csv").write_text("\n".join(["file;label", *rows]).replace(",", ";"))
    with pytest.raises(PipelineError, match=r"several ways.*class_folders: .*; list\.csv: "):
        init(PHOTOS, None)
    init(PHOTOS, None, "list.csv")
    said = (
        "Taken for list.csv, where file names the image and label its class: data.layout table.\n"
    )
    assert said in capsys.readouterr().out
    assert (load_params().data.layout, load_params().data.manifest) == ("table", "list.csv")


def test_a_split_that_tests_few_images_is_ignored_and_said(capsys):
    for number, file in enumerate(sorted(PHOTOS.rglob("*.jpg"))):
        place = Path("parted", ("Training", "Testing")[number % 4 == 0], *file.parts[-2:])
        place.parent.mkdir(parents=True, exist_ok=True)
        file.rename(place)
    init(Path("parted"), None)
    data = load_params().data
    assert (data.layout, data.use_split, data.folds) == ("split_folders", "ignore", 5)
    said = capsys.readouterr().out
    assert "Taken for split folders (Testing, Training) with the classes in each: data.lay" in said
    assert "Their own split (45 train, 15 test) tests few images, so all are one pool: " in said


@pytest.mark.slow
def test_a_thousand_classes(tmp_path, capsys):
    for number in range(3000):
        split = ("train", "val", "test")[number % 3]
        save_noise(tmp_path / f"many/{split}/class {number // 3}/{number}.png", number, 4)
    init(tmp_path / "many", None)
    said = capsys.readouterr().out
    assert "3,000 images in 1,000 classes: 3 class 0, " in said
    assert "and 990 more" in said
    assert "Their own split is kept (1,000 train, 1,000 validation, 1,000 test): data.use_" in said
    assert (load_params().data.use_split, load_params().data.folds) == ("as_test", None)
    assert len(Path("params.yaml").read_text().splitlines()[0]) < 300


def test_groups_that_names_suggest_are_asked_for_and_written(capsys):
    for file in PHOTOS.rglob("*.jpg"):
        file.rename(file.with_name(f"house{int(file.stem) // 2}_{file.stem}.jpg"))
    init(PHOTOS, None)
    hint = capsys.readouterr().out.split("--group '")[1].split("'")[0]
    assert load_params().data.manifest is None
    init(PHOTOS, hint)
    assert load_params().data.manifest == "groups.csv"
    with (PHOTOS / "groups.csv").open(newline="") as file:
        groups = {row["path"]: row["group"] for row in csv.DictReader(file)}
    assert groups["cat/house3_7.jpg"] == groups["cat/house3_6.jpg"] == "cat/house3"


def test_somebody_s_changes_are_left_alone():
    Path("params.yaml").write_text("seed: 3\n")
    with pytest.raises(PipelineError, match=r"params\.yaml must be committed or removed"):
        init(PHOTOS, None)
    assert Path("params.yaml").read_text() == "seed: 3\n"


def test_a_folder_that_git_brings_to_clones_is_named_as_it_is():
    subprocess.run(["git", "add", "photos"], check=True)
    init(PHOTOS, None)
    assert load_params().data.path == "photos"


def test_the_home_folder_is_found_whatever_the_shell(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    init(Path("~/photos"), None)
    assert load_params().data.path == str(PHOTOS.resolve())


@pytest.mark.parametrize("photos", [".", "..", ""])
def test_the_repository_itself_is_no_folder_of_images(photos):
    with pytest.raises(PipelineError, match=r"PHOTOS must be a folder of images"):
        init(Path(photos), None)


@pytest.mark.parametrize(
    "name", ["back\\slash", "new\nline", "a: {b", "# 'x\"", "{0}\\1", "ü猫 %s", "a,b;c\td"]
)
def test_any_name_of_a_class_or_folder_leaves_valid_parameters(name):
    folder = PHOTOS.rename("any " * 30 + name)
    (folder / "cat").rename(folder / name)
    init(folder, None)
    assert load_params().data.path == str(folder.resolve())
    head, _ = Path("params.yaml").read_text().split("\n", 1)
    assert head.startswith("# 60 images in 2 classes: ")
    status = ["git", "status", "--porcelain", "--untracked-files=all", "-z"]
    seen = subprocess.run(status, check=True, capture_output=True, text=True).stdout
    assert "0.jpg" not in seen or "\n" in name  # which no line of .gitignore can hold


def test_groups_that_cannot_be_written_leave_the_parameters_as_they_were():
    (PHOTOS / "groups.csv").mkdir()
    with pytest.raises((PipelineError, OSError), match=r"groups\.csv"):
        init(PHOTOS, r"\d")
    assert not Path("params.yaml").exists()


def test_somebody_s_changes_cost_no_group(capsys):
    Path("params.yaml").write_text("seed: 3\n")
    with pytest.raises(PipelineError, match=r"params\.yaml must be committed or removed"):
        init(PHOTOS, r"\d")
    assert not (PHOTOS / "groups.csv").exists()


def test_without_git_the_folder_is_named_by_its_whole_path(monkeypatch):
    monkeypatch.setenv("PATH", "")
    init(PHOTOS, None)
    assert load_params().data.path == str(PHOTOS.resolve())
    assert not Path(".gitignore").exists()
