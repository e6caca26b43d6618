"""Folders as public tools and data sets bring them."""

import json

import pytest

from tests.images.test_sources import add_images
from viewcache.images.sources import find_source, open_source


def read(root, files, tables=None):
    """The class of every image, and the split where it is known, by path."""
    add_images(root, *files)
    for name, text in (tables or {}).items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    source = find_source(root, None)
    again = open_source(root, source.manifest, None, source.layout)
    assert again.table.equals(source.table)
    table = source.table
    classes = [source.classes[label] for label in table["label"]]
    columns = [classes, table["split"]] if "split" in table else [classes]
    return source.layout, {path: told for path, *told in zip(table["path"], *columns, strict=True)}


SPLITS = {"train": "train", "valid": "validation", "test": "test"}


def test_roboflow_folders(tmp_path):
    files = [f"{split}/{name}/1_jpg.rf.0a.jpg" for split in SPLITS for name in ("ant", "bee")]
    layout, told = read(tmp_path, files, {"README.roboflow.txt": "", "README.dataset.txt": ""})
    assert layout == "split_folders"
    assert told["valid/bee/1_jpg.rf.0a.jpg"] == ["bee", "validation"]
    assert len(told) == 6


def test_roboflow_csv(tmp_path):
    files = [f"{split}/{number}_jpg.rf.0a.jpg" for split in SPLITS for number in (1, 2)]
    text = "filename, ant, bee\n1_jpg.rf.0a.jpg, 1, 0\n2_jpg.rf.0a.jpg, 0, 1\n"
    layout, told = read(tmp_path, files, {f"{split}/_classes.csv": text for split in SPLITS})
    assert layout == "table"
    assert told["valid/2_jpg.rf.0a.jpg"] == ["bee", "validation"]
    assert len(told) == 6


def test_kaggle_intel_scenes(tmp_path):
    files = [
        f"seg_{part}/seg_{part}/{name}/{part}.jpg"
        for part in ("train", "test")
        for name in ("forest", "sea")
    ]
    layout, told = read(tmp_path, [*files, "seg_pred/seg_pred/5.jpg"])
    assert layout == "split_folders"
    assert told["seg_test/seg_test/sea/test.jpg"] == ["sea", "test"]
    assert len(told) == 4


def test_kaggle_dog_breeds(tmp_path):
    ids = ["000bec180eb18c7604dcecc8fe0dba07", "001513dfcb2ffafc82cccf4d8bbaba97", "00a3", "00a4"]
    files = [*(f"train/{name}.jpg" for name in ids), "test/000621fb3cbb32d8935728e48679680e.jpg"]
    rows = [f"{name},{breed}" for name, breed in zip(ids, ["dingo", "pug"] * 2, strict=True)]
    submission = "id,dingo,pug\n000621fb3cbb32d8935728e48679680e,0.5,0.5\n"
    tables = {"labels.csv": "\n".join(["id,breed", *rows]), "sample_submission.csv": submission}
    layout, told = read(tmp_path, files, tables)
    assert layout == "table"
    assert told[f"train/{ids[1]}.jpg"] == ["pug"]
    assert len(told) == 4


def test_isic_ground_truth(tmp_path):
    names = [f"ISIC_000000{number}" for number in range(4)]
    rows = [f"{name},{('1.0,0.0', '0.0,1.0')[n % 2]},0.0" for n, name in enumerate(names)]
    text = "\n".join(["image,MEL,NV,UNK", *rows])
    metadata = "\n".join(["image,age_approx,sex", *(f"{name},55.0,female" for name in names)])
    files = [f"ISIC_2019_Training_Input/{name}.jpg" for name in names]
    tables = {
        "ISIC_2019_Training_GroundTruth.csv": text,
        "ISIC_2019_Training_Metadata.csv": metadata,
    }
    layout, told = read(tmp_path, files, tables)
    assert layout == "table"
    assert told["ISIC_2019_Training_Input/ISIC_0000001.jpg"] == ["NV"]


@pytest.mark.parametrize("suffix", ["jsonl", "csv"])
def test_hugging_face_metadata(tmp_path, suffix):
    rows = [{"file_name": f"{number}.png", "label": number % 2} for number in range(4)]
    of_suffix = {
        "jsonl": "\n".join(map(json.dumps, rows)),
        "csv": "file_name,label\n" + "".join(f"{number}.png,{number % 2}\n" for number in range(4)),
    }
    files = [f"{split}/{number}.png" for split in ("train", "test") for number in range(4)]
    tables = {f"{split}/metadata.{suffix}": of_suffix[suffix] for split in ("train", "test")}
    layout, told = read(tmp_path, files, tables)
    assert layout == "table"
    assert told["test/3.png"] == ["1", "test"]
    assert len(told) == 8


@pytest.mark.parametrize("address", ["/data/upload/1/{}", "/data/local-files/?d=set/images/{}"])
def test_label_studio_csv(tmp_path, address):
    names = ["5f3a-a.jpg", "6b1c-b.jpg", "7d2e-c.jpg"]
    rows = [f"{address.format(name)},{n},{'ab'[n % 2]},1,{n},2.5" for n, name in enumerate(names)]
    text = "\n".join(["image,id,choice,annotator,annotation_id,lead_time", *rows])
    layout, told = read(tmp_path, [f"images/{name}" for name in names], {"project-1.csv": text})
    assert layout == "table"
    assert told["images/6b1c-b.jpg"] == ["b"]


def test_teachable_machine_samples(tmp_path):
    files = [f"Class {number}-samples/{image}.jpg" for number in (1, 2) for image in range(3)]
    layout, told = read(tmp_path, files)
    assert layout == "class_folders"
    assert told["Class 2-samples/0.jpg"] == ["Class 2-samples"]


def test_imagenette(tmp_path):
    classes = ("n01440764", "n02102040")
    files = [f"{split}/{name}/{name}_1.JPEG" for split in ("train", "val") for name in classes]
    noise = "\n".join(
        ["path,noisy_labels_0,is_valid", *(f"{file},n01440764,False" for file in files)]
    )
    layout, told = read(
        tmp_path,
        [f"imagenette2/{file}" for file in files],
        {"imagenette2/noisy_imagenette.csv": noise},
    )
    assert layout == "split_folders"
    assert told["imagenette2/val/n02102040/n02102040_1.JPEG"] == ["n02102040", "validation"]


def test_vertex_ai_csv(tmp_path):
    parts = ["training", "validation", "test"]
    rows = [
        f"{part},gs://bucket/flowers/{name}/{n}.jpg,{name}"
        for n, part in enumerate(parts)
        for name in ("daisy", "rose")
    ]
    files = [f"flowers/{name}/{n}.jpg" for n in range(3) for name in ("daisy", "rose")]
    layout, told = read(tmp_path, files, {"import.csv": "\n".join(rows)})
    assert layout == "table"
    assert told["flowers/rose/1.jpg"] == ["rose", "validation"]
    assert len(told) == 6
