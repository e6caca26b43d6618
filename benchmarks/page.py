"""The page of results: a section for each group of rows, with where and of what it was measured."""

import re
import time
from importlib.metadata import version

import pandas as pd

from benchmarks.measure import Row
from viewcache.ground.machine import machine

HEAD = (
    "# Results of `make bench`\n\n"
    'Ratios of medians of interleaved runs unless the name says otherwise; "against" says how\n'
    "many times faster the first is. A row of one run has no spread. Ratios are of the processor\n"
    "that a section names.\n"
)


def with_section(page: str, name: str, rows: list[Row], commit: str) -> str:
    """The page with one section written anew, or added at its end."""
    sections = {text.split("\n", 1)[0]: text for text in re.split("^## ", page, flags=re.M)[1:]}
    sections[name] = _section(name, rows, commit)
    return "\n## ".join([HEAD, *(text.rstrip() + "\n" for text in sections.values())])


def _section(name: str, rows: list[Row], commit: str) -> str:
    here = machine()
    versions = ", ".join(f"{name} {version(name)}" for name in ("tensorflow", "keras", "openvino"))
    table = pd.DataFrame(map(_cells, rows)).to_markdown(index=False, disable_numparse=True)
    return (
        f"{name}\n\n"
        f"{here['processor']}, {here['cores']} cores, {here['memory_gib']} GiB, {here['system']}; "
        f"{versions}; commit {commit}; {time.strftime('%Y-%m-%d')}.\n\n{table}\n"
    )


def _cells(row: Row) -> dict[str, object]:
    return {
        "what": row.name,
        "median": f"{row.value:.3g}",
        "lowest to highest": "" if row.runs == 1 else "{:.3g} to {:.3g}".format(*row.spread),
        "runs": row.runs,
        "target": row.target,
        "met": "yes" if row.target.is_met(row.value) else "**no**",
    }
