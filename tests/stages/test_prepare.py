import contextlib
import shutil
from pathlib import Path

import numpy as np
import pytest
import yaml
from PIL import Image
from skimage import data

from stages import fetch, prepare
from tests.images.pictures import save_noise
from viewcache.ground.errors import PipelineError
from viewcache.ground.paths import IMAGE_REPORT, LEFT_OUT, PARTS, PREPARED
from viewcache.images.folds import fold_of, open_rotations, open_units, parts_of_fold
from viewcache.images.prepared import open_prepared

DEFAULT = yaml.safe_load(Path("params.yaml").read_text())


@pytest.fixture
def workspace(tmp_path):
    """A folder of forty images in two classes; the test runs beside it."""
    for number in range(40):
        save_noise(tmp_path / "photos" / ("cat", "dog")[number % 2] / f"{number}.png", number)
    with contextlib.chdir(tmp_path):
        set_data()
        yield tmp_path


def set_data(folds: int | None = 3, **changes) -> None:
    own = {"source": "folder", "path": "photos", "manifest": None, "classes": None}
    parts = {"folds": folds, "test": 0.3, "validation": 0.3}
    data = DEFAULT["data"] | own | {"image_size": 32} | parts | changes
    Path("params.yaml").write_text(yaml.safe_dump(DEFAULT | {"data": data}))


def prepared() -> list[str]:
    return open_prepared(PREPARED).paths


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_every_image_is_prepared_and_reported(workspace, capsys):
    prepare.main()
    assert len(prepared()) == 40
    report = (IMAGE_REPORT / "images.md").read_text()
    assert "40 images in 2 classes" in report
    assert "3 rotations, in which every image is tested once." in report
    assert capsys.readouterr().err.count("viewcache") == 0


def test_too_many_rejects_stop_the_stage_and_leave_nothing(workspace):
    (workspace / "photos/cat/0.png").write_bytes(b"")
    with pytest.raises(PipelineError, match=r"Received: 1: 'cat/0\.png': empty file$"):
        prepare.main()
    assert not list(Path("data").glob("*"))


def test_rejects_within_the_limit_are_left_out_and_listed(workspace, capsys):
    set_data(max_rejected=2)
    (workspace / "photos/cat/0.png").write_bytes(b"")
    (workspace / "photos/dog/link.png").symlink_to("/etc/hostname")
    prepare.main()
    assert len(prepared()) == 39
    report = (IMAGE_REPORT / "images.md").read_text()
    assert "Left out: 2" in report
    assert "empty file" in report
    assert "2 images left out" in capsys.readouterr().err


def test_an_equal_image_in_one_class_is_accepted_with_a_warning(workspace):
    shutil.copy("photos/cat/0.png", "photos/cat/copy.png")
    prepare.main()
    assert len(prepared()) == 41
    assert "equal to cat/0.png" in (IMAGE_REPORT / "images.md").read_text()


def test_equal_images_of_two_classes_stop_the_stage_or_are_left_out(workspace, capsys):
    for name in ("0.png", "2.png"):
        shutil.copy(f"photos/cat/{name}", f"photos/dog/copy of {name}")
    with pytest.raises(PipelineError, match=r"data\.conflicts=leave_out\. Received: 4: 'cat/"):
        prepare.main()
    assert "equal to dog/copy of 2.png of class dog" in LEFT_OUT.read_text()
    set_data(conflicts="leave_out")
    prepare.main()
    assert len(prepared()) == 38
    assert len(LEFT_OUT.read_text().splitlines()) == 5
    assert "4 images left out" in capsys.readouterr().err


def test_near_duplicates_across_folds_are_warned_of_and_grouped_where_asked(workspace, capsys):
    cat = Image.fromarray(data.chelsea())
    for quality in range(20, 50):
        cat.save(f"photos/cat/{quality}.jpg", quality=quality)
    prepare.main()
    assert "30 of 70 images (42.9%) have a near duplicate" in capsys.readouterr().err
    set_data(group_near_duplicates=True)
    prepare.main()
    assert "near" not in capsys.readouterr().err
    assert len(set(open_units(PARTS))) == 41
    assert "Near duplicates: 435 pairs" in (IMAGE_REPORT / "images.md").read_text()


