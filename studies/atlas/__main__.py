"""The command line: `python -m studies.atlas --help`."""

import re
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Iterable, Sequence
from fnmatch import fnmatch
from itertools import product
from pathlib import Path

from studies import atlas
from studies.atlas.cells import BASES, Cell, cells
from studies.atlas.finished import open_finished
from studies.atlas.picture import draw
from studies.atlas.running import clone_for, run_cells
from studies.atlas.table import markdown
from viewcache.ground.entry import run
from viewcache.ground.errors import PipelineError

ELPV = "elpv"
"""The set of the default parameters, which needs no folder."""


def main() -> None:
    given = _parser().parse_args()
    run(lambda: given.work_of(given))


def _run(given: Namespace) -> None:
    work, sets, bases = given.work.resolve(), dict(given.sets), BASES | dict(given.base)
    stated = dict(setting.split("=", 1) for setting in given.settings)
    stated |= {"data.limit": given.limit} if given.limit else {}
    chosen = _chosen(sets, list(cells(bases)), given.only)
    work.mkdir(parents=True, exist_ok=True)
    clones = {name: clone_for(work, name, sets[name]) for name, _ in chosen}
    failed = run_cells(
        [
            (clones[name], cell.name, cell.settings(bases[cell.base]) | stated)
            for name, cell in chosen
        ],
        work / "logs",
    )
    if failed:
        raise PipelineError("every cell must end well", ", ".join(failed))


def _chosen(
    sets: Iterable[str], every: Sequence[Cell], only: Sequence[str] | None
) -> list[tuple[str, Cell]]:
    """Sets and cells that a pattern names, of every set the first cell first."""
    chosen = [
        (name, cell)
        for cell, name in product(every, sets)
        if any(fnmatch(f"{name}/{cell.name}", pattern) for pattern in only or ["*"])
    ]
    if not chosen:
        names = ", ".join(cell.name for cell in every)
        raise PipelineError(f"--only must match SET/CELL, a cell being {names}", only)
    return chosen


def _table(given: Namespace) -> None:
    finished = open_finished(given.work.resolve())
    draw(finished, given.work)
    print(markdown(finished))


def _set(text: str) -> tuple[str, Path | None]:
    if text == ELPV:
        return ELPV, None
    name, folder = _named(text)
    return name, Path(folder).expanduser().resolve()


def _named(text: str) -> tuple[str, str]:
    found = re.fullmatch(r"(\w+)=(.+)", text)
    if not found:
        raise ValueError(text)
    return found[1], found[2]


def _parser() -> ArgumentParser:
    parser = ArgumentParser(
        "atlas", description=atlas.__doc__, formatter_class=RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(required=True)
    runs, table = commands.add_parser("run"), commands.add_parser("table")
    for command, work_of in ((runs, _run), (table, _table)):
        command.add_argument("work", type=Path)
        command.set_defaults(work_of=work_of)
    runs.add_argument("sets", nargs="+", type=_set, metavar="NAME=FOLDER", help="or elpv")
    runs.add_argument("--base", action="append", default=[], type=_named, metavar="NAME=BASE")
    runs.add_argument("--only", action="append", metavar="SET/CELL", help="with * and ?")
    runs.add_argument("-S", dest="settings", action="append", default=[], metavar="NAME=VALUE")
    runs.add_argument("--limit", metavar="IMAGES", help="the same as -S data.limit=IMAGES")
    return parser


if __name__ == "__main__":
    main()
