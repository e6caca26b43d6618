"""What a base in int8 is calibrated on, once drawn, stays as it is."""

from pathlib import Path

import pytest
import yaml

from stages import augment, calibrate, prepare
from tests.images.pictures import save_noise
from tests.repository import ROOT
from viewcache.ground.errors import PipelineError
from viewcache.ground.paths import CALIBRATION, PREPARED
from viewcache.images.prepared import open_prepared
from viewcache.views.calibration_views import LOCK, read_frozen


@pytest.fixture(autouse=True)
def photos(tmp_path, monkeypatch):
    """A folder of forty images, in a working folder whose base is to run in int8."""
    monkeypatch.chdir(tmp_path)
    params = yaml.safe_load((ROOT / "params.yaml").read_text())
    params |= yaml.safe_load((ROOT / "recipes/own_folder.yaml").read_text())
    params["data"]["image_size"] = 32
    params["base"]["precision"] = "int8"
    Path("params.yaml").write_text(yaml.safe_dump(params))
    for number in range(40):
        save_noise(Path("photos") / ("cat", "dog")[number % 2] / f"{number}.png", number)
    return Path("photos")


def calibrate_anew():
    for stage in (prepare, augment, calibrate):
        stage.main()


def test_an_image_more_leaves_the_sample_as_it_is(photos):
    calibrate_anew()
    before = CALIBRATION.read_bytes()
    save_noise(photos / "cat/more.png", 40)
    calibrate_anew()
    assert CALIBRATION.read_bytes() == before


def test_an_image_of_the_sample_that_is_gone_is_told_and_without_the_lock_others_are_drawn(photos):
    calibrate_anew()
    images, before = open_prepared(PREPARED), read_frozen(LOCK).images
    row = next(row for row, digest in enumerate(images.digests) if digest in before)
    (photos / images.paths[row]).unlink()
    with pytest.raises(PipelineError, match=r"remove calibration\.lock, and others are drawn"):
        calibrate_anew()
    LOCK.unlink()
    calibrate_anew()
    assert read_frozen(LOCK).images.keys() != before.keys()
