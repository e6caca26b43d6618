"""What cells found, as Markdown."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import takewhile
from typing import Any

from tabulate import tabulate

from studies.atlas.finished import Atlas, Finished
from viewcache.commands.comparing import compare_runs
from viewcache.judge.correctness import Measured
from viewcache.report.table import cells
from viewcache.report.words import difference_in

Rows = Iterator[Sequence[str]]
SUMMARY = (
    *("set", "cell", "measure", "training images", "epochs", "no augmentation", "all views"),
    *("augmentation gains, as they are", "under random views"),
    *("views that are enough, as they are", "under random views"),
)
ARMS = (
    *("cell", "arm", "accuracy", "under random views", "passes an image"),
    *("first training s", "each further s"),
)
COMPARED = (
    *("set", "cell", "held to", "as they are, points", "", "under random views, points", ""),
    "images a second",
)
END_TO_END = (
    *("set", "cell", "base", "epochs", "largest difference of a weight"),
    *("changed predictions", "of", "seconds", "of cached views"),
)


def markdown(atlas: Atlas) -> str:
    """All tables: what augmenting brings, what holds between cells, and every arm."""
    found = [(name, one) for name, finished in atlas.items() for one in finished.values()]
    tables: dict[str, tuple[Sequence[str], list[Sequence[str]]]] = {
        "What augmenting brings, and how many views are enough": (
            SUMMARY,
            [_summary(name, one) for name, one in found],
        ),
        "Cells held to each other, by the arm of most cached views": (
            COMPARED,
            [*_compared(atlas)],
        ),
        "End to end beside cached views": (
            END_TO_END,
            [row for name, one in found for row in _end_to_end(name, one)],
        ),
        **{
            name: (ARMS, [row for one in finished.values() for row in _arms(one)])
            for name, finished in atlas.items()
        },
    }
    parts = (f"# {title}\n\n{_table(*table)}" for title, table in tables.items() if table[1])
    return "\n\n".join(parts)


def _table(headers: Sequence[str], rows: list[Sequence[str]]) -> str:
    return tabulate(rows, headers, "github", disable_numparse=True)


def _summary(name: str, one: Finished) -> list[str]:
    effects, (least, *_, most) = one.figures["answers"]["augmentation"], one.cached.values()
    return [
        name,
        one.cell.name,
        one.twin.params["evaluate"]["measure"].replace("_", " "),
        f"{one.training_images:,}",
        str(most["epochs"]),
        *(cells(arm, [one.figures["measure"]])[0] for arm in (least, most)),
        *(difference_in(effects[on]) for on in one.metrics),
        *(_enough(one, on) for on in one.metrics),
    ]


def _enough(one: Finished, on: Measured) -> str:
    """The fewest views known to be within the margin of all views, and by the estimates alone."""
    margin = one.twin.params["evaluate"]["margin"]
    to_twin = [
        found
        for found in one.figures["answers"]["enough"]["differences_to_twin"]
        if found["on"] == on
    ]
    known = [found for found in to_twin if found["effect"] in ("help", "harmless")]
    probably = [found for found in to_twin if found["difference"] > -margin]
    return f"{_fewest(one, to_twin, known)}, probably {_fewest(one, to_twin, probably)}"


def _fewest(one: Finished, to_twin: Sequence[Any], passing: Sequence[Any]) -> int:
    """Views of the last arm that passes, from the most views on."""
    passed = list(takewhile(lambda found: found in passing, reversed(to_twin)))
    return one.arms[passed[-1]["arm"] if passed else one.twin.arm]["budget"]


def _compared(atlas: Atlas) -> Rows:
    for name, finished in atlas.items():
        for one in finished.values():
            reference = one.cell.reference
            if reference is not None and reference in finished:
                yield [name, one.cell.name, reference.name, *_held(one, finished[reference])]


def _held(one: Finished, reference: Finished) -> Iterator[str]:
    record = compare_runs(reference.twin, [one.twin])
    [comparison], [_, run] = record["comparisons"], record["runs"]
    for on in one.metrics:
        found: Mapping[str, Any] | None = comparison["on"].get(on)
        yield from (difference_in(found), found["verdict"]) if found else ("", "other views")
    yield f"{run['images_a_second']:,.0f}"


def _end_to_end(name: str, one: Finished) -> Rows:
    for same in filter(None, one.figures["equivalence"].values()):
        arm, twin = one.arms[same["end_to_end"]], one.arms[same["twin"]]
        yield [
            *(name, one.cell.name, arm["kind"], str(same["epochs"])),
            f"{same['max_abs_weight_difference']:.2g}",
            *(f"{same[key]:,}" for key in ("changed_test_predictions", "test_predictions")),
            *(f"{each['seconds']:,.0f}" for each in (arm, twin)),
        ]


def _arms(one: Finished) -> Rows:
    for name, arm in one.arms.items():
        accuracies = cells(arm, one.metrics.values())
        times = cells(arm, ["seconds", "further_seconds"])
        yield [one.cell.name, name, *accuracies, f"{one.passes(arm):.0f}", *times]
