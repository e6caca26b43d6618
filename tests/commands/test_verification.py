"""What is damaged on disk, in the workspace or in DVC's cache, is noticed and computed again."""

import hashlib
import os
import random
import stat
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.repository import stages_in
from tests.rows import stored_features
from viewcache.arms.replaying import replay
from viewcache.commands.verification import files_to_verify, verify_all
from viewcache.features.shards import Shard
from viewcache.features.store import open_views
from viewcache.ground.errors import PipelineError
from viewcache.ground.manifests import manifest_file, verify
from viewcache.ground.params.loading import load_params
from viewcache.ground.paths import FEATURES, MODEL, PREPARED, SOURCE, keys_file, planned_views
from viewcache.images.prepared import open_prepared

SEALED = ("prepared", "views", "calibration", "parts.csv")


@pytest.mark.parametrize(("outs", "count"), [((*SEALED, "rows"), 13), (("features",), 4)], ids=str)
def test_a_flipped_byte_that_dvcs_cache_gives_is_noticed_in_every_array(
    repository, monkeypatch, outs, count
):
    monkeypatch.chdir(repository.path)
    chance = random.Random(0)
    arrays = arrays_in(*outs)
    assert len(arrays) == count
    for array in arrays:
        flip(cached(repository, array), chance.randrange(array.stat().st_size))
        array.unlink()
    repository.dvc("checkout")
    assert all(is_damaged(array) for array in arrays)


@pytest.mark.slow
def test_what_is_damaged_in_workspace_and_cache_is_computed_again(repository):
    shard = min((repository.path / "data/rows").iterdir())
    keys, before = repository.outs()["data/features"], features_of_all(repository)
    for file in (cached(repository, shard), shard):
        flip(file, 10_000)
    output = repository.run(sys.executable, "-m", "viewcache", "verify", fails=True)
    assert f"data/rows/{shard.name} is damaged: `make repair`" in output
    assert "Traceback" not in output
    ran = stages_in(repository.run("make", "--assume-old", ".venv/ready", "repair"))
    assert ran == ["extract", "evaluate"]
    assert not shard.exists()
    assert np.array_equal(features_of_all(repository), before)
    assert repository.outs()["data/features"] == keys


def test_every_file_that_has_a_manifest_is_verified(reproduced, monkeypatch):
    monkeypatch.chdir(reproduced.path)
    files = [file for top in ("data", "models") for file in Path(top).rglob("*.*")]
    sealed = {file for file in files if file.suffix != ".json" and manifest_file(file).exists()}
    bases = {file for file in sealed if file.stem == "base"}  # opening one holds it to its digest
    assert sealed - bases == {*files_to_verify(SOURCE)}
    assert {"rows.npy", "images.npy", "2.npz", "0_epoch_1.npz"} <= {file.name for file in sealed}
    assert sorted(FEATURES.iterdir()) == sorted(map(keys_file, planned_views()))


def test_arrays_among_the_users_images_are_left_alone(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    photos, prepared = Path("data/photos/cat"), Path("data/prepared")
    for folder in (photos, prepared):
        folder.mkdir(parents=True)
        np.save(folder / "images.npy", np.arange(3))
    found = files_to_verify(photos.parent)
    assert prepared / "images.npy" in found
    assert photos / "images.npy" not in found


def test_everything_is_verified_and_computed_again(reproduced, monkeypatch, capsys):
    monkeypatch.chdir(reproduced.path)
    verify_all(20)
    printed = capsys.readouterr().out
    assert printed.startswith("58 arrays are what their manifests say, all rows of features are ")
    assert "84 feature vectors were computed again" in printed


def test_a_damaged_head_of_the_exported_model_is_told(repository, monkeypatch):
    monkeypatch.chdir(repository.path)
    flip(MODEL / "head.npz", -5)
    with pytest.raises(PipelineError, match=r"data/model is damaged: `make repair` exports it"):
        verify_all(1)


def test_features_of_other_views_are_told_by_the_original_images(reproduced, monkeypatch):
    monkeypatch.chdir(reproduced.path)
    params = load_params().model_copy(update={"seed": 1})
    with pytest.raises(PipelineError, match=r"must hold what the original image 'images/.*' gives"):
        replay(params, 100)


def arrays_in(*outs: str) -> list[Path]:
    files = [file for out in outs for file in (Path("data", out), *Path("data", out).rglob("*"))]
    return sorted(file for file in files if file.suffix in (".npy", ".csv", ".arrow"))


def features_of_all(repository) -> np.ndarray:
    """Of all views that are trained on or tested on."""
    return np.stack([stored_features(repository.path, view) for view in (0, 1, 2, 1_000_000)])


def cached(repository, array: Path) -> Path:
    """The object in DVC's cache that a file is a copy of."""
    digest = hashlib.md5(array.read_bytes()).hexdigest()
    return repository.path / ".dvc/cache/files/md5" / digest[:2] / digest[2:]


def flip(file: Path, place: int) -> None:
    """Change one byte, as a failing disk does: without a trace in time or mode."""
    before = file.stat()
    content = bytearray(file.read_bytes())
    content[place] ^= 1 << random.Random(place).randrange(8)
    file.unlink()  # other repositories of the tests may share it
    file.write_bytes(content)
    file.chmod(stat.S_IMODE(before.st_mode))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


def is_damaged(array: Path) -> bool:
    """Whether a stage that opens it says so; of keys, that no row has them."""
    try:
        _open(array)
    except PipelineError as error:
        return any(words in str(error) for words in ("is damaged", "are missing", "a shard"))
    return False


def _open(array: Path) -> None:
    if array.suffix == ".arrow":
        Shard(array).verify()
    elif array.parent == FEATURES:
        open_views([int(array.stem)], open_prepared(PREPARED).digests)
    else:
        verify(array)
