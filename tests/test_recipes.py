import contextlib
import re
import zipfile
from pathlib import Path

import pytest
import yaml

from viewcache.commands.recipes import REFERENCE, text_of
from viewcache.ground.params.loading import load_params

RECIPES = sorted(Path("recipes").glob("*.yaml"))


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda path: path.stem)
def test_a_recipe_is_valid_where_its_images_are(recipe, tmp_path):
    text = text_of(recipe)
    (tmp_path / "params.yaml").write_text(text)
    (tmp_path / yaml.safe_load(text)["data"]["path"]).mkdir(parents=True)
    (tmp_path / "data/bases").mkdir(parents=True)
    with zipfile.ZipFile(tmp_path / "data/bases/own.keras", "w") as model:
        model.writestr("config.json", "{}")
    with contextlib.chdir(tmp_path):
        load_params()


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda path: path.stem)
def test_a_recipe_says_its_source_its_cost_and_what_to_expect(recipe):
    head = re.match(r"(#[^\n]*\n)+", recipe.read_text())[0]
    assert "Cost: " in head
    assert "Expect: " in head
    assert "Base: " in head or "base as in elpv.yaml" in head


def test_images_are_folded_but_where_they_come_with_a_split():
    folds = {path.stem: yaml.safe_load(text_of(path))["data"]["folds"] for path in RECIPES}
    own = {"own_base": 5, "own_folder": 5}
    assert folds == {"book": None, "book_lite0": None, "elpv": 5, "quick": 3} | own


def test_the_default_parameters_are_the_recipe_of_elpv():
    default, recipe = (
        yaml.safe_load(Path(path).read_text()) for path in ("params.yaml", "recipes/elpv.yaml")
    )
    assert default == recipe


@pytest.mark.parametrize(
    "recipe", [one for one in RECIPES if one != REFERENCE], ids=lambda path: path.stem
)
def test_a_recipe_holds_only_what_differs(recipe):
    reference = yaml.safe_load(REFERENCE.read_text())
    for section, values in yaml.safe_load(recipe.read_text()).items():
        if section != "augment":  # which is one thing: what changes no label
            assert [name for name in values if values[name] == reference[section][name]] == []


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda path: path.stem)
def test_all_parameters_are_written_each_with_its_comment(recipe):
    text, reference = text_of(recipe), REFERENCE.read_text()
    comments = [re.findall(r"^  (\w+):.*?(#.*)?$", one, re.MULTILINE) for one in (text, reference)]
    assert comments[0] == comments[1]
    stated = yaml.safe_load(recipe.read_text())
    for section, values in stated.items():
        if isinstance(values, dict):
            assert yaml.safe_load(text)[section].items() >= values.items()
