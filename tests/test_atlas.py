"""The atlas: its cells, and two of them run for a folder of images, and shown."""

import subprocess
import sys

import pytest
import yaml
from dvc.utils.hydra import apply_overrides

from studies.atlas.cells import BASES, Cell, cell_of, cells
from tests.photographs import save_crops
from tests.repository import ROOT
from viewcache.ground.params.loading import parse_params

EVERY = list(cells({**BASES, "mine": "VGG16@64:own"}))
TINY = {
    "data.image_size": "64",
    "data.folds": "3",
    "train.epochs": "4",
    "arms.budgets": "[0,1,twin]",
    "arms.seeds": "[0,1]",
    "evaluate.test_views": "1",
}


def test_a_cell_is_found_by_its_name_and_held_to_another_one():
    assert [cell_of(cell.name) for cell in EVERY] == EVERY
    assert {cell.reference for cell in EVERY} <= {*EVERY, None}
    assert Cell("lite0", "strong").reference == Cell("lite0", "none")
    assert Cell("lite1", "own_side").reference == Cell("lite1").reference == Cell("lite0")


@pytest.mark.parametrize("cell", [cell for cell in EVERY if cell.base == "lite0"], ids=str)
def test_the_parameters_of_a_cell_are_valid(cell, tmp_path):
    path = tmp_path / "params.yaml"
    path.write_text((ROOT / "params.yaml").read_text())
    settings = cell.settings(BASES[cell.base])
    apply_overrides(path, [f"{name}={value}" for name, value in settings.items()])
    params = parse_params(path.read_text(), path)
    assert params.base.name.startswith("efficientnet_lite")
    assert not params.augment.varied or cell.variant != "none"
    assert yaml.safe_load(path.read_text())["augment"]["own"] is None


@pytest.mark.slow
def test_cells_run_once_and_are_shown(tmp_path):
    save_crops(tmp_path / "pets", {"cat": 30, "coffee": 30})

    def atlas(*arguments: str) -> str:
        command = [sys.executable, "-m", "studies.atlas", *arguments]
        return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout

    tiny = [word for name, value in TINY.items() for word in ("-S", f"{name}={value}")]
    work, only = str(tmp_path / "work"), ("--only", "pets/lite0", "--only", "pets/lite0-none")
    run = ("run", work, f"pets={tmp_path / 'pets'}", *only, *tiny)
    assert atlas(*run).count("failed") == 0
    assert atlas(*run).splitlines() == ["pets/lite0: is there", "pets/lite0-none: is there"]
    shown = atlas("table", work)
    assert "| pets  | lite0-none | lite0     |" in shown
    for arm in ("cached_0", "cached_1", "cached_2", "baseline"):
        assert f"| {arm} " in shown
    for picture in ("accuracy", "accuracy_augmented"):
        assert (tmp_path / f"work/{picture}.png").stat().st_size > 10_000
