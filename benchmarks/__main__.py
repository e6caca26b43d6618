"""Measure everything, or some sections, and write it down: `python -m benchmarks [SECTION ...]`."""

import subprocess
from argparse import ArgumentParser
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from benchmarks.measure import Row
from benchmarks.page import with_section
from viewcache.ground.entry import run
from viewcache.ground.errors import PipelineError

SECTIONS = {
    "extraction": 5,
    "precision": 5,
    "heads": 3,
    "decoding": 3,
    "setup": 3,
    "overhead": 5,
    "scaling": 1,
    "arms": 3,
    "study": 1,
}
"""Groups of rows, and how often each is measured."""
RESULTS = Path(__file__).with_name("RESULTS.md")


def main() -> None:
    parser = ArgumentParser("benchmarks")
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=", ".join(SECTIONS))
    wanted = parser.parse_args().sections
    unknown = sorted(set(wanted) - set(SECTIONS))
    if unknown:
        raise PipelineError(f"sections are {', '.join(SECTIONS)}", ", ".join(unknown))
    commit = clean_commit(Path())
    for section in wanted or SECTIONS:
        rows = list(_measured(section))
        page = RESULTS.read_text() if RESULTS.exists() else ""
        RESULTS.write_text(with_section(page, section, rows, commit))


def clean_commit(folder: Path) -> str:
    """The commit of a repository.

    Raises:
        PipelineError: something else than the results is not committed.
    """
    changed = _git(folder, "status", "--porcelain", "--", ".", ":!benchmarks/RESULTS.md")
    if changed:
        raise PipelineError("what is measured must be committed", "; ".join(changed.splitlines()))
    return _git(folder, "rev-parse", "--short", "HEAD")


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def _measured(section: str) -> Iterator[Row]:
    for row in import_module(f"benchmarks.{section}").rows(SECTIONS[section]):
        print(f"{row.name}: {row.value:.3g}, target {row.target}", flush=True)
        yield row


if __name__ == "__main__":
    run(main)
