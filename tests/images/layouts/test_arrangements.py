"""The same images, laid out in every way, are the same images."""

import csv
import json
from pathlib import Path

import pytest

from tests.images.pictures import save_noise
from viewcache.images.index import index_images
from viewcache.images.parting import part_images
from viewcache.images.sources import find_source, open_source

CLASSES = ["ant", "bee", "cow"]
IMAGES = range(36)


def name(number: int) -> str:
    return CLASSES[number % 3]


def class_folders(root: Path) -> None:
    place(root, lambda number: f"{name(number)}/{number}.png")


def wrapped(root: Path) -> None:
    place(root, lambda number: f"set/images/{name(number)}/{number}.png")


def three_splits(root: Path) -> None:
    place(root, lambda number: f"{part(number)}/{name(number)}/{number}.png")


def two_splits(root: Path) -> None:
    place(root, lambda number: f"{('train', 'val')[number > 25]}/{name(number)}/{number}.png")


def prefixed_splits(root: Path) -> None:
    names = {"train": "seg_train", "valid": "seg_dev", "test": "seg_test"}
    place(root, lambda number: f"{names[part(number)]}/{name(number)}/{number}.png")


def file_names(root: Path) -> None:
    place(root, lambda number: f"{name(number)}.{number}.png")


def kaggle_csv(root: Path) -> None:
    place(root, lambda number: f"train/{number:04}.png")
    with (root / "labels.csv").open("w", newline="") as file:
        csv.writer(file).writerows(
            [["id", "kind"], *([f"{number:04}", name(number)] for number in IMAGES)]
        )


def hugging_face(root: Path) -> None:
    place(root, lambda number: f"{part(number)}/{number}.png")
    for split in ("train", "valid", "test"):
        lines = [
            json.dumps({"file_name": f"{number}.png", "label": name(number)})
            for number in IMAGES
            if part(number) == split
        ]
        (root / split / "metadata.jsonl").write_text("\n".join(lines) + "\n")


def part(number: int) -> str:
    return ("train", "train", "valid", "test")[number // 3 % 4]


def place(root: Path, path_of) -> None:
    for number in IMAGES:
        save_noise(root / path_of(number), number)


ARRANGEMENTS = [wrapped, three_splits, two_splits, prefixed_splits, file_names]
TABLES = [kaggle_csv, hugging_face]


@pytest.mark.parametrize("arrange", [*ARRANGEMENTS, *TABLES])
def test_digests_labels_and_folds_are_the_same(tmp_path, arrange):
    class_folders(tmp_path / "usual")
    arrange(tmp_path / "other")
    wanted = index_images(open_source(tmp_path / "usual", None, None), None)
    layout = find_source(tmp_path / "other", None)
    source = open_source(tmp_path / "other", layout.manifest, None, layout.layout, "ignore")
    index = index_images(source, None)
    assert source.classes == CLASSES
    assert index[["digest", "label"]].equals(wanted[["digest", "label"]])
    assert part_images(index, 0, 5, 0, 0).equals(part_images(wanted, 0, 5, 0, 0))
