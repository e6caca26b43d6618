"""The tables of docs/augmentation.md, made from the operations: `python -m tests.views.table`."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from viewcache.ground.params.policy import PRESETS, Policy
from viewcache.views.registry import OPERATIONS

PAGE = Path("docs/augmentation.md")
SIGNS = {"ge": "from {}", "gt": "above {}", "le": "to {}", "lt": "below {}"}


def page() -> str:
    """The page with its tables made anew."""
    text = PAGE.read_text()
    for name, lines in (("operations", _operations()), ("presets", _presets())):
        table = "\n".join(lines)
        text = re.sub(
            rf"(<!-- {name} -->\n).*?(\n<!-- end -->)",
            lambda found, table=table: found[1] + table + found[2],
            text,
            flags=re.DOTALL,
        )
    return text


def _operations() -> Iterator[str]:
    meanings = dict(re.findall(r"^ {8}(\w+): (.*)$", Policy.__doc__ or "", re.MULTILINE))
    yield "| parameter | what it says | range | default | operation |\n|---|---|---|---|---|"
    for operation in OPERATIONS:
        summary = (type(operation).__doc__ or "").split("\n\n")[0]
        for place, name in enumerate(operation.parameters):
            field = Policy.model_fields[name]
            what = "" if place else " ".join(summary.split())
            described = f"{meanings[name]} | {_range(field)} | {_yaml(field.default)}"
            yield f"| `{name}` | {described} | {what} |"


def _range(field: Any) -> str:
    if field.annotation is bool:
        return "true, false"
    limits = [
        sign.format(_yaml(value))
        for one in field.metadata
        for name, sign in SIGNS.items()
        if (value := getattr(one, name, None)) is not None
    ]
    return " ".join(limits) or "`FILE.py:FUNCTION`"


def _presets() -> Iterator[str]:
    yield "| preset | values |\n|---|---|"
    for name, values in PRESETS.items():
        said = ", ".join(f"`{one}: {_yaml(value)}`" for one, value in values.items())
        yield f"| `{name}` | {said or 'nothing varies'} |"


def _yaml(value: object) -> str:
    return yaml.safe_dump(value).removesuffix("...\n").strip()


if __name__ == "__main__":
    PAGE.write_text(page())
