"""One table of figures: a row an arm, of which people are shown some columns."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Any, NamedTuple

import pandas as pd

from viewcache.arms.arm import Arm
from viewcache.costs.reckoning import Reckoning
from viewcache.judge.correctness import metrics
from viewcache.judge.judgement import Judgement
from viewcache.judge.sample import Measure
from viewcache.report.words import TESTED_ON, megabytes, with_interval

Row = Mapping[str, Any]
"""The figures of an arm, by their names in `results.json`; of what it lacks, none."""
Table = Mapping[Arm, Row]
TRAINING = "one training alone"
TESTED = "all test images and seeds; of end to end, its own trainings"
"""Whose a figure is."""


class Column(NamedTuple):
    """A column that people are shown.

    Attributes:
        whose: What its figures are of.
        write: What a cell says, by the arm's row and the column's name.
    """

    heading: str
    whose: str
    write: Callable[[Row, str], str]


def _count(row: Row, name: str) -> str:
    return f"{row[name]:,.0f}"


def _megabytes(row: Row, name: str) -> str:
    return megabytes(row[name])


def _score(row: Row, name: str) -> str:
    """With its 95 % interval, where it has one."""
    low, high = f"{name}_low", f"{name}_high"
    if low not in row:
        return f"{row[name]:.3f}"
    return with_interval(row[name], row[low], row[high], ".3f")


def _seconds(row: Row, name: str) -> str:
    """With a star where only some of the epochs were run and timed."""
    return f"{_digits(row, name)}*" if _is_cut_short(row) else _digits(row, name)


def _digits(row: Row, name: str) -> str:
    return f"{row[name]:.1f}" if row[name] < 100 else f"{row[name]:,.0f}"


def _is_cut_short(row: Row) -> bool:
    return row["measured_epochs"] != row["epochs"]


COLUMNS = {
    "accuracy": Column("accuracy", TESTED, _score),
    "accuracy_augmented": Column("under random views", TESTED, _score),
    "balanced_accuracy": Column("balanced accuracy", TESTED, _score),
    "balanced_accuracy_augmented": Column("under random views", TESTED, _score),
    "trainings": Column("trainings", "the arm itself", _count),
    "base_passes": Column("base passes", TRAINING, _count),
    "seconds": Column("first training s", TRAINING, _seconds),
    "setup_seconds": Column("set-up s", TRAINING, _digits),
    "further_seconds": Column("each further s", TRAINING, _seconds),
    "feature_bytes": Column("features MB", TRAINING, _megabytes),
}
"""By the names of figures."""
ALL = (
    *("accuracy", "accuracy_augmented", "trainings", "base_passes", "seconds"),
    *("setup_seconds", "further_seconds", "feature_bytes"),
)
"""What `markdown` shows."""


def table_of(judged: Judgement, reckoned: Reckoning, runs: pd.DataFrame) -> Table:
    """All figures of every arm.

    An arm whose trainings were cut short has costs alone. Accuracies of arms that tested all images
    are estimates over these, with intervals where there is more than one seed; of end to end, which
    has few trainings, they are means over its own.

    Args:
        runs: One row a head: `arm`, `seed`, `rotation`, and measures, of which means are taken.
    """
    means = runs.drop(columns=["seed", "rotation"]).groupby("arm").mean().to_dict("index")
    return {
        arm: {
            "role": arm.role,
            "budget": None if arm.fresh else arm.random_views,
            "kind": arm.kind,
            "originals": arm.course.originals,
            "seeds": len(arm.seeds),
            "rotations": len(arm.rotations),
            "trainings": len(arm.trainings),
            "epochs": arm.course.epochs,
            **{str(name): float(mean) for name, mean in means.get(arm.name, {}).items()},
            **dict(_accuracies(judged, arm)),
            **asdict(cost),
        }
        for arm, cost in reckoned.costs.items()
    }


def _accuracies(judged: Judgement, arm: Arm) -> Iterator[tuple[str, float]]:
    """Estimates over all test images, and their intervals where there are any."""
    for on, (estimate, interval) in judged.accuracies.get(arm, {}).items():
        name = metrics(judged.measure)[on]
        yield name, estimate
        if interval is not None:
            yield f"{name}_low", interval.low
            yield f"{name}_high", interval.high


def measured_by(measure: Measure, names: Iterable[str]) -> list[str]:
    """Columns, with the measure that decides in the place of accuracy."""
    return [name.replace("accuracy", measure) for name in names]


def cells(row: Row, names: Iterable[str]) -> list[str]:
    """What some columns say of an arm; a dash where it has no such figure."""
    return ["-" if row.get(name) is None else COLUMNS[name].write(row, name) for name in names]


def markdown(table: Table, measure: Measure = "accuracy") -> str:
    """A row an arm."""
    names = measured_by(measure, ALL)
    rows = [[arm.name, *cells(row, names)] for arm, row in table.items()]
    columns = ["arm", *(COLUMNS[name].heading for name in names)]
    text = pd.DataFrame(rows, columns=columns).to_markdown(index=False, disable_numparse=True)
    return "\n\n".join([text, *note_on_stars(table)]) + "\n"


def accuracy_against_seconds(table: Table, measure: Measure = "accuracy") -> pd.DataFrame:
    """Columns `arm`, `tested_on`, `accuracy` and `seconds`, of the arms that have accuracies.

    Args:
        measure: Of the column `accuracy`.
    """
    return pd.DataFrame(
        {
            "arm": arm.name,
            "tested_on": TESTED_ON[on],
            "accuracy": row[name],
            "seconds": row["seconds"],
        }
        for arm, row in table.items()
        for on, name in metrics(measure).items()
        if name in row
    )


def note_on_stars(table: Table) -> list[str]:
    """What a star at seconds means, where there is one."""
    cut = [(row["measured_epochs"], row["epochs"]) for row in table.values() if _is_cut_short(row)]
    return [
        f"* Cut short: the pace of {run} epochs, times all {every}, and no accuracy."
        for run, every in cut[:1]
    ]
