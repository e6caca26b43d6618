import re
from pathlib import Path

import pytest
import yaml

from viewcache.ground.errors import PipelineError
from viewcache.ground.params.loading import load_params

DEFAULT = yaml.safe_load(Path("params.yaml").read_text())


def write_with(folder: Path, name: str, value: object) -> Path:
    params = yaml.safe_load(yaml.safe_dump(DEFAULT))
    *sections, last = name.split(".")
    section = params
    for part in sections:
        section = section[part]
    section[last] = value
    path = folder / "params.yaml"
    path.write_text(yaml.safe_dump(params))
    return path


def test_default_params_are_valid():
    assert load_params().train.epochs == "auto"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("trian", {}),
        ("train.epoch", 3),
        ("train.learning_rate", "fast"),
        ("train.learning_rate", float("inf")),
        ("train.learning_rate", float("nan")),
        ("train.epochs", 2.5),
        ("train.epochs", True),
        ("train.head.dropout", 1.5),
        ("arms.seeds", [1, 1]),
        ("end_to_end", ["keras", "compiled"]),
        ("end_to_end.keras", 3),
        ("train.schedule", "linear"),
        ("train.originals", "always"),
        ("data.folds", 2),
        ("data.folds", "five"),
        ("evaluate.measure", "recall"),
        ("data.split_seed", 0.5),
        ("augment.quarter_turns", "yes"),
        ("augment.zoom", -0.1),
        ("augment.preset", "wild"),
        ("augment.own", "my_views.py"),
        ("data.source", "nowhere"),
        ("data.image_size", "160"),
        ("base.name", "vgg99"),
        ("base.name", "missing.keras"),
        ("base.name", "model.h5"),
        ("base.weights", "imagenett"),
        ("base.weights", "missing.weights.h5"),
        ("base.weights", None),
        ("base.preprocessing", "tf"),
        ("base.preprocessing", "inception"),
        ("base.layers", 5),
        ("base.pooling", "sum"),
    ],
)
def test_a_bad_parameter_is_named_with_what_was_received(tmp_path, name, value):
    with pytest.raises(PipelineError) as error:
        load_params(write_with(tmp_path, name, value))
    assert name in str(error.value)
    assert str(error.value).endswith(f"Received: {value!r}")


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("arms.budgets", [0, 21, "twin"], r"arms\.budgets: none may exceed 20: 40 epochs"),
        ("end_to_end.seeds", [99], r"end_to_end\.seeds: must be among arms\.seeds"),
        ("arms.budgets", [0, 1], r"arms\.budgets: must hold 0 and twin"),
        (
            "end_to_end.rotations",
            [0, 5],
            r"end_to_end\.rotations: must be below 5, the rot",
        ),
        ("data.validation", 0.8, r"data\.validation: with test it must be below 1"),
        ("data.path", "elsewhere", r"data\.path: must be data/source for source elpv"),
        ("data.source", "folder", r"data\.path: must be a folder that exists"),
        ("data.source", "archive", r"data\.archive: must be stated where source is archive"),
    ],
)
def test_parameters_that_do_not_fit_together_are_refused(tmp_path, name, value, complaint):
    with pytest.raises(PipelineError) as error:
        load_params(write_with(tmp_path, name, value))
    assert re.search(rf"params\.yaml: {complaint}.*\. Received: [^{{]*$", str(error.value))


def test_a_missing_parameter_is_named(tmp_path):
    path = tmp_path / "params.yaml"
    params = {name: section for name, section in DEFAULT.items() if name != "seed"}
    path.write_text(yaml.safe_dump(params))
    with pytest.raises(PipelineError, match=r"seed: must be stated\. Received: nothing"):
        load_params(path)


def test_an_exponent_without_a_point_is_a_number_as_it_is_to_dvc(tmp_path):
    path = tmp_path / "params.yaml"
    text = Path("params.yaml").read_text().replace("learning_rate: 0.001", "learning_rate: 1e-3")
    path.write_text(text)
    assert load_params(path).train.learning_rate == 0.001


@pytest.mark.parametrize("text", ["a: [", "", "- 1"])
def test_what_is_no_mapping_is_refused(tmp_path, text):
    path = tmp_path / "params.yaml"
    path.write_text(text)
    with pytest.raises(PipelineError, match=str(path)):
        load_params(path)


@pytest.mark.parametrize(
    "value",
    [
        *("2001-99-99", "0x_", "!!bool maybe", "!!timestamp now", "9" * 5000, "0x" + "f" * 5000),
        *("1" + ":59" * 3000, "1" + ":59" * 3000 + ".5", "[" * 3000, "{<<: {a: 1}}", "\xff"),
    ],
)
def test_a_value_that_yaml_cannot_read_is_refused(tmp_path, value):
    path = tmp_path / "params.yaml"
    path.write_bytes(f"seed: {value}\n".encode("latin-1"))
    with pytest.raises(PipelineError, match=r"params\.yaml is not YAML\. Received: ."):
        load_params(path)


def test_aliases_of_aliases_are_refused_at_once(tmp_path):
    lines = [f"a{n + 1}: &a{n + 1} [{', '.join([f'*a{n}'] * 10)}]" for n in range(30)]
    path = tmp_path / "params.yaml"
    path.write_text("\n".join(["a0: &a0 [x]", *lines]))
    with pytest.raises(PipelineError, match="a30: is no parameter"):
        load_params(path)


@pytest.mark.parametrize("name", ["data.path", "base.name", "base.weights"])
def test_a_path_that_is_too_long_is_refused(tmp_path, name):
    path = write_with(tmp_path, name, "a" * 5000 + ".keras")
    path.write_text(path.read_text().replace("source: elpv", "source: folder"))
    with pytest.raises(PipelineError, match=r"every path must be one\. Received: .*too long"):
        load_params(path)
