"""What each parameter may be, to the last value that it may be."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from viewcache.ground.errors import PipelineError
from viewcache.ground.params.loading import load_params, parse_params

DEFAULT = yaml.safe_load(Path("params.yaml").read_text())
LARGEST = 2**31 - 1
OWN = ("source", "path", "manifest", "classes", "image_size")
LEAST = {section: {} for section in DEFAULT} | {
    "seed": 0,
    "augment": DEFAULT["augment"],
    "data": {name: DEFAULT["data"][name] for name in OWN},
}
ARCHIVE = {"url": "a.zip", "sha256": 64 * "0"}
BOUNDS: dict[str, tuple[list, list]] = {
    "seed": ([-(2**63), 2**63 - 1], [-(2**63) - 1, 2**63]),
    "data.image_size": ([32, 4096, None], [31, 4097]),
    "data.detail": ([1, 1.5, 4], [0.9, 4.1, None]),
    "data.background": ([[0, 0, 0], [255, 255, 255]], [[0, 0], 4 * [0], [0, 0, 256], [-1, 0, 0]]),
    "data.min_size": ([1, LARGEST], [0, LARGEST + 1]),
    "data.use_split": (["as_test", "ignore"], ["as_train", None]),
    "data.fit": (["stretch", "crop", "pad"], ["squash", None]),
    "data.conflicts": (["fail", "leave_out"], ["keep", None]),
    "data.group_near_duplicates": ([True, False], [1, None]),
    "data.max_rejected": ([0, LARGEST], [-1, LARGEST + 1]),
    "data.split_seed": ([-(2**63), 2**63 - 1], [-(2**63) - 1, 2**63, None]),
    "data.validation": ([0.01], [0.0, 1.0, -0.1]),
    "data.test": ([0.01], [0.0, 1.0, -0.1]),
    "data.limit": ([1, LARGEST, None], [0, LARGEST + 1]),
    "data.classes": ([["a", "b"]], ["a", [1]]),
    "extract.dtype": (["float32", "float16"], ["float64"]),
    "base.runtime": (["auto", "tensorflow", "openvino"], ["onnx"]),
    "base.precision": (["float32", "bfloat16", "int8"], ["float16", None]),
    "extract.engine": (["local", "ray"], ["dask", None]),
    "base.batch_size": ([1, LARGEST], [0, LARGEST + 1]),
    "data.folds": ([3, 5, 2**16 - 1, None], [2, 1, 0, -3, 2**16, 3.5]),
    "evaluate.test_views": ([1, 999_999], [0, 1_000_000]),
    "evaluate.margin": ([0.001, 0.999], [0.0, 1.0]),
    "evaluate.rule": (["robustness", "clean"], ["speed"]),
    "evaluate.measure": (["accuracy", "balanced_accuracy"], ["recall", None]),
    "train.epochs": (["auto", 19, LARGEST], [0, LARGEST + 1, "all", True, None]),
    "train.schedule": (["cosine", "constant"], ["step", None]),
    "train.originals": (["every_second", "never"], ["always", 0.5]),
    "train.batch_size": ([1, LARGEST], [0, LARGEST + 1]),
    "train.learning_rate": ([1e-9, 2.0], [0.0, -1.0]),
    "train.head.units": ([1, 2**16, None], [0, 2**16 + 1]),
    "train.head.dropout": ([0.0, 0.99], [1.0, -0.1]),
    "train.head.standardize": ([True, False], [1]),
    "train.head.weight_decay": ([0.0, 2.0], [-0.1]),
    "train.class_weights": (["none", "balanced"], ["some"]),
    "arms.budgets": (
        [[0, "twin"], ["twin", 3, 0], [*range(21), "twin"]],
        [[], [0], ["twin"], [0, 20], [0, 3, 3, "twin"], [-1, 0, "twin"], [0, 21, "twin"]],
    ),
    "end_to_end.keras": ([0, 2, LARGEST - 1, "all"], [1, -2, LARGEST + 1, "auto", None]),
    "end_to_end.compiled": ([0, "all"], [3, False]),
    "end_to_end.rotations": ([[0], [0, 4], [3, 0, 2]], [[], [0, 0], [-1, 0], [5, 0], [4], [2**16]]),
    "augment.quarter_turns": ([True, False], [1]),
    "augment.rotation_degrees": ([0.0, 180.0], [-0.1, 180.1]),
    **{
        f"augment.{name}": ([0.0, 1.0], [-0.1, 1.1])
        for name in ("horizontal_flip", "vertical_flip")
    },
    **{
        f"augment.{name}": ([0.0, 0.99], [-0.1, 1.0])
        for name in ("shift", "zoom", "shear", "brightness", "contrast")
    },
}
ALLOWED = [(name, value) for name, (allowed, _) in BOUNDS.items() for value in allowed]
REFUSED = [(name, value) for name, (_, refused) in BOUNDS.items() for value in refused]


@pytest.fixture
def load(tmp_path, monkeypatch):
    """Load the default parameters with some changed, in an empty folder."""
    params = deepcopy(DEFAULT)
    monkeypatch.chdir(tmp_path)

    def load(**changed: Any):
        for name, value in changed.items():
            *sections, last = name.split(".")
            section = params
            for part in sections:
                section = section[part]
            section[last] = value
        (tmp_path / "params.yaml").write_text(json.dumps(params))  # which is YAML too
        return load_params()

    return load


@pytest.mark.parametrize(("name", "value"), ALLOWED)
def test_a_parameter_may_be(load, name, value):
    found = load(**{name: value})
    for part in name.split("."):
        found = getattr(found, part)
    assert found == value


@pytest.mark.parametrize(("name", "value"), REFUSED)
def test_a_parameter_may_not_be(load, name, value):
    with pytest.raises(PipelineError, match=rf"params\.yaml: {name}[.:].*\. Received: "):
        load(**{name: value})


def test_tensorflow_runs_in_float32_alone(load):
    with pytest.raises(PipelineError, match="precision: must be float32 where runtime is tensor"):
        load(**{"base.runtime": "tensorflow", "base.precision": "int8"})


@pytest.mark.parametrize("section", ["arms", "end_to_end"])
def test_seeds_are_distinct_and_told_apart_by_keras(load, section):
    allowed = [0, 2**31 - 2]
    assert load(**{"arms.seeds": allowed, "end_to_end.seeds": allowed}).arms.seeds == allowed
    for refused in ([], [1, 1], [-1], [2**31 - 1]):
        with pytest.raises(PipelineError, match=rf"{section}\.seeds[.:]"):
            load(**{f"{section}.seeds": refused})


def test_validation_and_test_leave_images_for_training(load):
    load(**{"data.validation": 0.5, "data.test": 0.49})
    rule = r"data\.validation: with test it must be below 1\. Received: 0\.5 \+ 0\.5$"
    with pytest.raises(PipelineError, match=rule):
        load(**{"data.validation": 0.5, "data.test": 0.5})


def test_a_holdout_has_one_rotation_and_folds_have_as_many_as_they_are(load):
    assert load(**{"data.folds": None}).end_to_end.rotations == [0]
    rule = r"end_to_end\.rotations: must be below 1, the rotations that data\.folds gives"
    with pytest.raises(PipelineError, match=rf"{rule}\. Received: \[0, 1\]$"):
        load(**{"end_to_end.rotations": [0, 1]})
    assert load(**{"data.folds": 7, "end_to_end.rotations": [0, 6]})


def test_budgets_hold_both_ends_of_the_comparison(load):
    rule = r"arms\.budgets: must hold 0 and twin: the ends of the comparison"
    with pytest.raises(PipelineError, match=rf"{rule}\. Received: \[0, 20\]$"):
        load(**{"arms.budgets": [0, 20]})


@pytest.mark.parametrize(
    ("epochs", "originals", "most"),
    [("auto", "every_second", 20), ("auto", "never", 40), (9, "every_second", 5), (8, "never", 8)],
)
def test_no_budget_exceeds_the_random_views_that_are_read(load, epochs, originals, most):
    stated = {"train.epochs": epochs, "train.originals": originals}
    load(**stated, **{"arms.budgets": [0, most, "twin"]})
    rule = rf"arms\.budgets: none may exceed {most}: {40 if epochs == 'auto' else epochs} epochs"
    with pytest.raises(PipelineError, match=rf"{rule} read no more random views\. Received: "):
        load(**stated, **{"arms.budgets": [0, most + 1, "twin"]})


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("train.epochs", "all", "must be auto, or a number from 1 on"),
        ("end_to_end.keras", 3, "must be all, or an even number from 0 on"),
        ("end_to_end.compiled", "auto", "must be all, or an even number from 0 on"),
        ("arms.budgets.0", "most", "must be twin, or a number from 0 on"),
    ],
)
def test_what_is_neither_a_word_nor_a_number_is_told_in_one_line(load, name, value, rule):
    stated = [value, 0, "twin"] if name == "arms.budgets.0" else value
    with pytest.raises(PipelineError) as error:
        load(**{name.removesuffix(".0"): stated})
    assert str(error.value) == f"params.yaml: {name}: {rule}. Received: {value!r}"


@pytest.mark.parametrize("digest", [63 * "0", 65 * "0", 63 * "0" + "g", "", 64 * "0" + "\n"])
def test_an_archive_is_pinned_by_a_sha256(load, digest):
    for letters in ("0123456789abcdef", "0123456789ABCDEF"):
        archive = ARCHIVE | {"sha256": 4 * letters}
        assert load(**{"data.source": "archive", "data.archive": archive}).data.archive
    with pytest.raises(PipelineError, match=r"data\.archive\.sha256: String should match"):
        load(**{"data.archive": ARCHIVE | {"sha256": digest}})


def test_an_archive_is_stated_for_archives_and_for_nothing_else(load):
    rule = r"data\.archive: must be stated where source is archive, and null elsewhere"
    with pytest.raises(PipelineError, match=rf"{rule}\. Received: .*a\.zip.* for elpv$"):
        load(**{"data.archive": ARCHIVE})
    with pytest.raises(PipelineError, match=rf"{rule}\. Received: None for archive$"):
        load(**{"data.source": "archive", "data.archive": None})


@pytest.mark.parametrize(("layout", "table"), [("table", None), ("file_names", "list.csv")])
def test_a_table_is_named_where_it_is_the_layout_and_nowhere_else(load, layout, table):
    with pytest.raises(PipelineError, match=rf"data\.layout: must be table where .*: {layout}$"):
        load(**{"data.layout": layout, "data.manifest": table})
    load(**{"data.layout": "table", "data.manifest": "list.csv"})
    load(**{"data.layout": "file_names", "data.manifest": None})


def test_images_of_one_s_own_lie_in_a_folder_that_no_stage_fills(load, tmp_path):
    rule = r"data\.path: must be a folder that exists, other than data/source\. Received: "
    for folder in ("photographs", "data/source"):
        with pytest.raises(PipelineError, match=rf"{rule}'{folder}'$"):
            load(**{"data.source": "folder", "data.path": folder})
        (tmp_path / folder).mkdir(parents=True)
    assert load(**{"data.path": "photographs"}).data.path == "photographs"
    with pytest.raises(PipelineError, match=rf"{rule}'data/source'$"):
        load(**{"data.path": "data/source"})


def test_the_side_is_stated_or_the_base_s_own(load):
    assert load(**{"data.image_size": 96}).side == load().base_spec.side == 96
    assert load(**{"data.image_size": None}).side == 224
    assert load().base_spec.name == "efficientnet_lite0"


def test_detail_is_larger_than_the_side_or_there_is_none(load):
    given = {1: None, 1.002: None, 1.5: 144, 4: 384}
    for detail, side in given.items():
        assert load(**{"data.image_size": 96, "data.detail": detail}).detail_side == side


def test_all_that_is_wrong_is_told_at_once(load):
    with pytest.raises(PipelineError) as error:
        load(**{"seed": "a", "train.epochs": 0})
    assert str(error.value).count("params.yaml: ") == 2
    assert "params.yaml: seed: Input should be a valid integer. Received: 'a'; " in str(error.value)


@pytest.mark.parametrize("name", ["seed", "data.limit", "train.head.units", "augment.zoom"])
def test_a_parameter_in_the_wrong_place_is_named(load, name):
    near = name.rsplit(".", 1)[-1]
    with pytest.raises(PipelineError, match=rf"{name}x: is no parameter; near it: {near}"):
        load(**{f"{name}x": 1})


def test_what_is_left_out_has_the_default_of_the_reference():
    """Of a section only its name must be there, which DVC asks for, and where images come from."""
    assert load_params() == parse_params(yaml.safe_dump(LEAST), Path("params.yaml"))
