"""Put a recipe in the place of `params.yaml`, unless somebody's own changes stand there."""

import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from viewcache.ground.errors import PipelineError
from viewcache.ground.files import write_text
from viewcache.ground.git import git
from viewcache.ground.params.loading import parse_params
from viewcache.ground.params.schema import Params

PARAMS, RECIPES = Path("params.yaml"), Path("recipes")
REFERENCE = RECIPES / "elpv.yaml"
"""Has all parameters, each with a comment; the other recipes have what differs."""
HEAD = re.compile(r"\A(#.*\n)+")
POLICY = re.compile(r"(^#.*\n)+(?=augment:)", re.MULTILINE)
"""Why the reference varies what it varies."""


def recipe_file(name: str) -> Path:
    """The file of a recipe.

    Raises:
        PipelineError: there is no such recipe.
    """
    recipes = {path.stem: path for path in sorted(RECIPES.glob("*.yaml"))}
    if name not in recipes:
        raise PipelineError(f"RECIPE must be one of {', '.join(recipes)}", name)
    return recipes[name]


def text_of(recipe: Path) -> str:
    """All parameters as a recipe has them, each with its comment."""
    text = recipe.read_text()
    if recipe == REFERENCE:
        return text
    head = HEAD.match(text)
    return changed(yaml.safe_load(text), head[0] if head else "")


def params_of(name: str) -> Params:
    """The parameters of a recipe.

    Raises:
        PipelineError: there is no such recipe, or a parameter of it is refused.
    """
    path = recipe_file(name)
    return parse_params(text_of(path), path)


def changed(values: Mapping[str, Any], head: str) -> str:
    """The text of the reference with other values, by section and name, below another head."""
    text = HEAD.sub(lambda _: head, REFERENCE.read_text())
    if "augment" in values:
        text = POLICY.sub("", text)
    for section, own in values.items():
        for name, value in own.items() if isinstance(own, Mapping) else ():
            text = _set(text, rf"^{section}:\n(?:[ ].*\n)*?  {name}: ", value)
        if not isinstance(own, Mapping):
            text = _set(text, rf"^{section}: ", own)
    return text


def _set(text: str, before: str, value: object) -> str:
    """Put a value behind a name, and leave the comment after it."""
    dumped = yaml.safe_dump(
        value, default_flow_style=True, sort_keys=False, allow_unicode=True, width=sys.maxsize
    )
    written = dumped.removesuffix("...\n").rstrip("\n")
    return re.sub(
        rf"({before})[^#\n]*[^#\s]", lambda found: found[1] + written, text, flags=re.MULTILINE
    )


def use_recipe(name: str) -> None:
    """Write all parameters as `recipes/NAME.yaml` has them.

    Raises:
        PipelineError: there is no such recipe, or `params.yaml` is neither a recipe nor what git
            has.
    """
    text = text_of(recipe_file(name))
    refuse_changes(text)
    write_text(PARAMS, text)


def refuse_changes(*replaceable: str) -> None:
    """Raise a `PipelineError` where somebody's own changes stand in `params.yaml`.

    Args:
        replaceable: What may stand there now, besides recipes and what git has.
    """
    recipes = map(text_of, RECIPES.glob("*.yaml"))
    texts = *replaceable, *recipes, git("show", f"HEAD:./{PARAMS}")
    known = {*map(_below_head, texts)}
    if PARAMS.exists() and _below_head(PARAMS.read_text()) not in known:
        rule = f"{PARAMS} must be committed or removed before another takes its place"
        raise PipelineError(rule, "changes that are in no commit and no recipe")


def _below_head(text: str) -> str:
    """Without git, too, the `params.yaml` that comes with the project is known: by all but this."""
    return HEAD.sub("", text)
