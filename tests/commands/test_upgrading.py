"""A params.yaml of version 0.1 becomes one of this version, and what changed is said."""

import shutil
from pathlib import Path

import pytest
import yaml

from viewcache.commands.upgrading import upgrade
from viewcache.ground.errors import PipelineError
from viewcache.ground.params.loading import load_params

ROOT = Path(__file__).parents[2]
PARAMS = Path("params.yaml")
OLD = """# Mine.
seed: 3

data:
  source: folder
  path: photos
  manifest: null
  archive: null
  classes: [dog, cat]
  image_size: 128
  split_seed: 7

augment:
  zoom: 0.25

extract:
  views: 20
  base: efficientnet_lite0
  pooling: max
  dtype: float16
  batch_size: 4

evaluate:
  folds: 4
  rule: robustness
  margin: 0.02

train:
  epochs: 10
  patience: null
  head: {units: 64, dropout: 0.1, standardize: true, weight_decay: 0}
  budgets: [0, 1, 2]
  seeds: [5, 6]
  end_to_end: [keras]
"""


@pytest.fixture(autouse=True)
def workspace(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shutil.copytree(ROOT / "recipes", "recipes")
    Path("photos").mkdir()


def test_what_is_still_a_parameter_is_kept_under_its_new_name():
    PARAMS.write_text(OLD)
    upgrade()
    found = yaml.safe_load(PARAMS.read_text())
    assert (found["seed"], found["augment"]["zoom"]) == (3, 0.25)
    assert (found["data"]["folds"], found["data"]["split_seed"]) == (4, 7)
    assert (found["base"]["pooling"], found["base"]["batch_size"]) == ("max", 4)
    assert (found["extract"]["dtype"], found["arms"]["seeds"]) == ("float16", [5, 6])
    assert found["train"]["head"]["units"] == 64
    assert found["evaluate"]["margin"] == 0.02
    assert PARAMS.read_text().startswith("# Mine.\nseed: 3\n")


def test_heads_are_trained_to_the_end_and_images_as_they_are_decide():
    PARAMS.write_text(OLD.replace("seeds: [5, 6]", "seeds: [0, 1]"))
    upgrade()
    params = load_params()
    assert (params.train.epochs, params.evaluate.rule) == ("auto", "clean")
    assert params.arms.budgets == [0, 1, 2, 4, 10, "twin"]


def test_it_is_said_what_changed(capsys):
    PARAMS.write_text(OLD)
    upgrade()
    said = capsys.readouterr().out
    for line in (
        "evaluate.folds is data.folds",
        "extract.base is base.name",
        "extract.views: 20 is no parameter any more",
        "train.patience: None is no parameter any more",
        "train.epochs: 10 has its default",
        "evaluate.rule: robustness has its default",
    ):
        assert f"  {line}\n" in said


def test_what_is_of_this_version_is_left_alone(capsys):
    shutil.copy(ROOT / "params.yaml", PARAMS)
    upgrade()
    assert PARAMS.read_bytes() == (ROOT / "params.yaml").read_bytes()
    assert capsys.readouterr().out == ""


def test_what_holds_no_parameters_is_refused():
    PARAMS.write_text("- 1\n")
    with pytest.raises(PipelineError, match=r"params\.yaml must hold sections of parameters"):
        upgrade()
