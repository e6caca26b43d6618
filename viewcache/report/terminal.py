"""The answer as text, for a terminal of 100 characters."""

import os
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tabulate import tabulate

from viewcache.costs.faster import TIMES_THE_IMAGES
from viewcache.ground.files import write_text
from viewcache.report.figures import Arms, cached_arms
from viewcache.report.tables import accuracy_in_words, note_on_stars, seconds_in_words
from viewcache.report.words import plain_name

ANSWER = Path("plots/answer.txt")
WIDTH = 100
ARMS = (
    "\ntrained on",
    "\naccuracy",
    "\nunder random views",
    "base\npasses",
    "first\nin s",
    "further\nin s",
)
FASTER = (
    "times as fast as end to end\non the same runtime",
    "first\ntraining",
    "without starts\nof processes",
    f"first, of {TIMES_THE_IMAGES} times\nthe images",
    "each\nfurther",
)
AGAINST = {"on_the_same_runtime": "", "originals_kept": "if that kept the images' features"}
"""From a factor to its row: the arm's own where it is against end to end as one writes it."""
NEXT = """\
report.html     all of it on one page: open it in a browser
make ui         every run of every arm, in MLflow
make plan       what a run of changed parameters (params.yaml) will cost
dvc exp run -S train.learning_rate=0.003 -S end_to_end.compiled=0
                another learning rate, on the same features; then: dvc metrics diff
"""


def tell(figures: Mapping[str, Any]) -> None:
    """Write the answer to `plots/answer.txt`, and print it, unless `make run` will at its end."""
    text = answer(figures)
    write_text(ANSWER, text)
    if "ANSWER_FOLLOWS" not in os.environ:
        print(text, end="")


def answer(figures: Mapping[str, Any]) -> str:
    """The recommendation, what it rests on, and what to do next; no line over `WIDTH`.

    Args:
        figures: As in `results.json`.
    """
    return "\n" + "\n\n".join([*_paragraphs(figures), NEXT])


def table(rows: Sequence[Sequence[str]], headers: tuple[str, ...], words: int) -> str:
    """Columns of words come first, and begin at the left; those of figures end at the right."""
    align = ["left"] * words + ["right"] * (len(headers) - words)
    return tabulate(rows, headers, "simple", disable_numparse=True, colalign=align)


def wrapped(text: str) -> str:
    """A paragraph in lines of at most `WIDTH`."""
    return textwrap.fill(text, WIDTH, break_on_hyphens=False)


def _paragraphs(figures: Mapping[str, Any]) -> Iterator[str]:
    arms, faster = figures["arms"], figures["answers"]["faster"]
    yield wrapped(figures["recommendation"]["sentence"])
    yield _table_of_arms(arms)
    if note_on_stars(arms):
        yield note_on_stars(arms)
    same = figures["equivalence"]["same_runtime"] or figures["equivalence"]["keras"]
    if same:
        yield wrapped(_same(same, _trained_on(arms[same["twin"]])))
    told = dict.fromkeys((figures["recommendation"]["arm"], cached_arms(arms)[-1]))
    if faster["arms"][next(iter(told))]["first"]["on_the_same_runtime"]:
        yield _table_of_speeds({_trained_on(arms[name]): faster["arms"][name] for name in told})


def _trained_on(arm: Mapping[str, Any]) -> str:
    """What an arm trains on, in a reader's words."""
    as_they_are = arm["role"] == "cached" and not arm["budget"]
    return "images as they are" if as_they_are else plain_name(arm)


def _table_of_arms(arms: Arms) -> str:
    rows = [
        (
            _trained_on(arm),
            accuracy_in_words(arm, "accuracy"),
            accuracy_in_words(arm, "accuracy_augmented"),
            f"{arm['base_passes']:,}",
            seconds_in_words(arm, "seconds"),
            seconds_in_words(arm, "further_seconds"),
        )
        for arm in arms.values()
    ]
    return table(rows, ARMS, words=3)


def _table_of_speeds(factors: Mapping[str, Mapping[str, Mapping[str, float | None]]]) -> str:
    kinds = ("first", "first_without_setup", "first_on_more_images", "further")
    rows = [
        (row or words, *(_times(own[kind][against]) for kind in kinds))
        for words, own in factors.items()
        for against, row in AGAINST.items()
    ]
    return table(rows, FASTER, words=1)


def _same(same: Mapping[str, Any], twin: str) -> str:
    """Of two trainings, with the same images and seed."""
    head = (
        f"the same head: after {same['epochs']} epochs no weight differs"
        if same["is_exact"]
        else f"nearly the same head: after {same['epochs']} epochs "
        f"{same['changed_test_predictions']:,} of "
        f"{same['test_predictions']:,} answers differ"
    )
    return f"With the same images and seed, {twin} and end to end train {head}."


def _times(factor: float | None) -> str:
    return "-" if factor is None else f"{factor:.1f}"
