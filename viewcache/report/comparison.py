"""How runs compare, as text for a terminal of 100 characters."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from viewcache.judge.correctness import Measured, metrics
from viewcache.report.terminal import table, wrapped
from viewcache.report.words import SHORT, WHERE, difference_in, margin_in_words

Record = Mapping[str, Any]
LONGEST = 25
"""Characters of a name in a table."""
MOST_CHANGES = 8
"""Parameters that are told; `--json` has all."""
COSTS = ("", "base\npasses", "images\na second", "first training\nin s", "further\nin s")


def comparison(record: Record) -> str:
    """A table of runs, what it rests on, and what they cost.

    Args:
        record: As `viewcache compare --json` prints it.
    """
    return "\n" + "\n\n".join(_paragraphs(record))


def may_be_best(record: Record, on: Measured) -> str:
    """Which runs are not known to be worse than the first, and the fastest of them.

    Args:
        record: Of runs by their accuracy on what counts, the best first.
    """
    first, *others = record["runs"]
    verdicts = [one["on"][on]["verdict"] for one in record["comparisons"]]
    known = zip(others, verdicts, strict=True)
    left = [first, *(run for run, verdict in known if verdict != "worse")]
    names = ", ".join(run["run"] for run in left)
    fastest = max(left, key=lambda run: run["images_a_second"] or 0)["run"]
    return wrapped(
        f"Best, or not known to be worse {WHERE[on]}: {names}. Of these {fastest} is fastest."
    )


def _paragraphs(record: Record) -> Iterator[str]:
    first, *others = record["runs"]
    compared = [{}, *(one["on"] for one in record["comparisons"])]
    names = metrics(record["measure"])
    pairs = zip(record["runs"], compared, strict=True)
    rows = [row for pair in pairs for row in _rows(*pair, names)]
    yield table(rows, _headers(record["measure"]), words=2)
    for one in record["comparisons"]:
        yield "\n".join(map(wrapped, _notes(one, record["margin"])))
    yield table([_costs(run, first) for run in record["runs"]], COSTS, words=1)
    if any(run["machine"] != first["machine"] for run in others):
        yield "Seconds that were taken on other machines than the first run's are not told."


def _headers(measure: str) -> tuple[str, ...]:
    named = "balanced\naccuracy" if measure == "balanced_accuracy" else "accuracy"
    return "", "tested", named, "less the first\nin points", "verdict"


def _rows(run: Record, compared: Record, metric: Mapping[Measured, str]) -> Iterator[list[str]]:
    names = _short(run["run"]), run["arm"]
    for name, on in zip(names, metric, strict=True):
        accuracy = f"{run[metric[on]]:.3f}" if metric[on] in run else "-"
        found = compared.get(on)
        known = [difference_in(found), found["verdict"]] if found else ["", ""]
        yield [name, SHORT[on], accuracy, *known]


def _notes(one: Record, margin: float) -> Iterator[str]:
    """What a comparison rests on, line by line."""
    arm, reference = one["arms"]
    less = f"{_short(one['run'])} ({arm}) less {_short(one['reference'])} ({reference})"
    yield f"{less}: {_paired(one)}."
    if any(one["left_out"].values()):
        yield f"Left out: {', '.join(_left_out(one['left_out']))}."
    if "robustness" not in one["on"]:
        yield "Random views are others in the two runs, so that nothing is compared under them."
    if one["changed"]:
        yield f"Other parameters: {_changes(one['changed'])}."
    for on, found in one["on"].items():
        if found["verdict"] == "not known":
            yield _what_would_decide(found, WHERE[on], margin_in_words(margin))


def _paired(one: Record) -> str:
    arm, reference = one["seeds"]
    seeds = _listed(arm) if arm == reference else f"{_listed(arm)} with {_listed(reference)}"
    return f"{one['images']:,} images paired, seeds {seeds}"


def _left_out(counts: Mapping[str, int]) -> Iterator[str]:
    reasons = {
        "alone": "{} images that one run alone has tested",
        "rotation": "{} tested in another rotation, by heads of other training images",
        "label": "{} of another class",
    }
    return (reasons[name].format(f"{count:,}") for name, count in counts.items() if count)


def _changes(changed: Mapping[str, Sequence[Any]]) -> str:
    told = [f"{name} {other}, was {one}" for name, (one, other) in changed.items()]
    more = [f"and {len(told) - MOST_CHANGES} more"] if len(told) > MOST_CHANGES else []
    return "; ".join([*told[:MOST_CHANGES], *more])


def _what_would_decide(found: Record, where: str, margin: str) -> str:
    if found["low"] is None:
        return f"Whether it is within {margin} {where} cannot be told from one seed of each."
    ways = {
        "more_images": "{:,} more test images",
        "more_seeds": "{:,} more seeds",
        "times_both": "{:,} times as many of both",
    }
    told = [words.format(found[name]) for name, words in ways.items() if found[name]]
    decide = ", or ".join(told) or "more images and seeds than can be asked for"
    return f"To know whether it is within {margin} {where}, with a chance of 80 %: {decide}."


def _costs(run: Record, first: Record) -> list[str]:
    same = run["machine"] is not None and run["machine"] == first["machine"]
    times = [
        "-" if run[name] is None or not same else f"{run[name]:,.{digits}f}"
        for name, digits in (("images_a_second", 0), ("seconds", 1), ("further_seconds", 1))
    ]
    return [_short(run["run"]), f"{run['base_passes']:,}", *times]


def _listed(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers))


def _short(name: str) -> str:
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"
