"""The answer as text, for a terminal of 100 characters."""

import os
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path

from tabulate import tabulate

from viewcache.answers.equivalence import Equivalence
from viewcache.costs.faster import TIMES_THE_IMAGES, Span
from viewcache.ground.files import write_text
from viewcache.report.findings import Findings
from viewcache.report.questions import averaged_views
from viewcache.report.sentence import sentence
from viewcache.report.table import cells, measured_by, note_on_stars
from viewcache.report.words import BASES, left_out, or_dash, plain_name

ANSWER = Path("plots/answer.txt")
WIDTH = 100
FIGURES = ("accuracy", "accuracy_augmented", "base_passes", "seconds", "further_seconds")
"""Columns of the table of figures."""
HEADINGS = {
    "accuracy": "\naccuracy",
    "balanced_accuracy": "\nbalanced accuracy",
    "accuracy_augmented": "\nunder random views",
    "balanced_accuracy_augmented": "\nunder random views",
    "base_passes": "base\npasses",
    "seconds": "first\nin s",
    "further_seconds": "further\nin s",
}
"""As narrow as the terminal asks for."""
SPEEDS: dict[Span, str] = {
    "first": "first\ntraining",
    "first_without_setup": "without starts\nof processes",
    "first_on_more_images": f"first, of {TIMES_THE_IMAGES} times\nthe images",
    "further": "each\nfurther",
}
NEXT = """\
report.html     all of it on one page: open it in a browser
make ui         every run of every arm, in MLflow
make plan       what a run of changed parameters (params.yaml) will cost
dvc exp run -S train.learning_rate=0.003 -S end_to_end.compiled=0
                another learning rate, on the same features; then: dvc metrics diff
"""


def tell(found: Findings) -> None:
    """Write the answer to `plots/answer.txt`, and print it, unless `make run` will at its end."""
    text = answer(found)
    write_text(ANSWER, text)
    if "ANSWER_FOLLOWS" not in os.environ:
        print(text, end="")


def answer(found: Findings) -> str:
    """The recommendation, what it rests on, and what to do next; no line over `WIDTH`."""
    return "\n" + "\n\n".join([*_paragraphs(found), NEXT])


def table(rows: Sequence[Sequence[str]], headers: tuple[str, ...], words: int) -> str:
    """Columns of words come first, and begin at the left; those of figures end at the right."""
    align = ["left"] * words + ["right"] * (len(headers) - words)
    return tabulate(rows, headers, "simple", disable_numparse=True, colalign=align)


def wrapped(text: str) -> str:
    """A paragraph in lines of at most `WIDTH`."""
    return textwrap.fill(text, WIDTH, break_on_hyphens=False)


def _paragraphs(found: Findings) -> Iterator[str]:
    yield wrapped(sentence(found))
    names = measured_by(found.judged.measure, FIGURES)
    rows = [[plain_name(arm), *cells(row, names)] for arm, row in found.table.items()]
    yield table(rows, ("\ntrained on", *map(HEADINGS.__getitem__, names)), words=3)
    yield from note_on_stars(found.table)
    if averaged := averaged_views(found):
        yield wrapped(averaged)
    if found.same:
        yield wrapped(_same(found.same))
    if without := left_out(found.params.base):
        yield wrapped(without)
    if found.speed["first"].times.on_the_same_runtime:
        yield _speeds(found)


def _speeds(found: Findings) -> str:
    """Of the recommended arm and of the twin: how many times as fast as end to end."""
    rows = []
    for arm in dict.fromkeys((found.recommended, found.cached[-1])):
        times = [found.reckoned.speeds[arm][span].times for span in SPEEDS]
        written = [or_dash(one.on_the_same_runtime, ".1f") for one in times]
        keeping = [or_dash(one.originals_kept, ".1f") for one in times]
        rows += [[plain_name(arm), *written], ["if that kept the images' features", *keeping]]
    against = "times as fast as end to end\non the same runtime"
    return table(rows, (against, *SPEEDS.values()), words=1)


def _same(same: Equivalence) -> str:
    """Of two trainings, with the same images and seed; on the base that ran."""
    ways = f"{plain_name(same.twin)} and end to end on {BASES[same.end_to_end.kind]}"
    after = f"after {same.epochs} epochs"
    head = (
        f"the same head: {after} no weight differs"
        if same.is_exact
        else f"nearly the same head: {after} weights differ by up to "
        f"{same.max_abs_weight_difference:.1g}, and {same.changed_test_predictions:,} of "
        f"{same.test_predictions:,} answers"
    )
    return f"With the same images and seed, {ways} train {head}."
