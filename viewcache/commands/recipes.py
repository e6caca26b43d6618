"""Put a recipe in the place of `params.yaml`, unless somebody's own changes stand there."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

from viewcache.ground.errors import PipelineError
from viewcache.ground.files import write_text

PARAMS, RECIPES = Path("params.yaml"), Path("recipes")


def recipe_file(name: str) -> Path:
    """The file of a recipe.

    Raises:
        PipelineError: there is no such recipe.
    """
    recipes = {path.stem: path for path in sorted(RECIPES.glob("*.yaml"))}
    if name not in recipes:
        raise PipelineError(f"RECIPE must be one of {', '.join(recipes)}", name)
    return recipes[name]


def use_recipe(name: str) -> None:
    """Copy `recipes/NAME.yaml` over `params.yaml`.

    Raises:
        PipelineError: there is no such recipe, or `params.yaml` is neither a recipe nor what git
            has.
    """
    replace_params(recipe_file(name).read_text())


def replace_params(text: str, *replaceable: str) -> None:
    """Write `params.yaml`.

    Args:
        replaceable: What may stand there now, besides recipes and what git has.

    Raises:
        PipelineError: something else stands there.
    """
    known = {text, *replaceable, *_recipes(), _committed()}
    if PARAMS.exists() and PARAMS.read_text() not in known:
        rule = f"{PARAMS} must be committed or removed before another takes its place"
        raise PipelineError(rule, "changes that are in no commit and no recipe")
    write_text(PARAMS, text)


def _recipes() -> Iterator[str]:
    return (path.read_text() for path in RECIPES.glob("*.yaml"))


def _committed() -> str:
    """`params.yaml` as it stands in HEAD; empty outside of git."""
    command = ["git", "show", f"HEAD:./{PARAMS}"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout
