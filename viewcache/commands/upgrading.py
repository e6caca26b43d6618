"""Rewrite a `params.yaml` of another version, and say what changed."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from viewcache.commands.recipes import HEAD, PARAMS, changed
from viewcache.ground.errors import PipelineError
from viewcache.ground.files import write_text
from viewcache.ground.params.schema import Params

MOVED = {
    "evaluate.folds": "data.folds",
    "extract.base": "base.name",
    **{
        f"extract.{name}": f"base.{name}"
        for name in (
            *("weights", "preprocessing", "layers", "pooling", "runtime", "precision"),
            "batch_size",
        )
    },
    "train.budgets": "arms.budgets",
    "train.seeds": "arms.seeds",
    "train.end_to_end_seeds": "end_to_end.seeds",
    "train.end_to_end_rotations": "end_to_end.rotations",
}
"""From a parameter's name in version 0.1 to its name now."""
OLD_PROTOCOL = ("train.epochs", "train.budgets", "train.end_to_end", "evaluate.rule")
"""What version 0.1 set for heads that were trained too short: it gets its default."""


def upgrade() -> None:
    """Bring a `params.yaml` of version 0.1 to this version; leave any other as it is.

    Raises:
        PipelineError: it is no file of parameters.
    """
    text = PARAMS.read_text()
    try:
        old = dict(_flat(yaml.safe_load(text)))
    except (yaml.YAMLError, AttributeError) as error:
        raise PipelineError(f"{PARAMS} must hold sections of parameters", repr(error)) from error
    if "extract.base" not in old:
        return
    kept, lines = _kept(old)
    head = HEAD.match(text)
    write_text(PARAMS, changed(kept, head[0] if head else ""))
    print("\n".join([f"{PARAMS} was of version 0.1 and is rewritten:", *lines]))


def _kept(old: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Values by section, and a line for each that was moved or dropped."""
    values: dict[str, Any] = defaultdict(dict)
    lines, known = [], {*_names()}
    for name, value in old.items():
        now = MOVED.get(name, name)
        if now not in known or name.startswith(OLD_PROTOCOL):
            default = " has its default" if now in known else " is no parameter any more"
            lines.append(f"  {name}: {value}{default}")
            continue
        if now != name:
            lines.append(f"  {name} is {now}")
        section, _, last = now.partition(".")
        if last:
            values[section][last] = value
        else:
            values[section] = value
    return values, lines


def _flat(tree: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for section, own in tree.items():
        if isinstance(own, Mapping):
            yield from ((f"{section}.{name}", value) for name, value in own.items())
        else:
            yield section, own


def _names() -> Iterator[str]:
    for section, field in Params.model_fields.items():
        inner = getattr(field.annotation, "model_fields", None)
        yield from (f"{section}.{name}" for name in inner) if inner else [section]
