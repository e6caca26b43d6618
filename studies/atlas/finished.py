"""Cells that ended well, as git and DVC keep them."""

import json
from collections.abc import Mapping
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from studies.atlas.cells import Cell, cell_of
from studies.atlas.running import experiments
from viewcache.commands.comparing import Compared, open_compared
from viewcache.commands.run_files import find_run
from viewcache.judge.correctness import Measured, metrics
from viewcache.report.results import EVERYTHING


@dataclass(frozen=True)
class Finished:
    """What a cell found.

    Attributes:
        figures: results.json.
        twin: The arm of most cached views, to be compared.
    """

    cell: Cell
    figures: Mapping[str, Any]
    twin: Compared

    @property
    def metrics(self) -> Mapping[Measured, str]:
        """What its arms call the measure that decides."""
        return metrics(self.figures["measure"])

    @property
    def arms(self) -> Mapping[str, Mapping[str, Any]]:
        return self.figures["arms"]

    @property
    def cached(self) -> dict[str, Mapping[str, Any]]:
        """Arms that train on cached views and images as they are, by their names."""
        return {name: arm for name, arm in self.arms.items() if arm["role"] == "cached"}

    @property
    def training_images(self) -> int:
        return self.arms["cached_0"]["base_passes"]

    def passes(self, arm: Mapping[str, Any]) -> float:
        """Base passes an image."""
        return arm["base_passes"] / self.training_images


Atlas = Mapping[str, Mapping[Cell, Finished]]
"""By set, by cell."""


def open_finished(work: Path) -> Atlas:
    """Open what all cells found that ended well."""
    clones = sorted(path.parent for path in work.glob("[!.]*/dvc.yaml"))
    opened = {clone.name: _open_set(clone) for clone in clones}
    return {name: cells for name, cells in opened.items() if cells}


def _open_set(clone: Path) -> dict[Cell, Finished]:
    with chdir(clone):
        finished = [_open(name) for name in sorted(experiments(clone))]
    return {one.cell: one for one in finished}


def _open(name: str) -> Finished:
    run = find_run(name)
    figures = json.loads(run.read(EVERYTHING))
    *_, twin = (name for name, arm in figures["arms"].items() if arm["role"] == "cached")
    return Finished(cell_of(name), figures, open_compared(run, twin))