def test_a_class_that_rejects_leave_out_of_a_part_is_refused_with_the_counts(workspace):
    set_data(max_rejected=40)
    for path in Path("photos/dog").iterdir():
        path.write_bytes(b"no image " + path.name.encode())
    with pytest.raises(PipelineError, match=r"Received: 1 classes with fewer: 'dog' 0$"):
        prepare.main()
    assert not PREPARED.exists()
    assert not PARTS.exists()


def test_rejects_that_leave_no_image_are_refused_too(workspace):
    set_data(max_rejected=40)
    for path in Path("photos").glob("*/*"):
        path.write_bytes(b"no image " + path.name.encode())
    with pytest.raises(PipelineError, match=r"2 classes with fewer: 'cat' 0, 'dog' 0$"):
        prepare.main()


def test_what_was_prepared_before_is_kept_when_the_stage_fails(workspace):
    prepare.main()
    before = prepared()
    (workspace / "photos/cat/0.png").write_bytes(b"")
    with pytest.raises(PipelineError):
        prepare.main()
    assert prepared() == before


def test_parts_are_those_of_the_prepared_images(workspace):
    prepare.main()
    folds = [fold_of(digest, 0, 3) for digest in open_prepared(PREPARED).digests]
    wanted = [parts_of_fold(fold, 3) for fold in folds]
    for rotation in open_rotations(PARTS):
        for part in ("train", "validation", "test"):
            rows = [row for row, parts in enumerate(wanted) if parts[rotation.number] == part]
            assert getattr(rotation, part).tolist() == rows


@pytest.mark.parametrize(
    ("changes", "rotations"), [({"folds": 4}, 4), ({"split_seed": 1}, 3), ({"folds": None}, 1)]
)
def test_other_folds_or_another_split_seed_change_parts_and_no_prepared_byte(
    workspace, changes, rotations
):
    prepare.main()
    before, parts = files(PREPARED), PARTS.read_bytes()
    set_data(**changes)
    prepare.main()
    assert files(PREPARED) == before
    assert PARTS.read_bytes() != parts
    assert len(open_rotations(PARTS)) == rotations


def test_folders_of_parts_are_kept_without_folds_and_refused_with_them(workspace):
    for number, path in enumerate(sorted(Path("photos").glob("*/*.png"))):
        place = Path("parted", ("train", "val", "test")[number % 3], path.parent.name, path.name)
        place.parent.mkdir(parents=True, exist_ok=True)
        path.rename(place)
    set_data(path="parted", folds=None)
    prepare.main()
    [rotation] = open_rotations(PARTS)
    for part, folder in {"train": "train", "validation": "val", "test": "test"}.items():
        assert {prepared()[row].split("/")[0] for row in getattr(rotation, part)} == {folder}
    set_data(path="parted")
    with pytest.raises(PipelineError, match=r"data\.folds must be null .* 3 folds, and 14 tr"):
        prepare.main()


def test_transparent_pixels_show_the_stated_background(workspace):
    set_data(background=[10, 200, 30])
    picture = Image.new("RGBA", (40, 40), (90, 90, 90, 0))
    picture.paste((90, 90, 90, 255), (20, 20, 40, 40))
    picture.save("photos/cat/clear.png")
    prepare.main()
    images = open_prepared(PREPARED)
    with images.read() as pixels:
        pixel = pixels.read([images.paths.index("cat/clear.png")])[0, 5, 5]
    assert np.array_equal(pixel, [10, 200, 30])


def test_elpv_is_fetched_with_its_labels(tmp_path):
    with contextlib.chdir(tmp_path):
        Path("params.yaml").write_text(yaml.safe_dump(DEFAULT))
        fetch.main()
        assert len(list(Path("data/source/images").iterdir())) == 2624
        header = Path("data/source/manifest.csv").read_text().splitlines()[0]
        assert header == "path,label,defect_probability,cell_type"


def test_a_folder_of_the_users_own_is_left_where_it_is(workspace):
    fetch.main()
    assert not list(Path("data/source").iterdir())
