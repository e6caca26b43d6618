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
import numpy as np
import pytest
from viewcache.images.splits import split_of

from tests.photographs import save_crops
from tests.repository import Repository, make_repository

QUICK = {"budgets": [0, 1], "seeds": [0], "end_to_end_bases": ["keras"], "epochs": 2}
FOLDER = {"source": "folder", "manifest": None, "classes": None, "limit": None, "image_size": 64}


@pytest.fixture
def own(tmp_path) -> Repository:
    """A repository for a folder of images beside it, not run yet."""
    (tmp_path / "repository").mkdir()
    repository = make_repository(tmp_path / "repository")
    repository.set("extract", views=[0, 1])
    repository.set("train", **QUICK)
    return repository


def splits(repository: Repository, column: str) -> dict[str, set[str]]:
    """From a split to the values that a column of its index has."""
    found = {}
    for path in (repository.path / "data/prepared").glob("*/index.csv"):
        with path.open(newline="") as file:
            found[path.parent.name] = {row[column] for row in csv.DictReader(file)}
    return found


def width_of_features(repository: Repository) -> int:
    return np.load(repository.path / "data/features/train/1/features.npy").shape[1]


def test_three_classes_from_a_folder_outside_the_repository(own, tmp_path):
    save_crops(tmp_path / "photos", {"cat": 50, "coffee": 40, "astronaut": 20})
    own.set("data", **FOLDER | {"path": "../photos"})
    own.set("extract", pooling="both")
    own.set("train", class_weights="balanced")
    own.dvc("repro")
    arms = own.metrics()["arms"]
    assert all(arm["test_accuracy"] > 0.8 for arm in arms.values())
    assert {"f1", "roc_auc"} <= {name.removeprefix("test_") for name in arms["cached_1"]}
    assert "110 images in 3 classes" in (own.path / "plots/images.md").read_text()

    digests = {number: digest_of(tmp_path, number) for number in range(100)}
    number = next(n for n in digests if split_of(digests[n], 0, 0.15, 0.25) == "test")
    shutil.move(tmp_path / f"{number}.bmp", tmp_path / "photos/cat/another.bmp")
    ran = own.repro()
    assert {"prepare", "extract_test", "evaluate"} <= set(ran)
    assert not {"extract@0", "extract@1", "train_head", "train_end_to_end@keras"} & set(ran)


def digest_of(folder: Path, number: int) -> str:
    """Save a picture that is of one colour but for a pixel; returns its digest."""
    from PIL import Image

    picture = Image.new("RGB", (64, 64), (number, 90, 30))
    picture.putpixel((0, 0), (255, 255, 255))
    picture.save(folder / f"{number}.bmp")
    return hashlib.sha256((folder / f"{number}.bmp").read_bytes()).hexdigest()


def test_an_archive_with_a_manifest_of_groups_and_vgg16_from_a_local_file_flattened(own, tmp_path):
    archive, digest = save_archive(tmp_path)
    keras.applications.VGG16(weights=None, include_top=False).save_weights(
        own.path / "data/bases/vgg16.weights.h5"
    )
    own.set("extract", base="VGG16", weights="data/bases/vgg16.weights.h5", pooling="flatten")
    with served(tmp_path) as address:
        pinned = {"url": f"{address}/{archive.name}", "sha256": digest}
        described = {"source": "archive", "path": "data/source", "archive": pinned}
        own.set("data", **FOLDER | described | {"manifest": "list.csv", "image_size": 32})
        own.dvc("repro")
    groups = list(splits(own, "group").values())
    assert sum(map(len, groups)) == len(set.union(*groups)) == 60
    assert width_of_features(own) == 512
    assert own.metrics()["equivalence"] is None
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


def test_a_model_file_of_the_users_own_is_pinned(repository):
    model = keras.Sequential(
        [keras.Input((None, None, 3)), keras.layers.Conv2D(8, 3, 4, activation="relu", name="last")]
    )
    file = repository.path / "data/bases/own.keras"
    model.save(file)
    repository.set("extract", base="data/bases/own.keras", weights=None, preprocessing="tf")
    repository.set("train", **QUICK)
    repository.dvc("repro", "extract@1", "train_end_to_end@keras")
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


def test_imagenet_weights_without_a_network_end_in_one_clear_line(repository, tmp_path):
    repository.set("extract", base="MobileNetV2", weights="imagenet")
    start = time.monotonic()
    nowhere = {"https_proxy": "http://127.0.0.1:9", "KERAS_HOME": str(tmp_path)}
    output = repository.dvc("repro", "compile_base", fails=True, **nowhere)
    assert time.monotonic() - start < 60
    [line] = [line for line in output.splitlines() if line.startswith("viewcache: ")]
    assert "mobilenet_v2_weights" in line
    assert str(tmp_path / "models") in line
    assert "Traceback" not in output
