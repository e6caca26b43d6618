"""One table of figures: every arm by columns. Whoever shows it names the columns that it shows."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass

import pandas as pd

from viewcache.answers.metrics import MEASURES
from viewcache.arms.arm import Arm
from viewcache.costs.reckoning import Reckoning
from viewcache.judge.correctness import METRICS
from viewcache.judge.judgement import Judgement
from viewcache.report.words import TESTED_ON, megabytes, with_interval

Value = float | str | None
Row = Mapping[str, Value]
"""The figures of an arm, by the names of columns; without those that it has none of."""
Table = Mapping[Arm, Row]
ITSELF = "the arm itself"
TRAINING = "one training alone"
STUDY = "all trainings of the arm"
TESTED = "all test images and seeds; of end to end, its own trainings"
"""Whose a figure is."""
MARKDOWN = (
    "accuracy",
    "accuracy_augmented",
    "trainings",
    "base_passes",
    "seconds",
    "setup_seconds",
    "further_seconds",
    "feature_bytes",
)


@dataclass(frozen=True)
class Column:
    """A figure of every arm.

    Attributes:
        name: In `results.json`, below `arms` and the name of the arm.
        unit: Of what a cell says.
        whose: What the figure is of.
        write: What a cell says, by the arm's row and the column's name.
    """

    name: str
    title: str
    unit: str
    whose: str
    write: Callable[[Row, str], str]

    @property
    def heading(self) -> str:
        return f"{self.title} {self.unit}".strip()

    def cell(self, row: Row) -> str:
        """A dash where the arm has no such figure."""
        return "-" if row.get(self.name) is None else self.write(row, self.name)


def _text(row: Row, name: str) -> str:
    return str(row[name])


def _count(row: Row, name: str) -> str:
    return f"{_number(row, name):,.0f}"


def _megabytes(row: Row, name: str) -> str:
    return megabytes(_number(row, name))


def _score(row: Row, name: str) -> str:
    """With its 95 % interval, where it has one."""
    low, high = f"{name}_low", f"{name}_high"
    if low not in row:
        return f"{_number(row, name):.3f}"
    return with_interval(_number(row, name), _number(row, low), _number(row, high), ".3f")


def _seconds(row: Row, name: str) -> str:
    """With a star where only some of the epochs were run and timed."""
    return f"{_digits(row, name)}*" if _is_cut_short(row) else _digits(row, name)


def _digits(row: Row, name: str) -> str:
    seconds = _number(row, name)
    return f"{seconds:.1f}" if seconds < 100 else f"{seconds:,.0f}"


def _number(row: Row, name: str) -> float:
    value = row[name]
    assert isinstance(value, int | float)
    return value


def _is_cut_short(row: Row) -> bool:
    return row["measured_epochs"] != row["epochs"]


def _scores() -> Iterator[Column]:
    """Of every measure, on images as they are and under random views, and of what has intervals."""
    for name in MEASURES:
        title = name.replace("_", " ")
        under_views = f"{title} under random views".removeprefix("accuracy ")
        yield Column(name, title, "", TESTED, _score)
        yield Column(f"{name}_augmented", under_views, "", TESTED, _score)
    for name in METRICS.values():
        for end in ("low", "high"):
            yield Column(f"{name}_{end}", f"{end} end of the interval", "", TESTED, _score)


_ALL = (
    Column("role", "role", "", ITSELF, _text),
    Column("budget", "random views", "", ITSELF, _count),
    Column("kind", "runtime", "", ITSELF, _text),
    Column("originals", "images as they are", "", ITSELF, _text),
    Column("seeds", "seeds", "", ITSELF, _count),
    Column("rotations", "rotations", "", ITSELF, _count),
    Column("trainings", "trainings", "", ITSELF, _count),
    Column("epochs", "epochs", "", TRAINING, _count),
    *_scores(),
    Column("validation_accuracy", "accuracy on validation images", "", STUDY, _score),
    Column("validation_loss", "loss on validation images", "", STUDY, _score),
    Column("base_passes", "base passes", "", TRAINING, _count),
    Column("augment_seconds", "drawing and rendering", "s", TRAINING, _seconds),
    Column("base_seconds", "base passes", "s", TRAINING, _seconds),
    Column("head_seconds", "head", "s", TRAINING, _seconds),
    Column("setup_seconds", "set-up", "s", TRAINING, _digits),
    Column("seconds", "first training", "s", TRAINING, _seconds),
    Column("further_seconds", "each further", "s", TRAINING, _seconds),
    Column("study_seconds", "all trainings", "s", STUDY, _seconds),
    Column("originals_seconds", "the images as they are, again", "s", TRAINING, _seconds),
    Column("measured_epochs", "epochs that were timed", "", TRAINING, _count),
    Column("feature_bytes", "features", "MB", TRAINING, _megabytes),
    Column("peak_rss_bytes", "peak memory", "MB", TRAINING, _megabytes),
    Column("machine", "timed on", "", ITSELF, _text),
)
COLUMNS = {column.name: column for column in _ALL}


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
        yield METRICS[on], estimate
        if interval is not None:
            yield f"{METRICS[on]}_low", interval.low
            yield f"{METRICS[on]}_high", interval.high


def cells(row: Row, names: Iterable[str]) -> list[str]:
    """What some columns say of an arm."""
    return [COLUMNS[name].cell(row) for name in names]


def markdown(table: Table) -> str:
    """The columns of `MARKDOWN`, a row an arm."""
    rows = [[arm.name, *cells(row, MARKDOWN)] for arm, row in table.items()]
    columns = ["arm", *(COLUMNS[name].heading for name in MARKDOWN)]
    text = pd.DataFrame(rows, columns=columns).to_markdown(index=False, disable_numparse=True)
    return "\n\n".join([text, *note_on_stars(table)]) + "\n"


def accuracy_against_seconds(table: Table) -> pd.DataFrame:
    """Columns `arm`, `tested_on`, `accuracy` and `seconds`, of the arms that have accuracies."""
    return pd.DataFrame(
        {
            "arm": arm.name,
            "tested_on": TESTED_ON[on],
            "accuracy": row[name],
            "seconds": row["seconds"],
        }
        for arm, row in table.items()
        for on, name in METRICS.items()
        if name in row
    )


def note_on_stars(table: Table) -> list[str]:
    """What a star at seconds means, where there is one."""
    cut = [(row["measured_epochs"], row["epochs"]) for row in table.values() if _is_cut_short(row)]
    return [
        f"* Cut short: the pace of {run} epochs, times all {every}, and no accuracy."
        for run, every in cut[:1]
    ]
