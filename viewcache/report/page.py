"""The page: one HTML file that holds all it shows, for who has never seen the project."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import yaml
from jinja2 import Environment, StrictUndefined

from viewcache.ground.files import write_text
from viewcache.ground.paths import CONTACT_SHEET
from viewcache.images.prepared import Prepared
from viewcache.judge.confusion import recall, share_right
from viewcache.judge.correctness import Measured
from viewcache.report import results
from viewcache.report.examples import Example, examples
from viewcache.report.findings import Findings
from viewcache.report.pictures import curves, differences, seconds
from viewcache.report.pictures.style import SIZE, Picture, data_uri, draw_svg, styles
from viewcache.report.provenance import Provenance
from viewcache.report.questions import (
    averaged_views,
    break_even,
    evidence,
    key_figures,
    speeds,
)
from viewcache.report.sentence import alarms, reasons, warnings, what_to_do
from viewcache.report.table import COLUMNS, cells, measured_by, note_on_stars
from viewcache.report.words import (
    SHORT,
    WHERE,
    difference,
    margin_in_words,
    megabytes,
    or_dash,
    percent,
    plain_name,
    tells,
)

TEMPLATE = Path(__file__).with_name("page.html.jinja")
FIGURES = (
    "accuracy",
    "accuracy_augmented",
    "seconds",
    "further_seconds",
    "base_passes",
    "feature_bytes",
    "trainings",
)
"""Columns of the table of all figures."""
MOST_CLASSES = 12
"""Of more classes, only the name is told that each is mostly mistaken for."""


class Grid(NamedTuple):
    """A table of the page: headings, rows, and of each heading what figures below it are of."""

    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    hints: Sequence[str] = ()


def write_page(found: Findings, images: Prepared, provenance: Provenance) -> None:
    """Write `report.html`."""
    sheet, shown = CONTACT_SHEET.read_bytes(), examples(images, found)
    write_text(results.PAGE, render_page(found, sheet, shown, provenance))


def render_page(
    found: Findings, contact_sheet: bytes, shown: Sequence[Example], provenance: Provenance
) -> str:
    """The page as HTML.

    Args:
        contact_sheet: A PNG of views of some training images.
        shown: Images on which the number of views matters.
    """
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    judged, params, disagreement = found.judged, found.params, found.judged.disagreement
    recommendation, confusion = judged.recommendation, judged.confusion
    few, many = map(plain_name, disagreement.between)
    return environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(
        images=f"{sum(provenance.images.values()):,}",
        alarms=alarms(judged),
        what_to_do=what_to_do(recommendation),
        reasons=reasons(found),
        warnings=warnings(found),
        key_figures=key_figures(found),
        measure=judged.measure.replace("_", " "),
        what_counts=WHERE[recommendation.rule],
        margin=margin_in_words(recommendation.margin),
        twin_views=found.cached[-1].random_views,
        wide=not any(map(tells, recommendation.comparisons)),
        pictures=_pictures(found),
        speeds=_speeds(found),
        predicted=found.reckoned.predicted,
        set_up=_set_up(found),
        break_even=break_even(found),
        evidence=evidence(found),
        recommended=plain_name(found.recommended),
        seeds=len(found.recommended.seeds),
        confusion=_confusion(found),
        counted=_counted(found),
        largest_share=percent(confusion.largest_share),
        right=percent(share_right(confusion.clean)),
        right_augmented=percent(share_right(confusion.robustness)),
        averaged_views=averaged_views(found),
        figures=_figures(found),
        notes=note_on_stars(found.table),
        prediction=_prediction(found),
        length=_length(found),
        drawn_from={name: str(one).lower() for name, one in params.augment.varied.items()},
        contact_sheet=data_uri("image/png", contact_sheet),
        disagree=f"{100 * disagreement.share:.1f} % of the {disagreement.images:,}",
        shown=f"These are the {len(shown)} on which {few} and {many} differ most.",
        examples=shown,
        params=params,
        parts={part: f"{number:,}" for part, number in provenance.images.items()},
        epochs=found.recommended.course.epochs,
        replayed=f"{found.replay['features']:,}",
        off=f"{found.replay['max_relative_difference']:.1g}",
        allowed=f"{found.replay['tolerance']:.1g}",
        provenance=provenance,
        parameters=yaml.safe_dump(params.model_dump(), sort_keys=False, allow_unicode=True),
    )


def _speeds(found: Findings) -> Grid:
    headings = (
        plain_name(found.recommended),
        "seconds",
        "against end to end on the same runtime",
        "the same, if that keeps the images' own features too",
        "against end to end by hand in Keras",
    )
    return Grid(headings, speeds(found))


def _set_up(found: Findings) -> str:
    cost = found.reckoned.costs[found.recommended]
    known = cost.seconds is not None
    return f"{cost.setup_seconds:.1f} of the {cost.seconds:.1f} seconds" if known else ""


def _counted(found: Findings) -> str:
    """What the confusion tells."""
    if len(found.classes) <= MOST_CLASSES:
        return "how many images of a class, a row, were given each name, a column"
    each = f"of each of the {len(found.classes)} classes the name that it is mostly mistaken for"
    return f"{each}, and how often; results.json has all counts"


def _confusion(found: Findings) -> Grid:
    counts, classes = found.judged.confusion.clean, found.classes
    every = len(classes) <= MOST_CLASSES
    names = [f"named {name}" for name in classes] if every else ["mostly mistaken for"]
    given = [[f"{one:,.1f}" for one in row] for row in counts] if every else _mistakes(found)
    recalls = zip(recall(counts), recall(found.judged.confusion.robustness), strict=True)
    rows = [
        [name, *told, f"{row.sum():,.0f}", *map(percent, both)]
        for name, told, row, both in zip(classes, given, counts, recalls, strict=True)
    ]
    return Grid(["class", *names, "images", "recall", "recall, random views"], rows)


def _mistakes(found: Findings) -> list[list[str]]:
    """Of each class the wrong name that it is given most often, and how often; a dash for none."""
    wrong = found.judged.confusion.clean * (1 - np.eye(len(found.classes)))
    return [
        [f"{found.classes[row.argmax()]} ({row.max():,.1f})" if row.any() else "-"] for row in wrong
    ]


def _figures(found: Findings) -> Grid:
    names = measured_by(found.judged.measure, FIGURES)
    columns = [COLUMNS[name] for name in names]
    return Grid(
        ["trained on", *(column.heading for column in columns)],
        [[plain_name(arm), *cells(row, names)] for arm, row in found.table.items()],
        ["", *(f"of {column.whose}" for column in columns)],
    )


def _prediction(found: Findings) -> Grid:
    """Without rows where there was no plan."""
    costs, predicted = found.reckoned.costs, found.prediction or {}
    names = ("seconds predicted", "measured", "error", "MB predicted", "measured", "error")
    rows = [
        [
            plain_name(arm),
            or_dash(one["seconds"], ".1f"),
            or_dash(cost.seconds, ".1f"),
            or_dash(one["seconds_error"], "+.0%"),
            megabytes(one["feature_bytes"] or 0),
            megabytes(cost.feature_bytes),
            or_dash(one["bytes_error"], "+.0%"),
        ]
        for arm, cost in costs.items()
        if (one := predicted.get(arm.name))
    ]
    return Grid(["trained on", *names], rows)


def _length(found: Findings) -> Grid:
    rows = [
        [plain_name(gain.arm), SHORT[gain.on], difference(gain.interval.estimate, gain.interval)]
        for gain in found.judged.length.gains
    ]
    return Grid(["trained on", "validation images", "gain of twice as many epochs"], rows)


def _pictures(found: Findings) -> dict[str, Picture]:
    looks, costs = styles(found.table), found.reckoned.costs
    first, *_, twin = found.cached
    compared = dict.fromkeys([found.recommended, *found.end_to_end])
    shown = [*dict.fromkeys([first, found.recommended, twin])]
    cumulative = partial(seconds.cumulative_seconds, costs=costs, shown=compared, looks=looks)
    losses = partial(curves.validation_losses, curves=found.curves, shown=shown, looks=looks)
    return {
        "clean": _differences(found, "clean"),
        "robustness": _differences(found, "robustness"),
        "cumulative": draw_svg(cumulative, seconds.cumulative_in_words(costs, compared)),
        "phases": draw_svg(
            partial(seconds.seconds_by_phase, costs=costs), seconds.phases_in_words(costs)
        ),
        "curves": draw_svg(losses, curves.losses_in_words(found.curves, shown)),
    }


def _differences(found: Findings, on: Measured) -> Picture:
    to_twin = [one for one in found.judged.recommendation.to_twin if one.on == on]
    looks = styles(found.table)
    paint = partial(differences.to_end_to_end, to_twin=to_twin, on=on, looks=looks)
    words = differences.differences_in_words(to_twin, on)
    return draw_svg(paint, words, (SIZE[0], 1.3 + 0.5 * len(to_twin)))
