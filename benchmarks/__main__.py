"""Measure everything and write it down: `python -m benchmarks`."""

import subprocess
import time
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

import pandas as pd

from benchmarks.measure import Row
from viewcache.ground.machine import machine

GROUPS = {
    "extraction": 5,
    "heads": 3,
    "decoding": 3,
    "overhead": 5,
    "scaling": 1,
    "arms": 1,
}
"""Groups of rows, and how often each is measured: the whole arms take minutes each."""
RESULTS = Path(__file__).with_name("RESULTS.md")


def main() -> None:
    rows: list[Row] = []
    commit = _commit()
    for group, runs in GROUPS.items():
        for row in import_module(f"benchmarks.{group}").rows(runs):
            print(f"{row.name}: {row.value:.3g} {row.target}", flush=True)
            rows.append(row)
        RESULTS.write_text(_page(rows, commit))


def _page(rows: list[Row], commit: str) -> str:
    table = pd.DataFrame(
        {
            "what": row.name,
            "median": f"{row.value:.3g}",
            "lowest to highest": "" if row.runs == 1 else "{:.3g} to {:.3g}".format(*row.spread),
            "runs": row.runs,
            "target": row.target,
        }
        for row in rows
    )
    here = machine()
    versions = ", ".join(f"{name} {version(name)}" for name in ("tensorflow", "keras", "openvino"))
    return (
        "# Results of `make bench`\n\n"
        f"{here['processor']}, {here['cores']} cores, {here['memory_gib']} GiB, {here['system']}; "
        f"{versions}; commit {commit}; {time.strftime('%Y-%m-%d')}.\n\n"
        'Ratios of medians of interleaved runs unless the name says otherwise; "against" says how\n'
        "many times faster the first is. A row of one run has no spread.\n\n"
        f"{table.to_markdown(index=False, disable_numparse=True)}\n"
    )


def _commit() -> str:
    command = ["git", "describe", "--always", "--dirty"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


if __name__ == "__main__":
    main()
