import contextlib
import shutil
from pathlib import Path

import numpy as np
import pytest
import yaml
from PIL import Image

from stages import fetch, prepare
from tests.images.pictures import save_noise
from viewcache.ground.errors import PipelineError
from viewcache.ground.paths import IMAGE_REPORT, PREPARED
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


def set_data(**changes) -> None:
    own = {"source": "folder", "path": "photos", "manifest": None, "classes": None}
    data = DEFAULT["data"] | own | {"image_size": 32, "test": 0.3, "validation": 0.3} | changes
    Path("params.yaml").write_text(yaml.safe_dump(DEFAULT | {"data": data}))


def prepared() -> list[str]:
    splits = [open_prepared(PREPARED / split) for split in ("train", "validation", "test")]
    return [path for images in splits for path in images.paths]


def test_every_image_is_prepared_and_reported(workspace, capsys):
    prepare.main()
    assert len(prepared()) == 40
    assert "40 images in 2 classes" in (IMAGE_REPORT / "images.md").read_text()
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


def test_a_class_that_rejects_leave_out_of_a_split_is_refused_with_the_counts(workspace):
    set_data(max_rejected=40)
    for path in Path("photos/dog").iterdir():
        path.write_bytes(b"no image " + path.name.encode())
    with pytest.raises(PipelineError, match=r"images of every class.*'dog': 0"):
        prepare.main()


def test_what_was_prepared_before_is_kept_when_the_stage_fails(workspace):
    prepare.main()
    before = prepared()
    (workspace / "photos/cat/0.png").write_bytes(b"")
    with pytest.raises(PipelineError):
        prepare.main()
    assert prepared() == before


def test_transparent_pixels_show_the_stated_background(workspace):
    set_data(background=[10, 200, 30])
    Image.new("RGBA", (40, 40), (90, 90, 90, 0)).save("photos/cat/clear.png")
    prepare.main()
    for split in ("train", "validation", "test"):
        images = open_prepared(PREPARED / split)
        if "cat/clear.png" in images.paths:
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
