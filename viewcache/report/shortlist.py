"""Which base suits these images: a table, a sentence, and how to take it, in 100 characters."""

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from viewcache.ground.params.schema import Params
from viewcache.judge.correctness import METRICS, Measured
from viewcache.judge.standing import Standing, Verdict, verdict
from viewcache.judge.statistics import Interval
from viewcache.report.terminal import table
from viewcache.report.words import WHERE, margin_in_words, with_interval

COLUMNS = (
    "\nbase",
    "images\n/ s",
    "extract\nin s",
    "\nwidth",
    "accuracy as they are\nand in a view",
)
VERDICTS: dict[Verdict, str] = {
    "best": "best on",
    "as good": "as good on",
    "open": "maybe best on",
    "worse": "worse on",
    "dropped": "dropped at",
}
LONGEST_NAME = 46
EITHER = " or ".join(WHERE.values())
FASTER = 1.1
"""A base that is so many times as fast is called faster."""
BASES = Path("data/bases")


@dataclass(frozen=True)
class Listed:
    """A base on the list.

    Attributes:
        seconds: That `extract` will take for all images, in all views.
    """

    standing: Standing
    verdict: Verdict
    seconds: float


def list_bases(standings: Sequence[Standing], passes: int) -> list[Listed]:
    """The list.

    Args:
        standings: The best first.
        passes: That `extract` will make.
    """
    return [
        Listed(one, verdict(one, standings[0]), passes / one.images_a_second) for one in standings
    ]


def table_of_bases(listed: Sequence[Listed]) -> str:
    rows = [
        (
            f"{_clipped(one.standing.name)}\n{_how_it_stands(one)}",
            f"{one.standing.images_a_second:,.0f}",
            f"{one.seconds:,.0f}",
            f"{one.standing.width:,}",
            "\n".join(_accuracy(one.standing, on) for on in METRICS),
        )
        for one in listed
    ]
    return table(rows, COLUMNS, words=1)


def frame_of_bases(listed: Sequence[Listed]) -> pd.DataFrame:
    """One row a base."""
    return pd.DataFrame(dict(_record(one)) for one in listed)


def advise(listed: Sequence[Listed]) -> tuple[Standing, str]:
    """The base to take, and why, in a sentence that says no more than is known."""
    best, *others = [one.standing for one in listed]
    near = [one for one in listed if one.verdict in ("as good", "open")]
    fastest = max(near, key=lambda one: one.standing.images_a_second, default=listed[0])
    if not others:
        return best, f"{best.name} is the only base: it is held to no other."
    if not near:
        return best, f"{best.name}: every other base is known to be worse {EITHER}."
    if fastest.standing.images_a_second < FASTER * best.images_a_second:
        names = " and ".join(one.standing.name for one in near)
        return best, f"{best.name}: {names} may be as good, and no faster."
    return fastest.standing, f"{_near(fastest, best)}; {_faster(fastest.standing, best)}."


def what_it_rests_on(listed: Sequence[Listed], images: int, left_out: int) -> str:
    """How many images, of all that there are; and what stopped the rounds."""
    best, still_in = listed[0].standing, [one for one in listed if one.verdict != "dropped"]
    stopped = "time was up" if len(still_in) > 1 or len(listed) == 1 else "no other base was left"
    every = best.images + left_out == images
    of_all = (
        f"all {images:,} images" if every else f"{best.images:,} of {images:,} images: {stopped}"
    )
    without = f" {left_out:,} could not be decoded." if left_out else ""
    heads = "Linear heads on view 0 and two random views, cross-validated"
    return f"{heads}, tested on {of_all}.{without}"


def how_to_take(stated: Params, taken: Params) -> str:
    """What to type.

    Args:
        stated: By `params.yaml`.
    """
    lines, file = [], Path(taken.extract.base)
    if taken.extract.from_file and file.parent != BASES:
        lines.append(f"cp {shlex.quote(str(file))} {BASES}/")
        base = {"base": str(BASES / file.name)}
        taken = taken.model_copy(update={"extract": taken.extract.model_copy(update=base)})
    before, after = _settings(stated), _settings(taken)
    changes = [f"-S {shlex.quote(f'{name}={after[name]}')}" for name in after]
    changed = [one for one, name in zip(changes, after, strict=True) if before[name] != after[name]]
    command = " \\\n    ".join(["dvc exp run", *changed]) if changed else "make run"
    return "\n".join([*lines, command])


def _settings(params: Params) -> dict[str, str]:
    """Of the base, as `dvc exp run -S` takes them."""
    extract = params.extract
    return {
        "extract.base": extract.base,
        "extract.weights": extract.weights or "null",
        "extract.preprocessing": extract.preprocessing,
        "extract.layers": f"[{','.join(extract.layers)}]",
        "extract.precision": extract.precision,
        "data.image_size": str(params.data.image_size or "null"),
    }


def _near(one: Listed, best: Standing) -> str:
    evaluate, name = best.params.evaluate, one.standing.name
    found = one.standing.less(best, evaluate.rule)
    points = f": {_in_points(found)} {WHERE[evaluate.rule]}" if found else ""
    if one.verdict == "as good":
        margin = margin_in_words(evaluate.margin)
        return f"{name} is within {margin} of {best.name}{points}"
    return f"{name} and {best.name} cannot be told apart{points}"


def _faster(one: Standing, best: Standing) -> str:
    paces = f"{one.images_a_second:,.0f} images a second, not {best.images_a_second:,.0f}"
    return f"{one.name} is faster: {paces}"


def _in_points(found: Interval) -> str:
    estimate, low, high = (100 * each for each in (found.estimate, found.low, found.high))
    return with_interval(estimate, low, high, "+.1f", " points")


def _clipped(name: str) -> str:
    half = (LONGEST_NAME - 1) // 2
    return name if len(name) <= LONGEST_NAME else f"{name[:half]}…{name[-half:]}"


def _how_it_stands(one: Listed) -> str:
    params = one.standing.params
    made = f"{params.side} px, {params.extract.precision}"
    return f"{made}: {VERDICTS[one.verdict]} {one.standing.images:,} images"


def _accuracy(standing: Standing, on: Measured) -> str:
    found = standing.interval(on)
    if found is None:
        return f"{standing.accuracy(on):.3f}"
    return with_interval(found.estimate, found.low, found.high, ".3f")


def _record(one: Listed) -> Iterator[tuple[str, object]]:
    standing = one.standing
    yield "base", standing.name
    yield "px", standing.params.side
    yield "precision", standing.params.extract.precision
    yield "images_a_second", standing.images_a_second
    yield "seconds", one.seconds
    yield "width", standing.width
    for on, metric in METRICS.items():
        found = standing.interval(on)
        yield metric, standing.accuracy(on)
        yield f"{metric}_low", found.low if found else None
        yield f"{metric}_high", found.high if found else None
    yield "images", standing.images
    yield "verdict", one.verdict
