"""The real pipeline on images and bases of the user's own."""

import csv
import hashlib
import shutil
import threading
import time
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import keras
import pytest
from PIL import Image

from tests.photographs import save_crops
from tests.repository import Repository, make_repository
from tests.rows import stored_features

QUICK = {
    "train": {"epochs": 4},
    "arms": {"budgets": [0, "twin"], "seeds": [0]},
    "end_to_end": {"keras": "all", "compiled": 0},
}
FOLDER = {"source": "folder", "manifest": None, "classes": None, "limit": None, "image_size": 64}


@pytest.fixture
def own(tmp_path) -> Repository:
    """A repository for a folder of images beside it, not run yet."""
    (tmp_path / "repository").mkdir()
    repository = make_repository(tmp_path / "repository")
    make_quick(repository)
    return repository


def make_quick(repository: Repository) -> None:
    for section, values in QUICK.items():
        repository.set(section, **values)


def table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def parts(repository: Repository) -> dict[str, dict[str, str]]:
    """From the digest of an image to its part in every rotation, and its unit."""
    index = table(repository.path / "data/prepared/index.csv")
    rows = table(repository.path / "data/parts.csv")
    return {image["digest"]: row for image, row in zip(index, rows, strict=True)}


def width_of_features(repository: Repository) -> int:
    return stored_features(repository.path, 1).shape[1]


@pytest.mark.slow
def test_three_classes_from_a_folder_outside_the_repository(own, tmp_path):
    save_crops(tmp_path / "photos", {"cat": 50, "coffee": 40, "astronaut": 20})
    own.set("data", **FOLDER | {"path": "../photos"})
    own.set("base", pooling="both")
    own.set("train", class_weights="balanced", batch_size=8)
    own.dvc("repro")
    arms = own.results()["arms"]
    assert all(arm["accuracy"] > 0.8 for arm in arms.values())
    assert {"f1", "roc_auc"} <= set(arms["cached_2"])
    assert "110 images in 3 classes" in (own.path / "plots/images.md").read_text()

    before = parts(own)
    shutil.copy(save_picture(tmp_path), tmp_path / "photos/cat/another.bmp")
    own.dvc("repro", "prepare")
    assert len(parts(own)) == 111
    assert parts(own).items() >= before.items()


def save_picture(folder: Path) -> Path:
    """Of one colour but for a pixel."""
    picture = Image.new("RGB", (64, 64), (200, 90, 30))
    picture.putpixel((0, 0), (255, 255, 255))
    picture.save(folder / "one.bmp")
    return folder / "one.bmp"


@pytest.mark.slow
def test_an_archive_with_a_manifest_of_groups_and_vgg16_from_a_local_file_flattened(own, tmp_path):
    archive, digest = save_archive(tmp_path)
    keras.applications.VGG16(weights=None, include_top=False).save_weights(
        own.path / "data/bases/vgg16.weights.h5"
    )
    own.set("base", name="VGG16", weights="data/bases/vgg16.weights.h5", pooling="flatten")
    with served(tmp_path) as address:
        pinned = {"url": f"{address}/{archive.name}", "sha256": digest}
        described = {"source": "archive", "path": "data/source", "archive": pinned}
        own.set("data", **FOLDER | described | {"manifest": "list.csv", "image_size": 32})
        own.dvc("repro")
    units = [row["unit"] for row in parts(own).values()]
    assert len(set(units)) == 60
    for rotation in range(3):
        played = {(row["unit"], row[f"rotation_{rotation}"]) for row in parts(own).values()}
        assert len(played) == 60
    assert width_of_features(own) == 512
    same = own.results()["equivalence"]
    assert same["same_runtime"] is None
    assert same["keras"]["changed_test_predictions"] == 0
    assert "up to date" in own.dvc("repro")


def save_archive(folder: Path) -> tuple[Path, str]:
    """Photographs in pairs, and a manifest that groups them; with the digest."""
    save_crops(folder / "pets/pets", {"cat": 60, "coffee": 60})
    with (folder / "pets/pets/list.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["path", "label", "group"])
        for number in range(60):
            for label in ("cat", "coffee"):
                rows.writerow([f"{label}/{number}.jpg", label, f"{label} {number // 2}"])
    archive = Path(shutil.make_archive(str(folder / "pets"), "zip", folder / "pets"))
    return archive, hashlib.sha256(archive.read_bytes()).hexdigest()


@pytest.mark.slow
def test_a_model_file_of_the_users_own_is_pinned(repository):
    model = keras.Sequential(
        [keras.Input((None, None, 3)), keras.layers.Conv2D(8, 3, 4, activation="relu", name="last")]
    )
    file = repository.path / "data/bases/own.keras"
    model.save(file)
    repository.set("base", name="data/bases/own.keras", weights=None, preprocessing="tf")
    make_quick(repository)
    repository.dvc("repro", "extract", "train_end_to_end@keras")
    assert width_of_features(repository) == 8
    model.layers[0].bias.assign_add([1.0] * 8)
    model.save(file)
    output = repository.dvc("repro", fails=True)
    [line] = [line for line in output.splitlines() if line.startswith("viewcache: ")]
    assert "weights.lock" in line
    assert "Received: " in line


class served:  # noqa: N801 (used as a function)
    """Serve a folder on this machine."""

    def __init__(self, folder: Path) -> None:
        handler = partial(SimpleHTTPRequestHandler, directory=folder)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)

    def __enter__(self) -> str:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{self._server.server_port}"

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.mark.slow
def test_imagenet_weights_without_a_network_end_in_one_clear_line(repository, tmp_path):
    repository.set("base", name="MobileNetV2", weights="imagenet")
    start = time.monotonic()
    nowhere = {"https_proxy": "http://127.0.0.1:9", "KERAS_HOME": str(tmp_path)}
    output = repository.dvc("repro", "compile_base", fails=True, **nowhere)
    assert time.monotonic() - start < 60
    [line] = [line for line in output.splitlines() if line.startswith("viewcache: ")]
    assert "mobilenet_v2_weights" in line
    assert str(tmp_path / "models") in line
    assert "Traceback" not in output
